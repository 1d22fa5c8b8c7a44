//! Somebody who uploads documents while the disk is filled and freed: what was taken is there, and nothing of the rest.

use crate::disk::{Word, answered};
use crate::pictures::png;
use mianqia::db::Db;
use mianqia::documents::ask::not_as_kept;
use mianqia::documents::entities::{document, document_piece};
use reqwest::{Client, header};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(40);

/// The files of somebody, and what was answered about them.
#[derive(Default)]
pub struct Files {
    /// Those that were taken, by id: whether they are to be there, or nobody knows.
    taken: Mutex<HashMap<String, Option<bool>>>,
    /// So many answers to uploads were lost.
    lost_answers: AtomicU64,
    acknowledged: AtomicU64,
    refused: AtomicU64,
}

impl Files {
    /// How many were taken so far.
    pub fn taken(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    fn know(&self, id: &str, is_there: Option<bool>) {
        self.taken.lock().unwrap().insert(id.to_owned(), is_there);
    }

    /// Compares what was told with what is stored, byte by byte; gives how many were taken, and how many refused.
    pub async fn compare(&self, store: &str) -> (u64, u64) {
        let db = Db::open(store).await.unwrap();
        let rows = document::Entity::find().all(db.reader()).await.unwrap();
        let stored: HashSet<String> = rows.iter().map(|row| row.id.to_string()).collect();
        let known = self.taken.lock().unwrap().clone();
        for (id, is_there) in &known {
            assert!(is_there.is_none_or(|is_there| is_there == stored.contains(id)), "{id}: {is_there:?}");
        }
        let strange = stored.iter().filter(|id| !known.contains_key(*id)).count() as u64;
        assert!(
            strange <= self.lost_answers.load(Ordering::Relaxed),
            "{strange} are there that nobody was told of"
        );
        assert_eq!(not_as_kept(db.reader(), None, &rows).await.unwrap(), []);
        let pieces = document_piece::Entity::find().all(db.reader()).await.unwrap();
        let of_none = pieces.iter().filter(|piece| !stored.contains(&piece.document_id.to_string())).count();
        assert_eq!(of_none, 0, "pieces of files that are not there");
        assert!(known.values().any(|is_there| *is_there == Some(true)), "one was to stay");
        (self.taken(), self.refused.load(Ordering::Relaxed))
    }
}

/// Uploads a document and takes it back, again and again, until told to stop; then uploads one that stays.
pub async fn work(client: Client, base: String, files: Arc<Files>, stop: Arc<AtomicBool>) {
    let documents = held_with_documents(&client, &base).await;
    let mut number = 0_u32;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        // No two are the same: the same file again would be the one that is there.
        let inside = [number.to_be_bytes().as_slice(), &vec![7; 300 << 10]].concat();
        match send(&client, &documents, &inside).await {
            Word::Kept(row) => {
                let id = row["id"].as_str().unwrap().to_owned();
                files.know(&id, Some(true));
                files.acknowledged.fetch_add(1, Ordering::Relaxed);
                take_back(&client, &documents, &id, &files).await;
            }
            Word::Refused => drop(files.refused.fetch_add(1, Ordering::Relaxed)),
            Word::Unsure => {
                files.lost_answers.fetch_add(1, Ordering::Relaxed);
                // It takes two at most, and one may be there that nobody knows of.
                for id in there(&client, &documents).await {
                    take_back(&client, &documents, &id, &files).await;
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    let Word::Kept(row) = send(&client, &documents, b"the last one").await else {
        panic!("the disk is free")
    };
    files.know(row["id"].as_str().unwrap(), Some(true));
}

async fn send(client: &Client, documents: &str, inside: &[u8]) -> Word {
    let post = client.post(format!("{documents}?item=identity"));
    answered(post.header(header::CONTENT_TYPE, "application/octet-stream").body(png(8, inside))).await
}

async fn take_back(client: &Client, documents: &str, id: &str, files: &Files) {
    loop {
        match answered(client.delete(format!("{documents}/{id}"))).await {
            Word::Kept(_) => return files.know(id, Some(false)),
            Word::Refused => tokio::time::sleep(PAUSE).await,
            Word::Unsure => {
                files.know(id, None);
                if !there(client, documents).await.contains(&id.to_owned()) {
                    return files.know(id, Some(false));
                }
            }
        }
    }
}

/// The ids of the files that are there, once the store can be asked.
async fn there(client: &Client, documents: &str) -> Vec<String> {
    loop {
        if let Word::Kept(listed) = answered(client.get(documents)).await {
            let items = listed["items"].as_array().unwrap().iter();
            let files = items.flat_map(|item| item["files"].as_array().unwrap());
            return files.map(|file| file["id"].as_str().unwrap().to_owned()).collect();
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The address of the documents of a booking that waits for its request.
async fn held_with_documents(client: &Client, base: &str) -> String {
    let services: Value =
        client.get(format!("{base}/api/v1/services")).send().await.unwrap().json().await.unwrap();
    let mut services = services["items"].as_array().unwrap().iter();
    let service = services.find(|service| service["code"] == "certificate").unwrap();
    let wish =
        json!({"service_id": service["id"], "starts_at": service["now"]["next_free_at"], "anyway": true});
    loop {
        match answered(client.post(format!("{base}/api/v1/bookings")).json(&wish)).await {
            Word::Kept(held) => {
                return format!("{base}/api/v1/bookings/{}/documents", held["id"].as_str().unwrap());
            }
            Word::Refused => tokio::time::sleep(PAUSE).await,
            Word::Unsure => panic!("the disk is free"),
        }
    }
}
