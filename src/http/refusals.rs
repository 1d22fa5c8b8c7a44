//! What an operation is refused for. Each has a type that lists its statuses and codes (the feature's
//! `wire/refusals.rs`); the handler's result names it ([`Refused`]), and the responses of the OpenAPI document are made
//! of it. What every operation may answer because of what stands around it is added in `app/described.rs`.
//!
//! That the lists are true is held from both sides: whatever is answered is looked up in the document
//! ([`Operations`]), and `tests/it/refusals.rs` fails on an answer that is not listed and on a code that no test has
//! brought about.

use crate::http::{Problem, StatusCode};
use axum::http::Method;
use axum::response::{IntoResponse, Response as Answer};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::marker::PhantomData;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::schema::{AllOfBuilder, Schema};
use utoipa::openapi::{
    ContentBuilder, ObjectBuilder, OpenApi as Document, Ref, RefOr, Response, Responses, Type,
};

/// The content type of every refusal.
pub const PROBLEM: &str = "application/problem+json";
/// Names, beside a response, those of its codes that are of a shared list, with that list.
const SHARED: &str = "x-shared-codes";

/// One refusal of a list.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    pub status: StatusCode,
    pub code: &'static str,
    /// When, where the code does not say it.
    pub when: &'static str,
    /// The list that it is of, where that is shared: what an extractor, a right or the check of a form refuses.
    pub shared: Option<&'static str>,
}

/// What an operation is refused for by its own doing: implemented by [`crate::http::refusals!`].
pub trait Refusals {
    const LISTS: &'static [&'static [Listed]];
}

/// For operations that are refused for nothing but what stands around every one of them.
#[derive(Debug)]
pub enum NothingOfItsOwn {}

impl Refusals for NothingOfItsOwn {
    const LISTS: &'static [&'static [Listed]] = &[];
}

/// How a handler refuses: a problem, of those that `R` lists.
#[derive(Debug)]
pub struct Refused<R> {
    problem: Box<Problem>,
    of: PhantomData<fn() -> R>,
}

impl<R: Refusals, E: Into<Problem>> From<E> for Refused<R> {
    fn from(problem: E) -> Self {
        Self { problem: Box::new(problem.into()), of: PhantomData }
    }
}

impl<R> IntoResponse for Refused<R> {
    fn into_response(self) -> Answer {
        self.problem.into_response()
    }
}

/// Declares what operations are refused for: a type for each, with its codes by status and, in brackets, when that
/// is; `..SET;` takes in what it shares with others ([`crate::http::shared_refusals!`]).
#[macro_export]
macro_rules! refusals {
    ($($name:ident { $(..$set:path;)* $($status:ident: $($code:literal $(($when:literal))?),+;)* })+) => {$(
        #[derive(Debug)]
        pub enum $name {}

        impl $crate::http::Refusals for $name {
            const LISTS: &'static [&'static [$crate::http::Listed]] = &[
                $($set,)*
                &[$($($crate::http::Listed {
                    status: $crate::http::StatusCode::$status,
                    code: $code,
                    when: concat!($($when)?),
                    shared: None,
                },)+)*],
            ];
        }

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::Response>,
            > {
                $crate::http::responses_of::<Self>()
            }
        }
    )+};
}

/// Declares a list that several operations share, because the same thing refuses in all of them.
#[macro_export]
macro_rules! shared_refusals {
    ($($(#[$meta:meta])* $name:ident { $($status:ident: $($code:literal $(($when:literal))?),+;)+ })+) => {$(
        $(#[$meta])*
        pub const $name: &[$crate::http::Listed] = &[$($($crate::http::Listed {
            status: $crate::http::StatusCode::$status,
            code: $code,
            when: concat!($($when)?),
            shared: Some(stringify!($name)),
        },)+)+];
    )+};
}

/// The responses that stand for what a type lists.
pub fn responses_of<R: Refusals>() -> BTreeMap<String, RefOr<Response>> {
    let mut responses = Responses::default();
    for list in R::LISTS {
        describe(&mut responses, list);
    }
    responses.responses
}

/// Adds refusals to what is described already.
pub fn describe(responses: &mut Responses, list: &[Listed]) {
    for listed in list {
        let status = listed.status.as_str().to_owned();
        let response = responses.responses.entry(status).or_insert_with(|| RefOr::T(Response::default()));
        if let RefOr::T(response) = response {
            add(response, listed);
        }
    }
}

fn add(response: &mut Response, listed: &Listed) {
    let mut codes = codes_of(response);
    if codes.iter().any(|code| code == listed.code) {
        return;
    }
    codes.push(listed.code.to_owned());
    if !response.description.is_empty() {
        response.description.push_str(", ");
    }
    response.description.push_str(&format!("`{}`", listed.code));
    if !listed.when.is_empty() {
        response.description.push_str(&format!(" ({})", listed.when));
    }
    let code = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes));
    let narrowed = ObjectBuilder::new().schema_type(Type::Object).property("code", code).required("code");
    let schema = AllOfBuilder::new().item(Ref::from_schema_name("ProblemBody")).item(narrowed);
    let content = ContentBuilder::new().schema(Some(schema)).build();
    response.content.insert(PROBLEM.to_owned(), RefOr::T(content));
    if let Some(list) = listed.shared {
        let shared = response.extensions.as_ref().and_then(|extensions| extensions.get(SHARED));
        let mut shared = shared.and_then(Value::as_object).cloned().unwrap_or_default();
        shared.insert(listed.code.to_owned(), list.into());
        response.extensions = Some(ExtensionsBuilder::new().add(SHARED, shared).build());
    }
}

/// The codes of a response, as [`add`] wrote them.
fn codes_of(response: &Response) -> Vec<String> {
    let content = match response.content.get(PROBLEM) {
        Some(RefOr::T(content)) => content,
        _ => return Vec::new(),
    };
    let Some(RefOr::T(Schema::AllOf(parts))) = &content.schema else { return Vec::new() };
    let objects = parts.items.iter().filter_map(|part| match part {
        RefOr::T(Schema::Object(object)) => object.properties.get("code"),
        _ => None,
    });
    let values = objects.filter_map(|code| match code {
        RefOr::T(Schema::Object(code)) => code.enum_values.clone(),
        _ => None,
    });
    values.flatten().filter_map(|code| code.as_str().map(str::to_owned)).collect()
}

/// What the document lists for each operation.
#[derive(Debug, Default)]
pub struct Operations(HashMap<(Method, String), Operation>);

#[derive(Debug, Default)]
struct Operation {
    id: String,
    listed: HashSet<(u16, String)>,
}

impl Operations {
    pub fn of(document: &Document) -> Self {
        let mut found = HashMap::new();
        for (path, item) in &document.paths.paths {
            for (method, operation) in [
                (Method::GET, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ] {
                let Some(operation) = operation else { continue };
                let mut listed = HashSet::new();
                for (status, response) in &operation.responses.responses {
                    if let (RefOr::T(response), Ok(status)) = (response, status.parse()) {
                        listed.extend(codes_of(response).into_iter().map(|code| (status, code)));
                    }
                }
                let id = operation.operation_id.clone().unwrap_or_default();
                found.insert((method, path.clone()), Operation { id, listed });
            }
        }
        Self(found)
    }

    /// Looks up what is about to be answered. It is answered all the same: that a list lacks it is no fault of who
    /// asked.
    pub(super) fn look_up(&self, method: &Method, route: &str, problem: &Problem) {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let Some(operation) = self.0.get(&(method.clone(), route.to_owned())) else { return };
        let (id, status, code) = (&operation.id, problem.status.as_u16(), problem.code);
        if operation.listed.contains(&(status, code.to_owned())) {
            tracing::debug!(target: "mianqia::refusals", operation = %id, status, code, "refused");
        } else {
            tracing::error!(target: "mianqia::refusals", operation = %id, status, code, "refused for what its list lacks");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use utoipa::IntoResponses;

    shared_refusals! {
        SHARED_BY_ALL { FORBIDDEN: "forbidden"; CONFLICT: "wrong_state"; }
    }

    refusals! {
        TakePlace {
            ..SHARED_BY_ALL;
            CONFLICT: "slot_taken", "already_yours" ("unless `anyway`");
        }
    }

    #[test]
    fn a_list_becomes_a_response_of_each_status_with_its_codes() {
        let responses = TakePlace::responses();
        assert_eq!(responses.keys().collect::<Vec<_>>(), ["403", "409"]);
        let RefOr::T(conflict) = &responses["409"] else { panic!("no response") };
        assert_eq!(codes_of(conflict), ["wrong_state", "slot_taken", "already_yours"]);
        assert_eq!(conflict.description, "`wrong_state`, `slot_taken`, `already_yours` (unless `anyway`)");
        let written = serde_json::to_value(conflict).unwrap();
        assert_eq!(written["x-shared-codes"], serde_json::json!({"wrong_state": "SHARED_BY_ALL"}));
        let schema = &written["content"]["application/problem+json"]["schema"]["allOf"];
        assert_eq!(schema[0]["$ref"], "#/components/schemas/ProblemBody");
        assert_eq!(schema[1]["required"], serde_json::json!(["code"]));
        assert_eq!(schema[1]["properties"]["code"]["enum"][1], "slot_taken");
    }

    #[test]
    fn a_code_is_listed_once() {
        let mut responses = Responses::default();
        describe(&mut responses, SHARED_BY_ALL);
        describe(&mut responses, SHARED_BY_ALL);
        let RefOr::T(response) = &responses.responses["403"] else { panic!("no response") };
        assert_eq!((codes_of(response).len(), response.description.as_str()), (1, "`forbidden`"));
    }
}
