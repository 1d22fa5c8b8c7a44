//! Documents that go with bookings: uploaded by whoever books, read by whoever decides, taken only if they are what they
//! say.

use crate::booking::{path, take, wish};
use crate::both_stores;
use crate::calendar_feeds::colleague;
use crate::pictures::png;
use crate::support::{Answer, Browser, NOBODY, TestApp, talk};
use futures::StreamExt;
use lopdf::{Document, EncryptionState, EncryptionVersion, Object, Permissions, dictionary};
use mianqia::directory::entities::service;
use mianqia::documents::entities::{document, document_piece};
use mianqia::evidence;
use reqwest::{Method, header};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, Set};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Monday morning, and an afternoon of the service that asks for documents.
pub const NOW: &str = "2026-11-23T01:30:00Z";
pub const SLOT: &str = "2026-11-24T06:00:00Z";

fn pdf(pages: usize) -> Vec<u8> {
    written(&mut document(pages))
}

fn with_password() -> Vec<u8> {
    let mut document = document(1);
    let id = Object::string_literal("0123456789abcdef");
    document.trailer.set("ID", vec![id.clone(), id]);
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "user",
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    written(&mut document)
}

fn written(document: &mut Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn document(pages: usize) -> Document {
    let mut document = Document::with_version("1.5");
    let root = document.new_object_id();
    let kids: Vec<Object> = (0..pages)
        .map(|_| document.add_object(dictionary! { "Type" => "Page", "Parent" => root }).into())
        .collect();
    let count = i64::try_from(pages).unwrap();
    let tree = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
    document.objects.insert(root, Object::Dictionary(tree));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    document
}

pub fn documents(booking: &Value) -> String {
    path(booking, "/documents")
}

pub async fn send(browser: &Browser, booking: &Value, query: &str, bytes: Vec<u8>) -> Answer {
    let url = format!("{}{}?{query}", browser.base, documents(booking));
    let request = browser.client.post(url).header(header::CONTENT_TYPE, "application/octet-stream");
    browser.send(request.body(bytes)).await
}

/// The file of the document that is required; its id.
pub async fn identify(browser: &Browser, booking: &Value, inside: &[u8]) -> String {
    let sent = send(browser, booking, "item=identity&name=%E6%8A%A4%E7%85%A7.jpg", png(8, inside)).await.ok();
    sent["id"].as_str().unwrap().to_owned()
}

fn file(booking: &Value, id: &str) -> String {
    format!("{}/{id}", documents(booking))
}

async fn remove(browser: &Browser, booking: &Value, id: &str) -> Answer {
    browser.call(Method::DELETE, &file(booking, id), None).await
}

pub fn form() -> Value {
    json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {"reason": "lost"}})
}

/// Bytes as they were given, with what was said about them.
async fn bytes(browser: &Browser, path: &str) -> (Vec<u8>, header::HeaderMap) {
    let answer = browser.client.get(format!("{}{path}", browser.base)).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let headers = answer.headers().clone();
    (answer.bytes().await.unwrap().to_vec(), headers)
}

async fn kept(app: &TestApp) -> (u64, u64) {
    let conn = app.app.db.reader();
    let rows = document::Entity::find().count(conn).await.unwrap();
    (rows, document_piece::Entity::find().count(conn).await.unwrap())
}

/// Changes what a service asks for.
pub async fn respec(app: &TestApp, code: &'static str, change: impl FnOnce(&mut Value)) {
    let of_code = service::Entity::find().filter(service::Column::Code.eq(code));
    let row = of_code.one(app.app.db.reader()).await.unwrap().unwrap();
    let mut spec = row.spec.clone();
    change(&mut spec);
    let mut row = row.into_active_model();
    row.spec = Set(spec);
    let written = app.app.db.write(move |tx| {
        Box::pin(async move { service::Entity::update(row).exec(tx.conn()).await.map(drop) })
    });
    let written: Result<(), DbErr> = written.await;
    written.unwrap();
    app.app.directory.forget();
}

/// A phone booking within the lead time, for a reason.
async fn against_terms(app: &TestApp, officer: &Browser) -> Value {
    let body = json!({"service_id": app.service("after-hours").await, "channel": "phone",
        "starts_at": "2026-11-23T09:00:00Z", "contact_name": "顾女士", "contact_mobile": "15400000077",
        "reason": "鲜活货物，码头来电"});
    officer.post("/api/v1/desk/bookings", body).await.ok()
}

both_stores! {
    at NOW;

    async fn nobody_requests_without_what_is_required(app: &TestApp) {
        let (lin, zhou) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("certificate").await;
        let mut at_once = wish(&service, SLOT);
        at_once["request"] = form();
        let refused = lin.post("/api/v1/bookings", at_once).await;
        refused.refused(409, "documents_missing");
        assert!(refused.json()["title"].as_str().unwrap().contains("护照或身份证照片"), "{}", refused.text);
        let held = take(&lin, &service, SLOT).await;
        let missing = lin.post(&path(&held, "/request"), form()).await;
        missing.refused(409, "documents_missing");
        assert_eq!(missing.json()["field"], "documents.identity");
        let listed = lin.get(&documents(&held)).await.ok();
        assert_eq!(listed["missing"], json!(["identity"]));
        let asked: Vec<_> = listed["items"].as_array().unwrap().iter()
            .map(|item| (item["asked"]["key"].as_str().unwrap(), item["can_upload"].as_bool().unwrap())).collect();
        assert_eq!(asked, [("identity", true), ("certificate", true), ("photograph", false)]);
        // A document that is not required, or is to be brought, does not stand for it.
        send(&lin, &held, "item=certificate", pdf(2)).await.ok();
        send(&lin, &held, "item=photograph", png(8, b"x")).await.refused(422, "unknown_document");
        lin.post(&path(&held, "/request"), form()).await.refused(409, "documents_missing");

        let inside = vec![7; 600_000];
        let id = identify(&lin, &held, &inside).await;
        assert_eq!(lin.get(&documents(&held)).await.ok()["missing"], json!([]));
        assert_eq!(lin.post(&path(&held, "/request"), form()).await.ok()["state"], "requested");
        remove(&lin, &held, &id).await.refused(409, "document_required");
        // The second side, and another picture in the place of the first.
        let second = identify(&lin, &held, b"back").await;
        let replaced = send(&lin, &held, &format!("item=identity&replaces={id}"), png(8, b"sharper")).await.ok();
        lin.get(&file(&held, &id)).await.refused(404, "not_found");
        remove(&lin, &held, &second).await.ok();

        let listed = zhou.get(&documents(&held)).await.ok();
        let files = &listed["items"][0]["files"];
        assert_eq!((files.as_array().unwrap().len(), &files[0]["id"]), (1, &replaced["id"]));
        assert_eq!((&files[0]["can_remove"], &listed["items"][0]["can_upload"]), (&json!(false), &json!(false)));
        let (given, headers) = bytes(&zhou, &file(&held, replaced["id"].as_str().unwrap())).await;
        assert_eq!(given, png(8, b"sharper"));
        assert_eq!((&headers["content-type"], &headers["x-content-type-options"]), (&"image/png".parse().unwrap(), &"nosniff".parse().unwrap()));
        assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment; "));
        zhou.post(&path(&held, "/accept"), json!({})).await.ok();
        send(&lin, &held, "item=identity", png(8, b"late")).await.refused(409, "documents_closed");
        remove(&lin, &held, replaced["id"].as_str().unwrap()).await.refused(409, "documents_closed");
        let history = lin.get(&path(&held, "")).await.ok()["history"].clone();
        let kinds: Vec<_> = history.as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
        let of_documents: Vec<_> = kinds.iter().filter(|kind| kind.starts_with("document.")).collect();
        assert_eq!(of_documents, [&"document.uploaded", &"document.uploaded", &"document.uploaded", &"document.replaced", &"document.removed"]);
    }

    async fn a_file_that_is_not_what_it_says_is_refused_and_nothing_of_it_kept(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let held = take(&lin, &app.service("certificate").await, SLOT).await;
        let archive = [&b"PK\x05\x06"[..], &[0; 18]].concat();
        let cases: [(&str, Vec<u8>, u16, &str); 10] = [
            ("nothing", Vec::new(), 422, "document_empty"),
            ("a program called a picture", b"MZ\x90\0 a program".to_vec(), 422, "document_kind"),
            ("a page called a PDF", b"<html><script>alert(1)</script>".to_vec(), 422, "document_kind"),
            ("a picture cut off", png(8, b"x")[..50].to_vec(), 422, "document_broken"),
            ("a PDF in name", b"%PDF-1.4\nnot really\n%%EOF".to_vec(), 422, "document_broken"),
            ("a picture with an archive behind it", [png(8, b"x"), archive].concat(), 422, "document_mixed"),
            ("a PDF with a password", with_password(), 422, "document_encrypted"),
            ("too many pages", pdf(5), 422, "document_pages"),
            ("too many dots", png(60_000, b"x"), 422, "document_dots"),
            ("too large", vec![b'x'; (10 << 20) + 1], 413, "document_too_large"),
        ];
        for (what, bytes, status, code) in cases {
            let answer = send(&lin, &held, "item=identity&name=%E6%8A%A4%E7%85%A7.jpg", bytes).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &json!(code)), "{what}: {}", answer.text);
            assert_eq!(answer.json()["field"], "file", "{what}");
        }
        // Without a length nobody knows beforehand.
        let url = format!("{}{}?item=certificate", lin.base, documents(&held));
        let chunks = (0..24).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 256 << 10]));
        let request = lin.client.post(&url).header(header::CONTENT_TYPE, "application/octet-stream");
        let endless = request.body(reqwest::Body::wrap_stream(futures::stream::iter(chunks)));
        lin.send(endless).await.refused(413, "document_too_large");
        let typed = lin.client.post(&url).header(header::CONTENT_TYPE, "image/png").body(png(8, b"x"));
        lin.send(typed).await.refused(415, "unsupported_media_type");
        send(&lin, &held, "item=identity&name=%E2%80%AEgpj.exe", png(8, b"x")).await.refused(422, "text_not_allowed");
        send(&lin, &held, "item=certificate%00", png(8, b"x")).await.refused(422, "text_not_allowed");
        send(&lin, &held, "item=other", png(8, b"x")).await.refused(422, "unknown_document");
        assert_eq!(kept(app).await, (0, 0));
        assert_eq!(lin.get(&documents(&held)).await.ok()["missing"], json!(["identity"]));
    }

    async fn an_auditor_finds_a_case_by_its_documents_whether_anybody_met_or_not(app: &TestApp) {
        let (lin, auditor) = (app.signed_in("lin").await, app.signed_in("tang").await);
        let service = app.service("certificate").await;
        let held = take(&lin, &service, SLOT).await;
        let picture = png(8, b"what the digest is of");
        let sent = send(&lin, &held, "item=identity&name=a.png", picture.clone()).await.ok();
        send(&lin, &held, "item=certificate", png(8, b"more")).await.ok();
        let without = take(&lin, &service, "2026-11-24T06:15:00Z").await;
        let reference = held["reference"].as_str().unwrap();
        for (query, found) in [
            ("", 1), (&format!("?reference={}", &reference[8..11].to_lowercase()) as &str, 1), ("?reference=ZZZZZZZ", 0), ("?reference=%E9%A2%84", 0),
            ("?enterprise=%E7%B2%AE%E6%B2%B9", 1), ("?enterprise=nobody", 0), ("?from=2026-11-24&to=2026-11-24", 1), ("?to=2026-11-23", 0),
        ] {
            let list = auditor.get(&format!("/api/v1/review/cases{query}")).await.ok();
            assert_eq!(list["items"].as_array().unwrap().len(), found, "{query}: {list}");
        }
        auditor.get("/api/v1/review/cases?from=2026-11-24&to=2026-11-23").await.refused(422, "invalid_range");
        auditor.get("/api/v1/review/cases?from=1026-11-24").await.refused(422, "date_out_of_range");
        lin.get("/api/v1/review/cases").await.refused(403, "forbidden");
        let listed = auditor.get("/api/v1/review/cases").await.ok()["items"][0].clone();
        assert_eq!((&listed["reference"], &listed["documents"], &listed["session_id"]), (&held["reference"], &json!(2), &Value::Null));
        assert_eq!((&listed["state"], &listed["integrity"], &listed["zone"]), (&json!("held"), &json!("intact"), &json!("Asia/Shanghai")));
        let case = format!("/api/v1/review/cases/{}", listed["booking_id"].as_str().unwrap());
        lin.get(&case).await.refused(403, "forbidden");
        for id in [without["id"].as_str().unwrap(), NOBODY] {
            auditor.get(&format!("/api/v1/review/cases/{id}")).await.refused(404, "not_found");
        }
        // Looking at it is an entry, once a visit.
        for _ in 0..2 {
            let seen = auditor.get(&case).await.ok();
            let entries = seen["entries"].as_array().unwrap();
            let of = |kind: &str| entries.iter().filter(|entry| entry["kind"] == kind).count();
            assert_eq!((of("document.uploaded"), of("review.case_opened")), (2, 1), "{seen}");
        }
        // The digest that is shown is that of the file as it came, and as it is given.
        let shown = auditor.get(&documents(&held)).await.ok()["items"][0]["files"][0].clone();
        let (given, _) = bytes(&auditor, &file(&held, shown["id"].as_str().unwrap())).await;
        let digest: String = Sha256::digest(&given).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(given, picture);
        assert_eq!((&shown["sha256"], &sent["sha256"]), (&json!(digest), &json!(digest)));
        let history = lin.get(&path(&held, "")).await.ok()["history"].to_string();
        assert!(!history.contains("review.case_opened"), "{history}");
    }

    async fn no_more_files_are_taken_than_are_asked_for(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let held = take(&lin, &app.service("certificate").await, SLOT).await;
        let first = send(&lin, &held, "item=certificate", png(8, b"one")).await.ok();
        assert_eq!(first["sha256"].as_str().unwrap().len(), 64);
        // Sent again after a line that broke: it is the one that is there.
        assert_eq!(send(&lin, &held, "item=certificate", png(8, b"one")).await.ok()["id"], first["id"]);
        send(&lin, &held, "item=certificate", png(8, b"two")).await.refused(409, "documents_enough");
        send(&lin, &held, &format!("item=certificate&replaces={NOBODY}"), png(8, b"two")).await.refused(404, "not_found");
        let id = first["id"].as_str().unwrap();
        send(&lin, &held, &format!("item=identity&replaces={id}"), png(8, b"two")).await.refused(404, "not_found");
        send(&lin, &held, &format!("item=certificate&replaces={id}"), png(8, b"two")).await.ok();
        assert_eq!(kept(app).await, (1, 1));
        remove(&lin, &held, id).await.refused(404, "not_found");
    }

    async fn documents_are_found_only_by_those_whose_business_they_are(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let held = take(&lin, &app.service("certificate").await, SLOT).await;
        let id = identify(&lin, &held, b"x").await;
        for login in ["gao", "luo"] {
            let other = app.signed_in(login).await;
            other.get(&documents(&held)).await.refused(404, "not_found");
            other.get(&file(&held, &id)).await.refused(404, "not_found");
            send(&other, &held, "item=identity", png(8, b"y")).await.refused(404, "not_found");
            remove(&other, &held, &id).await.refused(404, "not_found");
        }
        // Of another booking it is not found either.
        let other = take(&lin, &app.service("certificate").await, "2026-11-24T06:30:00Z").await;
        lin.get(&file(&other, &id)).await.refused(404, "not_found");
        remove(&lin, &other, &id).await.refused(404, "not_found");
        // Who books for the same enterprise sees them, unless the service asks for sensitive answers.
        let sun = colleague(app, "sun").await;
        assert_eq!(bytes(&sun, &file(&held, &id)).await.0, png(8, b"x"));
        respec(app, "certificate", |spec| spec["fields"][0]["sensitive"] = json!(true)).await;
        sun.get(&file(&held, &id)).await.refused(404, "not_found");
        let listed = sun.get(&documents(&held)).await.ok();
        let shown = &listed["items"][0]["files"][0];
        assert_eq!((&shown["name"], &shown["can_open"]), (&Value::Null, &json!(false)));
        assert_eq!(lin.get(&documents(&held)).await.ok()["items"][0]["files"][0]["name"], "护照.png");

        // An officer and an auditor who look are noted, once an hour.
        let (zhou, tang) = (app.signed_in("zhou").await, app.signed_in("tang").await);
        for reader in [&zhou, &tang, &zhou, &tang] {
            assert_eq!(bytes(reader, &format!("{}?inline=true", file(&held, &id))).await.0, png(8, b"x"));
        }
        send(&tang, &held, "item=identity", png(8, b"y")).await.refused(403, "forbidden");
        remove(&tang, &held, &id).await.refused(403, "forbidden");
        remove(&zhou, &held, &id).await.refused(409, "documents_closed");
        let case = held["id"].as_str().unwrap().parse().unwrap();
        let entries = evidence::entries(app.app.db.reader(), case).await.unwrap();
        assert_eq!(entries.iter().filter(|entry| entry.kind == "document.opened").count(), 2);
        app.signed_in("yi").await.get(&documents(&held)).await.refused(403, "forbidden");
    }

    async fn the_stamped_form_follows_what_was_booked_against_the_terms(app: &TestApp) {
        let (zhou, lin) = (app.signed_in("zhou").await, app.signed_in("lin").await);
        let booked = against_terms(app, &zhou).await;
        let due = zhou.get("/api/v1/missing-forms").await.ok();
        let due = &due["items"];
        assert_eq!((due.as_array().unwrap().len(), &due[0]["booking_id"], &due[0]["late"]), (1, &booked["id"], &json!(false)));
        assert_eq!(due[0]["due_at"], "2026-11-23T16:00:00Z");
        lin.get("/api/v1/missing-forms").await.refused(403, "forbidden");
        app.set_time("2026-11-23T16:00:00Z");
        let zhou = app.signed_in("zhou").await;
        assert_eq!(zhou.get("/api/v1/missing-forms").await.ok()["items"][0]["late"], true);
        send(&zhou, &booked, "item=identity", pdf(1)).await.refused(422, "unknown_document");
        let listed = zhou.get(&documents(&booked)).await.ok();
        assert_eq!((&listed["items"][0]["asked"]["key"], &listed["items"][0]["can_upload"]), (&json!("stamped_form"), &json!(true)));
        let first = send(&zhou, &booked, "item=stamped_form&name=scan.pdf", pdf(1)).await.ok();
        assert_eq!(zhou.get("/api/v1/missing-forms").await.ok()["items"], json!([]));
        // By a slip the wrong one.
        let first = first["id"].as_str().unwrap();
        let second = send(&zhou, &booked, &format!("item=stamped_form&replaces={first}"), pdf(2)).await.ok();
        let second = second["id"].as_str().unwrap();
        assert_eq!(zhou.get(&documents(&booked)).await.ok()["items"][0]["files"][0]["pages"], 2);
        app.set_time("2026-11-24T16:00:01Z");
        let zhou = app.signed_in("zhou").await;
        remove(&zhou, &booked, second).await.refused(409, "document_kept");
        send(&zhou, &booked, &format!("item=stamped_form&replaces={second}"), pdf(3)).await.refused(409, "document_kept");

        // What was booked as the terms allow has none, and of what bookers send officers take nothing away.
        let lin = app.signed_in("lin").await;
        let held = take(&lin, &app.service("certificate").await, "2026-11-26T06:00:00Z").await;
        let id = identify(&lin, &held, b"x").await;
        lin.post(&path(&held, "/request"), form()).await.ok();
        send(&zhou, &held, "item=stamped_form", pdf(1)).await.refused(422, "unknown_document");
        send(&lin, &held, "item=stamped_form", pdf(1)).await.refused(422, "unknown_document");
        remove(&zhou, &held, &id).await.refused(403, "forbidden");
    }

    async fn somebody_who_sends_without_end_leaves_others_their_turn(app: &TestApp) {
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let service = app.service("certificate").await;
        let held = take(&lin, &service, SLOT).await;
        let url = format!("{}{}?item=identity", lin.base, documents(&held));
        // One that comes while others are being looked at is turned away itself: so more come until three stay.
        let sending = std::sync::Mutex::new(Vec::new());
        let refused = crate::support::eventually("three are on their way", || async {
            let endless = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
            let request = lin.client.post(&url).header(header::CONTENT_TYPE, "application/octet-stream");
            let one = tokio::spawn(request.body(reqwest::Body::wrap_stream(endless)).send());
            sending.lock().unwrap().push(one);
            let answer = send(&lin, &held, "item=identity", png(8, b"x")).await;
            (answer.status != 201).then_some(answer)
        }).await;
        refused.refused(429, "too_many_uploads");
        let other = take(&gao, &service, "2026-11-24T06:30:00Z").await;
        identify(&gao, &other, b"x").await;
        sending.lock().unwrap().iter().for_each(tokio::task::JoinHandle::abort);
        crate::support::eventually("they were given up", || async {
            (send(&lin, &held, "item=identity", png(8, b"y")).await.status == 201).then_some(())
        }).await;
    }

    async fn no_more_files_are_held_at_a_time_than_fit_and_others_are_told_to_come_again(app: &TestApp) {
        let sun = colleague(app, "sun").await;
        let service = app.service("certificate").await;
        let mine = take(&sun, &service, SLOT).await;
        let id = identify(&sun, &mine, b"mine").await;
        // Four people send three files each, slowly: as many as are held.
        let mut slow = tokio::task::JoinSet::new();
        for (person, starts_at) in [("lin", "06:00"), ("gao", "06:15"), ("bai", "06:15"), ("luo", "06:30")] {
            let person = app.signed_in(person).await;
            let held = take(&person, &service, &format!("2026-11-24T{starts_at}:00Z")).await;
            for _ in 0..3 {
                let url = format!("{}{}?item=identity", person.base, documents(&held));
                let request = person.client.post(url).header(header::CONTENT_TYPE, "application/octet-stream");
                let trickle = futures::stream::repeat(()).then(|()| async {
                    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
                    Ok::<_, std::io::Error>(vec![1_u8])
                });
                slow.spawn(request.timeout(std::time::Duration::from_secs(300)).body(reqwest::Body::wrap_stream(trickle)).send());
            }
        }
        let refused = crate::support::eventually("all turns are taken", || async {
            let answer = send(&sun, &mine, "item=identity", png(8, b"mine")).await;
            (answer.status != 201).then_some(answer)
        }).await;
        refused.refused(503, "documents_busy");
        assert_eq!(refused.headers["retry-after"], "5");
        assert_eq!(kept(app).await, (1, 1));
        // What is given away has turns of its own.
        let (given, headers) = bytes(&sun, &file(&mine, &id)).await;
        assert_eq!(headers[header::CONTENT_LENGTH], given.len().to_string());
        slow.abort_all();
        crate::support::eventually("they were given up", || async {
            (send(&sun, &mine, "item=identity", png(8, b"more")).await.status == 201).then_some(())
        }).await;
    }

    async fn a_body_that_is_none_is_refused_as_that(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let held = take(&lin, &app.service("certificate").await, SLOT).await;
        let signed = lin.client.post(format!("{}/api/v1/sign-in", lin.base));
        let signed = signed.json(&json!({"login": "lin", "password": crate::support::PASSWORD})).send().await.unwrap();
        let cookie = signed.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let host = app.base.trim_start_matches("http://");
        let answer = talk(app, &format!(
            "POST {}?item=identity HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\ncontent-type: application/octet-stream\r\n\
             transfer-encoding: chunked\r\nconnection: close\r\n\r\nnonsense\r\n", documents(&held))).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("\"bad_body\""), "{answer}");
    }
}
