//! The mail that reminds of a booking.

use crate::base::words::Text;
use crate::base::words::booking_mail as say;
use crate::booking::model::display_reference;
use crate::booking::words::mails::{News, facts, is_video, page, preparation, ways};
use crate::db::Tx;
use crate::notify::layout;
use crate::notify::{Mail, Thread, enqueue};
use sea_orm::DbErr;

/// It comes soon, and stands as it is told.
pub async fn reminded(tx: &Tx, news: &News<'_>) -> Result<(), DbErr> {
    let Some(to) = news.to.clone() else { return Ok(()) };
    let (service, language) = (news.info.name(), news.language);
    let said = |text: Text| text.in_language(language);
    let reference = display_reference(&news.row.reference);
    let subject = said(say::reminded_subject(&service));
    let mut paragraphs = vec![said(say::reminded_opening(&service))];
    paragraphs.extend(facts(news, &reference));
    paragraphs.push(said(if is_video(news) { say::accepted_video() } else { say::accepted_desk() }));
    paragraphs.extend(preparation(news));
    paragraphs.push(ways(news));
    let (label, url) = (said(say::see()), page(news));
    let (text, html) = layout(language, &subject, &paragraphs, Some((&label, &url)));
    enqueue(
        tx,
        news.now,
        Mail {
            case_id: Some(news.row.id),
            template: "booking.reminded",
            to,
            language,
            subject: format!("{subject} {reference}"),
            text,
            html,
            calendar: None,
            // The confirmation before it still holds.
            thread: Thread::beside(news.row.id),
            useful_until: Some(news.row.starts_at),
        },
    )
    .await
}
