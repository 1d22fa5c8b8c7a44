//! Cases with documents, for auditors: whether anybody met in them or not.

use crate::auth::{self, Actor, Right};
use crate::base::words::{self, ByLanguage};
use crate::booking::entities::booking;
use crate::evidence::{self, Names};
use crate::http::Problem;
use crate::review::log::ReviewEntry;
use crate::review::model::Search;
use crate::review::service::integrity::{self, Integrity};
use crate::review::service::{Line, Review};
use crate::review::store;
use crate::{documents, video};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// A case in the list.
#[derive(Clone, Debug)]
pub struct CaseRow {
    pub booking: booking::Model,
    /// Where people met in it.
    pub session: Option<Uuid>,
    pub service: ByLanguage,
    pub zone: String,
    pub enterprise: Option<String>,
    pub documents: i64,
    /// Entries and rows against each other; the files were not looked at.
    pub integrity: Integrity,
}

/// A case with its entries.
#[derive(Clone, Debug)]
pub struct CaseDetail {
    pub row: CaseRow,
    pub entries: Vec<Line>,
}

impl Review {
    /// Cases with documents that fit, latest first: one more than a page.
    pub async fn search_cases(
        &self,
        actor: &Actor,
        search: Search,
        after: Option<(DateTime<Utc>, Uuid)>,
    ) -> Result<Vec<CaseRow>, Problem> {
        actor.may(Right::Review)?;
        if let (Some(from), Some(to)) = (search.from, search.to)
            && from > to
        {
            return Err(Problem::invalid("to", words::review::invalid_range()));
        }
        let found = store::cases(self.0.db.reader(), &search, after).await?;
        self.case_rows(found).await
    }

    /// A case that has documents. That somebody looks at it is an entry of it.
    pub async fn case(&self, actor: &Actor, id: Uuid) -> Result<CaseDetail, Problem> {
        actor.may(Right::Review)?;
        let booking = self.0.booking.find(id).await?.ok_or_else(Problem::not_found)?;
        let counted = documents::ask::counted(self.0.db.reader(), [id]).await?;
        if counted.is_empty() {
            return Err(Problem::not_found());
        }
        self.note_visit(actor, id, ReviewEntry::CaseOpened {}).await?;
        let entries = evidence::entries(self.0.db.reader(), id).await?;
        let entries = self.lines(&entries, &Names::new()).await?;
        let row = self.case_rows(vec![booking]).await?.pop().ok_or_else(Problem::not_found)?;
        Ok(CaseDetail { row, entries })
    }

    async fn case_rows(&self, bookings: Vec<booking::Model>) -> Result<Vec<CaseRow>, Problem> {
        let conn = self.0.db.reader();
        let ids: Vec<Uuid> = bookings.iter().map(|booking| booking.id).collect();
        let sessions = video::ask::sessions_of(conn, &ids).await?;
        let sessions: HashMap<Uuid, Uuid> =
            sessions.into_iter().map(|session| (session.booking_id, session.id)).collect();
        let counted = documents::ask::counted(conn, ids).await?;
        let enterprises: Vec<Uuid> = bookings.iter().filter_map(|booking| booking.enterprise_id).collect();
        let enterprises = auth::ask::enterprises(conn, &enterprises).await?;
        let checked = bookings.iter().map(|booking| booking.id);
        let checked = integrity::check_rows_of(&self.0.db, checked).await?;
        let mut rows = Vec::with_capacity(bookings.len());
        for (booking, integrity) in bookings.into_iter().zip(checked) {
            let Some(service) = self.0.directory.service(booking.service_id).await? else { continue };
            let enterprise = booking.enterprise_id.and_then(|id| enterprises.get(&id));
            rows.push(CaseRow {
                integrity,
                session: sessions.get(&booking.id).copied(),
                service: service.name(),
                zone: service.zone.name().to_owned(),
                enterprise: enterprise.map(|enterprise| enterprise.name.clone()),
                documents: counted.get(&booking.id).copied().unwrap_or_default(),
                booking,
            });
        }
        Ok(rows)
    }
}
