//! The mail that says that results can be had; what they are about, it does not say.

use crate::base::words::Text;
use crate::base::words::booking_mail as say;
use crate::booking::model::display_reference;
use crate::booking::words::mails::{News, page};
use crate::db::Tx;
use crate::notify::layout;
use crate::notify::{Mail, Thread, enqueue};
use sea_orm::DbErr;

/// They are ready.
pub async fn ready(tx: &Tx, news: &News<'_>) -> Result<(), DbErr> {
    let Some(to) = news.to.clone() else { return Ok(()) };
    let language = news.language;
    let said = |text: Text| text.in_language(language);
    let reference = display_reference(&news.row.reference);
    let subject = said(say::results_subject());
    let paragraphs = [said(say::results_opening()), said(say::reference(&reference))];
    let (label, url) = (said(say::see()), page(news));
    let (text, html) = layout(language, &subject, &paragraphs, Some((&label, &url)));
    enqueue(
        tx,
        news.now,
        Mail {
            case_id: Some(news.row.id),
            template: "booking.results_ready",
            to,
            language,
            subject: format!("{subject} {reference}"),
            text,
            html,
            calendar: None,
            thread: Thread::beside(news.row.id),
            useful_until: None,
        },
    )
    .await
}
