//! The mails about a booking, and the calendar file, which is the same appointment without a mail.

use crate::base::text::Language;
use crate::booking::model::display_reference;
use crate::booking::service::Office;
use crate::booking::store::entities::booking;
use crate::db::Tx;
use crate::directory::ServiceInfo;
use crate::directory::entities::service::ServiceKind;
use crate::directory::office;
use crate::notify::layout;
use crate::notify::model::ics::{Event, render};
use crate::notify::{
    CalendarPart, Identity, Mail, Method, Thread, enqueue, fix_calendar_identity, keep_calendar_identity,
};
use chrono::{DateTime, Datelike, Offset, Utc, Weekday};
use chrono_tz::Tz;
use sea_orm::DbErr;

/// What a mail is written from.
pub struct News<'a> {
    pub office: &'a Office,
    pub info: &'a ServiceInfo,
    pub row: &'a booking::Model,
    pub now: DateTime<Utc>,
    /// Without an address nothing is sent.
    pub to: Option<String>,
    pub language: Language,
}

/// The words of one kind of mail.
struct Words {
    template: &'static str,
    subject: String,
    opening: String,
    closing: Option<String>,
    method: Option<Method>,
}

/// The office expects them.
pub async fn accepted(tx: &Tx, news: &News<'_>) -> Result<(), DbErr> {
    let name = news.info.name();
    let name = name.for_language(news.language);
    let video = news.info.row.kind == ServiceKind::Video;
    let (subject, opening, closing) = match news.language {
        Language::Zh => (
            format!("预约已受理：{name}"),
            format!("您的“{name}”预约已受理。"),
            if video {
                "开始前 15 分钟起可进入视频面洽，请先检查摄像头和麦克风。面洽全程录音录像。"
            } else {
                "请按时到场，并带好所需材料。不能前来时请尽早取消，把名额留给别人。"
            },
        ),
        Language::En => (
            format!("Booking accepted: {name}"),
            format!("Your booking “{name}” is accepted."),
            if video {
                "The video meeting opens 15 minutes before the start; please check camera and microphone first. \
                 It is recorded from beginning to end."
            } else {
                "Please be on time and bring what is needed. If you cannot come, please cancel early, \
                 so that somebody else can have the place."
            },
        ),
    };
    let closing = Some(closing.to_owned());
    send(
        tx,
        news,
        Words { template: "booking.accepted", subject, opening, closing, method: Some(Method::Request) },
    )
    .await
}

/// The office says no.
pub async fn refused(tx: &Tx, news: &News<'_>) -> Result<(), DbErr> {
    let name = news.info.name();
    let name = name.for_language(news.language);
    let phone = news.info.contact();
    let (subject, opening, closing) = match news.language {
        Language::Zh => (
            format!("预约未受理：{name}"),
            format!("您的“{name}”预约申请未受理。"),
            format!("您可以另选时间重新预约；有疑问请拨打值班电话 {phone}。"),
        ),
        Language::En => (
            format!("Booking refused: {name}"),
            format!("Your request for “{name}” was refused."),
            format!("You can book again at another time. If you have questions, please call {phone}."),
        ),
    };
    let closing = Some(closing);
    send(tx, news, Words { template: "booking.refused", subject, opening, closing, method: None }).await
}

/// Nobody decided before the time was over.
pub async fn undecided(tx: &Tx, news: &News<'_>) -> Result<(), DbErr> {
    let name = news.info.name();
    let name = name.for_language(news.language);
    let phone = news.info.contact();
    let (subject, opening, closing) = match news.language {
        Language::Zh => (
            format!("预约未获答复：{name}"),
            format!("很抱歉，您的“{name}”预约申请直到预约时间已过仍没有关员受理，现已结束，名额已放回。"),
            format!("请另选时间重新预约，或拨打值班电话 {phone}，我们会尽快安排。"),
        ),
        Language::En => (
            format!("Booking not answered: {name}"),
            format!(
                "We are sorry: no officer decided about your request for “{name}” before its time was over. \
                 It has ended and the place was given back."
            ),
            format!("Please choose another time, or call {phone} and we will arrange one."),
        ),
    };
    let closing = Some(closing);
    send(tx, news, Words { template: "booking.undecided", subject, opening, closing, method: None }).await
}

/// The booker will not come. `invited`: a calendar has the appointment and must drop it.
pub async fn cancelled(tx: &Tx, news: &News<'_>, invited: bool) -> Result<(), DbErr> {
    let name = news.info.name();
    let name = name.for_language(news.language);
    let (subject, opening) = match news.language {
        Language::Zh => (format!("预约已取消：{name}"), format!("您的“{name}”预约已取消，名额已放回。")),
        Language::En => (
            format!("Booking cancelled: {name}"),
            format!("Your booking “{name}” is cancelled and the place was given back."),
        ),
    };
    let method = invited.then_some(Method::Cancel);
    send(tx, news, Words { template: "booking.cancelled", subject, opening, closing: None, method }).await
}

async fn send(tx: &Tx, news: &News<'_>, words: Words) -> Result<(), DbErr> {
    // The number goes up with each word to the booker.
    let is_first = news.row.sequence <= 1;
    let identity = match words.method {
        Some(_) if is_first => {
            fix_calendar_identity(tx, news.row.id, identity(news), news.now);
            Some(identity(news))
        }
        Some(_) => Some(keep_calendar_identity(tx, news.row.id, identity(news), news.now).await?),
        None => None,
    };
    let Some(to) = news.to.clone() else { return Ok(()) };
    let language = news.language;
    let reference = display_reference(&news.row.reference);
    let mut paragraphs = vec![words.opening];
    paragraphs.extend(facts(news, &reference));
    paragraphs.extend(words.closing);
    paragraphs.extend((words.method == Some(Method::Request)).then(|| ways(news)));
    let label = match language {
        Language::Zh => "查看预约",
        Language::En => "See the booking",
    };
    let url = page(news);
    let (text, html) = layout(language, &words.subject, &paragraphs, Some((label, &url)));
    let calendar = words.method.zip(identity).map(|(method, identity)| {
        let event = event(news, identity, Some(to.clone()));
        CalendarPart { method, ics: render(&event, method) }
    });
    // An appointment that is over needs no confirmation any more.
    let useful_until = (words.method == Some(Method::Request)).then_some(news.row.ends_at);
    let thread = if is_first { Thread::first(news.row.id) } else { Thread::newest(news.row.id) };
    let subject = format!("{} {reference}", words.subject);
    let case_id = Some(news.row.id);
    enqueue(
        tx,
        news.now,
        Mail {
            case_id,
            template: words.template,
            to,
            language,
            subject,
            text,
            html,
            calendar,
            thread,
            useful_until,
        },
    )
    .await
}

/// Where one joins and where one cancels, each address on a line of its own.
fn ways(news: &News<'_>) -> String {
    let video = news.info.row.kind == ServiceKind::Video;
    let join = video.then(|| format!("{}/session/{}", news.office.public_url, news.row.id));
    let cancel = page(news);
    let (join_word, cancel_word) = match news.language {
        Language::Zh => ("进入视频面洽：", "来不了，请在此取消："),
        Language::En => ("Join the video meeting:", "If you cannot come, cancel here:"),
    };
    let join = join.map(|url| format!("{join_word}\n{url}\n")).unwrap_or_default();
    format!("{join}{cancel_word}\n{cancel}")
}

/// The appointment as a file to take along, known to calendars as it was in the mails before.
pub fn calendar_file(news: &News<'_>, known: Option<Identity>, method: Method) -> String {
    let identity = known.unwrap_or_else(|| identity(news));
    render(&event(news, identity, None), method)
}

/// By what calendars get to know a new appointment.
fn identity(news: &News<'_>) -> Identity {
    Identity {
        uid: format!("{}@{}", news.row.id, host(&news.office.public_url)),
        organizer_mail: news.office.mail_from.clone(),
    }
}

fn facts(news: &News<'_>, reference: &str) -> Vec<String> {
    let (row, info) = (news.row, news.info);
    let when = when(news.language, info.zone, row.starts_at, row.ends_at);
    let place = place(news);
    let reason = row.reason.as_deref();
    match news.language {
        Language::Zh => [
            Some(format!("预约编号：{reference}")),
            Some(format!("时间：{when}")),
            Some(format!("地点：{place}")),
            reason.map(|reason| format!("理由：{reason}")),
        ],
        Language::En => [
            Some(format!("Reference: {reference}")),
            Some(format!("Time: {when}")),
            Some(format!("Place: {place}")),
            reason.map(|reason| format!("Reason: {reason}")),
        ],
    }
    .into_iter()
    .flatten()
    .collect()
}

fn event(news: &News<'_>, identity: Identity, attendee_mail: Option<String>) -> Event {
    let (row, info, language) = (news.row, news.info, news.language);
    let reference = display_reference(&row.reference);
    let (label, colon) = match language {
        Language::Zh => ("预约编号", "："),
        Language::En => ("Reference", ": "),
    };
    let url = page(news);
    Event {
        identity,
        sequence: row.sequence,
        stamp: news.now,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        zone: info.zone,
        summary: info.name().for_language(language).to_owned(),
        description: format!("{label}{colon}{reference}\n{url}"),
        location: place(news),
        organizer_name: office().name.for_language(language).to_owned(),
        attendee_mail,
        url: Some(url),
    }
}

fn place(news: &News<'_>) -> String {
    if news.info.row.kind == ServiceKind::Video {
        return match news.language {
            Language::Zh => "线上视频面洽，从预约页面进入".to_owned(),
            Language::En => "Online video meeting, entered from the booking's page".to_owned(),
        };
    }
    let (name, address) = (news.info.venue_name(), news.info.venue_address());
    let (name, address) = (name.for_language(news.language), address.for_language(news.language));
    match news.language {
        Language::Zh => format!("{name}（{address}）"),
        Language::En => format!("{name}, {address}"),
    }
}

fn page(news: &News<'_>) -> String {
    format!("{}/bookings/{}", news.office.public_url, news.row.id)
}

/// The host of a URL, without port.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(literal) => literal.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// The appointment's time in the venue's zone, with weekday and the zone said.
fn when(language: Language, zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let (from, to) = (from.with_timezone(&zone), to.with_timezone(&zone));
    let (day, start) = (from.date_naive(), from.format("%H:%M"));
    // A slot that ends with the day ends at 24:00, not at the 00:00 that nobody reads as its end.
    let end = match to.format("%H:%M").to_string() {
        midnight if midnight == "00:00" => "24:00".to_owned(),
        end => end,
    };
    let minutes = from.offset().fix().local_minus_utc() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let utc = match (minutes.abs() / 60, minutes.abs() % 60) {
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    };
    match (language, zone) {
        (Language::Zh, Tz::Asia__Shanghai) => {
            format!(
                "{} {} {start}–{end}（北京时间，{utc}）",
                day.format("%Y年%-m月%-d日"),
                weekday_zh(day.weekday())
            )
        }
        (Language::Zh, _) => format!(
            "{} {} {start}–{end}（{zone}，{utc}）",
            day.format("%Y年%-m月%-d日"),
            weekday_zh(day.weekday())
        ),
        (Language::En, Tz::Asia__Shanghai) => {
            format!("{}, {start}–{end} (Beijing time, {utc})", day.format("%A, %-d %B %Y"))
        }
        (Language::En, _) => format!("{}, {start}–{end} ({zone}, {utc})", day.format("%A, %-d %B %Y")),
    }
}

fn weekday_zh(day: Weekday) -> &'static str {
    ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"]
        [day.num_days_from_monday() as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_with_weekday_and_zone() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (from, to) = (at("2026-02-14T15:00:00Z"), at("2026-02-14T16:00:00Z"));
        let shanghai = chrono_tz::Asia::Shanghai;
        assert_eq!(
            when(Language::Zh, shanghai, from, to),
            "2026年2月14日 星期六 23:00–24:00（北京时间，UTC+8）"
        );
        assert_eq!(
            when(Language::En, shanghai, from, to),
            "Saturday, 14 February 2026, 23:00–24:00 (Beijing time, UTC+8)"
        );
        let kathmandu = chrono_tz::Asia::Kathmandu;
        assert_eq!(
            when(Language::En, kathmandu, from, to),
            "Saturday, 14 February 2026, 20:45–21:45 (Asia/Kathmandu, UTC+5:45)"
        );
    }

    #[test]
    fn the_host_of_an_address_makes_ids_that_last() {
        for (url, expected) in [
            ("https://mianqia.example.cn/x", "mianqia.example.cn"),
            ("http://127.0.0.1:8080", "127.0.0.1"),
            ("http://[::1]:8080/", "::1"),
            ("mianqia", "mianqia"),
        ] {
            assert_eq!(host(url), expected);
        }
    }
}
