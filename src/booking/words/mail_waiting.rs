//! The mails to who waits for a place.

use crate::base::words::booking_mail as say;
use crate::base::words::{Moment, Text};
use crate::booking::store::entities::waiting_entry;
use crate::booking::words::mails::{Draft, News, of_stage, place, post, when};
use crate::db::Tx;
use crate::notify::Thread;
use sea_orm::DbErr;

/// A place is held for them. The link leads to the page where they answer, and takes nothing by being opened.
pub async fn offered(tx: &Tx, news: &News<'_>, entry: &waiting_entry::Model) -> Result<(), DbErr> {
    let Some(until) = entry.offer_ends_at else { return Ok(()) };
    let (service, zone) = (news.info.name(), news.info.zone);
    let opening = match entry.earlier_than_id {
        None => say::offered_opening(&service),
        Some(_) => say::offered_earlier(&service),
    };
    let mut more = vec![say::time(when(zone, news.row.starts_at, news.row.ends_at))];
    more.extend(news.stages.iter().map(|stage| of_stage(news, stage)));
    more.extend([say::place(place(news)), say::offered_until(Moment(until, zone))]);
    let letter =
        Letter { template: "waiting.offered", subject: say::offered_subject(&service), opening, more };
    send(tx, news, entry, letter).await
}

/// They did not answer in time, and the next is asked.
pub async fn passed(tx: &Tx, news: &News<'_>, entry: &waiting_entry::Model) -> Result<(), DbErr> {
    let service = news.info.name();
    let opening = match entry.earlier_than_id {
        None => say::passed_opening(&service),
        Some(_) => say::passed_earlier(&service),
    };
    let letter = Letter {
        template: "waiting.passed",
        subject: say::passed_subject(&service),
        opening,
        more: vec![say::time(when(news.info.zone, news.row.starts_at, news.row.ends_at))],
    };
    send(tx, news, entry, letter).await
}

/// The office is closed then: what was offered is taken back, and they wait on in their place.
pub async fn withdrawn(tx: &Tx, news: &News<'_>, entry: &waiting_entry::Model) -> Result<(), DbErr> {
    let service = news.info.name();
    let mut more = vec![say::time(when(news.info.zone, news.row.starts_at, news.row.ends_at))];
    more.extend(news.row.reason.as_deref().map(say::reason));
    more.push(match entry.earlier_than_id {
        None => say::offer_closed_on(),
        Some(_) => say::offer_closed_kept(),
    });
    let letter = Letter {
        template: "waiting.closed",
        subject: say::offer_closed_subject(&service),
        opening: say::offer_closed_opening(&service),
        more,
    };
    send(tx, news, entry, letter).await
}

struct Letter {
    template: &'static str,
    subject: Text,
    opening: Text,
    more: Vec<Text>,
}

async fn send(tx: &Tx, news: &News<'_>, entry: &waiting_entry::Model, letter: Letter) -> Result<(), DbErr> {
    let said = |text: Text| text.in_language(news.language);
    let paragraphs = std::iter::once(letter.opening).chain(letter.more).map(said).collect();
    let draft = Draft {
        template: letter.template,
        subject: letter.subject,
        reference: None,
        paragraphs,
        link: (say::offered_see(), format!("{}/bookings#waiting", news.installation.public_url)),
        calendar: None,
        thread: Thread::newest(entry.id),
        useful_until: entry.offer_ends_at.filter(|_| letter.template == "waiting.offered"),
    };
    post(tx, news, draft).await
}
