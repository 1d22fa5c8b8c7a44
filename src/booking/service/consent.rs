//! Consent to the use of health information: what was agreed to, and taking it back.

use crate::auth::{Actor, Right};
use crate::base::words;
use crate::booking::log::BookingEntry;
use crate::booking::model::sealed;
use crate::booking::service::{Booking, Fault, scope_of};
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::{consents, write};
use crate::booking::wire::dto::ConsentDto;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use uuid::Uuid;

impl Booking {
    /// Takes the consent of a booking back: the answers that it was about are deleted, and the booking stands.
    pub async fn withdraw_consent(&self, actor: &Actor, id: Uuid) -> Result<(), Problem> {
        actor.may(Right::Book)?;
        let scope = scope_of(actor)?;
        let info = self.info(self.find_for(actor, id).await?.service_id).await?;
        let (by, now, inner) = (actor.evidence(), self.0.clock.now(), self.0.clone());
        let done: Result<(), Fault> = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let before = write::lock_scoped(tx, scope, id).await?.ok_or_else(Problem::not_found)?;
                    if before.consent_withdrawn_at.is_some() {
                        return Ok(());
                    }
                    let Some(version) = before.consent_version.clone() else {
                        return Err(Problem::conflict(words::booking::no_consent()).into());
                    };
                    if !may_withdraw(&before) {
                        return Err(Problem::conflict(words::booking::consent_kept()).into());
                    }
                    let mut row = before.clone();
                    row.fields = sealed::without_sensitive(&info.spec.every_field(), &before.fields).into();
                    row.consent_withdrawn_at = Some(now);
                    row.updated_at = now;
                    let what = BookingEntry::ConsentWithdrawn { reference: row.reference.clone(), version };
                    let entry = NewEntry::new(id, &what, by, now).row(evidence::changed(&before, &row));
                    // Of answers from before they were sealed, the entries' texts hold them still.
                    if row.fields != before.fields {
                        evidence::erase_texts(tx, id, "fields").await?;
                    }
                    evidence::append(tx, entry).await?;
                    write::update(tx, before, &row)?;
                    inner.tell_office(tx);
                    Ok(())
                })
            })
            .await;
        done.map_err(Problem::from)
    }

    /// What a booker agreed to, as it is shown; the words are read.
    pub(super) async fn consent_of(
        &self,
        actor: &Actor,
        row: &booking::Model,
    ) -> Result<Option<ConsentDto>, Problem> {
        let (Some(version), Some(given_at)) = (&row.consent_version, row.consented_at) else {
            return Ok(None);
        };
        let withdrawn_at = row.consent_withdrawn_at;
        Ok(Some(ConsentDto {
            given_at,
            version: version.clone(),
            words: consents::words(self.0.db.reader(), version).await?,
            withdrawn_at,
            can_withdraw: withdrawn_at.is_none() && actor.has(Right::Book) && may_withdraw(row),
        }))
    }
}

/// Until somebody is examined. Then what it was based on belongs to the record of the examination.
fn may_withdraw(row: &booking::Model) -> bool {
    !matches!(row.state, BookingState::CheckedIn | BookingState::Completed)
}
