//! `Idempotency-Key`: a write that is repeated gets the first answer again (contracts: API).
//!
//! Scope is (actor, method, path); an answer is kept for 24 hours. The key is claimed in the transaction
//! of the use case itself ([`crate::db::accompanied`]), so that what was done under a key is known for
//! sure, whatever breaks afterwards: it is never done twice. Only the answer is written after it, behind the
//! reply; should that be lost, a repetition is told so instead of being carried out again.
//!
//! A key is not looked up before it is claimed, because hardly any request is a repetition. Of one that is,
//! the claim fails, or the use case does because it finds its own work done: only then it is looked.

mod answers;
pub(in crate::app) mod store;

use crate::app::entities::idempotency::Model;
use crate::app::idempotency::answers::Answers;
use crate::app::idempotency::store::{Keyed, StoredAnswer};
use crate::auth::Actor;
use crate::base::clock::Clock;
use crate::base::keyring::Keyring;
use crate::base::words;
use crate::db::{self, Companion, Db, Tx};
use crate::http::Problem;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::task::TaskTracker;

/// Of the key under which answers are sealed.
const PURPOSE: &str = "idempotency.answer";
/// Larger bodies are refused before they come here; larger answers are not kept.
const LARGEST: usize = 1 << 20;
/// An answer that has not come by then does not come any more.
const ANSWERED_WITHIN: TimeDelta = TimeDelta::seconds(60);
/// How long an answer is kept.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

pub struct Idempotency {
    db: Db,
    clock: Clock,
    keyring: Keyring,
    answers: Arc<Answers>,
}

/// The layer. Runs inside the sign-in layer, which tells it the actor.
pub async fn layer(State(at): State<Arc<Idempotency>>, request: Request, next: Next) -> Response {
    match key_of(&request) {
        Ok(None) => next.run(request).await,
        Ok(Some(key)) => at.once(key, request, next).await.unwrap_or_else(IntoResponse::into_response),
        Err(problem) => problem.into_response(),
    }
}

fn key_of(request: &Request) -> Result<Option<String>, Problem> {
    let path = request.uri().path();
    let excepted =
        ["/api/v1/sign-in", "/api/v1/whip", "/api/v1/whep"].iter().any(|start| path.starts_with(start));
    // What opens a call is never kept: asked again, it is made anew.
    let is_token = path.starts_with("/api/v1/sessions/") && path.ends_with("/token");
    // A file is too large to be read twice; the same one again is the one that is there.
    let is_file = path.starts_with("/api/v1/bookings/") && path.ends_with("/documents");
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // The same for the check of a line; and what a page tells of its line twice a minute is worth no row more.
    let is_line = path.ends_with("/line-checks/media") || path.ends_with("/line");
    if is_read || excepted || is_token || is_file || is_line {
        return Ok(None);
    }
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=255).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Problem::new(StatusCode::BAD_REQUEST, words::app::bad_idempotency_key())),
    }
}

impl Idempotency {
    pub fn new(db: Db, clock: Clock, keyring: Keyring, tasks: TaskTracker) -> Self {
        Self { db, clock, keyring, answers: Arc::new(Answers::new(tasks)) }
    }

    async fn once(self: &Arc<Self>, key: String, request: Request, next: Next) -> Result<Response, Problem> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST)
            .await
            .map_err(|error| Problem::for_slow_body(&error).unwrap_or_else(Problem::for_large_body))?;
        let actor = parts.extensions.get::<Arc<Actor>>().map(|actor| actor.account_id);
        let scope = Sha256::new()
            .chain_update(actor.unwrap_or_default())
            .chain_update(parts.method.as_str())
            .chain_update(b"\0")
            .chain_update(parts.uri.path())
            .chain_update(b"\0")
            .chain_update(key)
            .finalize()
            .to_vec();
        // Keyed, because a body may hold a password, and a bare digest could be tried against guesses.
        let body_hash = self.keyring.mac("idempotency", &body).to_vec();
        let keyed = Keyed { scope, body_hash, at: self.clock.now() };
        // Spawned: a caller that hangs up must find the answer when it asks again.
        let this = Arc::clone(self);
        // A task of its own, and still the request's.
        let run = tokio::spawn(db::of_request(async move {
            let request = || Request::from_parts(parts.clone(), Body::from(body.clone()));
            match this.run(&keyed, request(), next.clone()).await? {
                Some(response) => Ok(response),
                // An old claim was in the way, and is no longer.
                None => this.run(&keyed, request(), next).await?.ok_or_else(Problem::in_flight),
            }
        }));
        run.await.map_err(|_| Problem::for_panic())?
    }

    /// Carries a request out; none if only a claim whose time is over kept it from that.
    async fn run(&self, keyed: &Keyed, request: Request, next: Next) -> Result<Option<Response>, Problem> {
        let claim = Arc::new(Claim { keyed: keyed.clone(), owner: Arc::default() });
        let response = db::accompanied(claim.clone(), next.run(request)).await;
        claim.settle(self, response).await
    }

    /// What is known of a key; an answer that is just being kept included.
    async fn earlier(&self, keyed: &Keyed) -> Result<Option<Model>, Problem> {
        // Looked for before the row is read as well: between the two it may have come into the store.
        let on_its_way = self.answers.of(&keyed.scope);
        let row = store::find(self.db.reader(), &keyed.scope).await?;
        let answer = on_its_way.or_else(|| self.answers.of(&keyed.scope));
        Ok(row.map(|row| answers::filled(row, answer)))
    }

    /// Gives the earlier answer, or says why not.
    fn again(&self, earlier: Model, keyed: &Keyed) -> Result<Response, Problem> {
        if earlier.body_hash != keyed.body_hash {
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, words::app::idempotency_key_reused()));
        }
        let (Some(status), Some(sealed)) = (earlier.status, earlier.body) else {
            return Err(unanswered(earlier.created_at, keyed.at));
        };
        // Sealed under a key that is no more, or changed: it was done all the same.
        let body = self.keyring.unseal(PURPOSE, &keyed.scope, &sealed).ok_or_else(answer_lost)?;
        let mut response = Response::new(Body::from(body));
        *response.status_mut() =
            u16::try_from(status).ok().and_then(|s| StatusCode::from_u16(s).ok()).unwrap_or_default();
        if let Some(kind) = earlier.content_type.and_then(|kind| HeaderValue::from_str(&kind).ok()) {
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
        Ok(response)
    }
}

/// A key on its way through one request.
struct Claim {
    keyed: Keyed,
    owner: Arc<Mutex<Owner>>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Owner {
    /// Nothing has been committed under the key.
    #[default]
    Nobody,
    /// This request has committed something under it.
    Us,
    /// Another request was faster; this one has changed nothing.
    Others,
}

impl Companion for Claim {
    fn write(&self, tx: &Tx) {
        if self.owner() == Owner::Us {
            return; // a second transaction of the same request
        }
        store::claim(tx, &self.keyed);
        let owner = Arc::clone(&self.owner);
        tx.after_commit(move || *lock(&owner) = Owner::Us);
        let owner = Arc::clone(&self.owner);
        tx.on_violation(store::CLAIM, move || {
            *lock(&owner) = Owner::Others;
            db::repeated()
        });
    }
}

fn lock(owner: &Mutex<Owner>) -> MutexGuard<'_, Owner> {
    owner.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Claim {
    fn owner(&self) -> Owner {
        *lock(&self.owner)
    }

    /// Keeps a success. A refusal frees its key: mended, the same request may succeed. What broke after
    /// its commit keeps the key without an answer, because it must not be done again.
    async fn settle(&self, at: &Idempotency, response: Response) -> Result<Option<Response>, Problem> {
        let (owner, status) = (self.owner(), response.status());
        // What was refused, or well without writing, may have been so because it is done already, under this very key.
        if owner != Owner::Us {
            let earlier = at.earlier(&self.keyed).await?;
            let is_over = earlier.as_ref().is_some_and(|row| self.keyed.at - row.created_at > KEPT_FOR);
            match earlier {
                Some(old) if is_over && owner == Owner::Others => {
                    store::release(&at.db, old.scope, old.created_at).await?;
                    return Ok(None);
                }
                Some(row) if !is_over => return at.again(row, &self.keyed).map(Some),
                None if owner == Owner::Others => return Err(Problem::in_flight()),
                _ if !status.is_success() => return Ok(Some(response)),
                _ => {}
            }
        }
        if status.is_success() {
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, LARGEST).await.map_err(|_| Problem::for_panic())?;
            let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            let answer = StoredAnswer {
                status: status.as_u16(),
                content_type: content_type.map(str::to_owned),
                // Answers hold names and telephone numbers: at rest they are as good as not there.
                body: at.keyring.seal(PURPOSE, &self.keyed.scope, &body),
            };
            // What was done stands, and its caller gets the answer now, whether or not it can be kept.
            at.answers.keep(&at.db, self.keyed.clone(), answer).await;
            return Ok(Some(Response::from_parts(parts, Body::from(body))));
        }
        if owner == Owner::Us && status.is_client_error() {
            store::release(&at.db, self.keyed.scope.clone(), self.keyed.at).await?;
        }
        Ok(Some(response))
    }
}

/// It was done, but there is no answer to give: not yet, or not any more.
fn unanswered(done_at: DateTime<Utc>, now: DateTime<Utc>) -> Problem {
    if now - done_at <= ANSWERED_WITHIN {
        return Problem::in_flight();
    }
    answer_lost()
}

fn answer_lost() -> Problem {
    Problem::conflict(words::app::idempotency_answer_lost())
}
