//! Results of examinations.

use crate::booking::wire::dto::BookingDto;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// What is promised of the results of an examination.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Results)]
pub struct ResultsDto {
    /// By the official calendar; null while its year is not published.
    pub promised_on: Option<NaiveDate>,
    /// The year whose calendar would have to be known.
    pub unpublished_year: Option<i32>,
    pub ready_at: Option<DateTime<Utc>>,
    /// The examination is done, and they are not ready yet.
    pub waits: bool,
    /// They are waited for, and the promised day is over.
    pub overdue: bool,
}

/// A booking whose results are not ready.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultsDue)]
pub struct ResultsDueDto {
    pub booking: BookingDto,
    pub results: ResultsDto,
}

/// Those of the office.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultsDueList {
    pub items: Vec<ResultsDueDto>,
}
