//! Bookings as somebody sees them.

use crate::auth::{Actor, Right};
use crate::base::words::{self, Language};
use crate::booking::log::BookedStage;
use crate::booking::model::reference::parse_reference;
use crate::booking::service::presented::Presented;
use crate::booking::service::{Booking, scope_of};
use crate::booking::store::appointments;
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::external_numbers;
use crate::booking::store::read::{self, ListKey, View};
use crate::booking::wire::dto::BookingDto;
use crate::booking::words::calendar;
use crate::booking::words::mails::News;
use crate::directory::model::identifiers;
use crate::http::Problem;
use crate::notify::{self, Method};
use uuid::Uuid;

/// So many bookings are shown of one number.
const MOST_FOUND: u64 = 20;

/// A booking right after its booker has written it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fresh {
    pub row: booking::Model,
    /// Its appointments, where they are at hand.
    pub appointments: Vec<appointment::Model>,
    /// The booker has something else at the time.
    pub is_beside_another: bool,
}

impl Booking {
    /// A booking of the caller's own, as it is right after they have written it: nothing need be read again.
    pub async fn show_fresh(&self, actor: &Actor, fresh: Fresh) -> Result<BookingDto, Problem> {
        let Fresh { row, appointments, is_beside_another } = fresh;
        let holds_some = appointments.iter().any(|one| one.officer_id.is_some());
        let is_settled = row.state == BookingState::Accepted;
        if is_beside_another || !is_all_of(actor, &row) || (holds_some && is_settled) {
            return self.show(actor, row).await;
        }
        let info = self.info(row.service_id).await?;
        Presented::alone(actor, self.0.clock.now(), info, appointments)
            .show(&row)
            .ok_or_else(Problem::not_found)
    }

    /// A booking as `actor` sees it.
    pub async fn show(&self, actor: &Actor, row: booking::Model) -> Result<BookingDto, Problem> {
        let presented = self.present(actor, std::slice::from_ref(&row), &[]).await?;
        presented.show(&row).ok_or_else(Problem::not_found)
    }

    /// Some bookings as `actor` sees them.
    pub async fn show_all(&self, actor: &Actor, rows: &[booking::Model]) -> Result<Vec<BookingDto>, Problem> {
        let presented = self.present(actor, rows, &[]).await?;
        Ok(rows.iter().filter_map(|row| presented.show(row)).collect())
    }

    /// One page of `actor`'s bookings, and one row more to show that there is another page.
    pub async fn list(
        &self,
        actor: &Actor,
        view: View,
        after: Option<ListKey>,
        limit: u64,
    ) -> Result<Vec<BookingDto>, Problem> {
        // The office has its day; there is no list of everybody's bookings.
        actor.may(Right::Book)?;
        let now = self.0.clock.now();
        let scope = scope_of(actor)?;
        let rows = read::list(self.0.db.reader(), scope, view, now, after, limit).await?;
        self.show_all(actor, &rows).await
    }

    /// A booking by what somebody read out; what cannot be a reference is not looked for.
    pub async fn by_reference(&self, actor: &Actor, spoken: &str) -> Result<BookingDto, Problem> {
        let scope = scope_of(actor)?;
        let reference = parse_reference(spoken).ok_or_else(Problem::not_found)?;
        let row = read::by_reference(self.0.db.reader(), scope, &reference).await?;
        self.show(actor, row.ok_or_else(Problem::not_found)?).await
    }

    /// The bookings for which another system gave this number, the newest first; what cannot be one is not looked for.
    pub async fn by_external_number(&self, actor: &Actor, typed: &str) -> Result<Vec<BookingDto>, Problem> {
        let scope = scope_of(actor)?;
        let Ok(number) = identifiers::external_no(typed) else { return Ok(Vec::new()) };
        let rows = external_numbers::bookings(self.0.db.reader(), scope, &number, MOST_FOUND).await?;
        let presented = self.present(actor, &rows, &[]).await?;
        Ok(rows.iter().filter_map(|row| presented.show(row)).collect())
    }

    /// The appointment as a calendar file.
    pub async fn calendar_file(
        &self,
        actor: &Actor,
        id: Uuid,
        language: Language,
    ) -> Result<String, Problem> {
        let row = self.find_for(actor, id).await?;
        let method = match row.state {
            BookingState::Accepted | BookingState::CheckedIn | BookingState::Completed => Method::Request,
            // Only what had been an appointment can be taken out of a calendar.
            BookingState::Cancelled if row.officer_id.is_some() || row.sequence > 1 => Method::Cancel,
            _ => {
                return Err(Problem::conflict(words::booking::wrong_state_calendar()));
            }
        };
        let info = self.info(row.service_id).await?;
        let now = self.0.clock.now();
        let news = News {
            installation: &self.0.installation,
            info: &info,
            row: &row,
            now,
            to: None,
            language,
            stages: BookedStage::of(&appointments::of(self.0.db.reader(), [row.id]).await?),
        };
        let known = notify::calendar_identity(self.0.db.reader(), row.id).await?;
        Ok(calendar::calendar_file(&news, known, method))
    }
}

/// Whether nobody else has to do with a booking that nobody has decided about.
fn is_all_of(actor: &Actor, row: &booking::Model) -> bool {
    let enterprise = actor.enterprise.as_ref().map(|enterprise| enterprise.id);
    row.account_id == actor.account_id && row.enterprise_id == enterprise && row.officer_id.is_none()
}
