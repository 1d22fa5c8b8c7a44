//! A chief sets on which terms a service is booked. Here and not in `directory`, which may not know who is calling.

use crate::auth::{Right, Signed};
use crate::booking::Booking;
use crate::booking::model::form;
use crate::booking::wire::dto::TermsTriedDto;
use crate::booking::wire::refusals;
use crate::directory::model::terms::ServiceTerms;
use crate::http::{Body, PathId, Refused};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// Other terms, and why.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SetTerms {
    /// All of them: what is left out is as if nothing was said.
    terms: ServiceTerms,
    /// Why they are changed; it is kept with the entry.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 500)]
    reason: String,
}

/// Terms that are to be tried.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TryTerms {
    /// All of them: what is left out is as if nothing was said.
    terms: ServiceTerms,
}

/// Tells what other terms would have done to the requests of the last 92 days, beside those in force; nothing is
/// changed. For chiefs. Who was refused then left no request, so terms that let more in show little.
#[utoipa::path(post, path = "/services/{id}/terms/preview", tag = "office", operation_id = "preview_terms",
    params(("id" = Uuid, Path)), request_body = TryTerms,
    responses((status = OK, body = TermsTriedDto), refusals::PreviewTerms))]
pub async fn preview_terms(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(TryTerms { terms }): Body<TryTerms>,
) -> Result<Json<TermsTriedDto>, Refused<refusals::PreviewTerms>> {
    actor.may(Right::SetTerms)?;
    Ok(Json(booking.try_terms(id, terms).await?.into()))
}

/// Puts other terms of a service in force at once. What was booked by the former stays as it is. For chiefs.
#[utoipa::path(put, path = "/services/{id}/terms", tag = "office", operation_id = "set_terms",
    params(("id" = Uuid, Path)), request_body = SetTerms,
    responses((status = OK, body = ServiceTerms), refusals::SetTerms))]
pub async fn set_terms(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(SetTerms { terms, reason }): Body<SetTerms>,
) -> Result<Json<ServiceTerms>, Refused<refusals::SetTerms>> {
    actor.may(Right::SetTerms)?;
    let reason = form::require_reason(Some(&reason))?;
    booking.directory().set_terms(id, terms.clone(), reason, actor.evidence()).await?;
    Ok(Json(terms))
}
