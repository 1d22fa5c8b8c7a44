//! The mail that says that times of a clearance were corrected, and what they were before.

use crate::base::words::Text;
use crate::base::words::booking_mail as say;
use crate::booking::log::stage_name;
use crate::booking::model::clearance::{ClockChange, stretch};
use crate::booking::words::mails::{News, beside, reference};
use crate::db::Tx;
use sea_orm::DbErr;

/// Stages began or ended at other times than the booker was shown.
pub async fn corrected(tx: &Tx, news: &News<'_>, change: &ClockChange) -> Result<(), DbErr> {
    let (service, zone) = (news.info.name(), news.info.zone);
    let said = |text: Text| text.in_language(news.language);
    let mut paragraphs = vec![said(say::corrected_opening(&service))];
    for (was, is_now) in change.corrected() {
        let Some(stage) = is_now.stage else { continue };
        let before = stretch(was.began_at, was.ended_at, zone);
        let after = stretch(is_now.began_at, is_now.ended_at, zone);
        paragraphs.push(said(say::corrected_stage(stage_name(stage), after, before)));
    }
    paragraphs.push(said(say::corrected_closing(news.info.contact())));
    paragraphs.push(said(say::reference(reference(news))));
    let subject = say::corrected_subject(&service);
    beside(tx, news, "booking.times_corrected", subject, paragraphs, None).await
}
