//! The mail that says that times of a clearance were corrected, and what they were before.

use crate::base::words::Text;
use crate::base::words::booking_mail as say;
use crate::booking::log::stage_name;
use crate::booking::model::clearance::{ClockChange, stretch};
use crate::booking::model::display_reference;
use crate::booking::words::mails::{News, page};
use crate::db::Tx;
use crate::notify::layout;
use crate::notify::{Mail, Thread, enqueue};
use sea_orm::DbErr;

/// Stages began or ended at other times than the booker was shown.
pub async fn corrected(tx: &Tx, news: &News<'_>, change: &ClockChange) -> Result<(), DbErr> {
    let Some(to) = news.to.clone() else { return Ok(()) };
    let (language, zone) = (news.language, news.info.zone);
    let said = |text: Text| text.in_language(language);
    let reference = display_reference(&news.row.reference);
    let subject = said(say::corrected_subject(news.info.name()));
    let mut paragraphs = vec![said(say::corrected_opening(news.info.name()))];
    for (was, is_now) in change.corrected() {
        let Some(stage) = is_now.stage else { continue };
        let before = stretch(was.began_at, was.ended_at, zone);
        let after = stretch(is_now.began_at, is_now.ended_at, zone);
        paragraphs.push(said(say::corrected_stage(stage_name(stage), after, before)));
    }
    paragraphs.extend([said(say::corrected_closing(news.info.contact())), said(say::reference(&reference))]);
    let (label, url) = (said(say::see()), page(news));
    let (text, html) = layout(language, &subject, &paragraphs, Some((&label, &url)));
    enqueue(
        tx,
        news.now,
        Mail {
            case_id: Some(news.row.id),
            template: "booking.times_corrected",
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
