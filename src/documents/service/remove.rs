//! Taking documents back.

use crate::auth::Actor;
use crate::booking::entities::booking::{self, BookingState};
use crate::db::Tx;
use crate::directory::model::documents::{DocumentSpec, STAMPED_FORM};
use crate::documents::log::DocumentEntry;
use crate::documents::model::{SLIP, Side};
use crate::documents::service::Documents;
use crate::documents::store::entities::document;
use crate::documents::{store, words};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use std::sync::Arc;
use uuid::Uuid;

impl Documents {
    /// Takes a document back: bookers theirs until somebody decided, officers what they attached by a slip.
    pub async fn remove(&self, actor: &Actor, booking: Uuid, id: Uuid) -> Result<(), Problem> {
        let (row, side) = self.changed_by(actor, booking).await?;
        let required: Arc<[DocumentSpec]> = self.info(&row).await?.spec.required_uploads().cloned().collect();
        let (this, by) = (self.clone(), actor.evidence());
        let removed = self.0.db.write(move |tx| {
            let (this, required) = (this.clone(), Arc::clone(&required));
            Box::pin(async move { this.remove_in(tx, (booking, id), side, &required, by).await })
        });
        removed.await
    }

    async fn remove_in(
        &self,
        tx: &Tx,
        (booking, id): (Uuid, Uuid),
        side: Side,
        required: &[DocumentSpec],
        by: evidence::Actor,
    ) -> Result<(), Problem> {
        let case = self.lock(tx, booking, side).await?;
        let there = store::of_booking(tx.conn(), booking).await?;
        let row = there.iter().find(|row| row.id == id).ok_or_else(Problem::not_found)?;
        self.refuse_kept(row, side)?;
        if side == Side::Booker && is_last_required(&case, row, &there, required) {
            return Err(words::required());
        }
        let what = DocumentEntry::Removed { document: id, item: row.item.clone() };
        let entry = NewEntry::new(booking, &what, by, self.0.clock.now());
        store::delete(tx, &[id]).await?;
        evidence::append(tx, entry.row(evidence::rows::gone(row))).await?;
        self.tell_office(tx);
        Ok(())
    }

    /// Whose it is not to take back or replace, or no more.
    pub(super) fn refuse_kept(&self, row: &document::Model, side: Side) -> Result<(), Problem> {
        match (side, row.item == STAMPED_FORM) {
            (Side::Booker, false) => Ok(()),
            // They do not see it.
            (Side::Booker, true) => Err(Problem::not_found()),
            (Side::Office, false) => Err(Problem::forbidden()),
            (Side::Office, true) if self.0.clock.now() - row.uploaded_at <= SLIP => Ok(()),
            (Side::Office, true) => Err(words::kept()),
        }
    }
}

/// What was requested with it cannot be without it.
fn is_last_required(
    case: &booking::Model,
    row: &document::Model,
    there: &[document::Model],
    required: &[DocumentSpec],
) -> bool {
    case.state == BookingState::Requested
        && required.iter().any(|spec| spec.key == row.item)
        && there.iter().filter(|other| other.item == row.item).count() == 1
}
