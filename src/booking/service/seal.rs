//! Brings sensitive answers under the newest key: those that an older version kept readable, and those under an older
//! key after a rotation. In small steps; how far it has come stands in the store.

use crate::booking::jobs::SealService;
use crate::booking::log::BookingEntry;
use crate::booking::model::sealed;
use crate::booking::service::{Booking, Fault};
use crate::booking::store::entities::booking;
use crate::booking::store::{consents, external_numbers, write};
use crate::db::jobs::{self, Claim};
use crate::directory::model::FieldSpec;
use crate::directory::{ServiceInfo, settings};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// So many bookings are looked at before it is noted how far one is.
const PORTION: u64 = 100;
/// A round ends by then; the next one goes on.
const ROUND: Duration = Duration::from_secs(30);

impl Booking {
    /// Goes on bringing answers under the newest key.
    pub(crate) async fn seal_answers(&self) -> Result<(), Problem> {
        let begun = Instant::now();
        let newest = self.0.keyring.newest_data_key();
        let now = self.0.clock.now();
        let Some(mut key) = self.0.db.data_keys().await?.into_iter().find(|row| row.id == newest) else {
            // Rotated elsewhere, and the keyring was copied here before the store was told.
            self.0.db.note_data_key(newest, now).await?;
            return Ok(());
        };
        if key.sealed_at.is_some() {
            return Ok(());
        }
        let services = self.0.directory.kept_services().await?;
        let asks = services.all().filter(|info| info.spec.is_ever_sensitive());
        let ids: Vec<Uuid> = asks.map(|info| info.row.id).collect();
        while begun.elapsed() < ROUND {
            let found = consents::bookings_after(self.0.db.reader(), &ids, key.sealed_up_to, PORTION).await?;
            for id in &found {
                let Some(seen) = self.find(*id).await? else { continue };
                let info = self.info(seen.service_id).await?;
                self.seal_one(seen, &info).await?;
            }
            let last = found.last().copied();
            key.sealed_at = last.is_none().then_some(now);
            key.sealed_up_to = last.or(key.sealed_up_to);
            self.0.db.move_data_key(key.clone()).await?;
            if last.is_none() {
                tracing::info!(key = key.id, "sensitive answers are all under the newest key");
                return Ok(());
            }
        }
        Ok(())
    }

    /// Seals what is kept readable of a service whose form has a sensitive question more, and gives how far it has come:
    /// none where it is done.
    pub(crate) async fn seal_service(
        &self,
        service: Uuid,
        after: Option<Uuid>,
    ) -> Result<Option<Uuid>, Problem> {
        // As the store has it: what is kept in memory may be of before.
        let Some(info) = settings::stored(self.0.db.reader(), service).await? else { return Ok(None) };
        let (begun, mut last) = (Instant::now(), after);
        loop {
            let found = consents::bookings_after(self.0.db.reader(), &[service], last, PORTION).await?;
            let Some(newest) = found.last().copied() else { return Ok(None) };
            for id in found {
                if let Some(seen) = self.find(id).await? {
                    self.seal_one(seen, &info).await?;
                }
            }
            last = Some(newest);
            if begun.elapsed() >= ROUND {
                return Ok(last);
            }
        }
    }

    /// Leaves the rest of a service to another job, and ends this one.
    pub(crate) async fn go_on_sealing(&self, rest: SealService, claim: Claim) -> Result<(), Problem> {
        let now = self.0.clock.now();
        let left = self.0.db.write(move |tx| {
            let (rest, claim) = (rest.clone(), claim.clone());
            Box::pin(async move {
                jobs::enqueue(tx, now, &rest).await?;
                claim.done(tx, now).await
            })
        });
        left.await.map_err(Problem::from)
    }

    async fn seal_one(&self, seen: booking::Model, info: &Arc<ServiceInfo>) -> Result<(), Problem> {
        let (id, info) = (seen.id, Arc::clone(info));
        if !self.seal(id, &info.spec.every_field(), &seen.fields).changed {
            return Ok(());
        }
        let (this, now) = (self.clone(), self.0.clock.now());
        let done: Result<(), Fault> = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let Some(before) = write::lock(tx, id).await? else { return Ok(()) };
                    let sealed = this.seal(id, &info.spec.every_field(), &before.fields);
                    let mut row = before.clone();
                    row.fields = sealed.fields.into();
                    if sealed.was_plain {
                        let what = BookingEntry::AnswersSealed { reference: row.reference.clone() };
                        let entry = NewEntry::new(id, &what, evidence::Actor::PROGRAM, now);
                        // The texts of older entries hold the answers still, readable.
                        evidence::erase_texts(tx, id, "fields").await?;
                        let hidden = info.spec.fields.iter().filter(|field| field.is_sealed());
                        let hidden = hidden.map(|field| field.key.clone()).collect();
                        external_numbers::forget(tx, id, hidden).await?;
                        evidence::append(tx, entry.row(evidence::changed(&before, &row))).await?;
                    }
                    write::update(tx, before, &row)?;
                    Ok(())
                })
            })
            .await;
        done.map_err(Problem::from)
    }

    fn seal(&self, id: Uuid, spec: &[FieldSpec], fields: &serde_json::Value) -> sealed::Resealed {
        let sealed = sealed::reseal(&self.0.keyring, id, spec, fields);
        for (field, why) in &sealed.unreadable {
            tracing::error!(alarm = "keys", %id, field, %why, "a sealed answer cannot be read");
        }
        sealed
    }
}
