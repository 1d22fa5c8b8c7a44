//! What other terms or settings of a service would have done to the requests of the last months, before they are put in
//! force.

use crate::auth;
use crate::booking::model::past_requests::{PastRequest, Tried, tried};
use crate::booking::model::slots::Slot;
use crate::booking::model::why_not::{Facts, Occasion, Rule, Whom};
use crate::booking::service::Booking;
use crate::booking::service::terms::Question;
use crate::booking::store::past_requests;
use crate::directory::ServiceInfo;
use crate::directory::model::calendar::Calendar;
use crate::directory::model::terms::ServiceTerms;
use crate::http::Problem;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// So many days of requests are tried.
pub const DAYS_TRIED: i64 = 92;
/// So many days before them count for what a party had booked or missed.
const DAYS_BEFORE: i64 = 92;
/// At most so many requests are read; of more the latest.
const MOST_READ: u64 = 100_000;

impl Booking {
    /// Tries terms on the requests of the last [`DAYS_TRIED`] days, beside those in force.
    pub async fn try_terms(&self, id: Uuid, terms: ServiceTerms) -> Result<Tried, Problem> {
        let info = self.0.directory.service(id).await?.ok_or_else(Problem::not_found)?;
        info.check_terms(&terms)?;
        let mut other = ServiceInfo::clone(&info);
        other.spec.terms = terms;
        self.tried_on_requests(&info, &Arc::new(other)).await
    }

    /// Tries a service as it might be on the requests of the last [`DAYS_TRIED`] days, beside what it is.
    pub(super) async fn tried_on_requests(
        &self,
        info: &Arc<ServiceInfo>,
        other: &Arc<ServiceInfo>,
    ) -> Result<Tried, Problem> {
        let id = info.row.id;
        let calendar = self.0.directory.calendar().await?;
        let from = self.0.clock.now() - TimeDelta::days(DAYS_TRIED);
        let all = self.past_requests(id, from - TimeDelta::days(DAYS_BEFORE)).await?;
        // Read only where an answer of the form makes a difference.
        let by_category = [info, other].iter().any(|info| info.spec.terms.category_field.is_some());
        let forms = match by_category {
            true => past_requests::forms(self.0.db.reader(), id, from).await?,
            false => HashMap::new(),
        };
        let rules = |info: &Arc<ServiceInfo>, one: &PastRequest, facts: &Facts| {
            let form = forms.get(&one.id).and_then(|fields| fields.as_object());
            let category = form.and_then(|form| info.spec.terms.category(form)).map(str::to_owned);
            question(info, &calendar, one, category).rules(&one.slot, facts)
        };
        let tried = tried(
            &all,
            id,
            from,
            |one, facts| rules(info, one, facts),
            |one, facts| rules(other, one, facts),
        );
        Ok(tried)
    }

    async fn past_requests(&self, service: Uuid, from: DateTime<Utc>) -> Result<Vec<PastRequest>, Problem> {
        let conn = self.0.db.reader();
        let rows = past_requests::since(conn, from, MOST_READ).await?;
        let of_service = rows.iter().filter(|row| row.service_id == service);
        let mut enterprises: Vec<Uuid> = of_service.filter_map(|row| row.enterprise_id).collect();
        enterprises.sort_unstable();
        enterprises.dedup();
        let enterprises: HashMap<Uuid, _> = auth::ask::enterprises(conn, &enterprises).await?;
        let past = |row: past_requests::Row| {
            let whom = match row.enterprise_id {
                // Of those whose bookings only count beside, no tier was read.
                Some(id) => enterprises
                    .get(&id)
                    .map_or(Whom::Anybody, |enterprise| Whom::Enterprise(enterprise.credit_tier)),
                None => Whom::Person,
            };
            PastRequest {
                id: row.id,
                reference: row.reference,
                service_id: row.service_id,
                party: row.enterprise_id.unwrap_or(row.account_id),
                whom,
                slot: Slot { starts_at: row.starts_at, ends_at: row.ends_at },
                people: row.people.unwrap_or(1),
                state: row.state,
                applied_at: row.created_at,
                changed_at: row.updated_at,
                channel: row.channel,
                explain_by: row.explain_by,
                explained_at: row.explained_at,
            }
        };
        Ok(rows.into_iter().map(past).collect())
    }
}

/// What was asked then, of terms that need not have been in force.
fn question(
    info: &Arc<ServiceInfo>,
    calendar: &Arc<Calendar>,
    one: &PastRequest,
    category: Option<String>,
) -> Question {
    Question {
        info: Arc::clone(info),
        calendar: Arc::clone(calendar),
        whom: one.whom,
        category,
        now: one.applied_at,
        occasion: Occasion::New,
        channel: one.channel,
        people: one.people,
        unrecordable_until: None,
    }
}

impl Question {
    /// The rules that stand in the way.
    fn rules(&self, wanted: &Slot, facts: &Facts) -> Vec<Rule> {
        self.hindrances(wanted, facts).into_iter().map(|hindrance| hindrance.rule).collect()
    }
}
