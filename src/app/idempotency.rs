//! `Idempotency-Key`: a write that is repeated gets the first answer again (contracts: API).
//!
//! Scope is (actor, method, path); an answer is kept for 24 hours. The row is claimed before the
//! handler runs and completed after it, around the handler's own transaction: a crash between the two
//! leaves the key in flight for a minute, after which the request may be tried again.

use super::store::{self, StoredAnswer};
use crate::auth::Actor;
use crate::clock::Clock;
use crate::db::Db;
use crate::entity::idempotency::Model;
use crate::http::Problem;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Larger bodies are refused before they come here; larger answers are not kept.
const LARGEST: usize = 1 << 20;
const ABANDONED_AFTER: TimeDelta = TimeDelta::seconds(60);
/// How long an answer is kept.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

#[derive(Clone)]
pub struct Idempotency {
    pub db: Db,
    pub clock: Clock,
}

/// The layer. Runs inside the sign-in layer, which tells it the actor.
pub async fn layer(State(at): State<Idempotency>, request: Request, next: Next) -> Response {
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
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) || excepted {
        return Ok(None);
    }
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=255).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "bad_idempotency_key",
            "Idempotency-Key 应为 1 至 255 个 ASCII 字符。",
            "An Idempotency-Key has 1 to 255 ASCII characters.",
        )),
    }
}

impl Idempotency {
    async fn once(&self, key: String, request: Request, next: Next) -> Result<Response, Problem> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST).await.map_err(|_| Problem::for_large_body())?;
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
        let body_hash = Sha256::digest(&body).to_vec();
        let now = self.clock.now();
        if let Some(earlier) = store::claim(&self.db, scope.clone(), body_hash.clone(), now).await? {
            let abandoned = earlier.status.is_none() && now - earlier.created_at > ABANDONED_AFTER;
            let expired = now - earlier.created_at > KEPT_FOR;
            if !abandoned && !expired {
                return again(earlier, &body_hash);
            }
            store::release(&self.db, scope.clone()).await?;
            if let Some(other) = store::claim(&self.db, scope.clone(), body_hash.clone(), now).await? {
                return again(other, &body_hash);
            }
        }
        // Spawned: a caller that hangs up must find the answer when it asks again.
        let db = self.db.clone();
        let request = Request::from_parts(parts, Body::from(body));
        let run = tokio::spawn(async move { answer_and_keep(&db, scope, next.run(request).await).await });
        run.await.map_err(|_| Problem::for_panic())?
    }
}

/// Gives the earlier answer, or says why not.
fn again(earlier: Model, body_hash: &[u8]) -> Result<Response, Problem> {
    if earlier.body_hash != body_hash {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "这个 Idempotency-Key 已用于另一个请求。",
            "This Idempotency-Key was used for another request.",
        ));
    }
    let (Some(status), Some(body)) = (earlier.status, earlier.body) else {
        return Err(Problem::conflict(
            "idempotency_in_flight",
            "同一个请求正在处理，请稍候。",
            "The same request is being worked on. Please wait a moment.",
        ));
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        u16::try_from(status).ok().and_then(|s| StatusCode::from_u16(s).ok()).unwrap_or_default();
    if let Some(kind) = earlier.content_type.and_then(|kind| HeaderValue::from_str(&kind).ok()) {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    Ok(response)
}

/// Keeps a success. A refusal changed nothing, so its key is free again: mended, the same request may
/// succeed.
async fn answer_and_keep(db: &Db, scope: Vec<u8>, response: Response) -> Result<Response, Problem> {
    if !response.status().is_success() {
        store::release(db, scope).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST).await.map_err(|_| Problem::for_panic())?;
    let content_type =
        parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    let stored = StoredAnswer { status: parts.status.as_u16(), content_type, body: body.to_vec() };
    store::keep(db, scope, stored).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}
