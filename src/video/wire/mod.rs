//! The session's addresses: steps here, live events in [`events`], invitations in [`invite`], WHIP and WHEP in [`media`].

mod dto;
mod events;
mod invite;
mod media;

pub use events::session_changes;

use crate::auth::Signed;
use crate::http::{Body, PathId, Problem, ProblemBody};
use crate::video::service::Video;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::options;
use dto::{Acknowledge, Check, Decline, MediaState, MediaTokenBody, Session};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

const TAG: &str = "video";

/// The routes of video sessions.
pub fn router(video: Video) -> OpenApiRouter {
    let media = OpenApiRouter::new()
        .routes(routes!(media::whip_publish))
        .routes(routes!(media::whip_close))
        .routes(routes!(media::whep_play))
        .routes(routes!(media::whep_close))
        .route("/whip/{session_id}/{source}", options(media::offer_options))
        .route("/whip/resources/{id}", options(media::resource_options))
        .route("/whep/{publication_id}", options(media::offer_options))
        .route("/whep/resources/{id}", options(media::resource_options))
        .layer(from_fn(media::dress));
    OpenApiRouter::new()
        .routes(routes!(enter_session))
        .routes(routes!(session))
        .routes(routes!(acknowledge_notice))
        .routes(routes!(wait_in_session))
        .routes(routes!(admit_participant))
        .routes(routes!(leave_session))
        .routes(routes!(decline_recording))
        .routes(routes!(end_session))
        .routes(routes!(set_media_state))
        .routes(routes!(check_in_session))
        .routes(routes!(invite::invite_to_session, invite::session_invitations))
        .routes(routes!(invite::withdraw_invitation))
        .routes(routes!(invite::invitation))
        .routes(routes!(invite::accept_invitation))
        .routes(routes!(media_token))
        .merge(media)
        .with_state(video)
}

type Answer<T> = Result<Json<T>, Problem>;

/// Enters the session of a booking; the first call makes it.
#[utoipa::path(post, path = "/bookings/{id}/session", tag = TAG, params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = Session),
        (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody),
        (status = 409, description = "session_not_open, session_ended, session_full, booking_not_accepted, not_a_video_booking", body = ProblemBody),
        (status = 503, body = ProblemBody),
    ))]
async fn enter_session(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Answer<Session> {
    show(video.enter(&actor, id).await)
}

/// A session as the caller, who has entered it, sees it.
#[utoipa::path(get, path = "/sessions/{id}", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = Session), (status = 404, body = ProblemBody), (status = 409, description = "not_entered", body = ProblemBody)))]
async fn session(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Answer<Session> {
    show(video.view(&actor, id).await)
}

/// Takes note of the recording notice.
#[utoipa::path(post, path = "/sessions/{id}/acknowledge", tag = TAG, params(("id" = Uuid, Path)), request_body = Acknowledge,
    responses((status = 200, body = Session), (status = 404, body = ProblemBody), (status = 409, description = "notice_changed, not_entered, session_ended", body = ProblemBody)))]
async fn acknowledge_notice(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Body(body): Body<Acknowledge>,
) -> Answer<Session> {
    show(video.acknowledge(&actor, id, body.notice_version).await)
}

/// Says that the caller is ready: a guest waits, an officer walks in.
#[utoipa::path(post, path = "/sessions/{id}/wait", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = Session), (status = 404, body = ProblemBody), (status = 409, description = "not_acknowledged, not_entered, session_ended", body = ProblemBody)))]
async fn wait_in_session(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Answer<Session> {
    show(video.wait(&actor, id).await)
}

/// Lets a waiting guest in. The first one opens the session.
#[utoipa::path(post, path = "/sessions/{id}/participants/{pid}/admit", tag = TAG,
    params(("id" = Uuid, Path), ("pid" = Uuid, Path)),
    responses((status = 200, body = Session), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, description = "not_waiting, officer_not_in_session, session_ended", body = ProblemBody)))]
async fn admit_participant(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId((id, participant)): PathId<(Uuid, Uuid)>,
) -> Answer<Session> {
    show(video.admit(&actor, id, participant).await)
}

/// Leaves. Coming back is possible until the session ends.
#[utoipa::path(post, path = "/sessions/{id}/leave", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn leave_session(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Result<StatusCode, Problem> {
    video.leave(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses to be recorded: the matter goes on at a window or by phone.
#[utoipa::path(post, path = "/sessions/{id}/decline", tag = TAG, params(("id" = Uuid, Path)), request_body = Decline,
    responses((status = 204), (status = 404, body = ProblemBody), (status = 409, description = "guests_only, not_entered, session_ended", body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn decline_recording(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Body(body): Body<Decline>,
) -> Result<StatusCode, Problem> {
    video.decline(&actor, id, body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the session for everybody and completes the booking.
#[utoipa::path(post, path = "/sessions/{id}/end", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = Session), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, description = "officer_not_in_session, session_ended", body = ProblemBody)))]
async fn end_session(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Answer<Session> {
    show(video.end(&actor, id).await)
}

/// Tells the others whether microphone and camera are on.
#[utoipa::path(put, path = "/sessions/{id}/media-state", tag = TAG, params(("id" = Uuid, Path)), request_body = MediaState,
    responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn set_media_state(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Body(body): Body<MediaState>,
) -> Result<StatusCode, Problem> {
    video.media_state(&actor, id, body.microphone, body.camera).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes that an officer has checked something of the people, or takes that back.
#[utoipa::path(put, path = "/sessions/{id}/checks/{key}", tag = TAG, params(("id" = Uuid, Path), ("key" = String, Path)), request_body = Check,
    responses((status = 200, body = Session), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, description = "officer_not_in_session, session_ended", body = ProblemBody)))]
async fn check_in_session(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId((id, key)): PathId<(Uuid, String)>,
    Body(body): Body<Check>,
) -> Answer<Session> {
    show(video.check(&actor, id, key, body.done).await)
}

/// A bearer token for WHIP and WHEP, for somebody in the open call.
#[utoipa::path(post, path = "/sessions/{id}/token", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = MediaTokenBody), (status = 403, description = "not_admitted", body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn media_token(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Answer<MediaTokenBody> {
    let token = video.media_token(&actor, id).await?;
    Ok(Json(MediaTokenBody { token: token.token, expires_at: token.expires_at }))
}

fn show(view: Result<crate::video::service::SessionView, Problem>) -> Answer<Session> {
    Ok(Json(Session::of(view?)))
}
