//! axum's extractors with our problems in place of its plain-text refusals. Every text that comes in passes
//! [`crate::http::plain`] here, before a feature sees it.

use crate::base::words;
use crate::http::object::Strict;
use crate::http::{Problem, dated, json, kind, plain};
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use uuid::Uuid;

/// A JSON body: an object.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        kind::check(request.headers(), "application/json")?;
        let mut body = json::read(&Bytes::from_request(request, state).await?)?;
        plain::clean(&mut body)?;
        serde_path_to_error::deserialize(Strict(body)).map(Self).map_err(|error| invalid_field(&error))
    }
}

/// The query string.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Query(mut pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)?;
        let mut changed = false;
        for (name, value) in &mut pairs {
            let named = || name.chars().filter(char::is_ascii_graphic).take(50).collect();
            plain::check(name).map_err(|fault| fault.problem(named()))?;
            let normal = plain::normal(value).map_err(|fault| fault.problem(named()))?;
            if *normal != **value {
                *value = normal.into_owned();
                changed = true;
            }
        }
        let uri = if changed { Cow::Owned(uri_of(&pairs)?) } else { Cow::Borrowed(&parts.uri) };
        Ok(Self(Query::try_from_uri(&uri)?.0))
    }
}

fn uri_of(pairs: &[(String, String)]) -> Result<Uri, Problem> {
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    format!("/?{query}").parse().map_err(|_| invalid_parameter(None))
}

/// An id in the path. What is no id names nothing, so it is not found.
#[derive(FromRequestParts)]
#[from_request(via(Path), rejection(Problem))]
pub struct PathId<T = Uuid>(pub T);

/// Words in the path (a reference, a token). What is no text names nothing, so it is not found.
pub struct PathText<T = String>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathText<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let raw = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
        if raw.iter().any(|(_, value)| plain::check(value).is_err()) {
            return Err(Problem::not_found());
        }
        Ok(Self(Path::from_request_parts(parts, state).await?.0))
    }
}

fn invalid_field(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let path = error.path().to_string();
    if dated::is_out_of_range(&error.inner().to_string()) {
        return dated::out_of_range(path);
    }
    let mut problem = Problem::invalid("", words::http::invalid_field());
    let missing = field_of(&error.inner().to_string());
    problem.field = match (path.as_str(), missing) {
        (".", missing) => missing.map(Into::into),
        (_, Some(missing)) if !path.ends_with(&missing) => Some(format!("{path}.{missing}").into()),
        _ => Some(path.into()),
    };
    problem
}

fn invalid_parameter(field: Option<String>) -> Problem {
    let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, words::http::invalid_parameter());
    problem.field = field.map(Into::into);
    problem
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Self::for_large_body();
        }
        Self::for_slow_body(&rejection)
            .unwrap_or_else(|| Self::new(rejection.status(), words::http::bad_body()))
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        let (said, field) = (rejection.body_text(), field_of(&rejection.body_text()));
        match field {
            Some(field) if dated::is_out_of_range(&said) => dated::out_of_range(field),
            field => invalid_parameter(field),
        }
    }
}

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        Problem::not_found()
    }
}

/// The field that serde names: "… missing field `x` …" or "…: x: invalid type …".
fn field_of(text: &str) -> Option<String> {
    if let Some((_, rest)) = text.split_once("field `") {
        return rest.split('`').next().map(str::to_owned);
    }
    let (_, rest) = text.split_once(": ")?;
    let (name, _) = rest.split_once(": ")?;
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || "_.[]".contains(c));
    (is_name && !name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::http::extract::field_of;

    #[test]
    fn the_field_that_serde_complains_of_is_named() {
        for (text, field) in [
            ("missing field `name`", Some("name")),
            ("Failed to deserialize query string: from: input contains invalid characters", Some("from")),
            ("nonsense", None),
        ] {
            assert_eq!(field_of(text).as_deref(), field, "{text}");
        }
    }
}
