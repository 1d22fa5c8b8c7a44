//! Queries inside write transactions.

use crate::booking::model::state::OVER;
use crate::booking::model::why_not::Facts;
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::facts::{self, FactsNeeded, FactsOf};
use crate::booking::store::{Scope, read};
use crate::db::{Tx, UniqueKey};
use crate::directory::model::settings::LONGEST_BOOKING;
use crate::evidence::{self, Head};
use crate::places;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Query, SelectStatement, UnionType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, Iterable,
    ModelTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

/// A booking, locked until the transaction ends (SQLite has one writer anyway).
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<booking::Model>, DbErr> {
    booking::Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await
}

/// The same within a scope.
pub async fn lock_scoped(tx: &Tx, scope: Scope, id: Uuid) -> Result<Option<booking::Model>, DbErr> {
    scope.find().filter(booking::Column::Id.eq(id)).lock_exclusive().one(tx.conn()).await
}

/// Bookings by their ids, locked one after the other.
pub async fn lock_all(tx: &Tx, ids: impl IntoIterator<Item = Uuid>) -> Result<Vec<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::Id.is_in(ids))
        .order_by_asc(booking::Column::Id)
        .lock_exclusive()
        .all(tx.conn())
        .await
}

/// Bookings by their references, locked one after the other by id.
pub async fn lock_by_references(
    tx: &Tx,
    references: impl IntoIterator<Item = String>,
) -> Result<Vec<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::Reference.is_in(references))
        .order_by_asc(booking::Column::Id)
        .lock_exclusive()
        .all(tx.conn())
        .await
}

/// A booking as it was read to be changed without a lock.
#[derive(Clone, Debug)]
pub struct Seen {
    pub row: booking::Model,
    /// Its chain's: whatever was changed meanwhile has moved it.
    pub head: Head,
    /// The booker or their enterprise has something else at the time.
    pub is_beside_another: bool,
    /// It is booked stage by stage.
    pub is_in_stages: bool,
}

/// A booking within a scope, with all that is needed to take a step of it. Nothing is locked: the entry of the step
/// ([`crate::evidence::append_behind`]) finds out whether somebody was faster.
pub async fn seen(tx: &Tx, scope: Scope, id: Uuid, now: DateTime<Utc>) -> Result<Option<Seen>, DbErr> {
    let row = scope.find().filter(booking::Column::Id.eq(id));
    let mut query = evidence::with_head(row, booking::Column::Id).into_query();
    let other = |column: booking::Column| Expr::col(("other", column));
    let own = |column: booking::Column| (booking::Entity, column);
    // Each by its own index.
    let beside_of = |party: booking::Column| {
        let beside = Query::select()
            .expr(Expr::value(1))
            .from_as(booking::Entity, "other")
            .and_where(other(party).equals(own(party)))
            .and_where(other(booking::Column::Id).not_equals(own(booking::Column::Id)))
            .and_where(other(booking::Column::StartsAt).lt(Expr::col(own(booking::Column::EndsAt))))
            // What is long over is not looked at, however much of it there is.
            .and_where(other(booking::Column::StartsAt).gt(now - LONGEST))
            .and_where(other(booking::Column::EndsAt).gt(Expr::col(own(booking::Column::StartsAt))))
            .and_where(other(booking::Column::State).is_not_in(OVER))
            .to_owned();
        Expr::exists(beside)
    };
    let of_party = beside_of(booking::Column::AccountId).or(beside_of(booking::Column::EnterpriseId));
    query.expr_as(of_party, "beside");
    // Counted rather than asked for one: a planner that takes the table for small would walk through it for the first.
    let stages = Query::select()
        .expr(Expr::col((appointment::Entity, appointment::Column::Stage)).count())
        .from(appointment::Entity)
        .and_where(
            Expr::col((appointment::Entity, appointment::Column::BookingId)).equals(own(booking::Column::Id)),
        )
        .to_owned();
    query.expr_as(Expr::SubQuery(None, Box::new(stages.into())), "stages");
    let Some(found) = tx.conn().query_one(&query).await? else { return Ok(None) };
    Ok(Some(Seen {
        row: booking::Model::from_query_result(&found, "A_")?,
        head: Head::beside(&found)?,
        is_beside_another: found.try_get("", "beside")?,
        is_in_stages: found.try_get::<i64>("", "stages")? > 0,
    }))
}

/// How things stand for somebody who wants a place.
#[derive(Debug)]
pub struct Standing {
    /// Bookings of theirs of the same service at the same time.
    pub same_place: i64,
    /// Places that they hold at the moment.
    pub holds: i64,
    /// What their party has booked or holds of the service.
    pub of_service: i64,
    /// What they or their enterprise have booked or hold of whatever service at that time.
    pub beside: i64,
    /// What the terms of the service ask about them, beside how they stand.
    pub facts: Facts,
    /// Of each resource that is needed: seats that are taken over some of the cells.
    pub taken: Vec<Vec<i32>>,
}

/// From here on the rows of the answer are seats of what is needed.
const FIRST_NEED: i32 = 4;

/// Whose place is wanted, and which.
#[derive(Clone, Copy, Debug)]
pub struct Party {
    pub account: Uuid,
    pub enterprise: Option<Uuid>,
    pub service: Uuid,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub facts: FactsNeeded,
}

/// All that decides about taking a place, asked in one query: the rows of the party are locked. `but` are bookings that do
/// not count: those that are to be moved.
pub async fn standing(
    tx: &Tx,
    party: Party,
    but: &[Uuid],
    needs: impl Iterator<Item = SelectStatement>,
    now: DateTime<Utc>,
) -> Result<Standing, DbErr> {
    let scope = party.enterprise.map_or(Scope::Person(party.account), Scope::Enterprise);
    let no_other = || no_other(but);
    let live_ones = live(now).add_option(no_other());
    let of_service = scope.find().filter(booking::Column::ServiceId.eq(party.service)).filter(live_ones);
    // Instants are told only where somebody needs them.
    let wide = |mut query: SelectStatement| {
        if party.facts.any() {
            facts::without_instants(&mut query);
        }
        query
    };
    let counted = |what, rows| wide(counted(what, rows));
    let theirs = |what, when: Condition| wide(counted_when(what, of_account(party.account, now), when));
    let holds = Condition::all()
        .add(booking::Column::State.eq(BookingState::Held))
        .add(booking::Column::HoldExpiresAt.gt(now));
    let beside = Condition::all()
        .add(booking::Column::StartsAt.lt(party.ends_at))
        .add(booking::Column::EndsAt.gt(party.starts_at))
        .add(live(now))
        .add_option(no_other());
    let same = at_same_place(party, now).add_option(no_other());
    let mut query = theirs(0, same);
    query.union(UnionType::All, theirs(1, holds));
    query.union(UnionType::All, counted(2, of_service));
    query.union(UnionType::All, theirs(3, beside.clone()));
    if let Some(enterprise) = party.enterprise {
        let of_enterprise = coming_of(booking::Column::EnterpriseId, enterprise, now);
        query.union(UnionType::All, wide(counted_when(3, of_enterprise, beside)));
    }
    let mut asked = FIRST_NEED;
    for seats in needs {
        let numbered = Query::select()
            .expr(Expr::value(asked))
            .expr(Expr::col("seat").cast_as("bigint"))
            .from_subquery(seats, "taken")
            .to_owned();
        query.union(UnionType::All, wide(numbered));
        asked += 1;
    }
    if party.facts.any() {
        let of = FactsOf { scope, service: party.service, but };
        for part in facts::parts(of, party.facts, now) {
            query.union(UnionType::All, part);
        }
    }
    let mut standing = Standing {
        same_place: 0,
        holds: 0,
        of_service: 0,
        beside: 0,
        facts: Facts::default(),
        taken: vec![Vec::new(); usize::try_from(asked - FIRST_NEED).unwrap_or_default()],
    };
    for row in tx.conn().query_all(&query).await? {
        let (what, number): (i32, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        match what {
            0 => standing.same_place = number,
            1 => standing.holds = number,
            2 => standing.of_service = number,
            3 => standing.beside += number,
            ..0 => facts::take(&mut standing.facts, what, &row)?,
            _ => {
                let seats =
                    usize::try_from(what - FIRST_NEED).ok().and_then(|index| standing.taken.get_mut(index));
                if let (Some(seats), Ok(seat)) = (seats, i32::try_from(number)) {
                    seats.push(seat);
                }
            }
        }
    }
    Ok(standing)
}

/// A booking that is none of these.
fn no_other(but: &[Uuid]) -> Option<Expr> {
    (!but.is_empty()).then(|| booking::Column::Id.is_not_in(but.iter().copied()))
}

pub(super) fn counted(what: i32, rows: Select<booking::Entity>) -> SelectStatement {
    let count = Expr::col((booking::Entity, booking::Column::Id)).count();
    rows.select_only().expr(Expr::value(what)).expr(count).into_query()
}

/// What somebody has booked lately or will have, whatever became of it. Asked for with one open bound: with a second
/// one, a planner that takes the table for empty goes by the time alone, through everybody's bookings.
fn of_account(account: Uuid, now: DateTime<Utc>) -> Select<booking::Entity> {
    coming_of(booking::Column::AccountId, account, now)
}

fn coming_of(party: booking::Column, id: Uuid, now: DateTime<Utc>) -> Select<booking::Entity> {
    booking::Entity::find().filter(party.eq(id)).filter(booking::Column::StartsAt.gt(now - LONGEST))
}

/// Of some rows, how many are so.
fn counted_when(what: i32, rows: Select<booking::Entity>, when: Condition) -> SelectStatement {
    let one = CaseStatement::new().case(when, 1);
    rows.select_only().expr(Expr::value(what)).expr(Expr::expr(one).count()).into_query()
}

fn at_same_place(party: Party, now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(booking::Column::StartsAt.eq(party.starts_at))
        .add(booking::Column::ServiceId.eq(party.service))
        .add(live(now))
}

/// No booking takes longer from its start to its end, because no service can be set so: a bound for the index by party
/// and start, so that what is long over is not looked at.
pub(super) const LONGEST: TimeDelta = TimeDelta::minutes(LONGEST_BOOKING as i64);

/// What stands and is not over, among the bookings of a party.
pub(super) fn live(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(booking::Column::StartsAt.gt(now - LONGEST))
        // Said by what it is not: states are no way to find the few bookings of one party.
        .add(booking::Column::State.is_not_in(OVER))
        .add(booking::Column::EndsAt.gt(now))
        .add(read::has_lapsed(now).not())
}

/// Whether a seat of something that is needed is taken.
pub async fn is_taken(tx: &Tx, need: &places::Need) -> Result<bool, DbErr> {
    Ok(tx.conn().query_one(&places::ask::taken_seats(need, None)).await?.is_some())
}

/// Holds among some bookings whose time is over.
pub async fn lapsed(tx: &Tx, among: SelectStatement, now: DateTime<Utc>) -> Result<Vec<Uuid>, DbErr> {
    booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .filter(booking::Column::State.eq(BookingState::Held))
        .filter(booking::Column::HoldExpiresAt.lte(now))
        .filter(booking::Column::Id.in_subquery(among))
        .order_by_asc(booking::Column::Id)
        .into_tuple()
        .all(tx.conn())
        .await
}

/// What somebody has booked or holds of this service at this time already, `but` for some bookings.
pub async fn same_place(
    tx: &Tx,
    party: Party,
    but: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Option<booking::Model>, DbErr> {
    let mine = of_account(party.account, now).filter(at_same_place(party, now));
    mine.apply_if(no_other(but), |rows, other| rows.filter(other)).one(tx.conn()).await
}

/// The key that no two bookings share.
pub const REFERENCE: UniqueKey =
    UniqueKey { constraint: "booking_reference_key", columns: "booking.reference" };

pub fn insert(tx: &Tx, row: booking::Model) {
    let row = booking::ActiveModel::from(row).reset_all();
    tx.put(booking::Entity::insert(row).into_query());
}

/// Writes what has changed of a row since it was read: the indexes over the rest are left alone.
pub fn update(tx: &Tx, before: booking::Model, row: &booking::Model) -> Result<(), DbErr> {
    let mut changed = booking::ActiveModel::from(before);
    for column in booking::Column::iter() {
        changed.set_if_not_equals(column, row.get(column));
    }
    tx.put(booking::Entity::update(changed).validate()?.into_query());
    Ok(())
}
