//! Who holds a stage: who may, who of them is free then, and somebody else in their place.

use crate::auth::{self, Actor, Right};
use crate::base::words;
use crate::booking::log::{BookingEntry, StageHeld};
use crate::booking::model::slots::Slot;
use crate::booking::model::state::wrong_state;
use crate::booking::service::stage_boards::{StagesNow, present};
use crate::booking::service::stages::{stage_of, unknown_stage};
use crate::booking::service::wish::make_room_for;
use crate::booking::service::{Booking, Fault, scope_of};
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::{appointments, desks, write};
use crate::db::Tx;
use crate::directory::ServiceInfo;
use crate::directory::entities::service_stage::Stage;
use crate::directory::model::settings::ServiceSettings;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::places::{self, Need, Taken, cells};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// Somebody who may hold a stage.
#[derive(Clone, Debug)]
pub struct StageOfficer {
    pub id: Uuid,
    pub name: String,
    pub badge_no: Option<String>,
    /// Whether nothing else is theirs at its time, as far as memory knows.
    pub free: bool,
    /// They hold it.
    pub holds: bool,
}

/// Refuses officers of stages who are none, or are there twice. Who was named before and is here no more may go on standing
/// there: nobody is taken for that.
pub(super) async fn check_officers(
    conn: &impl ConnectionTrait,
    before: &ServiceInfo,
    settings: &ServiceSettings,
) -> Result<(), Problem> {
    if settings.stages.iter().all(|stage| stage.officers.is_empty()) {
        return Ok(());
    }
    let here: BTreeSet<Uuid> = auth::ask::active_staff(conn).await?.iter().map(|one| one.id).collect();
    for (index, stage) in settings.stages.iter().enumerate() {
        let mut seen = BTreeSet::new();
        let named = stage_of(before, stage.stage).map(|known| &*known.officers).unwrap_or_default();
        let can_be = |one: &Uuid| here.contains(one) || named.contains(one);
        if !stage.officers.iter().all(|one| can_be(one) && seen.insert(*one)) {
            let field = format!("settings.stages[{index}].officers");
            return Err(Problem::invalid(field, words::booking::settings_officer()));
        }
    }
    Ok(())
}

impl Booking {
    /// Everybody who can be named for a stage, by name.
    pub async fn officers(&self, actor: &Actor) -> Result<Vec<auth::entities::account::Model>, Problem> {
        actor.may(Right::HandleBookings)?;
        Ok(auth::ask::active_staff(self.0.db.reader()).await?)
    }

    /// Who may hold a stage of a booking, the usual first.
    pub async fn stage_officers(
        &self,
        actor: &Actor,
        id: Uuid,
        stage: Stage,
    ) -> Result<Vec<StageOfficer>, Problem> {
        actor.may(Right::HandleBookings)?;
        let row = self.find_for(actor, id).await?;
        let info = self.info(row.service_id).await?;
        let conn = self.0.db.reader();
        let all = appointments::of(conn, [id]).await?;
        let one = all.iter().find(|one| one.stage == Some(stage)).ok_or_else(unknown_stage)?;
        let officers = stage_of(&info, stage).map(|stage| stage.officers.clone()).unwrap_or_default();
        let slot = Slot { starts_at: one.starts_at, ends_at: one.ends_at };
        let time = cells::of_person(&(one.starts_at..one.ends_at));
        let now = StagesNow::of(conn, &info.stages, slot.starts_at..slot.ends_at, Some(id)).await?;
        let free: Vec<bool> = self.0.places.look_at(&officers, |boards| {
            boards.iter().map(|board| board.free_seats(1, time.clone()) > 0).collect()
        });
        let mut accounts = auth::ask::accounts(conn, &officers).await?;
        let shown = |(id, free): (&Uuid, bool)| {
            let account = accounts.remove(id).filter(|_| now.is_here(*id))?;
            let (free, holds) = (free && now.could(*id, &slot), one.officer_id == Some(*id));
            Some(StageOfficer { id: *id, name: account.name, badge_no: account.badge_no, free, holds })
        };
        Ok(officers.iter().zip(free).filter_map(shown).collect())
    }

    /// Has somebody hold a stage, who is taken for its time; whoever held it is free then. The same again changes nothing.
    pub async fn set_stage_officer(
        &self,
        actor: &Actor,
        id: Uuid,
        stage: Stage,
        officer: Uuid,
    ) -> Result<booking::Model, Problem> {
        actor.may(Right::HandleBookings)?;
        let seen = self.find_for(actor, id).await?;
        let info = self.info(seen.service_id).await?;
        let known = stage_of(&info, stage).ok_or_else(unknown_stage)?;
        let here = present(self.0.db.reader(), &info.stages).await?;
        if !known.officers.contains(&officer) || !here.contains(&officer) {
            return Err(Problem::invalid("officer_id", words::booking::stage_officer_unknown()));
        }
        let handing = Handing { id, stage, officer, by: actor.evidence(), now: self.0.clock.now() };
        let (this, scope) = (self.clone(), scope_of(actor)?);
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                let row = write::lock_scoped(tx, scope, id).await?.ok_or_else(Problem::not_found)?;
                this.hand_over(tx, &row, &handing).await?;
                Ok::<_, Fault>(row)
            })
        });
        match write.await {
            Ok(row) => Ok(row),
            // Somebody was faster.
            Err(Fault::Store(error)) if places::TAKEN.is_violated_by(&error) => Err(busy()),
            Err(fault) => Err(fault.into()),
        }
    }

    async fn hand_over(&self, tx: &Tx, row: &booking::Model, handing: &Handing) -> Result<(), Fault> {
        let Handing { id, stage, officer, by, now } = *handing;
        let all = appointments::of(tx.conn(), [id]).await?;
        let one = all.into_iter().find(|one| one.stage == Some(stage)).ok_or_else(unknown_stage)?;
        if !can_be_handed_over(row, &one) {
            return Err(wrong_state().into());
        }
        if one.officer_id == Some(officer) {
            return Ok(());
        }
        let need = Need::one_of(Arc::from([officer]), cells::of_person(&(one.starts_at..one.ends_at)));
        make_room_for(tx, &self.0.places, &need, now).await?;
        let on_desk = desks::between(tx.conn(), [&officer], one.starts_at..one.ends_at, &[id]).await?;
        if !on_desk.is_empty() || write::is_taken(tx, &need).await? {
            return Err(busy().into());
        }
        if let Some(before) = one.officer_id {
            self.0.places.release(tx, one.id, before).await?;
        }
        let taken = |cell| Taken { resource: officer, seat: 0, cell };
        self.0.places.occupy(tx, &[(one.id, need.cells.clone().map(taken).collect())]);
        let after = appointment::Model { officer_id: Some(officer), ..one.clone() };
        let held =
            StageHeld { reference: row.reference.clone(), stage, officer_id: officer, was: one.officer_id };
        let entry = NewEntry::new(id, &BookingEntry::StageOfficerSet(held), by, now);
        evidence::append(tx, entry.row(evidence::changed(&one, &after))).await?;
        appointments::update(tx, one, &after)?;
        self.0.tell_office(tx);
        Ok(())
    }
}

/// Which stage of which booking is handed to whom.
#[derive(Clone, Copy)]
struct Handing {
    id: Uuid,
    stage: Stage,
    officer: Uuid,
    by: evidence::Actor,
    now: DateTime<Utc>,
}

/// Of what stands, until the stage is done.
pub(super) fn can_be_handed_over(row: &booking::Model, one: &appointment::Model) -> bool {
    use BookingState::{Accepted, CheckedIn, Requested};
    matches!(row.state, Requested | Accepted | CheckedIn) && one.ended_at.is_none()
}

fn busy() -> Problem {
    Problem::conflict(words::booking::stage_officer_busy())
}
