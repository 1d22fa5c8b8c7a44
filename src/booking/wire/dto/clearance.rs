//! Files that tell when stages really began and ended.

use crate::base::words::Language;
use crate::booking::model::clearance::{ClockConflict, ClockFault, ClockPlan};
use crate::booking::model::display_reference;
use crate::directory::entities::service_stage::Stage;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// So many faults and conflicts are told at a time; more than that nobody mends without looking again.
const MOST_TOLD: usize = 200;

/// A file of stages.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ClearanceFile)]
pub struct ClearanceFileDto {
    /// CSV in UTF-8 or GB18030, in base64. The first line names the columns: 预约编号/reference, 环节/stage, 开始/began,
    /// 结束/ended. Times are by the clocks of the venue where no offset stands behind them; of what goes on, the end is
    /// left empty. At most 400 lines.
    #[schema(max_length = 32_000)]
    pub file_base64: String,
}

/// A file of stages that is to be noted.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewClearanceImport {
    /// As for the preview.
    #[schema(max_length = 32_000)]
    pub file_base64: String,
    /// The system that the times are from.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 200)]
    pub source: String,
    /// Why other times than those that are there; needed where there are conflicts.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// What a file does, or would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClearanceReport)]
pub struct ClearanceReportDto {
    /// Lines below the first, right or wrong.
    pub lines: usize,
    /// Bookings and stages of them that change.
    pub bookings: usize,
    pub stages: usize,
    /// Lines that say what is there.
    pub unchanged: usize,
    pub faults_total: usize,
    /// The first of them, by line; none where everything is right.
    pub faults: Vec<ClearanceFaultDto>,
    pub conflicts_total: usize,
    /// The first of them, by line: what has another time already, and is changed only with a reason.
    pub conflicts: Vec<ClearanceConflictDto>,
}

/// Something wrong in a line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClearanceFault)]
pub struct ClearanceFaultDto {
    /// As a spreadsheet counts them.
    pub line: u32,
    pub code: String,
    /// What is wrong and what to do, in the reader's language.
    pub text: String,
}

/// A stage that has another time already.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClearanceConflict)]
pub struct ClearanceConflictDto {
    pub line: u32,
    pub reference: String,
    pub stage: Stage,
    pub was_began_at: Option<DateTime<Utc>>,
    pub was_ended_at: Option<DateTime<Utc>>,
    /// By the file.
    pub began_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

impl ClearanceReportDto {
    pub fn of(plan: ClockPlan, language: Language) -> Self {
        let fault = |fault: &ClockFault| ClearanceFaultDto {
            line: fault.line,
            code: fault.text.id().to_owned(),
            text: fault.text.in_language(language),
        };
        let conflict = |one: &ClockConflict| ClearanceConflictDto {
            line: one.line,
            reference: display_reference(&one.reference),
            stage: one.stage,
            was_began_at: one.was.0,
            was_ended_at: one.was.1,
            began_at: one.is_now.0,
            ended_at: one.is_now.1,
        };
        Self {
            lines: plan.lines,
            bookings: plan.changes.len(),
            stages: plan.stages(),
            unchanged: plan.unchanged,
            faults_total: plan.faults.len(),
            faults: plan.faults.iter().take(MOST_TOLD).map(fault).collect(),
            conflicts_total: plan.conflicts.len(),
            conflicts: plan.conflicts.iter().take(MOST_TOLD).map(conflict).collect(),
        }
    }
}
