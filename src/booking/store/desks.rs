//! What is on the desks of officers: appointments of bookings that they have accepted, and that nobody else holds.

use crate::booking::model::slots::Slot;
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::{Scope, appointments, read};
use crate::places;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use std::ops::Range;
use uuid::Uuid;

/// An appointment on somebody's desk.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct OnDesk {
    pub officer: Uuid,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// Something that an officer has to do, and when.
#[derive(Clone, Debug)]
pub struct Duty {
    pub booking: booking::Model,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

impl Duty {
    /// A booking from its start to its end.
    pub fn whole(booking: booking::Model) -> Self {
        Self { starts_at: booking.starts_at, ends_at: booking.ends_at, booking }
    }
}

/// What an officer has to do at times that touch `from..to`: the bookings that they have accepted, and the stages that they
/// hold of others, whether or not anybody has accepted those yet.
pub async fn duties(
    conn: &impl ConnectionTrait,
    officer: Uuid,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Duty>, DbErr> {
    let accepted = read::on_desk_between(conn, officer, from, to).await?;
    let mut duties: Vec<Duty> = accepted.into_iter().map(Duty::whole).collect();
    let mut held = appointments::held_between(conn, officer, from, to).await?;
    held.retain(|one| duties.iter().all(|duty| duty.booking.id != one.booking_id));
    let ids: Vec<Uuid> = held.iter().map(|one| one.booking_id).collect();
    let rows = read::by_ids(conn, Scope::Office, &ids).await?;
    let stands = [BookingState::Requested, BookingState::Accepted, BookingState::CheckedIn];
    let duty = |one: &appointment::Model| {
        let row = rows.iter().find(|row| row.id == one.booking_id && stands.contains(&row.state))?;
        Some(Duty { booking: row.clone(), starts_at: one.starts_at, ends_at: one.ends_at })
    };
    duties.extend(held.iter().filter_map(duty));
    duties.sort_by_key(|duty| duty.starts_at);
    Ok(duties)
}

/// What is on the desks of some officers at times that touch a stretch of time, `but` for some bookings.
pub async fn between(
    conn: &impl ConnectionTrait,
    officers: impl IntoIterator<Item = &Uuid>,
    span: Range<DateTime<Utc>>,
    but: &[Uuid],
) -> Result<Vec<OnDesk>, DbErr> {
    let query = on_desks(officers, span, but)
        .expr_as(of_booking(booking::Column::OfficerId), Alias::new("officer"))
        .expr_as(of_appointment(appointment::Column::StartsAt), Alias::new("starts_at"))
        .expr_as(of_appointment(appointment::Column::EndsAt), Alias::new("ends_at"))
        .to_owned();
    let rows = conn.query_all(&query).await?;
    rows.iter().map(|row| OnDesk::from_query_result(row, "")).collect()
}

/// The seats of a need, each once, of officers who have something on their desk at a time.
pub fn seats(need: &places::Need, slot: &Slot, but: &[Uuid]) -> SelectStatement {
    let officers = need.pool.resources();
    let number = places::ask::number_among(of_booking(booking::Column::OfficerId), officers);
    on_desks(officers, slot.starts_at..slot.ends_at, but)
        .expr_as(number, Alias::new("seat"))
        .distinct()
        .to_owned()
}

fn of_booking(column: booking::Column) -> Expr {
    Expr::col((booking::Entity, column))
}

fn of_appointment(column: appointment::Column) -> Expr {
    Expr::col((appointment::Entity, column))
}

fn on_desks<'a>(
    officers: impl IntoIterator<Item = &'a Uuid>,
    span: Range<DateTime<Utc>>,
    but: &[Uuid],
) -> SelectStatement {
    let own = of_booking(booking::Column::Id).equals((appointment::Entity, appointment::Column::BookingId));
    let stands = [BookingState::Accepted, BookingState::CheckedIn];
    let mut query = Query::select();
    query
        .from(booking::Entity)
        .inner_join(appointment::Entity, own)
        .and_where(of_booking(booking::Column::OfficerId).is_in(officers.into_iter().copied()))
        .and_where(of_booking(booking::Column::State).is_in(stands))
        .and_where(of_appointment(appointment::Column::OfficerId).is_null())
        .and_where(of_appointment(appointment::Column::EndedAt).is_null())
        .and_where(of_appointment(appointment::Column::StartsAt).lt(span.end))
        .and_where(of_appointment(appointment::Column::EndsAt).gt(span.start))
        .and_where_option(others(but));
    query
}

/// A booking that is none of these.
fn others(but: &[Uuid]) -> Option<Expr> {
    (!but.is_empty()).then(|| of_booking(booking::Column::Id).is_not_in(but.iter().copied()))
}
