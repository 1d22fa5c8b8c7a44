//! An appointment in calendars: in a mail, as a file to take along, in a calendar that is fetched.
//!
//! It stands on a locked screen, where others read it. So nobody is named in it and nothing says that it is about
//! somebody's health; whoever may know more signs in by its link.
//!
//! What is booked in stages is one appointment of its booker, which tells of all of them: an invitation holds one, and file
//! and feed have to be known as the same. For the office each stage is an appointment of its own, so that nobody is shown
//! busy in the gaps between.

use crate::base::words::booking_mail as say;
use crate::base::words::{Language, Text};
use crate::booking::log::{BookedStage, stage_name};
use crate::booking::model::display_reference;
use crate::booking::model::feeds::{REFRESH_MINUTES, status};
use crate::booking::store::entities::appointment::Site;
use crate::booking::store::entities::booking::BookingState;
use crate::booking::store::entities::calendar_feed::Covers;
use crate::booking::words::mails::{News, is_video, of_stage, page, place, when};
use crate::directory::entities::service::ServiceKind;
use crate::directory::office;
use crate::notify::model::ics::{Event, Feed, Status, render, render_feed};
use crate::notify::{Identity, Method};
use sea_orm::ActiveEnum;

/// The appointment as a file to take along, known to calendars as it was in the mails before.
pub fn calendar_file(news: &News<'_>, known: Option<Identity>, method: Method) -> String {
    let identity = known.unwrap_or_else(|| identity(news));
    render(&event(news, identity, None), method)
}

/// A calendar of appointments to subscribe to.
pub fn calendar(covers: Covers, language: Language, events: Vec<(Event, Status)>) -> String {
    let name = match covers {
        Covers::Desk => say::feed_desk(),
        Covers::Office => say::feed_office(),
        Covers::Enterprise => say::feed_enterprise(),
        Covers::Own => say::feed_own(),
    };
    render_feed(&Feed { name: name.in_language(language), refresh_minutes: REFRESH_MINUTES, events })
}

/// An appointment in such a calendar; none of a hold. Its time is told by the venue's clocks too, because calendars
/// show it by the reader's. Staff see which service it is, and by which reference to find whose.
pub fn entry(news: &News<'_>, known: Option<Identity>, covers: Covers) -> Option<(Event, Status)> {
    let (row, info, language) = (news.row, news.info, news.language);
    let status = status(row.state)?;
    let identity = known.unwrap_or_else(|| identity(news));
    let mut event = event(news, identity, None);
    event.stamp = row.updated_at;
    if matches!(covers, Covers::Desk | Covers::Office) {
        let reference = display_reference(&row.reference);
        event.summary = say::of_staff(info.name(), reference).in_language(language);
        event.location = place(news).in_language(language);
    }
    event.summary = standing(news, event.summary);
    let time = say::time(when(info.zone, row.starts_at, row.ends_at)).in_language(language);
    event.description = format!("{time}\n{}", event.description);
    Some((event, status))
}

/// Stages of an appointment in a calendar of the office, each by itself with its time and place. They are known by the
/// booking and their names, which stay when they are moved or handed over.
pub fn stages(news: &News<'_>, known: Option<&Identity>, shown: &[BookedStage]) -> Vec<(Event, Status)> {
    let (row, info, language) = (news.row, news.info, news.language);
    let Some(status) = status(row.state) else { return Vec::new() };
    let whole = known.cloned().unwrap_or_else(|| identity(news));
    let reference = display_reference(&row.reference);
    let entry = |stage: &BookedStage| {
        let uid = match whole.uid.split_once('@') {
            Some((booking, host)) => format!("{booking}-{}@{host}", stage.stage.to_value()),
            None => format!("{}-{}", whole.uid, stage.stage.to_value()),
        };
        let summary = say::of_stage(stage_name(stage.stage), info.name(), reference.clone());
        let location = match stage.site {
            Site::Office => place(news),
            Site::Enterprise => say::at_enterprise(),
        };
        let time = say::time(when(info.zone, stage.starts_at, stage.ends_at)).in_language(language);
        let reference = say::reference(reference.clone()).in_language(language);
        let event = Event {
            stamp: row.updated_at,
            starts_at: stage.starts_at,
            ends_at: stage.ends_at,
            summary: standing(news, summary.in_language(language)),
            description: format!("{time}\n{reference}\n{}", page(news)),
            location: location.in_language(language),
            ..event(news, Identity { uid, ..whole.clone() }, None)
        };
        (event, status)
    };
    shown.iter().map(entry).collect()
}

/// Not every program shows by itself how an appointment stands.
fn standing(news: &News<'_>, summary: String) -> String {
    let said = match news.row.state {
        BookingState::Requested => say::in_state_requested(summary),
        BookingState::Refused => say::in_state_refused(summary),
        BookingState::Cancelled => say::in_state_cancelled(summary),
        BookingState::Expired => say::in_state_expired(summary),
        _ => return summary,
    };
    said.in_language(news.language)
}

/// By what calendars get to know a new appointment.
pub(super) fn identity(news: &News<'_>) -> Identity {
    Identity {
        uid: format!("{}@{}", news.row.id, host(&news.installation.public_url)),
        organizer_mail: news.installation.mail_from.clone(),
    }
}

/// The appointment as whoever booked has it.
pub(super) fn event(news: &News<'_>, identity: Identity, attendee_mail: Option<String>) -> Event {
    let (row, info, language) = (news.row, news.info, news.language);
    let reference = display_reference(&row.reference);
    let reference = say::reference(reference).in_language(language);
    let url = page(news);
    let said = |text: Text| text.in_language(language);
    let stages = || news.stages.iter().map(|stage| said(of_stage(news, stage)) + "\n").collect::<String>();
    let (summary, location, stages) = if info.row.kind == ServiceKind::Health && !is_video(news) {
        // Nor does the house, which may be called after it.
        (say::discreet(), say::at(info.venue_address()), String::new())
    } else {
        (say::of_booker(info.name()), place(news), stages())
    };
    Event {
        identity,
        sequence: row.sequence,
        stamp: news.now,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        zone: info.zone,
        summary: said(summary),
        description: format!("{stages}{reference}\n{url}"),
        location: said(location),
        organizer_name: office().name.in_language(language).to_owned(),
        attendee_mail,
        url: Some(url),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

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
