//! The mail about a booking whose day became another kind of day.

use crate::base::words::Text;
use crate::base::words::booking_mail as say;
use crate::booking::model::display_reference;
use crate::booking::model::touched::Touch;
use crate::booking::words::mails::{News, facts, page};
use crate::db::Tx;
use crate::directory::model::calendar::DayClass;
use crate::notify::layout;
use crate::notify::{Mail, Thread, enqueue};
use sea_orm::DbErr;

/// The official calendar was corrected, and the booking stands until somebody changes it.
pub async fn told(tx: &Tx, news: &News<'_>, touch: &Touch) -> Result<(), DbErr> {
    let Some(to) = news.to.clone() else { return Ok(()) };
    let (service, language) = (news.info.name(), news.language);
    let said = |text: Text| text.in_language(language);
    let reference = display_reference(&news.row.reference);
    let subject = said(say::reclassified_subject(&service));
    let opening = say::reclassified_opening(touch.date, kind(touch.is_now), kind(touch.was), &service);
    let closing = match touch.is_open {
        true => say::reclassified_open(),
        false => say::reclassified_closed(news.info.contact()),
    };
    let mut paragraphs = vec![said(opening)];
    paragraphs.extend(facts(news, &reference));
    paragraphs.push(said(closing));
    let (label, url) = (said(say::see()), page(news));
    let (text, html) = layout(language, &subject, &paragraphs, Some((&label, &url)));
    enqueue(
        tx,
        news.now,
        Mail {
            case_id: Some(news.row.id),
            template: "booking.reclassified",
            to,
            language,
            subject: format!("{subject} {reference}"),
            text,
            html,
            calendar: None,
            // The confirmation before it still holds.
            thread: Thread::beside(news.row.id),
            useful_until: Some(news.row.ends_at),
        },
    )
    .await
}

/// A kind of day in words.
pub fn kind(class: DayClass) -> Text {
    match class {
        DayClass::Workday => say::day_workday(),
        DayClass::Weekend => say::day_weekend(),
        DayClass::Holiday => say::day_holiday(),
        DayClass::MakeupWorkday => say::day_makeup(),
        DayClass::Unpublished => say::day_unpublished(),
    }
}
