//! Why a place cannot be taken, in words.

use crate::booking::model::display_reference;
use crate::booking::service::take::MOST_HOLDS;
use crate::booking::store::entities::booking;
use crate::directory::ServiceInfo;
use crate::http::Problem;
use chrono::{Datelike, NaiveDate};

pub fn unknown_service() -> Problem {
    Problem::invalid(
        "service_id",
        "unknown_service",
        "没有这项业务，或已停办。请回到业务列表重新选择。",
        "There is no such service, or it is no longer offered. Please choose from the list again.",
    )
}

pub fn slot_past() -> Problem {
    Problem::invalid(
        "starts_at",
        "slot_past",
        "这个时间已经过去，请选择以后的时间。",
        "That time is over. Please choose a later one.",
    )
}

pub fn lead_time(info: &ServiceInfo) -> Problem {
    let minutes = info.row.lead_minutes;
    Problem::invalid(
        "starts_at",
        "lead_time",
        format!("这项业务至少提前 {} 预约，请选择更晚的时间。", duration_zh(minutes)),
        format!(
            "This service is booked at least {} ahead. Please choose a later time.",
            duration_en(minutes)
        ),
    )
}

pub fn beyond_horizon(info: &ServiceInfo) -> Problem {
    let days = info.row.horizon_days;
    Problem::invalid(
        "starts_at",
        "beyond_horizon",
        format!("目前只开放 {days} 天以内的预约，请选择更早的日期。"),
        format!("Booking is open for the next {days} days. Please choose an earlier date."),
    )
}

pub fn year_unpublished(date: NaiveDate) -> Problem {
    let year = date.year();
    Problem::invalid(
        "starts_at",
        "year_unpublished",
        format!("国务院尚未公布 {year} 年的放假安排，无法确定是否上班，暂不能预约。"),
        format!(
            "The official calendar for {year} is not published yet, so working days are not known and it cannot be booked."
        ),
    )
}

pub fn not_a_slot() -> Problem {
    Problem::invalid(
        "starts_at",
        "not_a_slot",
        "这个时间不在可预约的时段内，请从列表中选择。",
        "That time is not one of the slots. Please choose from the list.",
    )
}

pub fn slot_taken() -> Problem {
    Problem::conflict(
        "slot_taken",
        "这个时段的名额刚被约走，请选择别的时间。",
        "The places at that time have just been taken. Please choose another time.",
    )
}

pub fn too_many_holds() -> Problem {
    Problem::conflict(
        "too_many_holds",
        format!("您已保留 {MOST_HOLDS} 个时段。请先提交或取消其中一个。"),
        format!("You already hold {MOST_HOLDS} places. Please request or cancel one of them first."),
    )
}

pub fn too_many_bookings(most: u32, enterprise: bool) -> Problem {
    let (zh, en) = if enterprise { ("贵单位", "Your enterprise") } else { ("您", "You") };
    let has = if enterprise { "has" } else { "have" };
    Problem::conflict(
        "too_many_bookings",
        format!(
            "这项业务同时最多约 {most} 个，{zh}已经约满。请先办完或取消其中一个；确有需要请拨打值班电话。"
        ),
        format!(
            "At most {most} bookings of this service can stand at a time, and {} {has} that many. Please finish or cancel one first, or call the office.",
            en.to_lowercase()
        ),
    )
}

pub fn already_yours(mine: &booking::Model) -> Problem {
    let reference = display_reference(&mine.reference);
    Problem::conflict(
        "already_yours",
        format!("这项业务的这个时间您已经有预约 {reference} 了。"),
        format!("You have {reference} for this service at this time already."),
    )
    .about(mine.id)
}

fn duration_zh(minutes: i32) -> String {
    if minutes % 60 == 0 { format!("{} 小时", minutes / 60) } else { format!("{minutes} 分钟") }
}

fn duration_en(minutes: i32) -> String {
    match (minutes / 60, minutes % 60) {
        (1, 0) => "1 hour".into(),
        (hours, 0) => format!("{hours} hours"),
        _ => format!("{minutes} minutes"),
    }
}
