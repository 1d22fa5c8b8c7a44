//! What every operation answers because of what stands around it, written into the OpenAPI document: the handlers
//! describe their own answers, and nobody has to remember the common ones.

use crate::app::elsewhere;
use crate::http::{self, shared_refusals};
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ObjectBuilder, OpenApi as Document, RefOr, Required, Type};

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
    "list_stage_alternatives",
    "get_queue",
    "sign_in",
    "sign_out",
    "register_enterprise",
    "register_traveller",
    "get_registration",
    "confirm_registration",
    "get_rating",
    "answer_rating",
    "invitation",
    "get_calendar_feed",
];
/// Writes that take no `Idempotency-Key`.
const UNKEYED: [&str; 5] = ["sign_in", "media_token", "try_line", "tell_line", "upload_document"];

shared_refusals! {
    EVERY {
        BAD_REQUEST: "bad_host";
        INTERNAL_SERVER_ERROR: "internal";
        SERVICE_UNAVAILABLE: "store_unavailable";
    }
    WRITES {
        INTERNAL_SERVER_ERROR: "answer_lost" ("the change was saved");
        SERVICE_UNAVAILABLE: "stopping", "outcome_unknown";
    }
    SIGNED_IN { UNAUTHORIZED: "not_signed_in"; }
    IN_PATH { NOT_FOUND: "not_found"; }
    IN_QUERY { UNPROCESSABLE_ENTITY: "invalid_parameter", "text_not_allowed", "text_too_long"; }
    IN_PAGES { UNPROCESSABLE_ENTITY: "invalid_cursor"; }
    JSON_BODY {
        BAD_REQUEST: "bad_json", "bad_body";
        REQUEST_TIMEOUT: "body_too_slow";
        PAYLOAD_TOO_LARGE: "body_too_large";
        UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type";
        UNPROCESSABLE_ENTITY: "invalid_field", "text_not_allowed", "text_too_long";
    }
    SDP_BODY {
        BAD_REQUEST: "bad_body";
        PAYLOAD_TOO_LARGE: "body_too_large";
        UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type";
    }
    FILE_BODY {
        BAD_REQUEST: "bad_body";
        REQUEST_TIMEOUT: "body_too_slow";
        UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type";
    }
    /// A page of another site may send the cookie along.
    OF_COOKIES { FORBIDDEN: "cross_site"; }
    KEYED {
        BAD_REQUEST: "bad_idempotency_key";
        REQUEST_TIMEOUT: "body_too_slow";
        CONFLICT: "idempotency_in_flight", "idempotency_answer_lost";
        PAYLOAD_TOO_LARGE: "body_too_large";
        UNPROCESSABLE_ENTITY: "idempotency_key_reused";
    }
    OF_ONE_NODE {
        MISDIRECTED_REQUEST: "other_node";
        SERVICE_UNAVAILABLE: "node_away";
    }
    OF_SEVERAL_NODES { SERVICE_UNAVAILABLE: "recordings_scattered"; }
}

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

    let sent = |kind: &str| match &operation.request_body {
        Some(RefOr::T(body)) => body.content.contains_key(kind),
        _ => false,
    };
    let json = sent("application/json");
    let sdp = sent("application/sdp") || sent("application/trickle-ice-sdpfrag");
    let file = sent("application/octet-stream");
    let around = [
        (true, EVERY),
        (writes, WRITES),
        (!public && !media, SIGNED_IN),
        (in_path, IN_PATH),
        (in_query, IN_QUERY),
        (names(operation, "cursor"), IN_PAGES),
        (json, JSON_BODY),
        (sdp, SDP_BODY),
        (file, FILE_BODY),
        (writes && !media, OF_COOKIES),
        (keyed, KEYED),
        (elsewhere::is_of_one_node(path), OF_ONE_NODE),
        (path.ends_with("/integrity") || path.contains("/composites"), OF_SEVERAL_NODES),
    ];
    for (_, list) in around.into_iter().filter(|(stands, _)| *stands) {
        http::describe(&mut operation.responses, list);
    }
    if keyed {
        operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && matches!(status.as_str(), "429" | "503")
        {
            response.headers.insert("Retry-After".to_owned(), RefOr::T(retry_after()));
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

fn names(operation: &Operation, parameter: &str) -> bool {
    operation.parameters.iter().flatten().any(|one| match one {
        RefOr::T(one) => one.name == parameter,
        RefOr::Ref(_) => false,
    })
}

fn retry_after() -> Header {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).build();
    HeaderBuilder::new()
        .schema(Some(seconds))
        .description(Some("Seconds after which it is worth trying again, where they are known."))
        .build()
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
