//! The API's router and the OpenAPI document that describes it: both from the same code.

use crate::app::{App, described, events, failed_jobs, messages};
use crate::http::ProblemBody;
use crate::{auth, booking, directory, documents, queue, review, survey, video};
use axum::Router;
use std::collections::HashSet;
use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::{OpenApi as Document, RefOr, Schema};
use utoipa_axum::router::OpenApiRouter;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mianqia",
        description = "Bookings, recorded video sessions and ratings for a customs office. \
            Errors are problem+json with a stable code, in the language of Accept-Language (zh-CN or en). \
            Every write but sign-in, WHIP and WHEP takes an Idempotency-Key. \
            One signs in with a session cookie; WHIP and WHEP take a bearer token.",
    ),
    components(schemas(ProblemBody))
)]
struct Base;

/// The routes under `/api/v1` and their description.
pub(super) fn api(app: &App) -> (Router, Document) {
    let (router, mut document) = OpenApiRouter::with_openapi(Base::openapi())
        .nest(
            "/api/v1",
            OpenApiRouter::new()
                .merge(directory::router(app.directory.clone()))
                .merge(auth::router(app.auth.clone()))
                .merge(booking::router(app.booking.clone()))
                .merge(messages::router(app.notify.clone(), app.db.clone()))
                .merge(failed_jobs::router(app.db.clone(), app.clock.clone()))
                .merge(events::router(app.clone()))
                .merge(documents::router(app.documents.clone()))
                .merge(queue::router(app.queue.clone()))
                .merge(video::router(app.video.clone()))
                .merge(survey::router(app.survey.clone()))
                .merge(review::router(app.review.clone())),
        )
        .merge(booking::calendars(app.booking.clone()))
        .split_for_parts();
    require_answered_fields(&mut document);
    described::complete(&mut document);
    (router, document)
}

/// What an answer has nothing to say for is null in it, never left out. utoipa takes every `Option` for a
/// field that may be missing, which holds for what is sent to the program only.
fn require_answered_fields(document: &mut Document) {
    let sent: HashSet<String> = operations(document).filter_map(sent_schema).collect();
    let Some(components) = document.components.as_mut() else { return };
    for (name, schema) in &mut components.schemas {
        if !sent.contains(name) {
            require_all(schema);
        }
    }
}

fn operations(document: &Document) -> impl Iterator<Item = &Operation> {
    document
        .paths
        .paths
        .values()
        .flat_map(|path| [&path.get, &path.put, &path.post, &path.patch, &path.delete])
        .flatten()
}

/// The name of the schema that an operation takes.
fn sent_schema(operation: &Operation) -> Option<String> {
    let Some(RefOr::T(body)) = &operation.request_body else { return None };
    let RefOr::T(content) = body.content.get("application/json")? else { return None };
    let Some(RefOr::Ref(schema)) = &content.schema else { return None };
    schema.ref_location.rsplit('/').next().map(str::to_owned)
}

fn require_all(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            object.required = object.properties.keys().cloned().collect();
            object.properties.values_mut().for_each(require_all);
        }
        RefOr::T(Schema::AllOf(parts)) => parts.items.iter_mut().for_each(require_all),
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(item) = &mut array.items {
                require_all(item);
            }
        }
        _ => {}
    }
}

/// The document as the command line prints it and `/api/openapi.json` gives it.
pub async fn document() -> Result<String, crate::app::StartError> {
    let dir = std::env::temp_dir().join(format!("mianqia-openapi-{}", std::process::id()));
    let result = describe(&dir).await;
    // The throwaway store is gone with the answer; a leftover in the temporary directory harms nobody.
    let _ = std::fs::remove_dir_all(&dir);
    result
}

async fn describe(dir: &std::path::Path) -> Result<String, crate::app::StartError> {
    let environment =
        [("MIANQIA_DATA_DIR", dir.display().to_string()), ("MIANQIA_MEDIA_PORT", "0".to_owned())];
    let settings =
        crate::base::config::Settings::read("", environment.map(|(name, value)| (name.to_owned(), value)))?;
    let app = App::start(settings, crate::base::clock::Clock::system()).await?;
    let (_, document) = api(&app);
    app.stop().await;
    Ok(pretty(&document))
}

pub(super) fn pretty(document: &Document) -> String {
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}
