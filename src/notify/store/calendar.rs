//! By what calendars know the appointment of a case. Fixed once: the service may move to another address
//! between the invitation and its cancelling, and calendars go by UID and organizer.

use crate::db::Tx;
use crate::notify::model::Payload;
use crate::notify::model::ics::{self, Identity};
use crate::notify::store::entities::{calendar_identity, outbox};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryTrait,
};
use std::collections::HashMap;
use uuid::Uuid;

/// What was fixed for a case, if anything was.
pub async fn calendar_identity(conn: &impl ConnectionTrait, case: Uuid) -> Result<Option<Identity>, DbErr> {
    if let Some(row) = calendar_identity::Entity::find_by_id(case).one(conn).await? {
        return Ok(Some(Identity { uid: row.uid, organizer_mail: row.organizer_mail }));
    }
    // Mails from before this was kept say it themselves.
    let mails = outbox::Entity::find()
        .filter(outbox::Column::CaseId.eq(case))
        .order_by_asc(outbox::Column::ThreadSeq)
        .all(conn)
        .await?;
    let parts = mails.iter().filter_map(|row| Payload::read(&row.payload)?.calendar);
    Ok(parts.filter_map(|part| ics::identity(&part.ics)).next())
}

/// What was fixed for some cases.
pub async fn calendar_identities(
    conn: &impl ConnectionTrait,
    cases: &[Uuid],
) -> Result<HashMap<Uuid, Identity>, DbErr> {
    let kept = calendar_identity::Entity::find()
        .filter(calendar_identity::Column::CaseId.is_in(cases.iter().copied()))
        .all(conn)
        .await?;
    let kept = kept.into_iter().map(|row| {
        let identity = Identity { uid: row.uid, organizer_mail: row.organizer_mail };
        (row.case_id, identity)
    });
    let mut known: HashMap<Uuid, Identity> = kept.collect();
    let others: Vec<Uuid> = cases.iter().copied().filter(|case| !known.contains_key(case)).collect();
    if others.is_empty() {
        return Ok(known);
    }
    let mails = outbox::Entity::find()
        .filter(outbox::Column::CaseId.is_in(others))
        .order_by_asc(outbox::Column::ThreadSeq)
        .all(conn)
        .await?;
    for (case, row) in mails.iter().filter_map(|row| Some((row.case_id?, row))) {
        let part = Payload::read(&row.payload).and_then(|payload| payload.calendar);
        if let Some(identity) = part.and_then(|part| ics::identity(&part.ics)) {
            known.entry(case).or_insert(identity);
        }
    }
    Ok(known)
}

/// Fixes it, unless it is.
pub async fn keep_calendar_identity(
    tx: &Tx,
    case: Uuid,
    fresh: Identity,
    now: DateTime<Utc>,
) -> Result<Identity, DbErr> {
    let kept = calendar_identity(tx.conn(), case).await?.unwrap_or(fresh);
    fix_calendar_identity(tx, case, kept.clone(), now);
    Ok(kept)
}

/// Fixes that of a case of which no calendar can know yet.
pub fn fix_calendar_identity(tx: &Tx, case: Uuid, fresh: Identity, now: DateTime<Utc>) {
    let row = calendar_identity::ActiveModel {
        case_id: Set(case),
        uid: Set(fresh.uid),
        organizer_mail: Set(fresh.organizer_mail),
        fixed_at: Set(now),
    };
    let once = OnConflict::column(calendar_identity::Column::CaseId).do_nothing().to_owned();
    tx.put(calendar_identity::Entity::insert(row).on_conflict(once).into_query());
}
