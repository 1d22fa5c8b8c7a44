//! axum's extractors with our problems in place of its plain-text refusals.

use super::Problem;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Json, Path, Query};
use axum::http::StatusCode;
use uuid::Uuid;

/// A JSON body.
#[derive(FromRequest)]
#[from_request(via(Json), rejection(Problem))]
pub struct Body<T>(pub T);

/// The query string.
#[derive(FromRequestParts)]
#[from_request(via(Query), rejection(Problem))]
pub struct Params<T>(pub T);

/// An id in the path. What is no id names nothing, so it is not found.
#[derive(FromRequestParts)]
#[from_request(via(Path), rejection(Problem))]
pub struct PathId<T = Uuid>(pub T);

/// Words in the path (a reference, a token).
#[derive(FromRequestParts)]
#[from_request(via(Path), rejection(Problem))]
pub struct PathText<T = String>(pub T);

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::JsonDataError(error) => {
                let text = error.body_text();
                let field = field_of(&text);
                let mut problem = Problem::invalid(
                    "",
                    "invalid_field",
                    "有一项缺少，或者格式不对。",
                    "A field is missing or has the wrong form.",
                );
                problem.field = field.map(Into::into);
                problem
            }
            JsonRejection::JsonSyntaxError(_) => Problem::new(
                StatusCode::BAD_REQUEST,
                "bad_json",
                "内容不是合法的 JSON。",
                "The body is not JSON.",
            ),
            JsonRejection::MissingJsonContentType(_) => Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "内容应为 application/json。",
                "The body must be application/json.",
            ),
            other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => Problem::for_large_body(),
            other => {
                Problem::new(other.status(), "bad_body", "内容无法读取。", "The body could not be read.")
            }
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        let mut problem = Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_parameter",
            "有一个查询参数缺少，或者格式不对。",
            "A query parameter is missing or has the wrong form.",
        );
        problem.field = field_of(&rejection.body_text()).map(Into::into);
        problem
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
    use super::field_of;

    #[test]
    fn the_field_that_serde_complains_of_is_named() {
        for (text, field) in [
            (
                "Failed to deserialize the JSON body into the target type: missing field `name` at line 1 column 2",
                Some("name"),
            ),
            (
                "Failed to deserialize the JSON body into the target type: level: invalid type: string \"x\"",
                Some("level"),
            ),
            ("Failed to deserialize query string: from: input contains invalid characters", Some("from")),
            ("nonsense", None),
        ] {
            assert_eq!(field_of(text).as_deref(), field, "{text}");
        }
    }
}
