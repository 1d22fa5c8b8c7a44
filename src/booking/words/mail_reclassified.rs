//! The mail about a booking whose day became another kind of day.

use crate::base::words::Text;
use crate::base::words::booking_mail as say;
use crate::booking::model::touched::Touch;
use crate::booking::words::mails::{News, beside, facts};
use crate::db::Tx;
use crate::directory::model::calendar::DayClass;
use sea_orm::DbErr;

/// The official calendar was corrected, and the booking stands until somebody changes it.
pub async fn told(tx: &Tx, news: &News<'_>, touch: &Touch) -> Result<(), DbErr> {
    let service = news.info.name();
    let said = |text: Text| text.in_language(news.language);
    let opening = say::reclassified_opening(touch.date, kind(touch.is_now), kind(touch.was), &service);
    let closing = match touch.is_open {
        true => say::reclassified_open(),
        false => say::reclassified_closed(news.info.contact()),
    };
    let mut paragraphs = vec![said(opening)];
    paragraphs.extend(facts(news));
    paragraphs.push(said(closing));
    let (subject, until) = (say::reclassified_subject(&service), Some(news.row.ends_at));
    beside(tx, news, "booking.reclassified", subject, paragraphs, until).await
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
