//! How long documents are kept, and under which keys.

use crate::booking::Booking;
use crate::booking::ask::in_state_since;
use crate::booking::entities::booking::BookingState;
use crate::db::Tx;
use crate::documents::log::DocumentEntry;
use crate::documents::model::{kept_for, rewrapped};
use crate::documents::service::Documents;
use crate::documents::store;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use sea_orm::Iterable;
use uuid::Uuid;

/// As many bookings of a state in one round.
const BOOKINGS: u64 = 100;
/// As many keys at a time.
const KEYS: u64 = 100;

impl Documents {
    /// Erases documents whose time is over; each booking by itself, so that one that fails keeps no other.
    pub(crate) async fn erase_over(&self) -> Result<(), Problem> {
        let now = self.0.clock.now();
        let mut failed = None;
        for state in BookingState::iter() {
            let Some(kept) = kept_for(state) else { continue };
            let over = in_state_since(state, now - kept);
            for booking in store::having_some(self.0.db.reader(), over, BOOKINGS).await? {
                if let Err(problem) = self.erase(booking).await {
                    tracing::error!(%booking, code = problem.code, "documents could not be erased");
                    failed = Some(problem);
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn erase(&self, booking: Uuid) -> Result<(), Problem> {
        let now = self.0.clock.now();
        let erased = self.0.db.write(move |tx| Box::pin(async move { erase_in(tx, booking, now).await }));
        erased.await
    }

    /// Wraps the keys of documents anew that are under another data key than the newest.
    pub(crate) async fn rewrap_keys(&self) -> Result<(), Problem> {
        let newest = self.0.keyring.newest_data_key();
        let mut unreadable: Vec<Uuid> = Vec::new();
        loop {
            let rows = store::not_under(self.0.db.reader(), &newest, &unreadable, KEYS).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows {
                match rewrapped(&self.0.keyring, &row) {
                    Ok(key) => {
                        let rewrapping = self.0.db.write(move |tx| {
                            let (row, key) = (row.clone(), key.clone());
                            Box::pin(async move { store::rewrap(tx, row, key.id, key.bytes).await })
                        });
                        rewrapping.await?;
                    }
                    Err(why) => {
                        tracing::error!(alarm = "keys", id = %row.id, %why, "a document cannot be read");
                        unreadable.push(row.id);
                    }
                }
            }
        }
    }
}

async fn erase_in(tx: &Tx, booking: Uuid, now: chrono::DateTime<chrono::Utc>) -> Result<(), Problem> {
    let state = Booking::lock(tx, booking).await?;
    if state.is_none_or(|state| kept_for(state).is_none()) {
        // Taken back meanwhile: a no-show that came after all.
        return Ok(());
    }
    let rows = store::of_booking(tx.conn(), booking).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let what = DocumentEntry::Erased { documents: rows.len() };
    let mut entry = NewEntry::new(booking, &what, evidence::Actor::PROGRAM, now);
    for row in &rows {
        entry = entry.row(evidence::rows::gone(row));
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    store::delete(tx, &ids).await?;
    // What a digest was of is gone, and nobody need find it by the digest.
    evidence::erase_texts(tx, booking, "sha256").await?;
    evidence::append(tx, entry).await?;
    Ok(())
}
