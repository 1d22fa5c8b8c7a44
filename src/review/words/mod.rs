//! Entries in words. Pure: names come from ordinary rows, never from the entry itself.

use crate::base::text::Text;
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
        "booking.held" => Text::new("选定时间，名额暂留", "Chose a time; the place is on hold"),
        "booking.requested" => Text::new("提交预约，待受理", "Requested the booking; awaiting a decision"),
        "booking.accepted" => Text::new("预约已受理", "Booking accepted"),
        "booking.refused" => Text::new("预约未受理", "Booking refused"),
        "booking.cancelled" => Text::new("预约已取消", "Booking cancelled"),
        "booking.expired" if data["cause"] == "undecided" => {
            Text::new("直到预约时间结束无人受理", "Nobody decided before its time was over")
        }
        "booking.expired" => Text::new("暂留已过期，名额放回", "The hold expired; the place was given back"),
        "booking.checked_in" => Text::new("已到场", "Arrived"),
        "booking.completed" => Text::new("已办结", "Completed"),
        "booking.no_show" => Text::new("未到", "Did not come"),
        "booking.reopened" => {
            Text::new("撤回“未到”，预约已受理", "Not a no-show after all; booking accepted")
        }
        "session.created" => Text::new("开设面洽", "The meeting was set up"),
        "session.entered" if data["again"].as_bool() == Some(true) => {
            both(format!("{}再次进入", who.zh), format!("{} came back", who.en))
        }
        "session.entered" => both(format!("{}进入页面", who.zh), format!("{} entered", who.en)),
        "session.acknowledged" => {
            let version = data["notice_version"].as_i64().unwrap_or_default();
            both(
                format!("{}确认录制告知（第 {version} 版）", who.zh),
                format!("{} acknowledged the recording notice (version {version})", who.en),
            )
        }
        "session.waiting" => both(format!("{}进入等候室", who.zh), format!("{} is waiting", who.en)),
        "session.admitted" if data["role"] == "officer" => {
            both(format!("{}进入通话", who.zh), format!("{} joined the call", who.en))
        }
        "session.admitted" if data["opens"].as_bool() == Some(true) => {
            both(format!("{}被接入，面洽开始", who.zh), format!("{} was admitted; the meeting began", who.en))
        }
        "session.admitted" => both(format!("{}被接入", who.zh), format!("{} was admitted", who.en)),
        "session.left" if data["cause"] == "restart" => both(
            format!("{}因服务重启断开", who.zh),
            format!("{} was cut off by a restart of the service", who.en),
        ),
        "session.left" if data["cause"] == "away" => both(
            format!("{}的页面已关闭或断线，视为离开", who.zh),
            format!("{} was gone: the page was closed or cut off", who.en),
        ),
        "session.left" => both(format!("{}离开", who.zh), format!("{} left", who.en)),
        "session.declined" => {
            both(format!("{}不同意录制", who.zh), format!("{} refused to be recorded", who.en))
        }
        "session.ended" if data["cause"] == "not_opened" => Text::new(
            "没有接入，到时关闭",
            "Nobody was admitted; the meeting was closed when its time was over",
        ),
        "session.ended" if data["cause"] == "no_officer" => Text::new(
            "关员离开 10 分钟未回，系统结束面洽",
            "No officer came back for 10 minutes; the program ended the meeting",
        ),
        "session.ended" => Text::new("面洽结束", "The meeting ended"),
        "recording.started" => both(
            format!("开始录制：{}的{}（第 {segment} 段）", who.zh, what.zh),
            format!("Recording began: {}, {} (segment {segment})", who.en, what.en),
        ),
        "recording.gap" => gap(data, &who, &what),
        "recording.finalised" => both(
            format!("录制完成：{}的{}（第 {segment} 段，{}）", who.zh, what.zh, length(data)),
            format!("Recording complete: {}, {} (segment {segment}, {})", who.en, what.en, length(data)),
        ),
        "recording.interrupted" => both(
            format!(
                "录制因服务故障中断，已保全：{}的{}（第 {segment} 段，{}）",
                who.zh,
                what.zh,
                length(data)
            ),
            format!(
                "Recording cut off by a failure of the service, what there was is kept: {}, {} (segment {segment}, {})",
                who.en,
                what.en,
                length(data)
            ),
        ),
        "recording.partial" => both(
            format!(
                "录制中断（{}），已保全：{}的{}（第 {segment} 段，{}）",
                reason(data).zh,
                who.zh,
                what.zh,
                length(data)
            ),
            format!(
                "Recording broke off ({}), what there was is kept: {}, {} (segment {segment}, {})",
                reason(data).en,
                who.en,
                what.en,
                length(data)
            ),
        ),
        "recording.stopped" => both(
            format!("录制停了（{}）：{}的{}（第 {segment} 段）", reason(data).zh, who.zh, what.zh),
            format!("Recording stopped ({}): {}, {} (segment {segment})", reason(data).en, who.en, what.en),
        ),
        "recording.gap_began" => both(
            format!("{}停了：{}的{}（{}）", medium(data).zh, who.zh, what.zh, cause(data).zh),
            format!("No {} from here: {}, {} ({})", medium(data).en, who.en, what.en, cause(data).en),
        ),
        "recording.failed" if data["had_media"].as_bool() == Some(false) => both(
            format!("没有收到画面声音，未录制：{}的{}", who.zh, what.zh),
            format!("Nothing arrived to record: {}, {}", who.en, what.en),
        ),
        "recording.failed" => both(
            format!("录制失败（{}）：{}的{}（第 {segment} 段）", reason(data).zh, who.zh, what.zh),
            format!("Recording failed ({}): {}, {} (segment {segment})", reason(data).en, who.en, what.en),
        ),
        "review.opened" => Text::new("查看这场面洽", "Looked at this meeting"),
        "playback.opened" => Text::new("打开回放", "The recordings were opened for playing"),
        "rating.invited" => Text::new("邀请评价", "Invited to rate"),
        "rating.answered" => Text::new("收到评价", "A rating came in"),
        other => both(other.to_owned(), other.to_owned()),
    }
}

/// Why a stretch is missing, in words.
fn cause(data: &Value) -> Text {
    match data["cause"].as_str().unwrap_or_default() {
        "loss" => Text::new("网络丢失", "lost on the network"),
        "publisher_silent" => Text::new("对方没有发送", "nothing was sent"),
        "disk" => Text::new("存储太慢或出错", "storage was too slow or failed"),
        "audio_silent" => Text::new("声音没有送出", "no sound was sent"),
        "video_silent" => Text::new("画面没有送出", "no picture was sent"),
        "camera_off" => Text::new("摄像头已关", "the camera was off"),
        other => both(other.to_owned(), other.to_owned()),
    }
}

/// Why a recording broke off or holds nothing, in words.
fn reason(data: &Value) -> Text {
    match data["reason"].as_str().unwrap_or_default() {
        "disk" => Text::new("存储写不进去", "it could not be written"),
        "killed_at_start" => {
            Text::new("服务在开始后一秒内中断", "the service was killed within a second of its start")
        }
        "undecodable" => Text::new("没有可解码的画面声音", "nothing that can be decoded arrived"),
        "" => Text::new("原因不明", "for an unknown reason"),
        other => both(other.to_owned(), other.to_owned()),
    }
}

/// What is missing in a gap; nothing where picture and sound are.
fn medium(data: &Value) -> Text {
    match data["medium"].as_str().unwrap_or_default() {
        "audio" => Text::new("声音", "sound"),
        "video" => Text::new("画面", "picture"),
        _ => Text::new("画面声音", "sound or picture"),
    }
}

fn gap(data: &Value, who: &Text, what: &Text) -> Text {
    let (from, to) =
        (data["from_ms"].as_i64().unwrap_or_default(), data["to_ms"].as_i64().unwrap_or_default());
    let missing = data["missing_ms"].as_i64().unwrap_or(to - from).max(0);
    let (whole, tenth, cause) = (missing / 1000, missing % 1000 / 100, cause(data));
    let (zh, en) = match data["medium"].as_str() {
        Some("audio") => ("声音", " of sound"),
        Some("video") => ("画面", " of picture"),
        _ => ("", ""),
    };
    both(
        format!("缺 {whole}.{tenth} 秒{zh}：{}的{}（{}）", who.zh, what.zh, cause.zh),
        format!("{whole}.{tenth} s{en} missing: {}, {} ({})", who.en, what.en, cause.en),
    )
}

fn who(data: &Value, names: &Names) -> Text {
    let id = data["participant"].as_str().and_then(|id| id.parse::<Uuid>().ok());
    match id.and_then(|id| names.get(&id)) {
        Some(name) => both(name.clone(), name.clone()),
        None => Text::new("参加人", "a participant"),
    }
}

fn source(data: &Value) -> Text {
    match data["source"].as_str().unwrap_or_default() {
        "screen" => Text::new("共享屏幕", "screen"),
        "document" => Text::new("实物画面", "document camera"),
        _ => Text::new("摄像头", "camera"),
    }
}

fn length(data: &Value) -> String {
    let seconds = data["duration_ms"].as_i64().unwrap_or_default() / 1000;
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

fn both(zh: String, en: String) -> Text {
    Text::new(zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;
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
            assert_eq!((text.zh.as_ref(), text.en.as_ref()), (zh, en), "{kind}");
        }
    }
}
