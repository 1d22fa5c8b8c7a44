//! Every query about one case and its playbacks.

use crate::base::keyring::Keyring;
use crate::booking::entities::{appointment, booking};
use crate::db::{Tx, snapshot};
use crate::documents::ask::KeptFault;
use crate::documents::entities::document;
use crate::evidence::entities::{commitment, entry};
use crate::evidence::{SYSTEM, told_or};
use crate::queue::entities::queue_ticket;
use crate::review::model::replay::Replay;
use crate::review::store::entities::{composite, playback};
use crate::survey::entities::{rating, rating_invite};
use crate::{booking as bookings, documents, evidence, queue, survey, video};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel};
use uuid::Uuid;

/// All that is checked of a case, as of one moment: a case may grow while it is looked at.
#[derive(Debug)]
pub struct CaseRows {
    pub head: (i64, Vec<u8>),
    pub entries: Vec<entry::Model>,
    pub replay: Replay,
    pub commitments: Vec<commitment::Model>,
    pub booking: Option<booking::Model>,
    pub appointments: Vec<appointment::Model>,
    pub tickets: Vec<queue_ticket::Model>,
    pub documents: Vec<document::Model>,
    /// Those of them that are not kept as they were, if that was looked at.
    pub not_as_kept: Vec<(Uuid, KeptFault)>,
    pub video: video::ask::CaseRows,
    pub playbacks: Vec<playback::Model>,
    pub composites: Vec<composite::Model>,
    pub invites: Vec<rating_invite::Model>,
    pub ratings: Vec<rating::Model>,
    /// The entries of the chain `system` that commit to the ratings, and those before them.
    pub answered: Vec<entry::Model>,
}

/// Reads a case in one snapshot: the rows that belong to it now, and those that its entries tell of.
/// `with_files`: the bytes of documents too, opened by a keyring if there is one.
pub async fn case_rows(
    conn: &DatabaseConnection,
    case: Uuid,
    with_files: Option<Option<&Keyring>>,
) -> Result<CaseRows, DbErr> {
    let snapshot = snapshot(conn).await?;
    let entries = evidence::entries(&snapshot, case).await?;
    let replay = Replay::of(&entries);
    let told = |table: &str| replay.ids(table);
    let video = video::ask::of_case(&snapshot, case, told).await?;
    let (invites, ratings) = survey::ask::of_case(&snapshot, case, told).await?;
    let numbers = ratings.iter().filter_map(|row| row.entry_seq).flat_map(|seq| [seq - 1, seq]);
    let answered = evidence::ask::entries_numbered(&snapshot, SYSTEM, numbers).await?;
    let sessions: Vec<Uuid> = video.sessions.iter().map(|row| row.id).collect();
    let (id, owner) = (playback::Column::Id, playback::Column::SessionId);
    let (film, of) = (composite::Column::Id, composite::Column::SessionId);
    let documents = documents::ask::of_case(&snapshot, case, &told).await?;
    let not_as_kept = match with_files {
        Some(keyring) => documents::ask::not_as_kept(&snapshot, keyring, &documents).await?,
        None => Vec::new(),
    };
    let rows = CaseRows {
        head: evidence::head(&snapshot, case).await?,
        commitments: evidence::ask::commitments(&snapshot, case).await?,
        booking: bookings::ask::booking(&snapshot, case).await?,
        appointments: bookings::ask::appointments(&snapshot, case, &told).await?,
        tickets: queue::ask::of_case(&snapshot, case, &told).await?,
        documents,
        not_as_kept,
        playbacks: told_or(&snapshot, &told, id, owner, &sessions).await?,
        composites: told_or(&snapshot, &told, film, of, &sessions).await?,
        video,
        invites,
        ratings,
        answered,
        entries,
        replay,
    };
    snapshot.rollback().await?;
    Ok(rows)
}

pub async fn playback(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<playback::Model>, DbErr> {
    playback::Entity::find_by_id(id).one(conn).await
}

/// Writes a playback; the next entry of the transaction tells it.
pub async fn insert_playback(tx: &Tx, row: playback::Model) -> Result<(), DbErr> {
    evidence::tell_made(tx, &row);
    playback::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

/// Whether somebody opened a case for review since `since`, by its entries of a kind.
pub async fn opened_since(
    conn: &impl ConnectionTrait,
    case: Uuid,
    kind: &str,
    account: Uuid,
    since: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let entries = evidence::ask::entries_since(conn, case, kind, since).await?;
    Ok(entries.iter().any(|row| evidence::model::actor_of(&row.bytes).0 == Some(account)))
}
