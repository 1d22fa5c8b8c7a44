//! Setting on which terms a service is booked.

use crate::base::words;
use crate::db::bus;
use crate::directory::log::TermsEntry;
use crate::directory::model::ServiceSpec;
use crate::directory::model::terms::{ServiceTerms, TermsContext, TermsFault, TermsFaultKind};
use crate::directory::store;
use crate::directory::{Directory, ServiceInfo};
use crate::evidence::{self, Actor, NewEntry};
use crate::http::Problem;
use sea_orm::DbErr;
use uuid::Uuid;

impl Directory {
    /// Puts other terms in force at once; the entry keeps those before and after. What was booked by the former stays.
    pub async fn set_terms(
        &self,
        id: Uuid,
        terms: ServiceTerms,
        reason: String,
        by: Actor,
    ) -> Result<(), Problem> {
        let now = self.clock().now();
        self.db()
            .write(move |tx| {
                Box::pin(async move {
                    let row = store::lock_service(tx, id).await?.ok_or_else(Problem::not_found)?;
                    let spec = |error: serde_json::Error| DbErr::Json(error.to_string());
                    let mut after: ServiceSpec = serde_json::from_value(row.spec.clone()).map_err(spec)?;
                    let context = TermsContext { fields: &after.fields, horizon_days: row.horizon_days };
                    terms.check(&context).map_err(|fault| refused(&fault))?;
                    let before = std::mem::replace(&mut after.terms, terms.clone());
                    store::set_spec(tx, id, serde_json::to_value(&after).map_err(spec)?).await?;
                    let what = TermsEntry::Set { service: row.code, before, after: terms };
                    let entry = NewEntry::new(evidence::SYSTEM, &what, by, now);
                    // Typed freely, so a name may stand in it.
                    evidence::append(tx, entry.personal("reason", reason)).await?;
                    bus::tell_in(tx, bus::DIRECTORY).await?;
                    Ok::<_, Problem>(())
                })
            })
            .await?;
        self.forget();
        Ok(())
    }
}

impl ServiceInfo {
    /// Refuses terms that cannot be meant for this service.
    pub fn check_terms(&self, terms: &ServiceTerms) -> Result<(), Problem> {
        let context = TermsContext { fields: &self.spec.fields, horizon_days: self.row.horizon_days };
        terms.check(&context).map_err(|fault| refused(&fault))
    }
}

/// What is wrong with terms, with the field as it is spelled in the API.
fn refused(fault: &TermsFault) -> Problem {
    use words::directory as say;
    let title = match fault.kind {
        TermsFaultKind::OutOfRange(from, to) => say::terms_out_of_range(from, to),
        TermsFaultKind::NoSlotLeft => say::terms_no_slot_left(),
        TermsFaultKind::Twice => say::terms_twice(),
        TermsFaultKind::UnknownCategory => say::terms_unknown_category(),
        TermsFaultKind::NoChoice => say::terms_no_choice(),
        TermsFaultKind::ReasonMissing => say::terms_reason_missing(),
    };
    Problem::invalid(format!("terms.{}", fault.field), title)
}
