//! Errors as `application/problem+json` (RFC 9457) with a stable code, in the reader's language.
//!
//! A handler returns a [`Problem`]; the layer [`render_problems`] writes it down, because only there
//! the reader's language and the request's id are known. Answers of libraries that carry no problem
//! (an unknown path, a wrong method) become one there too.

use crate::base::hex::hex;
use crate::base::ids;
use crate::base::words::{self, Language, Text};
use crate::db::{self, StoreFault, WriteError};
use crate::http::{Operations, PROBLEM};
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures::FutureExt;
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::error::Error;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// An error for the caller.
#[derive(Clone, Debug)]
pub struct Problem {
    pub status: StatusCode,
    /// Stable and documented; what programs look at. That of its words, where nothing else is said.
    pub code: &'static str,
    pub title: Text,
    /// The field of the request that is wrong, as it is spelled in the API.
    pub field: Option<Cow<'static, str>>,
    /// What stands in the way, where it can be shown: such as the booking that exists already. Boxed
    /// because hardly any problem has one, and problems travel in every result.
    pub subject_id: Option<Box<Uuid>>,
    /// From when on it would be allowed, where that is known. Boxed as well.
    pub earliest_at: Option<Box<DateTime<Utc>>>,
    /// What the store said, if it was the store that failed. Boxed as well.
    pub store_fault: Option<Box<StoreFault>>,
    /// Seconds after which it is worth trying again, where that is known.
    pub retry_after: Option<u32>,
}

/// What goes over the wire.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProblemBody {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub code: String,
    pub detail: String,
    pub field: Option<String>,
    /// What stands in the way, where it can be shown: such as the booking that exists already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub subject_id: Option<Uuid>,
    /// From when on it would be allowed, where that is known: an appointment, or an application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub earliest_at: Option<DateTime<Utc>>,
    pub request_id: String,
}

/// The id of the request at hand, for logs, problems and the `x-request-id` header.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

impl Problem {
    /// Its code is the key of its words.
    pub fn new(status: StatusCode, title: Text) -> Self {
        Self {
            status,
            code: title.id(),
            title,
            field: None,
            subject_id: None,
            earliest_at: None,
            store_fault: None,
            retry_after: None,
        }
    }

    /// 422 for one field.
    pub fn invalid(field: impl Into<Cow<'static, str>>, title: Text) -> Self {
        Self { field: Some(field.into()), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, title) }
    }

    /// The same problem under another code, where several have the same words' key or one has many words.
    pub fn coded(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    /// The same problem with words and code of its own.
    pub fn saying(self, title: Text) -> Self {
        Self { code: title.id(), title, ..self }
    }

    /// The same problem, pointing at what stands in the way.
    pub fn about(self, subject: Uuid) -> Self {
        Self { subject_id: Some(Box::new(subject)), ..self }
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, words::http::not_found())
    }

    pub fn not_signed_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, words::http::not_signed_in())
    }

    /// The caller's role does not include this.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, words::http::forbidden())
    }

    pub fn conflict(title: Text) -> Self {
        Self::new(StatusCode::CONFLICT, title)
    }

    /// The same request, by its idempotency key, is on its way already.
    pub fn in_flight() -> Self {
        Self::conflict(words::http::idempotency_in_flight())
    }

    /// 410: what was there has had its time.
    pub fn gone(title: Text) -> Self {
        Self::new(StatusCode::GONE, title)
    }

    /// 412: what it is meant for is not what is there.
    pub fn precondition_failed(title: Text) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, title)
    }

    /// 428: it does not say what it is meant for.
    pub fn precondition_required(title: Text) -> Self {
        Self::new(StatusCode::PRECONDITION_REQUIRED, title)
    }

    /// 429: too much of it lately.
    pub fn too_many(title: Text) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, title)
    }

    /// A body over the limit of its route.
    pub fn for_large_body() -> Self {
        Self::for_status(StatusCode::PAYLOAD_TOO_LARGE)
    }

    /// 408 when an error came about because the body was not waited for any longer.
    pub fn for_slow_body(error: &(dyn Error + 'static)) -> Option<Self> {
        let timed_out = |error: &std::io::Error| error.kind() == std::io::ErrorKind::TimedOut;
        let mut cause = Some(error);
        while let Some(error) = cause {
            if error.downcast_ref().is_some_and(timed_out) {
                return Some(Self::new(StatusCode::REQUEST_TIMEOUT, words::http::body_too_slow()));
            }
            cause = error.source();
        }
        None
    }

    /// Something broke that has no better word; the details are in the log.
    pub fn for_panic() -> Self {
        Self::internal()
    }

    /// 503: not now, for a reason that passes.
    pub fn unavailable(title: Text) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, title)
    }

    /// It was done, and reading what came of it failed.
    fn answer_lost() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, words::http::answer_lost())
    }

    fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, words::http::internal())
    }

    /// The problem behind a bare status that a library answered.
    fn for_status(status: StatusCode) -> Self {
        let title = match status {
            StatusCode::NOT_FOUND => return Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => words::http::method_not_allowed(),
            StatusCode::PAYLOAD_TOO_LARGE => words::http::body_too_large(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => words::http::unsupported_media_type(),
            StatusCode::REQUEST_TIMEOUT => words::http::timeout(),
            StatusCode::FORBIDDEN => words::http::cross_site(),
            status if status.is_server_error() => return Self { status, ..Self::internal() },
            _ => words::http::bad_request(),
        };
        Self::new(status, title)
    }
}

/// A failed store is nothing a caller can mend: it is logged and told without its insides.
impl From<DbErr> for Problem {
    fn from(error: DbErr) -> Self {
        if db::is_repeated(&error) {
            return Self::in_flight();
        }
        let fault = db::fault_of(&error);
        let problem = match fault {
            None => {
                tracing::error!(%error, "the store failed");
                Self::internal()
            }
            Some(StoreFault::Conflict | StoreFault::Unavailable(_)) => {
                tracing::warn!(%error, "the store did not take it");
                Self::unavailable(words::http::store_unavailable())
            }
            Some(StoreFault::Unknown) => {
                tracing::warn!(%error, "a commit broke");
                Self::unavailable(words::http::outcome_unknown())
            }
        };
        Self { retry_after: fault.map(|_| STORE_AGAIN), store_fault: fault.map(Box::new), ..problem }
    }
}

impl WriteError for Problem {
    fn store_fault(&self) -> Option<StoreFault> {
        self.store_fault.as_deref().copied()
    }
}

/// Seconds after which a store that was busy or full may be asked again.
const STORE_AGAIN: u32 = 2;

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives each request an id and writes problems in the reader's language.
pub async fn render_problems(
    State(operations): State<Arc<Operations>>,
    mut request: Request,
    next: Next,
) -> Response {
    let asked = (request.method().clone(), request.extensions().get::<MatchedPath>().cloned());
    let language = request
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map(Language::from_accept_language)
        .unwrap_or_default();
    let id = hex(&ids::random_bytes::<8>());
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(language);

    let mut response = next.run(request).await;
    if (response.status().is_client_error() || response.status().is_server_error()) && !is_problem(&response)
    {
        let status = response.status();
        let problem = response.extensions_mut().remove().unwrap_or_else(|| Problem::for_status(status));
        if let (method, Some(route)) = &asked {
            operations.look_up(method, route.as_str(), &problem);
        }
        response = write(response, &problem, language, &id);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// The layer next to the handlers, one for all of them: whatever breaks after a commit, "nothing was changed" would
/// be false. What other layers write for themselves does not count.
pub async fn tell_lost_answers(request: Request, next: Next) -> Response {
    let written = db::Written::default();
    let answered = AssertUnwindSafe(written.note(next.run(request))).catch_unwind().await;
    match answered {
        Ok(response) if !(response.status().is_server_error() && written.is_set()) => response,
        Err(panic) if !written.is_set() => resume_unwind(panic),
        Ok(_) | Err(_) => Problem::answer_lost().into_response(),
    }
}

/// A stored answer that is given again is a finished problem already.
fn is_problem(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(PROBLEM.as_bytes()))
}

fn write(response: Response, problem: &Problem, language: Language, id: &str) -> Response {
    let title = problem.title.in_language(language);
    let body = ProblemBody {
        kind: "about:blank".into(),
        detail: title.clone(),
        title,
        status: problem.status.as_u16(),
        code: problem.code.into(),
        field: problem.field.as_deref().map(str::to_owned),
        subject_id: problem.subject_id.as_deref().copied(),
        earliest_at: problem.earliest_at.as_deref().copied(),
        request_id: id.to_owned(),
    };
    let (mut parts, _) = response.into_parts();
    parts.status = problem.status;
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
    parts.headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    let bytes = serde_json::to_vec(&body).unwrap_or_default();
    Response::from_parts(parts, Body::from(bytes))
}
