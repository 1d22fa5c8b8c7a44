//! What figures of operation are counted from: one query for all months that are asked for, whatever it is about.

use crate::booking::log::AGAINST_TERMS;
use crate::booking::model::decisions::Request;
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState, Channel};
use crate::booking::store::entities::refusal::{self, RefusalRule};
use crate::booking::store::entities::waiting_entry::{self, WaitingState};
use crate::directory::entities::service_stage::Stage;
use crate::evidence;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};
use std::collections::HashMap;
use std::iter;
use uuid::Uuid;

/// Months one after the other: where the first begins, and where each ends.
#[derive(Clone, Debug)]
pub struct Months<T> {
    pub begins: T,
    pub ends: Vec<T>,
}

/// As many ids stand in one query.
const MOST_AT_ONCE: usize = 1000;

/// The number of a month in the order of [`Months`].
pub type MonthNumber = i32;

/// What the number of the month is called within a query. Grouped by its name: a value that is bound twice would make
/// it another expression for PostgreSQL.
const MONTH: &str = "month";

impl<T: Copy + Into<Value>> Months<T> {
    /// Where the last one ends.
    pub fn last(&self) -> T {
        self.ends.last().copied().unwrap_or(self.begins)
    }

    fn number(&self, column: impl ColumnTrait) -> Expr {
        let numbered = iter::zip(0i32.., &self.ends);
        let case = numbered.fold(CaseStatement::new(), |case, (number, end)| {
            case.case(Expr::col(column.as_column_ref()).lt(*end), number)
        });
        case.into()
    }

    /// The rows whose time lies in one of them, with its number as a column.
    fn of<E: EntityTrait>(&self, rows: Select<E>, column: impl ColumnTrait) -> Select<E> {
        rows.filter(column.gte(self.begins))
            .filter(column.lt(self.last()))
            .column_as(self.number(column), MONTH)
    }
}

/// How many bookings whose time begins in a month and of which something holds, by some columns and the month.
fn count_by(
    months: &Months<DateTime<Utc>>,
    by: impl IntoIterator<Item = booking::Column>,
    holds: impl Into<Expr>,
) -> Select<booking::Entity> {
    let by: Vec<booking::Column> = by.into_iter().collect();
    let rows = booking::Entity::find().select_only().columns(by.iter().copied());
    let counted = months
        .of(rows, booking::Column::StartsAt)
        .column_as(booking::Column::Id.count(), "number")
        .filter(holds.into());
    by.into_iter().fold(counted, Select::group_by).group_by(Expr::col(MONTH))
}

/// How many bookings whose time begins in a month are in which state and came by which way, by service. What was only
/// held is not among them.
pub async fn states(
    conn: &impl ConnectionTrait,
    months: &Months<DateTime<Utc>>,
) -> Result<Vec<(Uuid, BookingState, Channel, MonthNumber, i64)>, DbErr> {
    use booking::Column::{Channel, ContactName, ServiceId, State};
    count_by(months, [ServiceId, State, Channel], ContactName.is_not_null()).into_tuple().all(conn).await
}

/// How many bookings whose time begins in a month an officer took against the terms, by service.
pub async fn against_terms(
    conn: &impl ConnectionTrait,
    months: &Months<DateTime<Utc>>,
) -> Result<Vec<(Uuid, MonthNumber, i64)>, DbErr> {
    let against = booking::Column::Id.in_subquery(evidence::ask::cases_with(AGAINST_TERMS));
    count_by(months, [booking::Column::ServiceId], against).into_tuple().all(conn).await
}

/// How many bookings whose time begins in a month were decided as they were requested, by service: most of them, where
/// the program decides. What an officer took for somebody is not among them: nobody had asked the office to decide.
pub async fn decided_as_they_came(
    conn: &impl ConnectionTrait,
    months: &Months<DateTime<Utc>>,
) -> Result<Vec<(Uuid, MonthNumber, i64)>, DbErr> {
    let at_once = Expr::col(booking::Column::DecidedAt).eq(Expr::col(booking::Column::RequestedAt));
    let asked = booking::Column::Channel.eq(Channel::Online);
    count_by(months, [booking::Column::ServiceId], at_once.and(asked)).into_tuple().all(conn).await
}

/// The other requests of bookings whose time begins in a month. Those that were taken back before anybody decided are
/// not among them.
pub async fn requests(
    conn: &impl ConnectionTrait,
    months: &Months<DateTime<Utc>>,
) -> Result<Vec<(Uuid, MonthNumber, Request)>, DbErr> {
    use booking::Column::{DecidedAt, RequestedAt, ServiceId, StartsAt, State};
    let asked = booking::Column::Channel.eq(Channel::Online);
    let waits_or_waited = State.is_in([BookingState::Requested, BookingState::Expired]);
    let later = Expr::col(DecidedAt).gt(Expr::col(RequestedAt));
    let rows = booking::Entity::find().select_only().column(ServiceId);
    type Row = (Uuid, MonthNumber, DateTime<Utc>, Option<DateTime<Utc>>, DateTime<Utc>);
    let rows: Vec<Row> = months
        .of(rows, StartsAt)
        .columns([RequestedAt, DecidedAt, StartsAt])
        .filter(RequestedAt.is_not_null())
        .filter(asked)
        .filter(later.or(DecidedAt.is_null().and(waits_or_waited)))
        .into_tuple()
        .all(conn)
        .await?;
    let request = |(service, month, requested_at, decided_at, starts_at)| {
        (service, month, Request { requested_at, decided_at, starts_at })
    };
    Ok(rows.into_iter().map(request).collect())
}

/// When the stages that ended in a month really began and ended.
pub async fn clocks(
    conn: &impl ConnectionTrait,
    months: &Months<DateTime<Utc>>,
) -> Result<Vec<(Stage, MonthNumber, DateTime<Utc>, DateTime<Utc>)>, DbErr> {
    let rows = appointment::Entity::find().select_only().column(appointment::Column::Stage);
    months
        .of(rows, appointment::Column::EndedAt)
        .column(appointment::Column::BeganAt)
        .column(appointment::Column::EndedAt)
        .filter(appointment::Column::Stage.is_not_null())
        .filter(appointment::Column::BeganAt.is_not_null())
        .order_by_asc(appointment::Column::Stage)
        .into_tuple()
        .all(conn)
        .await
}

/// Since when those had waited for a place who took an offer in a month, by service, and when that was.
pub async fn offers_taken(
    conn: &impl ConnectionTrait,
    months: &Months<DateTime<Utc>>,
) -> Result<Vec<(Uuid, DateTime<Utc>, DateTime<Utc>)>, DbErr> {
    use waiting_entry::Column::{CreatedAt, ServiceId, State, UpdatedAt};
    waiting_entry::Entity::find()
        .select_only()
        .columns([ServiceId, CreatedAt, UpdatedAt])
        .filter(State.eq(WaitingState::Taken))
        // Nothing comes after that.
        .filter(UpdatedAt.gte(months.begins))
        .filter(UpdatedAt.lt(months.last()))
        .into_tuple()
        .all(conn)
        .await
}

/// Of which services some bookings are.
pub async fn services_of(
    conn: &impl ConnectionTrait,
    bookings: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Uuid>, DbErr> {
    let mut bookings: Vec<Uuid> = bookings.into_iter().collect();
    bookings.sort_unstable();
    bookings.dedup();
    let mut found = HashMap::with_capacity(bookings.len());
    for some in bookings.chunks(MOST_AT_ONCE) {
        let rows: Vec<(Uuid, Uuid)> = booking::Entity::find()
            .select_only()
            .columns([booking::Column::Id, booking::Column::ServiceId])
            .filter(booking::Column::Id.is_in(some.iter().copied()))
            .into_tuple()
            .all(conn)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// How often which rule refused somebody in a month, by service.
pub async fn refusals(
    conn: &impl ConnectionTrait,
    months: &Months<NaiveDate>,
) -> Result<Vec<(Uuid, RefusalRule, MonthNumber, i64)>, DbErr> {
    let rows = refusal::Entity::find()
        .select_only()
        .column(refusal::Column::ServiceId)
        .column(refusal::Column::Rule);
    months
        .of(rows, refusal::Column::Date)
        .column_as(refusal::Column::Refused.sum().cast_as("bigint"), "number")
        .group_by(refusal::Column::ServiceId)
        .group_by(refusal::Column::Rule)
        .group_by(Expr::col(MONTH))
        .into_tuple()
        .all(conn)
        .await
}
