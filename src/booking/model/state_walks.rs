//! Random walks of bookers, officers and the program through the states of a booking, beside a model of a few lines that
//! was written from what the office promises, not from the table.

use super::tests::row;
use super::*;
use proptest::prelude::*;

/// Where a booking stands, by the promise.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Promise {
    state: BookingState,
    held_until: i64,
    starts: i64,
    ends: i64,
    /// When its last step was taken.
    since: i64,
}

/// Something that somebody tries; times are minutes.
#[derive(Clone, Copy, Debug)]
struct Try {
    action: Action,
    side: Side,
    /// So much later than what was tried before.
    after: i64,
    /// Where a move goes to, from now on.
    to: i64,
}

const LONG: i64 = 30;

impl Promise {
    /// Nobody may do anything any more.
    fn is_over(&self) -> bool {
        matches!(self.state, Refused | Completed | Cancelled | Expired)
    }

    /// It has ended by itself: a hold at its time, a request that nobody decided as it begins.
    fn has_ended(&self, now: i64) -> bool {
        match self.state {
            Held => now >= self.held_until,
            Requested => now >= self.starts,
            _ => false,
        }
    }

    /// The state after somebody tried something, if they may.
    fn after(&self, tried: Try, now: i64) -> Option<BookingState> {
        let (begun, over) = (now >= self.starts, now >= self.ends);
        let (held, waits, stands) = (self.state == Held, self.state == Requested, self.state == Accepted);
        match (tried.side, tried.action) {
            // A booker has what they hold for its time, and what they asked for until it begins.
            (Booker, Request) => (held && now < self.held_until).then_some(Requested),
            (Booker, Cancel) if held => (now < self.held_until).then_some(Cancelled),
            (Booker, Cancel) => ((waits || stands) && !begun).then_some(Cancelled),
            (Booker, Reschedule) => ((waits || stands) && !begun).then_some(Requested),
            // An officer decides before it begins, and receives whom they accepted.
            (Officer, Accept) => (waits && !begun).then_some(Accepted),
            (Officer, Refuse) => (waits && !begun).then_some(Refused),
            (Officer, Reschedule) => ((waits || stands) && !begun).then_some(self.state),
            (Officer, CheckIn) => (stands && now >= self.starts - 60).then_some(CheckedIn),
            (Officer, Complete) => (self.state == CheckedIn).then_some(Completed),
            (Officer, Action::NoShow) => {
                ((stands || self.state == CheckedIn) && begun).then_some(BookingState::NoShow)
            }
            (Officer, Reopen) => {
                (self.state == BookingState::NoShow && now < self.since + 30).then_some(Accepted)
            }
            // The program accepts what needs no decision as it comes, clears days that are closed of what is to come,
            // and ends what has ended.
            (Program, Accept) => (waits && !over).then_some(Accepted),
            (Program, Cancel) => (held || ((waits || stands) && !begun)).then_some(Cancelled),
            (Program, Expire) => self.has_ended(now).then_some(Expired),
            _ => None,
        }
    }
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let actions =
        [Request, Cancel, Accept, Refuse, CheckIn, Complete, Action::NoShow, Reopen, Reschedule, Expire];
    // What is likely is tried more often, so that walks go far.
    let likely = vec![
        (Request, Booker),
        (Accept, Officer),
        (Accept, Program),
        (CheckIn, Officer),
        (Reschedule, Booker),
        (Expire, Program),
    ];
    let any = (prop::sample::select(actions.to_vec()), prop::sample::select(vec![Booker, Officer, Program]));
    let what = prop_oneof![prop::sample::select(likely), any];
    let after = prop_oneof![Just(0i64), 1i64..20, 1i64..120];
    let one =
        (what, after, -10i64..200).prop_map(|((action, side), after, to)| Try { action, side, after, to });
    prop::collection::vec(one, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_tried_in_whichever_order_goes_as_it_was_promised(
        (starts, held) in (1i64..180, 1i64..60), tries in tries(),
    ) {
        let begin: DateTime<Utc> = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let at = |minutes: i64| begin + TimeDelta::minutes(minutes);
        let mut now = 0;
        let mut promise = Promise { state: Held, held_until: held, starts, ends: starts + LONG, since: 0 };
        let mut row = booking::Model {
            ends_at: at(promise.ends), hold_expires_at: Some(at(held)), updated_at: begin, ..row(Held, at(starts))
        };
        for tried in tries {
            now += tried.after;
            // What everybody sees of it, whether or not the program came by.
            let seen = if promise.has_ended(now) { Expired } else { promise.state };
            prop_assert_eq!(shown_state(&row, at(now)), seen);
            prop_assert_eq!(is_live(&row, at(now)), LIVE.contains(&seen) && now < promise.ends);

            let expected = promise.after(tried, now);
            let found = step(&row, tried.action, tried.side, at(now));
            prop_assert_eq!(found.ok(), expected, "{:?} of {:?} at {}: {:?}", tried, promise, now, found);
            if let Err(NotNow::TooEarly(from) | NotNow::TooLate(from)) = found {
                // Who comes too early may come then, and who comes too late might have come before.
                let minutes = (from - begin).num_minutes();
                prop_assert_eq!(now < minutes, matches!(found, Err(NotNow::TooEarly(_))));
            }
            let Some(state) = expected else { continue };
            prop_assert!(!promise.is_over(), "what is over stays so");
            (promise.state, promise.since) = (state, now);
            (row.state, row.updated_at) = (state, at(now));
            if tried.action == Reschedule {
                (promise.starts, promise.ends) = (now + tried.to, now + tried.to + LONG);
                (row.starts_at, row.ends_at) = (at(promise.starts), at(promise.ends));
            }
            prop_assert_eq!(keeps_place(state), !matches!(state, Refused | Cancelled | Expired));
        }
    }
}
