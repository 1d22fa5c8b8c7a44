//! What stands in the way of a step that the table of states allows. Asked inside the transaction.

use crate::base::words;
use crate::booking::model::display_reference;
use crate::booking::model::state::Action;
use crate::booking::service::waiting::SessionGlance;
use crate::booking::service::{Fault, Inner};
use crate::booking::store::entities::{appointment, booking};
use crate::booking::store::{appointments, desks};
use crate::db::Tx;
use crate::http::Problem;
use uuid::Uuid;

impl Inner {
    /// Refuses what would put an officer (of the booking as it will be) into two meetings, or end a booking over people's heads.
    /// `anyway`: the officer knows and wants it.
    pub(super) async fn hindered(
        &self,
        tx: &Tx,
        row: &booking::Model,
        action: Action,
        officer: Option<Uuid>,
        anyway: bool,
    ) -> Result<(), Fault> {
        match (action, officer) {
            (Action::Accept, Some(officer)) if !anyway => match self.other(tx, row, officer).await? {
                Some(other) => Err(officer_busy(&other).into()),
                None => Ok(()),
            },
            (Action::Reschedule, Some(officer)) if !anyway => match self.other(tx, row, officer).await? {
                Some(other) => Err(their_officer_busy(&other).into()),
                None => Ok(()),
            },
            (Action::Complete, _) if self.session(tx, row).await?.is_some_and(|s| s.is_open()) => {
                Err(session_open().into())
            }
            (Action::Complete, _) => Ok(refuse_while_a_stage_runs(tx, row.id).await?),
            (Action::NoShow, _) if self.session(tx, row).await?.is_some_and(|s| s.somebody_came()) => {
                Err(somebody_came().into())
            }
            _ => Ok(()),
        }
    }

    /// What else an officer has accepted for the time of a booking, or of what they hold a stage then.
    async fn other(
        &self,
        tx: &Tx,
        row: &booking::Model,
        officer: Uuid,
    ) -> Result<Option<booking::Model>, Fault> {
        // Two acceptances of one officer at once come one after the other.
        crate::auth::ask::lock_party(tx, officer, None).await?;
        let own = desks::duties(tx.conn(), officer, row.starts_at, row.ends_at).await?;
        Ok(own.into_iter().map(|duty| duty.booking).find(|other| other.id != row.id))
    }

    async fn session(&self, tx: &Tx, row: &booking::Model) -> Result<Option<SessionGlance>, Fault> {
        match self.waiting_room.get() {
            Some(room) => Ok(room.glance_in(tx, row.id).await?),
            None => Ok(None),
        }
    }
}

/// Refuses to end a booking of which a stage has begun and is not done: its clock would never be stopped.
pub(super) async fn refuse_while_a_stage_runs(tx: &Tx, booking: Uuid) -> Result<(), Problem> {
    let stages = appointments::of(tx.conn(), [booking]).await?;
    match stages.iter().any(appointment::Model::is_under_way) {
        true => Err(Problem::conflict(words::booking::stage_under_way())),
        false => Ok(()),
    }
}

fn officer_busy(other: &booking::Model) -> Problem {
    let reference = display_reference(&other.reference);
    Problem::conflict(words::booking::officer_busy(reference)).about(other.id)
}

/// Told to whoever moves the booking, who need not be the officer whose it is.
fn their_officer_busy(other: &booking::Model) -> Problem {
    let reference = display_reference(&other.reference);
    Problem::conflict(words::booking::officer_busy_moving(reference)).about(other.id)
}

fn session_open() -> Problem {
    Problem::conflict(words::booking::session_open())
}

fn somebody_came() -> Problem {
    Problem::conflict(words::booking::somebody_came())
}
