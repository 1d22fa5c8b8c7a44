//! Waiting for a place, and answering when one is offered.

use crate::auth::Signed;
use crate::booking::Booking;
use crate::booking::service::{WaitingShown, WaitingWish};
use crate::booking::store::entities::waiting_entry::{WaitedStage, WaitedStages, WaitingState};
use crate::booking::wire::dto::{
    NewWaiting, ServiceRef, StageOfferDto, VenueRef, WaitedStageDto, WaitingEntries, WaitingEntryDto,
    WaitingLineDto, WaitingList, WaitingOfferDto, WaitingTaken,
};
use crate::booking::wire::refusals;
use crate::http::{Body, PathId, Refused};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

const TAG: &str = "waiting";

/// Waits for a place of a service: for one on some days, or for an earlier one than that of a booking. One entry per
/// person or enterprise and service.
#[utoipa::path(post, path = "/services/{id}/waiting", tag = TAG, operation_id = "join_waiting_list",
    params(("id" = Uuid, Path)), request_body = NewWaiting,
    responses((status = CREATED, body = WaitingEntryDto), refusals::JoinWaitingList))]
pub async fn join_waiting_list(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(new): Body<NewWaiting>,
) -> Result<(StatusCode, Json<WaitingEntryDto>), Refused<refusals::JoinWaitingList>> {
    let minutes = match (new.from_minute, new.to_minute) {
        (None, None) => None,
        (from, to) => Some((from.unwrap_or(0), to.unwrap_or(1440))),
    };
    let stages: Vec<_> = new.stages.into_iter().map(|one| (one.stage, one.site)).collect();
    let wish = match (new.from, new.to, new.earlier_than_id) {
        (Some(from), Some(to), None) => Some(WaitingWish::Days { from, to, minutes, stages }),
        (None, None, Some(booking)) if stages.is_empty() => Some(WaitingWish::EarlierThan(booking)),
        _ => None,
    };
    let shown = booking.wait_for(&actor, id, wish).await?;
    Ok((StatusCode::CREATED, Json(entry(shown))))
}

/// Who waits for a service, in their order; for officers, and without names.
#[utoipa::path(get, path = "/services/{id}/waiting", tag = TAG, operation_id = "get_waiting_list",
    params(("id" = Uuid, Path)), responses((status = OK, body = WaitingList), refusals::GetWaitingList))]
pub async fn get_waiting_list(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<WaitingList>, Refused<refusals::GetWaitingList>> {
    let shown = booking.waiting_for(&actor, id).await?;
    let count = |state| shown.iter().filter(|one| one.row.state == state).count();
    let (waiting, offered) = (count(WaitingState::Waiting), count(WaitingState::Offered));
    let items = shown.into_iter().map(line).collect();
    Ok(Json(WaitingList { waiting, offered, items }))
}

/// What one waits for oneself, or one's enterprise, the latest change first; a week long also what it came to.
#[utoipa::path(get, path = "/waiting", tag = TAG, operation_id = "list_waiting",
    responses((status = OK, body = WaitingEntries), refusals::ListWaiting))]
pub async fn list_waiting(
    Signed(actor): Signed,
    State(booking): State<Booking>,
) -> Result<Json<WaitingEntries>, Refused<refusals::ListWaiting>> {
    let items = booking.waited_for(&actor).await?.into_iter().map(entry).collect();
    Ok(Json(WaitingEntries { items }))
}

/// Takes what is offered: the place is kept for the form, or the booking that was to be earlier is moved there in the
/// same step.
#[utoipa::path(post, path = "/waiting/{id}/take", tag = TAG, operation_id = "take_offer",
    params(("id" = Uuid, Path)), responses((status = OK, body = WaitingTaken), refusals::TakeOffer))]
pub async fn take_offer(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<WaitingTaken>, Refused<refusals::TakeOffer>> {
    let (shown, row) = booking.take_offer(&actor, id).await?;
    let booking = booking.show(&actor, row).await?;
    Ok(Json(WaitingTaken { entry: entry(shown), booking }))
}

/// Says no to what is offered; the next is asked at once, and one does not wait any more.
#[utoipa::path(post, path = "/waiting/{id}/decline", tag = TAG, operation_id = "decline_offer",
    params(("id" = Uuid, Path)), responses((status = NO_CONTENT), refusals::DeclineOffer))]
pub async fn decline_offer(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<StatusCode, Refused<refusals::DeclineOffer>> {
    booking.decline_offer(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Does not wait any more; what is offered goes to the next.
#[utoipa::path(delete, path = "/waiting/{id}", tag = TAG, operation_id = "leave_waiting_list",
    params(("id" = Uuid, Path)), responses((status = NO_CONTENT), refusals::LeaveWaitingList))]
pub async fn leave_waiting_list(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<StatusCode, Refused<refusals::LeaveWaitingList>> {
    booking.leave_waiting(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn entry(shown: WaitingShown) -> WaitingEntryDto {
    let WaitingShown { row, info, position, offered, appointments } = shown;
    let offered_stages = appointments.iter().filter_map(|one| {
        let (starts_at, ends_at) = (one.starts_at, one.ends_at);
        Some(StageOfferDto { stage: one.stage?, site: one.site, starts_at, ends_at })
    });
    WaitingEntryDto {
        id: row.id,
        state: row.state,
        service: ServiceRef { id: row.service_id, code: info.row.code.clone(), name: info.name() },
        venue: VenueRef { name: info.venue_name(), zone: info.zone.name().to_owned() },
        from: row.from_date,
        to: row.to_date,
        from_minute: row.from_minute,
        to_minute: row.to_minute,
        stages: waited(row.stages),
        earlier_than_id: row.earlier_than_id,
        position,
        offer: offered.map(|held| WaitingOfferDto {
            booking_id: held.id,
            starts_at: held.starts_at,
            ends_at: held.ends_at,
            stages: offered_stages.collect(),
            until: row.offer_ends_at,
        }),
        needs_decision: info.row.needs_decision,
        created_at: row.created_at,
    }
}

fn waited(stages: WaitedStages) -> Vec<WaitedStageDto> {
    stages.0.into_iter().map(|WaitedStage { stage, site }| WaitedStageDto { stage, site }).collect()
}

fn line(shown: WaitingShown) -> WaitingLineDto {
    let WaitingShown { row, position, .. } = shown;
    WaitingLineDto {
        position,
        state: row.state,
        since: row.created_at,
        from: row.from_date,
        to: row.to_date,
        from_minute: row.from_minute,
        to_minute: row.to_minute,
        stages: waited(row.stages),
        earlier: row.earlier_than_id.is_some(),
        offer_until: row.offer_ends_at.filter(|_| row.state == WaitingState::Offered),
    }
}
