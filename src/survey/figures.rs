//! What staff read: answers without a who, and figures.

use super::Survey;
use super::model::{self, Counts, Figure};
use super::month::Month;
use super::store::{self, Spans};
use crate::directory::ServiceInfo;
use crate::http::Problem;
use crate::text::Text;
use sea_orm::DbErr;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// One answer, without a who.
pub(super) struct Answer {
    pub id: Uuid,
    pub service: Text,
    pub level: i32,
    pub comment: Option<String>,
    pub month: Month,
}

/// The figures of a month: by service, in the order of the services, and in all.
pub(super) struct MonthFigures {
    pub month: Month,
    pub services: Vec<(Uuid, Text, Figure)>,
    pub total: Figure,
}

impl Survey {
    /// A page of answers that are not about `reader`.
    pub(super) async fn answers(
        &self,
        reader: Uuid,
        month: Option<Month>,
        service_id: Option<Uuid>,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<Answer>, Problem> {
        let services = self.rated_services().await?;
        let spans = month.map(|month| spans(&services, month));
        let conn = self.0.db.reader();
        let rows = store::answers(conn, reader, service_id, spans.as_ref(), before, limit).await?;
        let by_id: HashMap<Uuid, &Arc<ServiceInfo>> =
            services.iter().map(|service| (service.row.id, service)).collect();
        let shown = rows.into_iter().filter_map(|row| {
            let service = by_id.get(&row.service_id)?;
            Some(Answer {
                id: row.id,
                service: service.name(),
                level: row.level,
                comment: row.comment,
                month: Month::of(row.invited_at, service.zone),
            })
        });
        Ok(shown.collect())
    }

    /// The figures of each month from `from` to `to`. A month counts who was invited in it.
    pub(super) async fn figures(&self, from: Month, to: Month) -> Result<Vec<MonthFigures>, Problem> {
        let services = self.rated_services().await?;
        let mut months = Vec::new();
        for month in from.until(to) {
            let mut counts: HashMap<Uuid, Counts> = HashMap::new();
            for (service, level, number) in store::tally(self.0.db.reader(), &spans(&services, month)).await?
            {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                counts.entry(service).or_default().add(Counts {
                    invited: number,
                    answered: if level.is_some() { number } else { 0 },
                    top: if level == Some(model::TOP_LEVEL) { number } else { 0 },
                });
            }
            let groups: Vec<(&Arc<ServiceInfo>, Counts)> = services
                .iter()
                .filter_map(|service| Some((service, *counts.get(&service.row.id)?)))
                .collect();
            let (lines, total) =
                model::figures(&groups.iter().map(|(_, counts)| *counts).collect::<Vec<_>>());
            let named = groups.iter().zip(lines);
            let services = named.map(|((service, _), line)| (service.row.id, service.name(), line)).collect();
            months.push(MonthFigures { month, services, total });
        }
        Ok(months)
    }

    /// The services that were ever rated, in the order of the office, no longer offered ones too.
    async fn rated_services(&self) -> Result<Vec<Arc<ServiceInfo>>, DbErr> {
        let mut services = Vec::new();
        for id in store::rated_services(self.0.db.reader()).await? {
            services.extend(self.0.directory.service(id).await?);
        }
        services.sort_by_key(|service| (service.row.position, service.row.id));
        Ok(services)
    }
}

/// The month's span for the services of each zone.
fn spans(services: &[Arc<ServiceInfo>], month: Month) -> Spans {
    let mut by_zone: HashMap<chrono_tz::Tz, Vec<Uuid>> = HashMap::new();
    for service in services {
        by_zone.entry(service.zone).or_default().push(service.row.id);
    }
    by_zone.into_iter().map(|(zone, ids)| (ids, month.start(zone), month.next().start(zone))).collect()
}
