//! What every operation answers because of what stands around it, written into the OpenAPI document: the handlers
//! describe their own answers, and nobody has to remember the common ones.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ContentBuilder, ObjectBuilder, OpenApi as Document, Ref, RefOr, Required, Response, Type,
};

/// What anybody may ask without being signed in; everything else needs a session or a bearer token.
/// `tests/it/openapi.rs` asks each of them.
const PUBLIC: &[&str] = &[
    "get_office",
    "get_calendar",
    "find_customs_offices",
    "list_services",
    "get_service",
    "list_service_days",
    "list_service_slots",
    "sign_in",
    "sign_out",
    "register_enterprise",
    "register_traveller",
    "get_registration",
    "confirm_registration",
    "get_rating",
    "answer_rating",
    "invitation",
];
/// Writes that take no `Idempotency-Key`.
const UNKEYED: [&str; 2] = ["sign_in", "media_token"];

const PROBLEM: &str = "application/problem+json";
const SESSION: &str = "session";
const MEDIA_TOKEN: &str = "media_token";

/// Completes the document.
pub(super) fn complete(document: &mut Document) {
    let cookie = ApiKeyValue::with_description(
        "mianqia_session",
        "Set by signing in; over TLS it is called `__Host-mianqia_session`.",
    );
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A media token of ten minutes, for WHIP and WHEP."))
        .build();
    if let Some(components) = document.components.as_mut() {
        components.add_security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        components.add_security_scheme(MEDIA_TOKEN, SecurityScheme::Http(bearer));
    }
    for (path, item) in &mut document.paths.paths {
        let reads = [item.get.as_mut(), item.head.as_mut()].into_iter().flatten();
        reads.for_each(|operation| describe(path, operation, false));
        let writes = [item.post.as_mut(), item.put.as_mut(), item.patch.as_mut(), item.delete.as_mut()];
        writes.into_iter().flatten().for_each(|operation| describe(path, operation, true));
    }
}

fn describe(path: &str, operation: &mut Operation, writes: bool) {
    let id = operation.operation_id.clone().unwrap_or_default();
    let media = path.starts_with("/api/v1/whip") || path.starts_with("/api/v1/whep");
    let public = PUBLIC.contains(&id.as_str());
    let keyed = writes && !media && !UNKEYED.contains(&id.as_str());
    let has = |place: &ParameterIn| {
        operation.parameters.iter().flatten().any(|parameter| match parameter {
            RefOr::T(parameter) => parameter.parameter_in == *place,
            RefOr::Ref(_) => false,
        })
    };
    let (in_path, in_query) = (has(&ParameterIn::Path), has(&ParameterIn::Query));
    let body = operation.request_body.is_some();

    let mut common: Vec<(u16, &str)> =
        vec![(500, "`internal`, `answer_lost`"), (503, "`stopping`, `store_unavailable`")];
    if !public {
        common.push((401, "`not_signed_in`"));
    }
    // One may always ask about oneself; everything else is some role's.
    if !public && !path.starts_with("/api/v1/me") {
        common.push((403, "`forbidden`"));
    }
    if in_path {
        common.push((404, "`not_found`"));
    }
    if in_query {
        common.push((422, "`invalid_parameter`, `text_not_allowed`, `date_out_of_range`"));
    }
    if body {
        common.push((400, "`bad_json`, `bad_body`"));
        common.push((408, "`body_too_slow`"));
        common.push((413, "`body_too_large`"));
        common.push((415, "`unsupported_media_type`"));
        common.push((422, "`invalid_field`, `text_not_allowed`"));
    }
    if writes && !media {
        common.push((403, "`cross_site`"));
    }
    if keyed {
        common.push((400, "`bad_idempotency_key`"));
        common.push((409, "`idempotency_in_flight`, `idempotency_answer_lost`"));
        common.push((408, "`body_too_slow`"));
        common.push((413, "`body_too_large`"));
        common.push((422, "`idempotency_key_reused`"));
        operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
    }
    for (status, codes) in common {
        let problem = || RefOr::T(Response::new(codes));
        operation.responses.responses.entry(status.to_string()).or_insert_with(problem);
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.as_str() >= "400"
        {
            as_problem(status, response);
        }
    }
    if operation.security.is_none() {
        operation.security = Some(vec![if public {
            SecurityRequirement::default()
        } else {
            SecurityRequirement::new(if media { MEDIA_TOKEN } else { SESSION }, [""; 0])
        }]);
    }
}

/// Every error is a problem, whatever its handler said of it.
fn as_problem(status: &str, response: &mut Response) {
    let schema = Ref::from_schema_name("ProblemBody");
    response.content.clear();
    let content = ContentBuilder::new().schema(Some(schema)).build();
    response.content.insert(PROBLEM.to_owned(), RefOr::T(content));
    if matches!(status, "429" | "503") {
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).build();
        let header = HeaderBuilder::new()
            .schema(Some(seconds))
            .description(Some("Seconds after which it is worth trying again, where they are known."))
            .build();
        response.headers.insert("Retry-After".to_owned(), RefOr::T(header));
    }
}

fn idempotency_key() -> utoipa::openapi::path::Parameter {
    let key =
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)).build();
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The same request again within 24 hours gets the first answer."))
        .schema(Some(key))
        .build()
}
