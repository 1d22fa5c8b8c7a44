//! Invitations into the session of a booking.

use crate::auth::Signed;
use crate::base::words::ByLanguage;
use crate::booking::model::join_window;
use crate::http::{Body, NothingOfItsOwn, PathId, PathText, Refused};
use crate::video::model::MAX_GUESTS;
use crate::video::service::Video;
use crate::video::service::invite::{InvitationState, Invited};
use crate::video::wire::TAG;
use crate::video::wire::refusals;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An invitation that stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionInvitation {
    id: Uuid,
    /// Whom it is for, in the booker's words.
    label: Option<String>,
    /// Who took it.
    name: Option<String>,
    created_at: DateTime<Utc>,
    accepted_at: Option<DateTime<Utc>>,
    /// The path of the page behind the link; the address before it is where the pages are. Only whoever may invite
    /// is told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SessionInvitations {
    items: Vec<SessionInvitation>,
    /// So many guests may wait or talk, the booker among them.
    most_guests: usize,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NewInvitation {
    /// Whom it is for; need not be given.
    #[schema(max_length = 40)]
    label: Option<String>,
}

/// What stands behind an invitation's link.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationCard {
    service: ByLanguage,
    /// From when the session's page can be opened.
    join_from: DateTime<Utc>,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// The venue's zone.
    zone: String,
    state: InvitationState,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationTaken {
    /// The booking whose session can be entered.
    booking_id: Uuid,
}

/// Makes a link with which one other person may come into the session.
#[utoipa::path(post, path = "/bookings/{id}/invitations", tag = TAG, params(("id" = Uuid, Path)), request_body = NewInvitation,
    responses((status = 201, body = SessionInvitation), refusals::InviteToSession))]
pub async fn invite_to_session(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Body(body): Body<NewInvitation>,
) -> Result<(StatusCode, Json<SessionInvitation>), Refused<refusals::InviteToSession>> {
    let invited = video.invite(&actor, id, body.label).await?;
    Ok((StatusCode::CREATED, Json(invited.into())))
}

/// The invitations that stand, and who took them.
#[utoipa::path(get, path = "/bookings/{id}/invitations", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = SessionInvitations), refusals::SessionInvitations))]
pub async fn session_invitations(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Result<Json<SessionInvitations>, Refused<refusals::SessionInvitations>> {
    let items = video.invitations(&actor, id).await?;
    let items = items.into_iter().map(SessionInvitation::from).collect();
    Ok(Json(SessionInvitations { items, most_guests: MAX_GUESTS }))
}

/// Takes an invitation back. Who came by it is put out of the session.
#[utoipa::path(delete, path = "/bookings/{id}/invitations/{invitation_id}", tag = TAG,
    params(("id" = Uuid, Path), ("invitation_id" = Uuid, Path)),
    responses((status = 204), refusals::WithdrawInvitation))]
pub async fn withdraw_invitation(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId((id, invitation)): PathId<(Uuid, Uuid)>,
) -> Result<StatusCode, Refused<refusals::WithdrawInvitation>> {
    video.withdraw(&actor, id, invitation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an invitation's link opens. The link is the key.
#[utoipa::path(get, path = "/invitations/{token}", tag = TAG, params(("token" = String, Path)),
    responses((status = 200, body = InvitationCard)))]
pub async fn invitation(
    State(video): State<Video>,
    PathText(token): PathText,
) -> Result<Json<InvitationCard>, Refused<NothingOfItsOwn>> {
    let found = video.invitation(&token).await?;
    Ok(Json(InvitationCard {
        service: found.service.name(),
        join_from: join_window(&found.booking).0,
        starts_at: found.booking.starts_at,
        ends_at: found.booking.ends_at,
        zone: found.service.zone.name().to_owned(),
        state: found.state,
    }))
}

/// Takes an invitation: from now on it is the caller's alone.
#[utoipa::path(post, path = "/invitations/{token}/accept", tag = TAG, params(("token" = String, Path)),
    responses((status = 200, body = InvitationTaken), refusals::AcceptInvitation))]
pub async fn accept_invitation(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathText(token): PathText,
) -> Result<Json<InvitationTaken>, Refused<refusals::AcceptInvitation>> {
    Ok(Json(InvitationTaken { booking_id: video.accept_invitation(&actor, &token).await? }))
}

impl From<Invited> for SessionInvitation {
    fn from(invited: Invited) -> Self {
        let Invited { row, name, token } = invited;
        Self {
            id: row.id,
            label: row.label,
            name,
            created_at: row.created_at,
            accepted_at: row.accepted_at,
            path: token.map(|token| format!("/invite/{token}")),
        }
    }
}
