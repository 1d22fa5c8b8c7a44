//! Groups and their lists.

use crate::booking::model::group::PersonColumn;
use crate::booking::wire::dto::BookingRequest;
use crate::http::dated;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A list of persons.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = GroupList)]
pub struct GroupListDto {
    /// CSV in UTF-8 or GB18030, or XLSX, in base64. The first line names the columns: 姓名/name, 证件类型/document kind,
    /// 证件号码/document number, 出生日期/birth date, 手机/mobile.
    #[schema(max_length = 96_000)]
    pub list_base64: String,
    /// What the file is called; its content has to be what that says.
    #[serde(default)]
    #[schema(required = false, max_length = 200)]
    pub file_name: String,
}

/// What a list says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupReport)]
pub struct GroupReportDto {
    /// Persons on the list, right or wrong.
    pub lines: usize,
    pub faults_total: usize,
    /// The first of them, by line; none where everything is right.
    pub faults: Vec<LineFaultDto>,
}

/// Something wrong in a line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LineFault)]
pub struct LineFaultDto {
    /// As the spreadsheet counts them.
    pub line: u32,
    pub column: PersonColumn,
    pub code: String,
    /// What is wrong and what to do, in the reader's language.
    pub text: String,
}

/// A group that is to be booked.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewGroup)]
pub struct NewGroupDto {
    /// The start of a slot.
    #[serde(deserialize_with = "dated")]
    pub starts_at: DateTime<Utc>,
    /// As for the check.
    #[schema(max_length = 96_000)]
    pub list_base64: String,
    #[serde(default)]
    #[schema(required = false, max_length = 200)]
    pub file_name: String,
    /// Although one has booked that time already, instead of `already_yours`.
    #[serde(default)]
    #[schema(required = false)]
    pub anyway: bool,
    /// Whom to contact, and what is asked of the group.
    pub request: BookingRequest,
}
