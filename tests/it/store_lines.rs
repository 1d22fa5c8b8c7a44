//! Lines to PostgreSQL that fall silent: nobody waits for them for long, and nothing stays locked behind them.

use crate::gate::Gate;
use crate::support::{OwnDatabase, eventually};
use mianqia::db::{Db, StoreFault, Tx, fault_of};
use sea_orm::sea_query::{Alias, Expr, Query};
use sea_orm::{ConnectionTrait, Database, DbErr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Barrier;

/// Far less than the quarter of an hour after which the kernel gives a line up.
const SOON: Duration = Duration::from_secs(14);
/// Longer than an idle line is believed to stand.
const IDLE: Duration = Duration::from_millis(1200);

async fn say(tx: &Tx, statement: &str) -> Result<(), DbErr> {
    tx.conn().execute_unprepared(statement).await.map(drop)
}

/// Writes `first`, waits until all lines are silent, and goes on with `then` or, without it, with the commit.
async fn over_a_silent_line(
    db: Db,
    [ready, silent]: [Arc<Barrier>; 2],
    first: &'static str,
    then: Option<&'static str>,
) -> Result<(), DbErr> {
    let write = db.write(move |tx| {
        Box::pin(async move {
            say(tx, first).await?;
            ready.wait().await;
            silent.wait().await;
            match then {
                Some(then) => say(tx, then).await,
                None => Ok(()),
            }
        })
    });
    tokio::time::timeout(SOON, write).await.expect("it has its end")
}

/// The same with a single statement, which is a transaction by itself.
async fn in_one_statement(db: Db, [ready, silent]: [Arc<Barrier>; 2]) -> Result<(), DbErr> {
    let write = db.write(move |tx| {
        Box::pin(async move {
            say(tx, "select 1").await?;
            ready.wait().await;
            silent.wait().await;
            let mut insert = Query::insert();
            insert.into_table(Alias::new("line")).columns([Alias::new("word")]);
            tx.put(insert.values_panic([Expr::val("single")]).to_owned());
            Ok::<_, DbErr>(())
        })
    });
    tokio::time::timeout(SOON, write).await.expect("it has its end")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_falls_silent_ends_what_is_written_over_it_soon_and_keeps_nothing_locked() {
    let database = OwnDatabase::create().await;
    let gate = Gate::before(&database).await;
    let db = Db::open(&gate.url).await.unwrap();
    let direct = Database::connect(&database.url).await.unwrap();
    direct
        .execute_unprepared("create table line (word text primary key); insert into line values ('old')")
        .await
        .unwrap();

    let barriers = [(); 2].map(|()| Arc::new(Barrier::new(4)));
    let open = over_a_silent_line(
        db.clone(),
        barriers.clone(),
        "update line set word = 'new' where word = 'old'",
        Some("insert into line values ('more')"),
    );
    let committing =
        over_a_silent_line(db.clone(), barriers.clone(), "insert into line values ('last')", None);
    let single = in_one_statement(db.clone(), barriers.clone());
    let silence = async {
        let [ready, silent] = &barriers;
        ready.wait().await;
        gate.hush();
        silent.wait().await;
    };
    let (open, committing, single, ()) = tokio::join!(open, committing, single, silence);
    // Nothing of it can stand before its commit was sent.
    assert!(matches!(fault_of(&open.unwrap_err()), Some(StoreFault::Unavailable(_))));
    for outcome in [committing, single] {
        let error = outcome.unwrap_err();
        assert_eq!(fault_of(&error), Some(StoreFault::Unknown), "{error}");
    }
    let doubted = tokio::time::timeout(Duration::from_secs(1), db.doubted());
    doubted.await.expect("what is kept in memory is in doubt");

    // What the silent line had locked is let go by the server.
    eventually("the row can be written again", || async {
        let write = db.write(|tx| Box::pin(say(tx, "update line set word = 'newer' where word = 'old'")));
        write.await.ok()
    })
    .await;

    // Lines that fell silent while they idled cost nobody their write.
    tokio::time::sleep(IDLE).await;
    gate.hush();
    let begun = Instant::now();
    db.write(|tx| Box::pin(say(tx, "insert into line values ('after')"))).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}
