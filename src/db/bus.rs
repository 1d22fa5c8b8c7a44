//! What one process tells the others on the same PostgreSQL: short words, by `NOTIFY` on one channel.
//!
//! Sent after the commit, by a task that gathers: a `NOTIFY` inside a transaction makes PostgreSQL commit one
//! transaction after the other (24 writers that insert a row: 2 400 a second without it, 700 with it), which the write
//! path cannot afford. So a word can be lost where a process dies between
//! its commit and the word. Whoever hears therefore treats it as a hint to look: jobs are also looked for each second,
//! and when a node dies or the connection was lost, all that is kept in memory is read anew.
//!
//! On SQLite there is nobody to tell: nothing is sent and nothing is heard.

use crate::base::ids;
use sea_orm::sqlx::{self, postgres::PgListener};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// The word that calendar, services or customs codes were changed.
pub const DIRECTORY: &str = "directory";
/// The word that nobody knows any more what was changed: all is to be read anew.
pub const ALL: &str = "all";
const CHANNEL: &str = "mianqia";
/// Words that come this close together travel together, each once.
const TOGETHER: Duration = Duration::from_millis(10);
const AT_ONCE: usize = 200;
/// How long to wait before a connection that was lost is opened anew.
const AGAIN: Duration = Duration::from_millis(500);

/// Where words are sent. Cheap to clone.
#[derive(Clone, Default)]
pub struct Bus(Option<Sender>);

#[derive(Clone)]
struct Sender {
    /// Stands before each word, so that one's own are known again.
    own: Arc<str>,
    words: UnboundedSender<String>,
}

impl Bus {
    /// The bus of a pool, and the task that sends.
    pub(super) fn on(pool: DatabaseConnection) -> Self {
        let (words, waiting) = unbounded_channel();
        tokio::spawn(send_all(pool, waiting));
        let own = ids::new_token();
        Self(Some(Sender { own: own.into(), words }))
    }

    /// Tells all processes on this store, this one included.
    pub fn tell(&self, word: impl Into<String>) {
        if let Some(Sender { own, words }) = &self.0 {
            let _ = words.send(format!("{own} {}", word.into()));
        }
    }

    /// Whether there may be others.
    pub fn is_shared(&self) -> bool {
        self.0.is_some()
    }
}

async fn send_all(pool: DatabaseConnection, mut waiting: UnboundedReceiver<String>) {
    let mut words = Vec::new();
    while !words.is_empty() || waiting.recv_many(&mut words, AT_ONCE).await > 0 {
        tokio::time::sleep(TOGETHER).await;
        while words.len() < AT_ONCE
            && let Ok(word) = waiting.try_recv()
        {
            words.push(word);
        }
        words.sort_unstable();
        words.dedup();
        let all = serde_json::to_string(&words).unwrap_or_default();
        let tell = Statement::from_sql_and_values(
            DbBackend::Postgres,
            "select pg_notify($1, word) from json_array_elements_text($2::json) word",
            [CHANNEL.into(), all.into()],
        );
        match pool.query_all_raw(tell).await {
            Ok(_) => words.clear(),
            // Said again as soon as the store takes it.
            Err(error) => {
                tracing::warn!(%error, words = words.len(), "the other nodes could not be told");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// What is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    Word {
        word: String,
        /// This process told it.
        own: bool,
    },
    /// Words may have been missed: all is to be read anew.
    Missed,
}

/// Listens until cancelled, and hands on what is heard. It hears its own words too.
pub async fn listen(db: &super::Db, cancel: CancellationToken, heard: UnboundedSender<Heard>) {
    if !db.bus().is_shared() {
        return;
    }
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            Err(error) = until_lost(db, &heard) => {
                tracing::warn!(%error, "the other nodes cannot be heard");
            }
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

async fn until_lost(db: &super::Db, heard: &UnboundedSender<Heard>) -> Result<Infallible, sqlx::Error> {
    let own = db.bus().0.as_ref().map(|sender| Arc::clone(&sender.own)).unwrap_or_default();
    let mut listener = PgListener::connect_with(db.reader().get_postgres_connection_pool()).await?;
    listener.listen(CHANNEL).await?;
    let _ = heard.send(Heard::Missed);
    loop {
        let told = match listener.try_recv().await? {
            Some(told) => {
                let (from, word) = told.payload().split_once(' ').unwrap_or_default();
                Heard::Word { word: word.to_owned(), own: *own == *from }
            }
            // The connection was lost and is there again.
            None => Heard::Missed,
        };
        let _ = heard.send(told);
    }
}

/// Tells in the transaction at hand, for what is seldom written and by processes that do not stay.
pub async fn tell_in(tx: &super::Tx, word: &str) -> Result<(), DbErr> {
    let conn = tx.conn();
    if conn.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let tell = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "select pg_notify($1, $2)",
        [CHANNEL.into(), format!("- {word}").into()],
    );
    conn.query_one_raw(tell).await.map(drop)
}
