//! What a check of everything walks through, some rows at a time.

use crate::evidence::SYSTEM;
use crate::evidence::entities::{commitment, entry};
use crate::survey::entities::rating;
use crate::{auth, booking, evidence, survey, video};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

/// As many rows as are held in memory at a time.
const AT_ONCE: u64 = 1000;

/// The next entries of the chain `system`, from number `from` on.
pub async fn system_entries(conn: &impl ConnectionTrait, from: i64) -> Result<Vec<entry::Model>, DbErr> {
    evidence::ask::entries_from(conn, SYSTEM, from, AT_ONCE).await
}

/// Whether something is there that is never made without an entry of the chain `system`: a sign-in, an answer, a
/// registration that was confirmed.
pub async fn system_had_entries(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(auth::ask::is_anybody_signed_in(conn).await? || survey::ask::is_any_answer(conn).await?)
}

/// The personal values behind entries of the chain `system` with these numbers.
pub async fn system_commitments(
    conn: &impl ConnectionTrait,
    from: i64,
    to: i64,
) -> Result<Vec<commitment::Model>, DbErr> {
    evidence::ask::commitments_between(conn, SYSTEM, (from, to)).await
}

/// The next ratings by id.
pub async fn ratings(conn: &impl ConnectionTrait, after: Uuid) -> Result<Vec<rating::Model>, DbErr> {
    survey::ask::ratings_after(conn, after, AT_ONCE).await
}

/// The next cases by id: every booking, and every chain or session, should its booking be gone.
pub async fn cases(conn: &impl ConnectionTrait, after: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let mut cases = booking::ask::ids_after(conn, after, AT_ONCE).await?;
    cases.extend(evidence::ask::cases_after(conn, after, AT_ONCE).await?);
    cases.extend(video::ask::bookings_after(conn, after, AT_ONCE).await?);
    cases.sort_unstable();
    cases.dedup();
    // Beyond the first thousand one of the lists may have been cut.
    cases.truncate(AT_ONCE as usize);
    Ok(cases)
}
