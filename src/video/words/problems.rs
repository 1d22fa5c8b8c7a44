//! What the session refuses, in words.

use crate::base::text::Text;
use crate::http::Problem;
use crate::video::engine::{EngineError, OfferFault};
use crate::video::model::{self, MAX_GUESTS, Refusal};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub fn stopping() -> Problem {
    Problem::unavailable(
        "stopping",
        "服务正在重新启动，约一分钟后请再试；已录制的内容会保存好。",
        "The service is restarting. Please try again in a minute; what was recorded is kept.",
    )
}

pub fn not_a_video_booking() -> Problem {
    Problem::conflict(
        "not_a_video_booking",
        "这个预约不是视频面洽，请按预约写明的地点到场办理。",
        "This booking is not for a video meeting. Please come to the place that it names.",
    )
}

pub fn not_accepted() -> Problem {
    Problem::conflict(
        "booking_not_accepted",
        "这个预约目前不是“已受理”，不能进入面洽。请在“我的预约”里查看它的状态。",
        "This booking is not accepted, so its video meeting cannot be entered. See its state under “My bookings”.",
    )
}

pub fn not_open(window: (DateTime<Utc>, DateTime<Utc>), zone: Tz) -> Problem {
    let (zh, en) = model::window_words(window, zone);
    Problem::conflict(
        "session_not_open",
        format!("视频面洽的入口在 {zh} 开放，请在这段时间进入。"),
        format!("The video meeting can be entered from {en}. Please come back in that time."),
    )
}

pub fn ended() -> Problem {
    Problem::conflict(
        "session_ended",
        "这场面洽已经结束，不能再进入。如还有事项，请另行预约。",
        "This video meeting has ended and cannot be entered again. Please make a new booking if something is left.",
    )
}

pub fn full() -> Problem {
    Problem::conflict(
        "session_full",
        format!("贵方最多 {MAX_GUESTS} 人参加（预约人的位置一直保留），现在已满。请等有人离开后再进入。"),
        format!(
            "At most {MAX_GUESTS} of you can take part (a place is kept for whoever booked), and that is the case \
             now. Enter when somebody has left."
        ),
    )
}

pub fn notice_changed(current: i32) -> Problem {
    Problem::conflict(
        "notice_changed",
        format!("录制告知已更新为第 {current} 版，请重新阅读并确认。"),
        format!("The recording notice is now version {current}. Please read and acknowledge it again."),
    )
}

pub fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Outside => Problem::conflict(
            "not_entered",
            "您还没有进入（或已离开）这场面洽，请从预约页面进入。",
            "You have not entered this video meeting, or have left it. Please enter from the booking.",
        ),
        Refusal::Unacknowledged => Problem::conflict(
            "not_acknowledged",
            "请先阅读并确认录制告知。",
            "Please read and acknowledge the recording notice first.",
        ),
        Refusal::NotWaiting => Problem::conflict(
            "not_waiting",
            "这位参加人不在等候室，暂时不能接入。请等对方进入等候室。",
            "This person is not in the waiting room and cannot be admitted yet.",
        ),
    }
}

pub fn officer_not_admitted() -> Problem {
    Problem::conflict(
        "officer_not_in_session",
        "请您先确认告知、进入面洽，再接入等候的人或结束面洽。",
        "Please enter the video meeting yourself first; then you can admit people and end it.",
    )
}

pub fn guests_only() -> Problem {
    Problem::conflict(
        "guests_only",
        "拒绝录制由来办事的一方提出；关员如不能进行面洽，请离开并另行安排。",
        "Only a guest can refuse to be recorded. An officer who cannot hold the video meeting leaves it.",
    )
}

/// 403: no media before notice, admission and the opening of the session.
pub fn not_admitted() -> Problem {
    Problem {
        code: "not_admitted",
        title: Text::new(
            "还没有接入：确认告知并由关员接入、面洽开始之后，才能发送和接收画面声音。",
            "Not connected yet: picture and sound flow once the notice is acknowledged, the officer has \
             admitted you and the video meeting has begun.",
        ),
        ..Problem::forbidden()
    }
}

/// 401 for a media token that is missing, not ours, of another session, or past its end.
pub fn bad_token() -> Problem {
    Problem {
        code: "bad_token",
        title: Text::new(
            "通话凭证无效或已过期，请刷新页面重新获取。",
            "The media token is not valid or has expired. Please load the page again to get a new one.",
        ),
        ..Problem::not_signed_in()
    }
}

/// 422 for an offer that cannot be taken, with what whoever wrote the program that offers has to mend.
pub fn bad_sdp(fault: OfferFault) -> Problem {
    let zh = match fault {
        OfferFault::NotUtf8 => "内容不是 UTF-8 文本",
        OfferFault::TooLong => "内容太长",
        OfferFault::NotSdp => "内容不是 SDP",
        OfferFault::BadLine => "其中有一行不是 SDP",
        OfferFault::TooManySections => "媒体段太多",
        OfferFault::NoOpus => "声音没有 Opus 编码",
        OfferFault::NoVp8 => "画面没有 VP8 编码",
        OfferFault::SendsNothing => "没有要发送的画面或声音",
        OfferFault::ReceivesNothing => "没有要接收的画面或声音",
        OfferFault::Simulcast => "不支持同时发送多路画面（simulcast）",
        OfferFault::NoCredentials => "缺少 ICE 凭证或证书指纹",
        OfferFault::UnknownRole => "DTLS 角色无法识别",
        OfferFault::Malformed => "其中有一项的格式或数值不对",
        OfferFault::NoCodec => "没有与所播放内容相符的编码",
        OfferFault::TooSlow => "处理超时",
    };
    Problem {
        field: None,
        ..Problem::invalid(
            "",
            "bad_sdp",
            format!("浏览器的通话参数（SDP）无法使用，请换用新版浏览器再试。（{zh}）"),
            format!("The SDP offer cannot be taken: {fault}. Please try a current browser."),
        )
    }
}

/// 409 for a page whose publication another page of the same person has taken over.
pub fn taken_over() -> Problem {
    Problem::conflict(
        "taken_over",
        "您已在另一个窗口或设备中继续这场面洽，本页面已停止发送画面和声音。",
        "You went on with this session in another window or on another device. This page has stopped sending \
         picture and sound.",
    )
}

/// 429 for too many offers.
pub fn too_many_offers() -> Problem {
    Problem::too_many(
        "too_many_offers",
        "连接尝试过于频繁，请几秒后再试。",
        "Too many attempts to connect. Please try again in a few seconds.",
    )
}

pub fn busy() -> Problem {
    Problem::unavailable(
        "media_busy",
        "通话线路已满，请稍后再试或联系值班电话。",
        "All media connections are in use. Please try again shortly or call the duty officer.",
    )
}

/// What the engine refuses. Its own words are for the log.
pub fn engine(error: EngineError) -> Problem {
    match error {
        EngineError::BadOffer(fault) => {
            tracing::debug!(%fault, "an offer was refused");
            bad_sdp(fault)
        }
        EngineError::NothingPublished => Problem::conflict(
            "nothing_published",
            "对方目前没有画面，连上后会自动显示。",
            "Nothing is published there at the moment. It can be played once it is.",
        ),
        EngineError::TooMany => busy(),
        EngineError::ShuttingDown => stopping(),
        error => {
            tracing::error!(%error, "the media engine failed");
            Problem::unavailable(
                "media_unavailable",
                "通话服务出错了，请刷新页面重试，或联系值班电话。",
                "The media service failed. Please load the page again, or call the duty officer.",
            )
        }
    }
}

pub fn nobody_more_invited(most: usize) -> Problem {
    Problem::conflict(
        "too_many_invitations",
        format!("最多同时邀请 {most} 人。请先撤回不用的邀请。"),
        format!(
            "At most {most} people can be invited at a time. Please withdraw an invitation that is not needed."
        ),
    )
}

pub fn invitation_over() -> Problem {
    Problem::gone(
        "invitation_withdrawn",
        "这个邀请已经撤回。请联系邀请您的人。",
        "This invitation was withdrawn. Please ask the person who invited you.",
    )
}

pub fn invitation_used() -> Problem {
    Problem::conflict(
        "invitation_used",
        "这个邀请已经由另一个账号使用，一个链接只给一个人。请让邀请您的人另发一个。",
        "This invitation was taken by another account: a link is for one person. Please ask for a link of your own.",
    )
}
