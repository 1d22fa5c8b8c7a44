//! The API's router and the OpenAPI document that describes it: both from the same code.

use super::{App, messages};
use crate::http::ProblemBody;
use crate::{auth, booking, directory, review, survey, video};
use axum::Router;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
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
    OpenApiRouter::with_openapi(Base::openapi())
        .nest(
            "/api/v1",
            OpenApiRouter::new()
                .merge(directory::router(app.directory.clone()))
                .merge(auth::router(app.auth.clone()))
                .merge(booking::router(app.booking.clone()))
                .merge(messages::router(app.notify.clone()))
                .merge(video::router(app.video.clone()))
                .merge(survey::router(app.survey.clone()))
                .merge(review::router(app.review.clone())),
        )
        .split_for_parts()
}

/// The document as the command line prints it and `/api/openapi.json` gives it.
pub async fn document() -> Result<String, super::StartError> {
    let dir = std::env::temp_dir().join(format!("mianqia-openapi-{}", std::process::id()));
    let result = describe(&dir).await;
    // The throwaway store is gone with the answer; a leftover in the temporary directory harms nobody.
    let _ = std::fs::remove_dir_all(&dir);
    result
}

async fn describe(dir: &std::path::Path) -> Result<String, super::StartError> {
    let environment =
        [("MIANQIA_DATA_DIR", dir.display().to_string()), ("MIANQIA_MEDIA_PORT", "0".to_owned())];
    let settings =
        crate::config::Settings::read("", environment.map(|(name, value)| (name.to_owned(), value)))?;
    let app = App::start(settings, crate::clock::Clock::system()).await?;
    let (_, document) = api(&app);
    app.stop().await;
    Ok(pretty(&document))
}

pub(super) fn pretty(document: &Document) -> String {
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}
