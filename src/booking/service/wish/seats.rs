//! A seat for everything that somebody wants, in the transaction that takes it: how things stand, what is free, and what to
//! do when somebody was faster.

use crate::booking::service::Fault;
use crate::booking::service::transition::expire;
use crate::booking::service::wish::{Wanted, WantedAll};
use crate::booking::store::entities::booking;
use crate::booking::store::write::{self, Party, Standing};
use crate::booking::store::{appointments, desks};
use crate::booking::words::problems::slot_taken;
use crate::db::{Tx, is_unique_violation};
use crate::http::Problem;
use crate::places::{self, Need, Places, Pool, Taken, choose};
use chrono::{DateTime, Utc};
use rand::RngExt;
use sea_orm::sea_query::UnionType;
use uuid::Uuid;

/// References are drawn anew when one exists already.
const MOST_DRAWS: u32 = 50;

impl WantedAll {
    /// Tries to take it.
    pub fn tries(&self) -> Tries {
        let seats = self.needs().map(|need| need.seats.max(0)).fold(0, i32::saturating_add);
        Tries { left: seats.saturating_add(2), draws: 0, spread: false }
    }

    /// A seat for everything, with how things stand: `party` is locked. Who has the same place already must want one
    /// more `anyway`; holds that ran out make room.
    pub async fn find_seats(
        &self,
        tx: &Tx,
        places: &Places,
        asked: &Asked,
        spread: bool,
    ) -> Result<(Standing, Vec<Vec<Taken>>), Fault> {
        let Asked { party, but, anyway, same_place, now } = *asked;
        let mut standing = self.standing(tx, party, but, now).await?;
        if !anyway && standing.same_place > 0 {
            let mine = write::same_place(tx, party, but, now).await?;
            return Err(mine.map_or_else(slot_taken, |mine| same_place(&mine)).into());
        }
        if self.choose(&standing, false).is_none() {
            self.make_room(tx, places, now).await?;
            // Others may have made room as well.
            standing = self.standing(tx, party, but, now).await?;
        }
        let taken = self.choose(&standing, spread).ok_or_else(|| self.all_gone(&standing))?;
        Ok((standing, taken))
    }

    /// How things stand for a party that wants this; without the seats of `but`, if that is a booking.
    async fn standing(
        &self,
        tx: &Tx,
        party: Party,
        but: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<Standing, Fault> {
        let of_one = |wanted: &Wanted, need: &Need| {
            let mut taken = places::ask::taken_seats(need, but.map(appointments::owners));
            if matches!(need.pool, Pool::AnyOf(_)) {
                taken.union(UnionType::Distinct, desks::seats(need, &wanted.slot, but));
            }
            taken
        };
        let needs = self.all.iter().flat_map(|wanted| wanted.needs.iter().map(move |need| (wanted, need)));
        let seats: Vec<_> = needs.map(|(wanted, need)| of_one(wanted, need)).collect();
        Ok(write::standing(tx, party, but, seats.into_iter(), now).await?)
    }

    /// A seat for everything that is needed, appointment by appointment; `spread` over the free ones.
    fn choose(&self, standing: &Standing, spread: bool) -> Option<Vec<Vec<Taken>>> {
        let pick = |below| if spread { rand::rng().random_range(0..below) } else { 0 };
        let mut chosen = choose(self.needs(), &standing.taken, pick)?.into_iter();
        let of_one = |wanted: &Wanted| chosen.by_ref().take(wanted.needs.len()).flatten().collect();
        Some(self.all.iter().map(of_one).collect())
    }

    /// Ends holds whose time is over and that sit on what is needed.
    async fn make_room(&self, tx: &Tx, places: &Places, now: DateTime<Utc>) -> Result<(), Fault> {
        for need in self.needs() {
            make_room_for(tx, places, need, now).await?;
        }
        Ok(())
    }
}

/// Ends holds whose time is over and that sit on something that is needed.
pub(in crate::booking::service) async fn make_room_for(
    tx: &Tx,
    places: &Places,
    need: &Need,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let bookings = appointments::bookings_of(places::ask::owners(need));
    for id in write::lapsed(tx, bookings, now).await? {
        expire(tx, places, id, now).await?;
    }
    Ok(())
}

/// Who wants it, and what does not count for them.
#[derive(Clone, Copy, Debug)]
pub(in crate::booking::service) struct Asked {
    pub party: Party,
    /// The booking that is to be moved.
    pub but: Option<Uuid>,
    /// They know that they have the same place already.
    pub anyway: bool,
    /// What they are told of it otherwise.
    pub same_place: fn(&booking::Model) -> Problem,
    pub now: DateTime<Utc>,
}

/// How often somebody else may be faster before there is nothing left.
#[derive(Clone, Copy, Debug)]
pub(in crate::booking::service) struct Tries {
    left: i32,
    draws: u32,
    /// Whoever lost a seat tries any free one: all trying the lowest would go on colliding.
    pub spread: bool,
}

impl Tries {
    /// What to do about a try that did not take it: another one, or the refusal.
    pub fn again(&mut self, fault: Fault) -> Result<(), Problem> {
        let error = match fault {
            Fault::Store(error) if is_unique_violation(&error) => error,
            fault => return Err(fault.into()),
        };
        if write::REFERENCE.is_violated_by(&error) {
            self.draws += 1;
            return if self.draws > MOST_DRAWS { Err(error.into()) } else { Ok(()) };
        }
        self.left -= 1;
        self.spread = true;
        if self.left <= 0 { Err(slot_taken()) } else { Ok(()) }
    }
}
