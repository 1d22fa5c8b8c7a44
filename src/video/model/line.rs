//! How good a line is, and what is wrong with it. Pure: figures come from the browsers' statistics.
//!
//! The bounds are those of the badge in the call (`web/src/call/quality.ts`).

use crate::video::store::entities::{line_quality, participant};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sea_orm::entity::prelude::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Figures of a call are kept for so long a stretch each: short enough to find the bad minutes, and an hour of four
/// people is some fifty small rows.
pub const STRETCH: TimeDelta = TimeDelta::minutes(5);
/// A page tells what it measured when its call is over, which may be after everybody was put out.
const TOLD_WITHIN: TimeDelta = TimeDelta::minutes(1);
/// A check of the line is over after so many seconds whatever its page does.
pub const CHECK_SECONDS: u32 = 20;
/// So many may run at once on one node: each takes what one person in a call does, both ways.
pub const MOST_CHECKS: usize = 16;
/// So many checks of each person stay with a booking.
pub const KEPT_CHECKS: usize = 3;

/// By what media comes to the program: directly by UDP or TCP, or by a TURN server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum LinePath {
    #[sea_orm(string_value = "udp")]
    Udp,
    #[sea_orm(string_value = "tcp")]
    Tcp,
    #[sea_orm(string_value = "relay")]
    Relay,
}

/// What a page found of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum DeviceFound {
    #[sea_orm(string_value = "works")]
    Works,
    #[sea_orm(string_value = "fails")]
    Fails,
    #[sea_orm(string_value = "not_tried")]
    NotTried,
}

/// How good a line is for a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineQuality {
    Good,
    /// The meeting can be held, with some faults.
    Usable,
    Weak,
    /// Nothing gets through.
    Down,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineTrouble {
    LossUp,
    LossDown,
    Delay,
    SlowUp,
    SlowDown,
    /// By TCP, where what is lost holds up all that follows.
    Tcp,
    /// It was gone for some time.
    Breaks,
    NotThrough,
}

/// What was measured. Losses are in a thousand packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub loss_up: Option<i32>,
    pub loss_down: Option<i32>,
    pub round_trip_ms: Option<i32>,
    /// What got through, where as much was sent as a meeting sends; none: it says nothing of the line.
    pub kbps_up: Option<i32>,
    pub kbps_down: Option<i32>,
    pub path: Option<LinePath>,
    pub down_seconds: i32,
}

/// How good it is, and the worst that is wrong with it.
pub fn judge(figures: &Figures) -> (LineQuality, Option<LineTrouble>) {
    use LineQuality::{Down, Good, Usable, Weak};
    use LineTrouble::{Breaks, Delay, LossDown, LossUp, NotThrough, SlowDown, SlowUp, Tcp};
    let Some(path) = figures.path else { return (Down, Some(NotThrough)) };
    let over = |value: Option<i32>, bound: i32| value.is_some_and(|value| value > bound);
    let under = |value: Option<i32>, bound: i32| value.is_some_and(|value| value < bound);
    let of = |bounds: Bounds| {
        [
            (figures.down_seconds > bounds.down_seconds, Breaks),
            (over(figures.loss_up, bounds.loss) && figures.loss_up >= figures.loss_down, LossUp),
            (over(figures.loss_down, bounds.loss), LossDown),
            (over(figures.round_trip_ms, bounds.round_trip_ms), Delay),
            (under(figures.kbps_up, bounds.kbps), SlowUp),
            (under(figures.kbps_down, bounds.kbps), SlowDown),
        ]
        .into_iter()
        .find_map(|(is, fault)| is.then_some(fault))
    };
    if let Some(fault) = of(WEAK) {
        return (Weak, Some(fault));
    }
    match of(USABLE).or((path == LinePath::Tcp).then_some(Tcp)) {
        Some(fault) => (Usable, Some(fault)),
        None => (Good, None),
    }
}

/// Beyond which a line is not as good.
#[derive(Clone, Copy)]
struct Bounds {
    loss: i32,
    round_trip_ms: i32,
    kbps: i32,
    down_seconds: i32,
}

const WEAK: Bounds = Bounds { loss: 80, round_trip_ms: 800, kbps: 250, down_seconds: 10 };
const USABLE: Bounds = Bounds { loss: 30, round_trip_ms: 400, kbps: 600, down_seconds: 0 };

/// What a page in a call tells of the last half minute or so.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    pub seconds: i32,
    pub worst_round_trip_ms: Option<i32>,
    pub figures: Figures,
}

/// The row of the stretch that `now` is in, with what was told now.
pub fn with_told(
    before: Option<line_quality::Model>,
    (session, participant): (Uuid, Uuid),
    told: &Told,
    now: DateTime<Utc>,
) -> line_quality::Model {
    let new = told.figures;
    let worst_loss = new.loss_up.max(new.loss_down);
    let worst_round_trip_ms = told.worst_round_trip_ms.max(new.round_trip_ms);
    let Some(row) = before else {
        return line_quality::Model {
            participant_id: participant,
            began_at: stretch_of(now),
            session_id: session,
            seconds: told.seconds,
            down_seconds: new.down_seconds,
            loss_up: new.loss_up,
            loss_down: new.loss_down,
            worst_loss,
            round_trip_ms: new.round_trip_ms,
            worst_round_trip_ms,
            kbps_up: new.kbps_up,
            kbps_down: new.kbps_down,
            path: new.path,
        };
    };
    let mean = |old: Option<i32>, new: Option<i32>| match (old, new) {
        (Some(old), Some(new)) => Some(weighted((old, row.seconds), (new, told.seconds))),
        (old, new) => old.or(new),
    };
    line_quality::Model {
        seconds: row.seconds.saturating_add(told.seconds),
        down_seconds: row.down_seconds.saturating_add(new.down_seconds),
        loss_up: mean(row.loss_up, new.loss_up),
        loss_down: mean(row.loss_down, new.loss_down),
        worst_loss: row.worst_loss.max(worst_loss),
        round_trip_ms: mean(row.round_trip_ms, new.round_trip_ms),
        worst_round_trip_ms: row.worst_round_trip_ms.max(worst_round_trip_ms),
        kbps_up: mean(row.kbps_up, new.kbps_up),
        kbps_down: mean(row.kbps_down, new.kbps_down),
        path: new.path.or(row.path),
        ..row
    }
}

/// Whether somebody was in the call a moment ago: their page has yet to tell what it measured last.
pub fn was_just_inside(
    person: &participant::Model,
    ended_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> bool {
    let just = |at: Option<DateTime<Utc>>| at.is_some_and(|at| now - at <= TOLD_WITHIN);
    person.admitted_at.is_some() && (just(person.left_at) || just(ended_at))
}

/// Where the stretch of a moment begins.
pub fn stretch_of(now: DateTime<Utc>) -> DateTime<Utc> {
    now.duration_trunc(STRETCH).unwrap_or(now)
}

/// How good a stretch of a call was. What got through depends on what was sent, so it says nothing here.
pub fn judge_stretch(row: &line_quality::Model) -> (LineQuality, Option<LineTrouble>) {
    judge(&Figures {
        loss_up: row.loss_up,
        loss_down: row.loss_down,
        round_trip_ms: row.round_trip_ms,
        kbps_up: None,
        kbps_down: None,
        path: row.path,
        down_seconds: row.down_seconds,
    })
}

fn weighted(one: (i32, i32), other: (i32, i32)) -> i32 {
    let part = |(value, weight): (i32, i32)| i64::from(value) * i64::from(weight.max(1));
    let all = i64::from(one.1.max(1)) + i64::from(other.1.max(1));
    i32::try_from((part(one) + part(other) + all / 2) / all).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: Figures = Figures {
        loss_up: Some(0),
        loss_down: Some(2),
        round_trip_ms: Some(40),
        kbps_up: Some(1200),
        kbps_down: Some(1100),
        path: Some(LinePath::Udp),
        down_seconds: 0,
    };

    #[test]
    fn a_line_is_as_good_as_its_worst_figure() {
        use LineQuality::*;
        use LineTrouble::*;
        for (figures, wanted) in [
            (FINE, (Good, None)),
            (Figures { path: Some(LinePath::Relay), ..FINE }, (Good, None)),
            (Figures { loss_up: None, loss_down: None, round_trip_ms: None, ..FINE }, (Good, None)),
            (Figures { path: Some(LinePath::Tcp), ..FINE }, (Usable, Some(Tcp))),
            (Figures { loss_up: Some(31), ..FINE }, (Usable, Some(LossUp))),
            (Figures { loss_up: Some(90), loss_down: Some(120), ..FINE }, (Weak, Some(LossDown))),
            (Figures { loss_up: Some(90), loss_down: Some(40), ..FINE }, (Weak, Some(LossUp))),
            (Figures { round_trip_ms: Some(401), ..FINE }, (Usable, Some(Delay))),
            (Figures { round_trip_ms: Some(801), path: Some(LinePath::Tcp), ..FINE }, (Weak, Some(Delay))),
            (Figures { kbps_up: Some(599), ..FINE }, (Usable, Some(SlowUp))),
            (Figures { kbps_down: Some(249), ..FINE }, (Weak, Some(SlowDown))),
            (Figures { down_seconds: 1, ..FINE }, (Usable, Some(Breaks))),
            (Figures { down_seconds: 11, ..FINE }, (Weak, Some(Breaks))),
            (Figures { path: None, ..FINE }, (Down, Some(NotThrough))),
        ] {
            assert_eq!(judge(&figures), wanted, "{figures:?}");
        }
    }

    #[test]
    fn what_is_told_of_a_stretch_adds_up() {
        let now: DateTime<Utc> = "2026-11-23T02:07:31Z".parse().unwrap();
        let who = (Uuid::from_u128(1), Uuid::from_u128(2));
        let told = |seconds, figures| Told { seconds, worst_round_trip_ms: Some(90), figures };
        let first = with_told(None, who, &told(30, FINE), now);
        assert_eq!(first.began_at, "2026-11-23T02:05:00Z".parse::<DateTime<Utc>>().unwrap());
        assert_eq!((first.worst_loss, first.worst_round_trip_ms), (Some(2), Some(90)));
        let bad = Figures { loss_up: Some(300), loss_down: None, path: None, down_seconds: 4, ..FINE };
        let row = with_told(Some(first), who, &told(10, bad), now);
        assert_eq!((row.seconds, row.down_seconds), (40, 4));
        assert_eq!((row.loss_up, row.loss_down, row.worst_loss), (Some(75), Some(2), Some(300)));
        // By what it last came; what broke meanwhile is not good.
        assert_eq!(row.path, Some(LinePath::Udp));
        assert_eq!(judge_stretch(&row), (LineQuality::Usable, Some(LineTrouble::Breaks)));
    }
}
