//! The mail that says that results can be had; what they are about, it does not say.

use crate::base::words::Text;
use crate::base::words::booking_mail as say;
use crate::booking::words::mails::{News, beside, reference};
use crate::db::Tx;
use sea_orm::DbErr;

/// They are ready.
pub async fn ready(tx: &Tx, news: &News<'_>) -> Result<(), DbErr> {
    let said = |text: Text| text.in_language(news.language);
    let paragraphs = vec![said(say::results_opening()), said(say::reference(reference(news)))];
    beside(tx, news, "booking.results_ready", say::results_subject(), paragraphs, None).await
}
