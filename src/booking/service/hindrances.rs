//! What stands in the way of a step that the table of states allows. Asked inside the transaction.

use crate::booking::model::display_reference;
use crate::booking::model::state::Action;
use crate::booking::service::waiting::SessionGlance;
use crate::booking::service::{Fault, Inner};
use crate::booking::store::entities::booking;
use crate::booking::store::read;
use crate::db::Tx;
use crate::http::Problem;
use uuid::Uuid;

impl Inner {
    /// Refuses what would put an officer into two meetings, or end a booking over people's heads.
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
            (Action::Accept, Some(officer)) if !anyway => self.busy(tx, row, officer).await,
            (Action::Complete, _) if self.session(tx, row).await?.is_some_and(|s| s.is_open()) => {
                Err(session_open().into())
            }
            (Action::NoShow, _) if self.session(tx, row).await?.is_some_and(|s| s.somebody_came()) => {
                Err(somebody_came().into())
            }
            _ => Ok(()),
        }
    }

    async fn busy(&self, tx: &Tx, row: &booking::Model, officer: Uuid) -> Result<(), Fault> {
        // Two acceptances of one officer at once come one after the other.
        crate::auth::ask::lock_party(tx, officer, None).await?;
        let own = read::on_desk_between(tx.conn(), officer, row.starts_at, row.ends_at).await?;
        match own.into_iter().find(|other| other.id != row.id) {
            Some(other) => Err(officer_busy(&other).into()),
            None => Ok(()),
        }
    }

    async fn session(&self, tx: &Tx, row: &booking::Model) -> Result<Option<SessionGlance>, Fault> {
        match self.waiting_room.get() {
            Some(room) => Ok(room.glance_in(tx, row.id).await?),
            None => Ok(None),
        }
    }
}

fn officer_busy(other: &booking::Model) -> Problem {
    let reference = display_reference(&other.reference);
    Problem::conflict(
        "officer_busy",
        format!("您在这个时间已有预约 {reference}。仍要受理，请再确认一次；也可以请同事受理。"),
        format!(
            "You have {reference} at that time already. Confirm once more to accept it all the same, or leave it to a colleague."
        ),
    )
    .about(other.id)
}

fn session_open() -> Problem {
    Problem::conflict(
        "session_open",
        "面洽还在进行。请先结束面洽，预约会随之办结。",
        "The video meeting is still going on. End it first; that completes the booking.",
    )
}

fn somebody_came() -> Problem {
    Problem::conflict(
        "somebody_came",
        "对方正在等候室或通话中，不能登记为未到。",
        "They are in the waiting room or in the call, so this is no no-show.",
    )
}
