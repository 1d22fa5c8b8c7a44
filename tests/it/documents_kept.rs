//! How documents are kept: unreadable to whoever has the store alone, under the newest key, for as long as their time is,
//! and measured against the entries of their case.

use crate::booking::{path, take};
use crate::both_stores;
use crate::documents::{NOW, SLOT, documents, form, identify, send};
use crate::health_sealed::{everything, rotate};
use crate::pictures::png;
use crate::review_values::{intact, other, schema, unguarded};
use crate::support::{TestApp, eventually};
use mianqia::db::jobs::Job;
use mianqia::documents::entities::{document, document_piece};
use mianqia::documents::jobs::{EraseDocuments, RewrapKeys};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

const MARKER: &str = "MARKER-5512-PASSPORT";

async fn rows(app: &TestApp) -> Vec<document::Model> {
    document::Entity::find().all(app.app.db.reader()).await.unwrap()
}

async fn pieces(app: &TestApp) -> u64 {
    document_piece::Entity::find().count(app.app.db.reader()).await.unwrap()
}

/// Lets the jobs have their turns by the clock until so many documents are left.
async fn left(app: &TestApp, count: usize) {
    let mut at = app.clock.now();
    eventually("the documents whose time is over are erased", || {
        at += chrono::TimeDelta::seconds(61);
        app.clock.set(at);
        async { (rows(app).await.len() == count).then_some(()) }
    })
    .await;
}

fn id(booking: &Value) -> &str {
    booking["id"].as_str().unwrap()
}

both_stores! {
    at NOW;

    async fn what_was_uploaded_for_nothing_is_erased(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let service = app.service("certificate").await;
        let held = take(&lin, &service, SLOT).await;
        identify(&lin, &held, MARKER.as_bytes()).await;
        let cancelled = take(&lin, &service, "2026-11-24T06:30:00Z").await;
        identify(&lin, &cancelled, b"cancelled").await;
        lin.post(&path(&cancelled, "/request"), form()).await.ok();
        lin.post(&path(&cancelled, "/cancel"), json!({"reason": "改期"})).await.ok();
        let standing = take(&lin, &service, "2026-11-24T07:00:00Z").await;
        identify(&lin, &standing, b"standing").await;
        lin.post(&path(&standing, "/request"), form()).await.ok();
        app.signed_in("zhou").await.post(&path(&standing, "/accept"), json!({})).await.ok();

        // The hold is over.
        app.set_time("2026-11-23T01:45:00Z");
        let lin = app.signed_in("lin").await;
        send(&lin, &held, "item=identity", png(8, b"late")).await.refused(409, "documents_closed");
        left(app, 2).await;
        // What was cancelled may be objected to for thirty days; what stands stays.
        app.set_time("2026-12-22T01:00:00Z");
        left(app, 2).await;
        app.set_time("2026-12-23T02:00:00Z");
        left(app, 1).await;
        assert_eq!((rows(app).await[0].booking_id.to_string().as_str(), pieces(app).await), (id(&standing), 1));
        let lin = app.signed_in("lin").await;
        for booking in [&held, &cancelled, &standing] {
            let (fine, report) = intact(app, id(booking)).await;
            assert!(fine && report.contains(" 0 not told"), "{report}");
            let history = lin.get(&path(booking, "")).await.ok()["history"].to_string();
            assert_eq!(history.contains("document.erased"), booking["id"] != standing["id"], "{history}");
        }
        let digest = format!("{:?}", lin.get(&documents(&cancelled)).await.ok()["items"][0]["files"]);
        assert!(digest.contains("[]"), "{digest}");
        assert_eq!((EraseDocuments::KIND, RewrapKeys::KIND), ("documents.erase", "documents.rewrap_keys"));
    }

    async fn a_document_cannot_be_read_from_the_store_and_opens_after_a_rotation(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let held = take(&lin, &app.service("certificate").await, SLOT).await;
        let query = format!("item=identity&name={MARKER}.png");
        send(&lin, &held, &query, png(8, MARKER.as_bytes())).await.ok();
        let before = rows(app).await.remove(0);
        let stored = everything(app).await;
        assert!(stored.contains(id(&held)) || !stored.is_empty());
        let in_hex: String = MARKER.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!stored.contains(MARKER) && !stored.contains(&in_hex), "it can be read from the store");
        let second = rotate(app);
        let mut at = app.clock.now();
        let after = eventually("the key is wrapped anew", || {
            at += chrono::TimeDelta::seconds(31);
            app.clock.set(at);
            let second = second.clone();
            async move { rows(app).await.into_iter().find(|row| row.key_id == second) }
        })
        .await;
        assert_eq!((&after.stored_sha256, &after.sealed_name), (&before.stored_sha256, &before.sealed_name));
        assert_ne!(after.wrapped_key, before.wrapped_key);
        let file = format!("{}/{}", documents(&held), after.id);
        assert!(lin.get(&file).await.text.contains(MARKER));
        let (fine, report) = intact(app, id(&held)).await;
        assert!(fine, "{report}");
    }

    async fn each_value_and_every_byte_of_a_document_is_measured_against_its_entries(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let held = take(&lin, &app.service("certificate").await, SLOT).await;
        let document = identify(&lin, &held, &vec![9; 300_000]).await;
        let (fine, report) = intact(app, id(&held)).await;
        assert!(fine && report.contains(" 0 not told"), "{report}");
        let conn = unguarded(app).await;
        let postgres = conn.get_database_backend() == DbBackend::Postgres;
        for table in ["document", "document_piece"] {
            conn.execute_unprepared(&format!("create table saved_{table} as select * from {table}")).await.unwrap();
        }
        let columns = schema(&conn).await;
        let columns: Vec<_> = columns.iter().filter(|((table, _), _)| table.starts_with("document")).collect();
        assert_eq!(columns.len(), 16, "{columns:?}");
        for ((table, column), kind) in columns {
            let (value, which) = match (table.as_str(), column.as_str()) {
                ("document_piece", "number") => ("number + 5".to_owned(), "number = 0"),
                ("document_piece", _) => (other(postgres, column, kind), "number = 1"),
                (_, "kind") => ("'jpeg'".to_owned(), "1 = 1"),
                _ => (other(postgres, column, kind), "1 = 1"),
            };
            conn.execute_unprepared(&format!("update {table} set {column} = {value} where {which}")).await.unwrap();
            let (fine, report) = intact(app, id(&held)).await;
            assert!(!fine && report.to_lowercase().contains("document"), "{table}.{column} was changed and not found: {report}");
            // Under which key a file's own is, no entry tells: it changes with every rotation. It is tried.
            let tried = match column.as_str() {
                "key_id" => "which the keyring does not have",
                "wrapped_key" => "cannot be opened by its key",
                _ => "",
            };
            assert!(report.contains(tried), "{table}.{column}: {report}");
            for table in ["document_piece", "document"] {
                conn.execute_unprepared(&format!("delete from {table}")).await.unwrap();
                conn.execute_unprepared(&format!("insert into {table} select * from saved_{table}")).await.unwrap();
            }
        }
        // Bytes that were changed are not given either.
        conn.execute_unprepared("update document_piece set number = number + 5 where number = 1").await.unwrap();
        conn.execute_unprepared("update document set wrapped_key = sealed_name").await.unwrap();
        lin.get(&format!("{}/{document}", documents(&held))).await.refused(409, "document_unreadable");
        let listed = lin.get(&documents(&held)).await.ok();
        assert_eq!(listed["items"][0]["files"][0]["name"], Value::Null);
    }
}
