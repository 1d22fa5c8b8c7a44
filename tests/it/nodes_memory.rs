//! What a process keeps in memory of the store comes right again by itself, also when the store could not be read at
//! the moment at which it was to be read anew.

use crate::booking::take;
use crate::nodes::free_at;
use crate::support::{Store, TestApp, eventually};
use mianqia::places::entities::occupied;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Statement};

const AT: &str = "2026-11-23T02:05:00Z";

/// Whoever reads taken places is refused and counted.
const AWAY: &str = "alter table occupied rename to occupied_away;
    create sequence tries;
    create function refuse() returns setof occupied_away language plpgsql as
        $$ begin perform nextval('tries'); raise exception 'away'; end $$;
    create view occupied as select * from refuse()";
const BACK: &str = "drop view occupied; drop function refuse; drop sequence tries;
    alter table occupied_away rename to occupied";

async fn was_tried(conn: &DatabaseConnection) -> bool {
    let ask = Statement::from_string(DbBackend::Postgres, "select is_called from tries");
    let row = conn.query_one_raw(ask).await.unwrap().unwrap();
    row.try_get("", "is_called").unwrap()
}

/// By which a process learns that others changed something.
enum Notice {
    All,
    Missed,
    Places,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_that_comes_while_the_store_cannot_be_read_is_followed_when_it_can() {
    let one = TestApp::start(Store::Postgres, AT).await;
    let service = one.service("video-try").await;
    let lin = one.signed_in("lin").await;
    let conn = one.app.db.reader();
    let days = ["2026-11-24", "2026-11-25", "2026-11-26"];
    for (notice, day) in [Notice::All, Notice::Missed, Notice::Places].into_iter().zip(days) {
        let at = format!("{day}T02:00:00Z");
        let free = free_at(&lin, &service, &at).await;
        take(&lin, &service, &at).await;
        assert_eq!(free_at(&lin, &service, &at).await, free - 1);
        let taken = occupied::Entity::find().all(conn).await.unwrap();
        let resource = taken.iter().map(|row| row.resource_id).next().unwrap();
        let cells = taken.iter().map(|row| row.cell);
        let (first, last) = (cells.clone().min().unwrap(), cells.max().unwrap());

        // Another process gives the place back, and its word comes at a bad time.
        conn.execute_unprepared(AWAY).await.unwrap();
        conn.execute_unprepared("delete from occupied_away").await.unwrap();
        let word = match notice {
            Notice::All => "select pg_notify('mianqia', '- all')".to_owned(),
            Notice::Missed => "select pg_terminate_backend(pid) from pg_stat_activity \
                where datname = current_database() and query ilike 'listen %'"
                .to_owned(),
            Notice::Places => {
                format!("select pg_notify('mianqia', '- places {resource} {first} {}')", last + 1)
            }
        };
        conn.execute_unprepared(&word).await.unwrap();
        eventually("it wants to read them", || async { was_tried(conn).await.then_some(()) }).await;
        assert_eq!(free_at(&lin, &service, &at).await, free - 1);

        conn.execute_unprepared(BACK).await.unwrap();
        eventually("memory holds what the store holds", || async {
            (free_at(&lin, &service, &at).await == free).then_some(())
        })
        .await;
    }
    one.stop().await;
}
