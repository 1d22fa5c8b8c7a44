//! The mails about a booking.

use crate::base::words::booking_mail as say;
use crate::base::words::{self, ByLanguage, Language, Said, Text};
use crate::booking::log::{BookedStage, stage_name};
use crate::booking::model::display_reference;
use crate::booking::service::Installation;
use crate::booking::store::entities::appointment::Site;
use crate::booking::store::entities::booking;
use crate::booking::words::calendar::{event, identity};
use crate::db::Tx;
use crate::directory::ServiceInfo;
use crate::directory::entities::service::ServiceKind;
use crate::notify::layout;
use crate::notify::model::ics::render;
use crate::notify::{
    CalendarPart, Mail, Method, Thread, enqueue, fix_calendar_identity, keep_calendar_identity,
};
use chrono::{DateTime, Datelike, Offset, Utc, Weekday};
use chrono_tz::Tz;
use sea_orm::DbErr;

/// What a mail is written from.
pub struct News<'a> {
    pub installation: &'a Installation,
    pub info: &'a ServiceInfo,
    pub row: &'a booking::Model,
    pub now: DateTime<Utc>,
    /// Without an address nothing is sent.
    pub to: Option<String>,
    pub language: Language,
    /// Where it is booked stage by stage.
    pub stages: Vec<BookedStage>,
}

/// The words of one kind of mail.
struct Letter {
    template: &'static str,
    subject: Text,
    opening: Text,
    closing: Option<Text>,
    method: Option<Method>,
}

/// The office expects them.
pub async fn accepted(tx: &Tx, news: &News<'_>) -> Result<(), DbErr> {
    let service = news.info.name();
    let closing = if is_video(news) { say::accepted_video() } else { say::accepted_desk() };
    let letter = Letter {
        template: "booking.accepted",
        subject: say::accepted_subject(&service),
        opening: say::accepted_opening(&service),
        closing: Some(closing),
        method: Some(Method::Request),
    };
    send(tx, news, letter).await
}

/// The office says no.
pub async fn refused(tx: &Tx, news: &News<'_>) -> Result<(), DbErr> {
    let service = news.info.name();
    let letter = Letter {
        template: "booking.refused",
        subject: say::refused_subject(&service),
        opening: say::refused_opening(&service),
        closing: Some(say::refused_closing(news.info.contact())),
        method: None,
    };
    send(tx, news, letter).await
}

/// Nobody decided before the time was over.
pub async fn undecided(tx: &Tx, news: &News<'_>) -> Result<(), DbErr> {
    let service = news.info.name();
    let letter = Letter {
        template: "booking.undecided",
        subject: say::undecided_subject(&service),
        opening: say::undecided_opening(&service),
        closing: Some(say::undecided_closing(news.info.contact())),
        method: None,
    };
    send(tx, news, letter).await
}

/// The booker will not come. `invited`: a calendar has the appointment and must drop it.
pub async fn cancelled(tx: &Tx, news: &News<'_>, invited: bool) -> Result<(), DbErr> {
    let service = news.info.name();
    let letter = Letter {
        template: "booking.cancelled",
        subject: say::cancelled_subject(&service),
        opening: say::cancelled_opening(&service),
        closing: None,
        method: invited.then_some(Method::Cancel),
    };
    send(tx, news, letter).await
}

/// The office is closed then, and no other time was found. `invited`: a calendar has the appointment and must drop it.
pub async fn closed(tx: &Tx, news: &News<'_>, invited: bool) -> Result<(), DbErr> {
    let service = news.info.name();
    let letter = Letter {
        template: "booking.closed",
        subject: say::closed_subject(&service),
        opening: say::closed_opening(&service),
        closing: Some(say::closed_closing(news.info.contact())),
        method: invited.then_some(Method::Cancel),
    };
    send(tx, news, letter).await
}

/// It is at another time, which stands. `by_office`: an officer moved it.
pub async fn moved(tx: &Tx, news: &News<'_>, by_office: bool) -> Result<(), DbErr> {
    let service = news.info.name();
    let closing = if is_video(news) { say::accepted_video() } else { say::accepted_desk() };
    let letter = Letter {
        template: "booking.moved",
        subject: say::moved_subject(&service),
        opening: moved_opening(&service, by_office),
        closing: Some(closing),
        method: Some(Method::Request),
    };
    send(tx, news, letter).await
}

/// It is at another time, about which an officer has to decide. `invited`: a calendar has the former one.
pub async fn moved_undecided(tx: &Tx, news: &News<'_>, invited: bool, by_office: bool) -> Result<(), DbErr> {
    let service = news.info.name();
    let letter = Letter {
        template: "booking.moved",
        subject: say::moved_subject(&service),
        opening: moved_opening(&service, by_office),
        closing: Some(say::moved_undecided()),
        method: invited.then_some(Method::Cancel),
    };
    send(tx, news, letter).await
}

fn moved_opening(service: &ByLanguage, by_office: bool) -> Text {
    if by_office { say::moved_by_office(service) } else { say::moved_opening(service) }
}

pub(super) fn is_video(news: &News<'_>) -> bool {
    news.info.row.kind == ServiceKind::Video
}

async fn send(tx: &Tx, news: &News<'_>, letter: Letter) -> Result<(), DbErr> {
    // The number goes up with each word to the booker.
    let is_first = news.row.sequence <= 1;
    let identity = match letter.method {
        Some(_) if is_first => {
            fix_calendar_identity(tx, news.row.id, identity(news), news.now);
            Some(identity(news))
        }
        Some(_) => Some(keep_calendar_identity(tx, news.row.id, identity(news), news.now).await?),
        None => None,
    };
    let Some(to) = news.to.clone() else { return Ok(()) };
    let said = |text: Text| text.in_language(news.language);
    let mut paragraphs = vec![said(letter.opening)];
    paragraphs.extend(facts(news));
    paragraphs.extend(letter.closing.map(said));
    if letter.method == Some(Method::Request) {
        paragraphs.extend(preparation(news));
        paragraphs.push(ways(news));
    }
    let calendar = letter.method.zip(identity).map(|(method, identity)| {
        let event = event(news, identity, Some(to));
        CalendarPart { method, ics: render(&event, method) }
    });
    // An appointment that is over needs no confirmation any more.
    let useful_until = (letter.method == Some(Method::Request)).then_some(news.row.ends_at);
    let thread = if is_first { Thread::first(news.row.id) } else { Thread::newest(news.row.id) };
    let (template, subject) = (letter.template, letter.subject);
    let (reference, link) = (Some(reference(news)), (say::see(), page(news)));
    let draft = Draft { template, subject, reference, paragraphs, link, calendar, thread, useful_until };
    post(tx, news, draft).await
}

/// What is told of a booking beside its confirmation, which still holds. `useful_until`: it is over then.
pub(super) async fn beside(
    tx: &Tx,
    news: &News<'_>,
    template: &'static str,
    subject: Text,
    paragraphs: Vec<String>,
    useful_until: Option<DateTime<Utc>>,
) -> Result<(), DbErr> {
    let (reference, link) = (Some(reference(news)), (say::see(), page(news)));
    let (calendar, thread) = (None, Thread::beside(news.row.id));
    let draft = Draft { template, subject, reference, paragraphs, link, calendar, thread, useful_until };
    post(tx, news, draft).await
}

/// A mail before it is laid out.
pub(super) struct Draft {
    pub template: &'static str,
    pub subject: Text,
    /// Stands behind the subject.
    pub reference: Option<String>,
    pub paragraphs: Vec<String>,
    /// Where it leads: the words of the link, and its address.
    pub link: (Text, String),
    pub calendar: Option<CalendarPart>,
    pub thread: Option<Thread>,
    pub useful_until: Option<DateTime<Utc>>,
}

/// Lays a mail out and puts it into the outbox.
pub(super) async fn post(tx: &Tx, news: &News<'_>, draft: Draft) -> Result<(), DbErr> {
    let Some(to) = news.to.clone() else { return Ok(()) };
    let language = news.language;
    let subject = draft.subject.in_language(language);
    let (label, url) = draft.link;
    let label = label.in_language(language);
    let (text, html) = layout(language, &subject, &draft.paragraphs, Some((&label, &url)));
    let subject = match draft.reference {
        Some(reference) => format!("{subject} {reference}"),
        None => subject,
    };
    let Draft { template, calendar, thread, useful_until, .. } = draft;
    let case_id = Some(news.row.id);
    enqueue(
        tx,
        news.now,
        Mail { case_id, template, to, language, subject, text, html, calendar, thread, useful_until },
    )
    .await
}

/// The reference as it is written for people.
pub(super) fn reference(news: &News<'_>) -> String {
    display_reference(&news.row.reference)
}

/// Where one joins and where one cancels, each address on a line of its own.
pub(super) fn ways(news: &News<'_>) -> String {
    let said = |text: Text| text.in_language(news.language);
    let join =
        || format!("{}\n{}/session/{}\n", said(say::join()), news.installation.public_url, news.row.id);
    let join = if is_video(news) { join() } else { String::new() };
    format!("{join}{}\n{}", said(say::cancel()), page(news))
}

/// What to bring, and how to prepare.
pub(super) fn preparation(news: &News<'_>) -> Vec<String> {
    let spec = &news.info.spec;
    let things: Vec<Said> = spec.bring.iter().map(Said::from).collect();
    let bring = (!things.is_empty()).then(|| say::bring(Said::List(things)));
    let prepare = spec.prepare.as_ref().map(say::prepare);
    bring.into_iter().chain(prepare).map(|text| text.in_language(news.language)).collect()
}

pub(super) fn facts(news: &News<'_>) -> Vec<String> {
    let facts = [
        Some(say::reference(reference(news))),
        Some(say::time(when(news.info.zone, news.row.starts_at, news.row.ends_at))),
    ];
    let more = [Some(say::place(place(news))), news.row.reason.as_ref().map(say::reason)];
    let stages = news.stages.iter().map(|stage| Some(of_stage(news, stage)));
    facts
        .into_iter()
        .chain(stages)
        .chain(more)
        .flatten()
        .map(|fact| fact.in_language(news.language))
        .collect()
}

/// A stage with its time and, where that is not the venue, its site.
pub(super) fn of_stage(news: &News<'_>, stage: &BookedStage) -> Text {
    let (name, when) = (stage_name(stage.stage), when(news.info.zone, stage.starts_at, stage.ends_at));
    match stage.site {
        Site::Office => say::stage(name, when),
        Site::Enterprise => say::stage_enterprise(name, when),
    }
}

pub(super) fn place(news: &News<'_>) -> Text {
    if is_video(news) {
        return say::online();
    }
    say::venue(news.info.venue_name(), news.info.venue_address())
}

pub(super) fn page(news: &News<'_>) -> String {
    format!("{}/bookings/{}", news.installation.public_url, news.row.id)
}

/// The appointment's time in the venue's zone, with weekday and the zone said.
pub(super) fn when(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Text {
    let (from, to) = (from.with_timezone(&zone), to.with_timezone(&zone));
    let (day, start) = (from.date_naive(), from.format("%H:%M").to_string());
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
    let name: Said = match zone {
        Tz::Asia__Shanghai => words::zone_name(zone).into(),
        other => other.name().into(),
    };
    say::when(day, weekday(day.weekday()), start, end, name, utc)
}

fn weekday(day: Weekday) -> Text {
    use words::base as say;
    match day {
        Weekday::Mon => say::weekday_monday(),
        Weekday::Tue => say::weekday_tuesday(),
        Weekday::Wed => say::weekday_wednesday(),
        Weekday::Thu => say::weekday_thursday(),
        Weekday::Fri => say::weekday_friday(),
        Weekday::Sat => say::weekday_saturday(),
        Weekday::Sun => say::weekday_sunday(),
    }
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
            when(shanghai, from, to).in_language(Language::ZhCn),
            "2026年2月14日 星期六 23:00–24:00（北京时间，UTC+8）"
        );
        assert_eq!(
            when(shanghai, from, to).in_language(Language::En),
            "Saturday, 14 February 2026, 23:00–24:00 (Beijing time, UTC+8)"
        );
        let kathmandu = chrono_tz::Asia::Kathmandu;
        assert_eq!(
            when(kathmandu, from, to).in_language(Language::En),
            "Saturday, 14 February 2026, 20:45–21:45 (Asia/Kathmandu, UTC+5:45)"
        );
    }
}
