//! What staff read: answers without a who, and figures.

use crate::base::words::ByLanguage;
use crate::directory::ServiceInfo;
use crate::http::Problem;
use crate::survey::Survey;
use crate::survey::model::month::Month;
use crate::survey::model::{self, Counts, Figure};
use crate::survey::store::{self, Spans};
use sea_orm::DbErr;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// One answer, without a who.
pub struct Answer {
    pub id: Uuid,
    /// Not said where it would stand on too few answers.
    pub service: Option<ByLanguage>,
    pub level: i32,
    pub comment: Option<String>,
    pub month: Month,
}

/// The figures of a month: by service, in the order of the services, and in all.
pub struct MonthFigures {
    pub month: Month,
    pub services: Vec<(Uuid, ByLanguage, Figure)>,
    pub total: Figure,
}

impl Survey {
    /// A page of answers that are not about `reader`, newest months first. What is listed never stands
    /// on fewer than five answers, by whatever month or service is asked for.
    pub(in crate::survey) async fn answers(
        &self,
        reader: Uuid,
        month: Option<Month>,
        service_id: Option<Uuid>,
        after: Option<(Month, Uuid)>,
        limit: usize,
    ) -> Result<Vec<Answer>, Problem> {
        let services = self.rated_services().await?;
        let mut listed = Vec::new();
        let Some((first, mut current)) = self.months(&services, month).await? else { return Ok(listed) };
        if let Some((month, _)) = after {
            current = current.min(month);
        }
        while current >= first && listed.len() < limit {
            let before = after.filter(|(month, _)| *month == current).map(|(_, id)| id);
            let left = limit - listed.len();
            listed.extend(self.answers_of_month(&services, reader, current, service_id, before, left).await?);
            current = current.previous();
        }
        Ok(listed)
    }

    async fn answers_of_month(
        &self,
        services: &[Arc<ServiceInfo>],
        reader: Uuid,
        month: Month,
        service_id: Option<Uuid>,
        before: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<Answer>, Problem> {
        let (conn, span) = (self.0.db.reader(), spans(services, month));
        let groups = self.groups(services, month).await?;
        let about: HashMap<Uuid, i64> = store::tally_about(conn, &span, reader).await?.into_iter().collect();
        let about_of = |service: &Arc<ServiceInfo>| {
            about.get(&service.row.id).and_then(|number| u32::try_from(*number).ok()).unwrap_or(0)
        };
        let counts: Vec<Counts> = groups.iter().map(|(_, counts)| *counts).collect();
        let listing = model::listing(&counts, &groups.iter().map(|(s, _)| about_of(s)).collect::<Vec<_>>());
        let of = |indexes: &[usize]| indexes.iter().map(|index| groups[*index].0.clone()).collect::<Vec<_>>();
        let named: HashMap<Uuid, Arc<ServiceInfo>> = of(&listing.named)
            .into_iter()
            .filter(|service| service_id.is_none_or(|id| id == service.row.id))
            .map(|service| (service.row.id, service))
            .collect();
        // To ask for one service would say of which service an answer is.
        let together = if service_id.is_none() { of(&listing.together) } else { Vec::new() };
        let shown: Vec<Arc<ServiceInfo>> = named.values().cloned().chain(together).collect();
        if shown.is_empty() {
            return Ok(Vec::new());
        }
        let rows = store::answers(conn, reader, &spans(&shown, month), before, limit as u64).await?;
        Ok(rows
            .into_iter()
            .map(|row| Answer {
                id: row.id,
                service: named.get(&row.service_id).map(|service| service.name()),
                level: row.level,
                comment: row.comment,
                month,
            })
            .collect())
    }

    /// The first and the last month of which there is something to list.
    async fn months(
        &self,
        services: &[Arc<ServiceInfo>],
        asked: Option<Month>,
    ) -> Result<Option<(Month, Month)>, DbErr> {
        if let Some(month) = asked {
            return Ok(Some((month, month)));
        }
        let Some((first, last)) = store::invited_between(self.0.db.reader()).await? else { return Ok(None) };
        let zones = || services.iter().map(|service| service.zone);
        let first = zones().map(|zone| Month::of(first, zone)).min();
        Ok(first.zip(zones().map(|zone| Month::of(last, zone)).max()))
    }

    /// The services of which somebody was invited in a month, with their counts.
    async fn groups<'a>(
        &self,
        services: &'a [Arc<ServiceInfo>],
        month: Month,
    ) -> Result<Vec<(&'a Arc<ServiceInfo>, Counts)>, DbErr> {
        let mut counts: HashMap<Uuid, Counts> = HashMap::new();
        for (service, level, number) in store::tally(self.0.db.reader(), &spans(services, month)).await? {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            counts.entry(service).or_default().add(Counts {
                invited: number,
                answered: if level.is_some() { number } else { 0 },
                top: if level == Some(model::TOP_LEVEL) { number } else { 0 },
            });
        }
        Ok(services.iter().filter_map(|service| Some((service, *counts.get(&service.row.id)?))).collect())
    }

    /// The figures of each month from `from` to `to`. A month counts who was invited in it.
    pub(in crate::survey) async fn figures(
        &self,
        from: Month,
        to: Month,
    ) -> Result<Vec<MonthFigures>, Problem> {
        let services = self.rated_services().await?;
        let mut months = Vec::new();
        for month in from.until(to) {
            let groups = self.groups(&services, month).await?;
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
