//! What is known of a party for the terms of a service: as parts of the one query that decides about taking a place, or
//! asked alone.

use crate::booking::model::slots::Slot;
use crate::booking::model::why_not::{Booked, Facts};
use crate::booking::store::Scope;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::write::{counted, live};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, QueryFilter, QueryResult, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

/// Which facts the terms of a service need; none: nothing is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FactsNeeded {
    /// What was booked of the service from then on.
    pub booked_from: Option<DateTime<Utc>>,
    /// Whatever else they have.
    pub busy: bool,
    /// Appointments of the service, from then on, to which they did not come.
    pub no_shows_from: Option<DateTime<Utc>>,
    /// Explanations that were due then or later and have not come.
    pub unexplained_from: Option<DateTime<Utc>>,
}

impl FactsNeeded {
    pub fn any(&self) -> bool {
        *self != Self::default()
    }
}

/// Whose facts they are, about which service; `but` for bookings that are to be moved.
#[derive(Clone, Copy, Debug)]
pub struct FactsOf<'a> {
    pub scope: Scope,
    pub service: Uuid,
    pub but: &'a [Uuid],
}

// The number of each kind in the first column of the answer; what stands beside facts is numbered from 0.
const BOOKED: i32 = -1;
const BUSY: i32 = -2;
const NO_SHOW: i32 = -3;
const UNEXPLAINED: i32 = -4;
const LIVE_NOW: i32 = -5;

/// The states of what counts as booked, beside holds that stand.
const COUNTED: [BookingState; 5] = [
    BookingState::Requested,
    BookingState::Accepted,
    BookingState::CheckedIn,
    BookingState::Completed,
    BookingState::NoShow,
];

/// Two columns of instants beside the two that every row of the answer has; empty where the row is no fact.
pub fn without_instants(query: &mut SelectStatement) {
    query.expr(Expr::cust("cast(null as timestamptz)"));
    query.expr(Expr::cust("cast(null as timestamptz)"));
}

/// The parts of a query that give the facts, each with four columns: its kind, for how many persons it is, and two
/// instants.
pub fn parts(of: FactsOf<'_>, needed: FactsNeeded, now: DateTime<Utc>) -> Vec<SelectStatement> {
    use booking::Column::{EndsAt, ExplainBy, ExplainedAt, HoldExpiresAt, Id, ServiceId, StartsAt, State};
    let but = (!of.but.is_empty()).then_some(of.but);
    let all = || of.scope.find().apply_if(but, |rows, ids| rows.filter(Id.is_not_in(ids.iter().copied())));
    let of_service = || all().filter(ServiceId.eq(of.service));
    let mut parts = Vec::new();
    if let Some(from) = needed.booked_from {
        let held = Condition::all().add(State.eq(BookingState::Held)).add(HoldExpiresAt.gt(now));
        let counted = Condition::any().add(State.is_in(COUNTED)).add(held);
        let rows = of_service().filter(StartsAt.gte(from)).filter(counted);
        parts.push(told(BOOKED, rows, StartsAt, EndsAt));
    }
    if needed.busy {
        parts.push(told(BUSY, all().filter(live(now)), StartsAt, EndsAt));
    }
    if let Some(from) = needed.no_shows_from {
        let rows = of_service().filter(State.eq(BookingState::NoShow)).filter(StartsAt.gt(from));
        parts.push(told(NO_SHOW, rows, StartsAt, EndsAt));
    }
    if let Some(from) = needed.unexplained_from {
        let rows = of_service().filter(ExplainBy.gt(from)).filter(ExplainedAt.is_null());
        parts.push(told(UNEXPLAINED, rows, ExplainBy, ExplainBy));
    }
    parts
}

fn told(
    kind: i32,
    rows: Select<booking::Entity>,
    from: booking::Column,
    to: booking::Column,
) -> SelectStatement {
    let mut query = rows.select_only().into_query();
    query.expr(Expr::value(kind));
    query.expr(Expr::cust("cast(coalesce(booking.people, 1) as bigint)"));
    query.expr(Expr::col((booking::Entity, from)));
    query.expr(Expr::col((booking::Entity, to)));
    query
}

/// Takes a row of the answer, if it is a fact.
pub fn take(facts: &mut Facts, kind: i32, row: &QueryResult) -> Result<(), DbErr> {
    if kind == LIVE_NOW {
        facts.live = Some(row.try_get_by_index(1)?);
    }
    if !(UNEXPLAINED..=BOOKED).contains(&kind) {
        return Ok(());
    }
    let (from, to): (DateTime<Utc>, DateTime<Utc>) = (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
    match kind {
        BOOKED => {
            let people: i64 = row.try_get_by_index(1)?;
            facts.booked.push(Booked { starts_at: from, people: i32::try_from(people).unwrap_or(i32::MAX) });
        }
        BUSY => facts.busy.push(Slot { starts_at: from, ends_at: to }),
        NO_SHOW => facts.no_shows.push(from),
        _ => facts.unexplained.push(from),
    }
    Ok(())
}

/// All facts by one query, with how much they have of the service at a time.
pub async fn of(
    conn: &impl ConnectionTrait,
    of: FactsOf<'_>,
    needed: FactsNeeded,
    now: DateTime<Utc>,
) -> Result<Facts, DbErr> {
    let of_service = of.scope.find().filter(booking::Column::ServiceId.eq(of.service)).filter(live(now));
    let mut query = counted(LIVE_NOW, of_service);
    without_instants(&mut query);
    for part in parts(of, needed, now) {
        query.union(UnionType::All, part);
    }
    let mut facts = Facts::default();
    for row in conn.query_all(&query).await? {
        let kind: i32 = row.try_get_by_index(0)?;
        take(&mut facts, kind, &row)?;
    }
    Ok(facts)
}
