//! What `mianqia demo` leaves: an office that is at work.

use crate::both_stores;
use crate::support::TestApp;
use mianqia::auth::entities::{account, enterprise};
use mianqia::base::clock::Clock;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use std::process::{Command, Output};
use uuid::Uuid;

/// Runs the program on the store of the test's own, which has stopped.
async fn program(app: &TestApp, arguments: &'static [&'static str]) -> Output {
    let settings = app.app.settings.clone();
    let run = move || {
        Command::new(env!("CARGO_BIN_EXE_mianqia"))
            .args(arguments)
            .env("MIANQIA_DATA_DIR", &settings.data_dir)
            .env("MIANQIA_DATABASE_URL", &settings.database_url)
            .env("MIANQIA_LOG", "warn")
            .output()
            .unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

both_stores! { at "2026-11-26T02:00:00Z";
    async fn a_newcomer_finds_an_office_at_work(app: &TestApp) {

        let now = Clock::system().now();
        let (month, day) = (now.format("%Y-%m"), now.with_timezone(&chrono_tz::Asia::Shanghai).date_naive());
        app.set_time(&now.to_rfc3339());
        app.app.stop().await;
        let mut seen = Vec::new();
        for _ in 0..2 {
            let done = program(app, &["demo"]).await;
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            assert!(String::from_utf8_lossy(&done.stdout).contains("zhou"));
            let app = app.reopen().await;
            let officer = app.signed_in("zhou").await;
            let today = officer.get(&format!("/api/v1/day?date={day}")).await.ok();
            assert!(today["bookings"].as_array().unwrap().len() >= 2, "{today}");
            assert!(!today["undecided"].as_array().unwrap().is_empty(), "{today}");

            let auditor = app.signed_in("tang").await;
            let sessions = auditor.get("/api/v1/review/sessions?limit=100").await.ok();
            let recorded: Vec<_> = sessions["items"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|row| row["recordings"].as_i64().unwrap_or_default() > 0)
                .collect();
            assert!(recorded.len() >= 2, "{sessions}");
            assert!(recorded.iter().any(|row| row["gaps"].as_i64() != Some(0)), "{recorded:?}");

            let figures = app.signed_in("yi").await;
            let year = now.format("%Y").to_string().parse::<i32>().unwrap() - 1;
            let figures = figures.get(&format!("/api/v1/figures/ratings?from={year}-01&to={month}")).await.ok();
            let answered: i64 = figures["totals"]
                .as_array()
                .unwrap()
                .iter()
                .map(|total| total["answered"].as_i64().unwrap_or_default())
                .sum();
            assert!(answered >= 30, "{figures}");
            seen.push((answered, sessions["items"].as_array().unwrap().len()));
            app.stop().await;
        }
        assert_eq!(seen[0], seen[1], "laid once, however often it is run");
    }

    async fn the_demo_is_not_laid_into_a_real_office(app: &TestApp) {
        let conn = app.app.db.reader();
        let staff = account::Entity::find().filter(account::Column::Login.eq("zhou")).one(conn).await.unwrap().unwrap();
        // Somebody who registered in a demo office makes no real one of it.
        let newcomer = account::Model { id: Uuid::now_v7(), login: "guan.zhang".into(), ..staff };
        account::Entity::insert(newcomer.into_active_model()).exec_without_returning(conn).await.unwrap();
        app.app.stop().await;
        assert!(program(app, &["demo", "--bare"]).await.status.success());

        // The same people without the demo's enterprises, as in an office that never was one.
        for login in ["lin", "gao", "bai", "he"] {
            account::Entity::delete_many().filter(account::Column::Login.eq(login)).exec(conn).await.unwrap();
        }
        enterprise::Entity::delete_many().exec(conn).await.unwrap();
        let logins = async || -> Vec<String> {
            let rows = account::Entity::find().order_by_asc(account::Column::Login).all(conn).await.unwrap();
            rows.into_iter().map(|row| row.login).collect()
        };
        let before = logins().await;
        for arguments in [&["demo", "--bare"][..], &["demo"], &["demo", "--bare", "--new"]] {
            let done = program(app, arguments).await;
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(!done.status.success() && said.contains("is no demo"), "{said}");
            assert!(!String::from_utf8_lossy(&done.stdout).contains("mianqia-demo"));
            assert_eq!(logins().await, before);
        }
    }
}
