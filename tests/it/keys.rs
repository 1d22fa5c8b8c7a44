//! The keys under which values are kept encrypted, as operators see and forget them.

use crate::booking::{path, take};
use crate::both_stores;
use crate::documents::{NOW, SLOT, documents, form, identify};
use crate::health_sealed::rotate;
use crate::program::command_on;
use crate::support::{TestApp, eventually};
use mianqia::db::entities::data_key;
use sea_orm::sea_query::Expr;
use sea_orm::{Database, EntityTrait};
use serde_json::json;
use std::process::Stdio;

/// What the program answers to `keys …`: whether it went well, and its words.
fn keys(app: &TestApp, locale: &str, words: &[&str]) -> (bool, String) {
    let words: Vec<&str> = ["keys"].iter().chain(words).copied().collect();
    let mut command = command_on(&app.data_dir, &app.app.settings.database_url, 1, &words);
    let done =
        command.env("LC_ALL", locale).env("MIANQIA_LOG", "error").stdout(Stdio::piped()).output().unwrap();
    let [out, err] = [done.stdout, done.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (done.status.success(), out + &err)
}

fn in_english(app: &TestApp, words: &[&str]) -> (bool, String) {
    keys(app, "en_GB.UTF-8", words)
}

/// The line of a key.
fn listed(app: &TestApp, id: &str) -> Option<String> {
    let (fine, said) = in_english(app, &["list"]);
    assert!(fine, "{said}");
    said.lines().find(|line| line.starts_with(id)).map(str::to_owned)
}

fn refused(app: &TestApp, id: &str, code: &str) -> String {
    let (fine, said) = in_english(app, &["forget", id]);
    assert!(!fine && said.contains(&format!("[{code}]")), "{id} {code}: {said}");
    said
}

both_stores! {
    at NOW;

    async fn keys_are_listed_and_one_is_forgotten_that_nothing_is_under(app: &TestApp) {
        let first = listed(app, "").unwrap();
        assert!(first.contains("in use since 23 November 2026, 01:30 (UTC time)"), "{first}");
        assert!(first.contains("current"), "{first}");
        let first = first[..8].to_owned();
        let second = rotate(app);
        let lin = app.signed_in("lin").await;
        let check_up = app.service("check-up").await;
        let health = json!({"item": "work", "document": "passport", "health_consent": true});
        let request = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": health});
        let wish = json!({"service_id": check_up, "starts_at": "2026-11-27T01:00:00Z", "request": request, "anyway": true});
        let answered = lin.post("/api/v1/bookings", wish).await.ok();
        let held = take(&lin, &app.service("certificate").await, SLOT).await;
        let document = identify(&lin, &held, b"kept under keys").await;
        lin.post(&path(&held, "/request"), form()).await.ok();

        let under = "documents: 1, bookings with sealed answers: 1";
        let line = listed(app, &second).unwrap();
        assert!(line.contains(under) && line.contains("current"), "{line}");
        let (_, chinese) = keys(app, "zh_CN.UTF-8", &["list"]);
        assert!(chinese.contains("材料 1 份") && chinese.contains("当前密钥"), "{chinese}");
        let secret = std::fs::read_to_string(app.data_dir.join("keyring")).unwrap();
        for word in secret.split_whitespace().filter(|word| word.len() > 20) {
            assert!(!chinese.contains(word), "a key is shown");
        }
        refused(app, &second, "key_current");
        refused(app, &first, "key_of_main");
        refused(app, "00000000", "key_unknown");

        // Nobody brings anything under the newest key meanwhile.
        app.app.stop().await;
        let third = rotate(app);
        let said = refused(app, &second, "key_in_use");
        assert!(said.contains("1 document and the sealed answers of 1 booking"), "{said}");
        assert!(listed(app, &second).unwrap().contains(under));
        let again = app.reopen().await;
        let mut at = app.clock.now();
        eventually("nothing is under the older key", || {
            at += chrono::TimeDelta::seconds(31);
            app.clock.set(at);
            async { listed(app, &second)?.contains("it can be forgotten").then_some(()) }
        })
        .await;
        let said = refused(app, &second, "key_recent");
        assert!(said.contains(&format!("{second} cannot be forgotten before")), "{said}");
        let store = Database::connect(&app.app.settings.database_url).await.unwrap();
        let earlier = mianqia::base::clock::Clock::system().now() - chrono::TimeDelta::hours(1);
        let used = data_key::Entity::update_many().col_expr(data_key::Column::CreatedAt, Expr::value(earlier));
        used.exec(&store).await.unwrap();
        let (fine, said) = in_english(app, &["forget", &second]);
        assert!(fine && said.contains("is forgotten"), "{said}");
        assert_eq!(listed(app, &second), None);
        assert!(!std::fs::read_to_string(app.data_dir.join("keyring")).unwrap().contains(&second));
        refused(app, &second, "key_unknown");
        assert!(listed(app, &third).unwrap().contains(under));

        // The program that runs reads all, and so does one that is started now.
        let mut running = again;
        for is_anew in [false, true] {
            if is_anew {
                running.app.stop().await;
                running = app.reopen().await;
            }
            let lin = running.signed_in("lin").await;
            assert_eq!(lin.get(&path(&answered, "")).await.ok()["fields"]["item"], "work");
            assert!(lin.get(&format!("{}/{document}", documents(&held))).await.text.contains("kept under keys"));
        }
        running.app.stop().await;
    }

    async fn a_key_that_is_missing_in_the_keyring_is_listed_and_one_that_nothing_needs_is_given_up(app: &TestApp) {
        let before = std::fs::read_to_string(app.data_dir.join("keyring")).unwrap();
        let second = rotate(app);
        std::fs::write(app.data_dir.join("keyring"), &before).unwrap();
        let line = listed(app, &second).unwrap();
        assert!(line.contains("MISSING from the keyring"), "{line}");
        let (fine, said) = in_english(app, &["forget", &second]);
        assert!(fine, "{said}");
        assert_eq!(listed(app, &second), None);
        app.app.stop().await;
        app.reopen().await.app.stop().await;
        // What only looks makes nothing.
        std::fs::rename(app.data_dir.join("keyring"), app.data_dir.join("elsewhere")).unwrap();
        let (fine, said) = in_english(app, &["list"]);
        assert!(!fine && said.contains("keyring"), "{said}");
        assert!(!app.data_dir.join("keyring").exists() && !app.data_dir.join("keyring.new").exists());
    }
}
