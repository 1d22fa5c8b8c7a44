//! What a form can be filled in with, so that nobody types the same twice; and what it is warned of.

use crate::auth::{self, Actor, Right};
use crate::base::local_time::local_date;
use crate::booking::model::warnings::{FormWarning, warnings};
use crate::booking::model::{display_reference, form};
use crate::booking::service::request::RequestForm;
use crate::booking::service::{Booking, scope_of};
use crate::booking::store::entities::booking::Channel;
use crate::booking::store::{appointments, read};
use crate::booking::wire::dto::Prefill;
use crate::directory::model::{FieldKind, FieldSpec};
use crate::http::Problem;
use serde_json::{Map, Value};
use uuid::Uuid;

impl Booking {
    /// The caller's contact and their last answers for a service.
    pub async fn prefill(&self, actor: &Actor, service_id: Uuid) -> Result<Prefill, Problem> {
        actor.may(Right::Book)?;
        let (info, _) = self.service(service_id).await?;
        let conn = self.0.db.reader();
        let scope = scope_of(actor)?;
        let last = read::last_request(conn, scope, actor.account_id, None).await?;
        let of_service = read::last_request(conn, scope, actor.account_id, Some(service_id)).await?;
        let account =
            auth::ask::accounts(self.0.db.reader(), &[actor.account_id]).await?.remove(&actor.account_id);
        let contact = last.map(|row| (row.contact_name, row.contact_mobile));
        let (name, mobile) = contact.unwrap_or_default();
        Ok(Prefill {
            contact_name: name.or_else(|| account.as_ref().map(|account| account.name.clone())),
            contact_mobile: mobile.or_else(|| account.and_then(|account| account.mobile)),
            last_answers: of_service
                .as_ref()
                .map(|row| usable(&info.spec.fields, &row.fields))
                .unwrap_or_default(),
            from_reference: of_service.map(|row| display_reference(&row.reference)),
        })
    }

    /// What a form would be warned of; it is checked as if it were requested.
    pub async fn check_form(
        &self,
        actor: &Actor,
        id: Uuid,
        form: RequestForm,
    ) -> Result<Vec<FormWarning>, Problem> {
        actor.may(Right::Book)?;
        let row = self.find_for(actor, id).await?;
        let info = self.info(row.service_id).await?;
        let appointments = match info.stages.is_empty() {
            true => Vec::new(),
            false => appointments::of(self.0.db.reader(), [id]).await?,
        };
        let in_stages = appointments.iter().any(|appointment| appointment.stage.is_some());
        let form = form.checked(&info.spec, in_stages, Channel::Online)?;
        Ok(warnings(&info.spec.warnings, &form.fields, local_date(info.zone, row.starts_at)))
    }
}

/// The answers that still fit the questions. What is sensitive is typed anew, and so is a consent given.
fn usable(spec: &[FieldSpec], answers: &Value) -> Map<String, Value> {
    let reusable = |field: &&FieldSpec| !field.sensitive && field.kind != FieldKind::Consent;
    let answer = |field: &FieldSpec| {
        let one = Map::from_iter([(field.key.clone(), answers.get(&field.key)?.clone())]);
        form::check_fields(std::slice::from_ref(field), &one, false).ok()
    };
    spec.iter().filter(reusable).filter_map(answer).flatten().collect()
}
