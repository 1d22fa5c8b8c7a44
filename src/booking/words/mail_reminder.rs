//! The mail that reminds of a booking.

use crate::base::words::Text;
use crate::base::words::booking_mail as say;
use crate::booking::words::mails::{News, beside, facts, is_video, preparation, ways};
use crate::db::Tx;
use sea_orm::DbErr;

/// It comes soon, and stands as it is told.
pub async fn reminded(tx: &Tx, news: &News<'_>) -> Result<(), DbErr> {
    let service = news.info.name();
    let said = |text: Text| text.in_language(news.language);
    let mut paragraphs = vec![said(say::reminded_opening(&service))];
    paragraphs.extend(facts(news));
    paragraphs.push(said(if is_video(news) { say::accepted_video() } else { say::accepted_desk() }));
    paragraphs.extend(preparation(news));
    paragraphs.push(ways(news));
    let (subject, until) = (say::reminded_subject(&service), Some(news.row.starts_at));
    beside(tx, news, "booking.reminded", subject, paragraphs, until).await
}
