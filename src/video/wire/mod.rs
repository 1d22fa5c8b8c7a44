//! The session's addresses: steps here, live events in [`events`], invitations in [`invite`], people's lines in [`line`], WHIP and WHEP in [`media`].

mod dto;
mod events;
mod invite;
mod line;
mod media;
mod refusals;
mod schemas;

pub use events::{may_follow, session_changes};

use crate::auth::Signed;
use crate::http::{Body, PathId, Problem, Refusals, Refused};
use crate::video::service::{SessionView, Video};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::options;
use dto::{Acknowledge, Check, Decline, MediaState, MediaTokenBody, NotRecording, Session};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

const TAG: &str = "video";

/// The routes of video sessions.
pub fn router(video: Video) -> OpenApiRouter {
    let media = OpenApiRouter::new()
        .routes(routes!(media::whip_publish))
        .routes(routes!(media::whip_close, media::whip_amend))
        .routes(routes!(media::whep_play))
        .routes(routes!(media::whep_close, media::whep_amend))
        .route("/whip/{session_id}/{source}", options(media::offer_options))
        .route("/whip/resources/{id}", options(media::resource_options))
        .route("/whep/{publication_id}", options(media::offer_options))
        .route("/whep/resources/{id}", options(media::resource_options))
        .layer(from_fn(media::add_media_headers));
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
        .routes(routes!(pause_recording))
        .routes(routes!(resume_recording))
        .routes(routes!(note_unrecorded))
        .routes(routes!(invite::invite_to_session, invite::session_invitations))
        .routes(routes!(invite::withdraw_invitation))
        .routes(routes!(invite::invitation))
        .routes(routes!(invite::accept_invitation))
        .routes(routes!(media_token))
        .routes(routes!(line::line_checks, line::keep_line_check))
        .routes(routes!(line::try_line))
        .routes(routes!(line::tell_line))
        .merge(media)
        .with_state(video)
}

type Answer<T, R> = Result<Json<T>, Refused<R>>;

/// Enters the session of a booking; the first call makes it.
#[utoipa::path(post, path = "/bookings/{id}/session", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = Session), refusals::EnterSession))]
async fn enter_session(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Answer<Session, refusals::EnterSession> {
    show(video.enter(&actor, id).await)
}

/// A session as the caller, who has entered it, sees it.
#[utoipa::path(get, path = "/sessions/{id}", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = Session), refusals::Session))]
async fn session(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Answer<Session, refusals::Session> {
    show(video.view(&actor, id).await)
}

/// Takes note of the recording notice.
#[utoipa::path(post, path = "/sessions/{id}/acknowledge", tag = TAG, params(("id" = Uuid, Path)), request_body = Acknowledge,
    responses((status = 200, body = Session), refusals::AcknowledgeNotice))]
async fn acknowledge_notice(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Body(body): Body<Acknowledge>,
) -> Answer<Session, refusals::AcknowledgeNotice> {
    show(video.acknowledge(&actor, id, body.notice_version).await)
}

/// Says that the caller is ready: a guest waits, an officer walks in.
#[utoipa::path(post, path = "/sessions/{id}/wait", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = Session), refusals::WaitInSession))]
async fn wait_in_session(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Answer<Session, refusals::WaitInSession> {
    show(video.wait(&actor, id).await)
}

/// Lets a waiting guest in. The first one opens the session.
#[utoipa::path(post, path = "/sessions/{id}/participants/{pid}/admit", tag = TAG,
    params(("id" = Uuid, Path), ("pid" = Uuid, Path)),
    responses((status = 200, body = Session), refusals::AdmitParticipant))]
async fn admit_participant(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId((id, participant)): PathId<(Uuid, Uuid)>,
) -> Answer<Session, refusals::AdmitParticipant> {
    show(video.admit(&actor, id, participant).await)
}

/// Leaves. Coming back is possible until the session ends.
#[utoipa::path(post, path = "/sessions/{id}/leave", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 204), refusals::LeaveSession))]
async fn leave_session(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Result<StatusCode, Refused<refusals::LeaveSession>> {
    video.leave(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses to be recorded: the matter goes on at a window or by phone.
#[utoipa::path(post, path = "/sessions/{id}/decline", tag = TAG, params(("id" = Uuid, Path)), request_body = Decline,
    responses((status = 204), refusals::DeclineRecording))]
async fn decline_recording(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Body(body): Body<Decline>,
) -> Result<StatusCode, Refused<refusals::DeclineRecording>> {
    video.decline(&actor, id, body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the session for everybody and completes the booking.
#[utoipa::path(post, path = "/sessions/{id}/end", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = Session), refusals::EndSession))]
async fn end_session(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Answer<Session, refusals::EndSession> {
    show(video.end(&actor, id).await)
}

/// Tells the others whether microphone and camera are on.
#[utoipa::path(put, path = "/sessions/{id}/media-state", tag = TAG, params(("id" = Uuid, Path)), request_body = MediaState,
    responses((status = 204), refusals::SetMediaState))]
async fn set_media_state(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Body(body): Body<MediaState>,
) -> Result<StatusCode, Refused<refusals::SetMediaState>> {
    video.media_state(&actor, id, body.microphone, body.camera).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes that an officer has checked something of the people, or takes that back.
#[utoipa::path(put, path = "/sessions/{id}/checks/{key}", tag = TAG, params(("id" = Uuid, Path), ("key" = String, Path)), request_body = Check,
    responses((status = 200, body = Session), refusals::CheckInSession))]
async fn check_in_session(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId((id, key)): PathId<(Uuid, String)>,
    Body(body): Body<Check>,
) -> Answer<Session, refusals::CheckInSession> {
    show(video.check(&actor, id, key, body.done).await)
}

/// Pauses the recording of everybody in the session; the gap stays visible.
#[utoipa::path(post, path = "/sessions/{id}/recording/pause", tag = TAG, params(("id" = Uuid, Path)), request_body = NotRecording,
    responses((status = 200, body = Session), refusals::PauseRecording))]
async fn pause_recording(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Body(body): Body<NotRecording>,
) -> Answer<Session, refusals::PauseRecording> {
    show(video.pause_recording(&actor, id, &body.reason).await)
}

/// Lets a paused recording go on.
#[utoipa::path(post, path = "/sessions/{id}/recording/resume", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = Session), refusals::ResumeRecording))]
async fn resume_recording(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Answer<Session, refusals::ResumeRecording> {
    show(video.resume_recording(&actor, id).await)
}

/// Notes why the session goes on, or went on, though something of it does not reach the disk.
#[utoipa::path(post, path = "/sessions/{id}/recording/note", tag = TAG, params(("id" = Uuid, Path)), request_body = NotRecording,
    responses((status = 200, body = Session), refusals::NoteUnrecorded))]
async fn note_unrecorded(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Body(body): Body<NotRecording>,
) -> Answer<Session, refusals::NoteUnrecorded> {
    show(video.note_unrecorded(&actor, id, &body.reason).await)
}

/// A bearer token for WHIP and WHEP, for somebody in the open call.
#[utoipa::path(post, path = "/sessions/{id}/token", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = MediaTokenBody), refusals::MediaToken))]
async fn media_token(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Answer<MediaTokenBody, refusals::MediaToken> {
    let token = video.media_token(&actor, id).await?;
    Ok(Json(MediaTokenBody { token: token.token, expires_at: token.expires_at }))
}

fn show<R: Refusals>(view: Result<SessionView, Problem>) -> Answer<Session, R> {
    Ok(Json(Session::of(view?)))
}
