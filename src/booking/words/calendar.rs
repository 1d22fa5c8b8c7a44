//! An appointment in calendars: in a mail, as a file to take along, in a calendar that is fetched.
//!
//! It stands on a locked screen, where others read it. So nobody is named in it and nothing says that it is about
//! somebody's health; whoever may know more signs in by its link.

use crate::base::words::booking_mail as say;
use crate::base::words::{Language, Text};
use crate::booking::model::display_reference;
use crate::booking::model::feeds::{REFRESH_MINUTES, status};
use crate::booking::store::entities::booking::BookingState;
use crate::booking::store::entities::calendar_feed::Covers;
use crate::booking::words::mails::{News, is_video, page, place, when};
use crate::directory::entities::service::ServiceKind;
use crate::directory::office;
use crate::notify::model::ics::{Event, Feed, Status, render, render_feed};
use crate::notify::{Identity, Method};

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
    // Not every program shows by itself how an appointment stands.
    let summary = std::mem::take(&mut event.summary);
    event.summary = match row.state {
        BookingState::Requested => say::in_state_requested(summary).in_language(language),
        BookingState::Refused => say::in_state_refused(summary).in_language(language),
        BookingState::Cancelled => say::in_state_cancelled(summary).in_language(language),
        BookingState::Expired => say::in_state_expired(summary).in_language(language),
        _ => summary,
    };
    let time = say::time(when(info.zone, row.starts_at, row.ends_at)).in_language(language);
    event.description = format!("{time}\n{}", event.description);
    Some((event, status))
}

/// By what calendars get to know a new appointment.
pub(super) fn identity(news: &News<'_>) -> Identity {
    Identity {
        uid: format!("{}@{}", news.row.id, host(&news.office.public_url)),
        organizer_mail: news.office.mail_from.clone(),
    }
}

/// The appointment as whoever booked has it.
pub(super) fn event(news: &News<'_>, identity: Identity, attendee_mail: Option<String>) -> Event {
    let (row, info, language) = (news.row, news.info, news.language);
    let reference = display_reference(&row.reference);
    let reference = say::reference(reference).in_language(language);
    let url = page(news);
    let (summary, location) = if info.row.kind == ServiceKind::Health && !is_video(news) {
        // Nor does the house, which may be called after it.
        (say::discreet(), say::at(info.venue_address()))
    } else {
        (say::of_booker(info.name()), place(news))
    };
    let said = |text: Text| text.in_language(language);
    Event {
        identity,
        sequence: row.sequence,
        stamp: news.now,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        zone: info.zone,
        summary: said(summary),
        description: format!("{reference}\n{url}"),
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
