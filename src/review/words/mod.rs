//! Entries in words. Pure: names come from ordinary rows, never from the entry itself.

use crate::base::words::{self, Said, Text};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Names of participants by id.
pub type Names = HashMap<Uuid, String>;

/// What an entry of `kind` with `data` says.
pub fn entry_text(kind: &str, data: &Value, names: &Names) -> Text {
    let who = who(data, names);
    let what = source(data);
    let segment = data["segment"].as_i64().unwrap_or(1);
    match kind {
        // The words of the states are those of the chips on all pages (web: `common.state`).
        "booking.held" => words::log::booking_held(),
        "booking.requested" => words::log::booking_requested(),
        "booking.accepted" => words::log::booking_accepted(),
        "booking.refused" => words::log::booking_refused(),
        "booking.cancelled" => words::log::booking_cancelled(),
        "booking.expired" if data["cause"] == "undecided" => words::log::booking_expired_undecided(),
        "booking.expired" => words::log::booking_expired(),
        "booking.checked_in" => words::log::booking_checked_in(),
        "booking.completed" => words::log::booking_completed(),
        "booking.no_show" => words::log::booking_no_show(),
        "booking.reopened" => words::log::booking_reopened(),
        "session.created" => words::log::session_created(),
        "session.entered" if data["again"].as_bool() == Some(true) => words::log::session_entered_again(who),
        "session.entered" => words::log::session_entered(who),
        "session.acknowledged" => {
            let version = data["notice_version"].as_i64().unwrap_or_default();
            words::log::session_acknowledged(who, version)
        }
        "session.waiting" => words::log::session_waiting(who),
        "session.admitted" if data["role"] == "officer" => words::log::session_admitted_officer(who),
        "session.admitted" if data["opens"].as_bool() == Some(true) => {
            words::log::session_admitted_opens(who)
        }
        "session.admitted" => words::log::session_admitted(who),
        "session.left" if data["cause"] == "restart" => words::log::session_left_restart(who),
        "session.left" if data["cause"] == "away" => words::log::session_left_away(who),
        "session.left" => words::log::session_left(who),
        "session.declined" => words::log::session_declined(who),
        "session.ended" if data["cause"] == "not_opened" => words::log::session_ended_not_opened(),
        "session.ended" if data["cause"] == "no_officer" => words::log::session_ended_no_officer(),
        "session.ended" => words::log::session_ended(),
        "recording.started" => words::log::recording_started(who, what, segment),
        "recording.gap" => gap(data, who, what),
        "recording.finalised" => words::log::recording_finalised(who, what, segment, length(data)),
        "recording.interrupted" => words::log::recording_interrupted(who, what, segment, length(data)),
        "recording.partial" => words::log::recording_partial(reason(data), who, what, segment, length(data)),
        "recording.stopped" => words::log::recording_stopped(reason(data), who, what, segment),
        "recording.gap_began" => words::log::recording_gap_began(medium(data), who, what, cause(data)),
        "recording.failed" if data["had_media"].as_bool() == Some(false) => {
            words::log::recording_failed_nothing_came(who, what)
        }
        "recording.failed" => words::log::recording_failed(reason(data), who, what, segment),
        "review.opened" => words::log::review_opened(),
        "playback.opened" => words::log::playback_opened(),
        "rating.invited" => words::log::rating_invited(),
        "rating.answered" => words::log::rating_answered(),
        other => words::log::other(other),
    }
}

/// Why a stretch is missing, in words.
fn cause(data: &Value) -> Text {
    match data["cause"].as_str().unwrap_or_default() {
        "loss" => words::log::cause_loss(),
        "publisher_silent" => words::log::cause_publisher_silent(),
        "disk" => words::log::cause_disk(),
        "audio_silent" => words::log::cause_audio_silent(),
        "video_silent" => words::log::cause_video_silent(),
        "camera_off" => words::log::cause_camera_off(),
        other => words::log::other(other),
    }
}

/// Why a recording broke off or holds nothing, in words.
fn reason(data: &Value) -> Text {
    match data["reason"].as_str().unwrap_or_default() {
        "disk" => words::log::reason_disk(),
        "killed_at_start" => words::log::reason_killed_at_start(),
        "undecodable" => words::log::reason_undecodable(),
        "" => words::log::reason_unknown(),
        other => words::log::other(other),
    }
}

/// What is missing in a gap; nothing where picture and sound are.
fn medium(data: &Value) -> Text {
    match data["medium"].as_str().unwrap_or_default() {
        "audio" => words::log::medium_audio(),
        "video" => words::log::medium_video(),
        _ => words::log::medium_both(),
    }
}

fn gap(data: &Value, who: Said, what: Text) -> Text {
    let (from, to) =
        (data["from_ms"].as_i64().unwrap_or_default(), data["to_ms"].as_i64().unwrap_or_default());
    let missing = data["missing_ms"].as_i64().unwrap_or(to - from).max(0);
    let seconds = format!("{}.{}", missing / 1000, missing % 1000 / 100);
    match data["medium"].as_str() {
        Some("audio") => words::log::gap_audio(seconds, who, what, cause(data)),
        Some("video") => words::log::gap_video(seconds, who, what, cause(data)),
        _ => words::log::gap(seconds, who, what, cause(data)),
    }
}

fn who(data: &Value, names: &Names) -> Said {
    let id = data["participant"].as_str().and_then(|id| id.parse::<Uuid>().ok());
    match id.and_then(|id| names.get(&id)) {
        Some(name) => name.into(),
        None => words::log::somebody().into(),
    }
}

fn source(data: &Value) -> Text {
    match data["source"].as_str().unwrap_or_default() {
        "screen" => words::log::source_screen(),
        "document" => words::log::source_document(),
        _ => words::log::source_camera(),
    }
}

fn length(data: &Value) -> String {
    let seconds = data["duration_ms"].as_i64().unwrap_or_default() / 1000;
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::words::Language;
    use serde_json::json;

    #[test]
    fn entries_are_told_in_both_languages() {
        let lin = Uuid::from_u128(1);
        let names = Names::from([(lin, "林女士".to_owned())]);
        for (kind, data, zh, en) in [
            (
                "session.entered",
                json!({"participant": lin, "again": false}),
                "林女士进入页面",
                "林女士 entered",
            ),
            (
                "session.admitted",
                json!({"participant": lin, "opens": true}),
                "林女士被接入，面洽开始",
                "林女士 was admitted; the meeting began",
            ),
            (
                "session.left",
                json!({"participant": Uuid::from_u128(2), "cause": "restart"}),
                "参加人因服务重启断开",
                "a participant was cut off by a restart of the service",
            ),
            (
                "recording.gap",
                json!({"participant": lin, "source": "camera", "from_ms": 1000, "to_ms": 3450, "cause": "loss"}),
                "缺 2.4 秒：林女士的摄像头（网络丢失）",
                "2.4 s missing: 林女士, camera (lost on the network)",
            ),
            (
                "recording.gap",
                json!({"participant": lin, "source": "camera", "from_ms": 1000, "to_ms": 9000, "cause": "loss",
                    "medium": "audio", "missing_ms": 640}),
                "缺 0.6 秒声音：林女士的摄像头（网络丢失）",
                "0.6 s of sound missing: 林女士, camera (lost on the network)",
            ),
            (
                "recording.gap_began",
                json!({"participant": lin, "source": "camera", "from_ms": 1000, "cause": "camera_off", "medium": "video"}),
                "画面停了：林女士的摄像头（摄像头已关）",
                "No picture from here: 林女士, camera (the camera was off)",
            ),
            (
                "recording.stopped",
                json!({"participant": lin, "source": "camera", "segment": 1, "reason": "disk"}),
                "录制停了（存储写不进去）：林女士的摄像头（第 1 段）",
                "Recording stopped (it could not be written): 林女士, camera (segment 1)",
            ),
            (
                "recording.partial",
                json!({"participant": lin, "source": "camera", "segment": 1, "duration_ms": 24_000, "reason": "disk"}),
                "录制中断（存储写不进去），已保全：林女士的摄像头（第 1 段，00:24）",
                "Recording broke off (it could not be written), what there was is kept: 林女士, camera (segment 1, 00:24)",
            ),
            (
                "recording.finalised",
                json!({"participant": lin, "source": "screen", "segment": 2, "duration_ms": 83_000}),
                "录制完成：林女士的共享屏幕（第 2 段，01:23）",
                "Recording complete: 林女士, screen (segment 2, 01:23)",
            ),
            ("something.new", json!(null), "something.new", "something.new"),
        ] {
            let text = entry_text(kind, &data, &names);
            let said = [Language::ZhCn, Language::En].map(|language| text.in_language(language));
            assert_eq!(said, [zh, en], "{kind}");
        }
    }
}
