//! Which jobs this program does, and with what.

use crate::app::App;
use crate::app::idempotency::{self, store};
use crate::auth::jobs::SweepSignIns;
use crate::booking::jobs::{
    BookingCompleted, ExpireBookings, LookAfterWaiting, OfferOver, RemindBookers, SealAnswers, SealService,
    ServiceClosed,
};
use crate::db::jobs::{Claim, Job, Kinds, NotDone, Run, Worker};
use crate::directory::jobs::CalendarCorrected;
use crate::documents::jobs::{EraseDocuments, RewrapKeys};
use crate::notify::jobs::SendMail;
use crate::places::jobs::PlacesFreed;
use crate::review::jobs::MakeComposite;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The worker of this process.
pub(super) fn worker(app: &App) -> Worker {
    let metrics = app.clone();
    Worker::new(app.db.clone(), app.clock.clone(), app.nodes.id, kinds(app))
        .telling(move |kind| metrics.metrics.health.job_failed(kind))
}

/// All kinds, each with its feature.
pub(super) fn kinds(app: &App) -> Kinds {
    Kinds::default()
        .take::<BookingCompleted, _>(app.survey.clone())
        .take::<CalendarCorrected, _>(app.booking.clone())
        .take::<ExpireBookings, _>(app.booking.clone())
        .take::<LookAfterWaiting, _>(app.booking.clone())
        .take::<OfferOver, _>(app.booking.clone())
        .take::<ServiceClosed, _>(app.booking.clone())
        .take::<PlacesFreed, _>(app.booking.clone())
        .take::<RemindBookers, _>(app.booking.clone())
        .take::<SealAnswers, _>(app.booking.clone())
        .take::<SealService, _>(app.booking.clone())
        .take::<EraseDocuments, _>(app.documents.clone())
        .take::<RewrapKeys, _>(app.documents.clone())
        .take::<MakeComposite, _>(app.review.clone())
        .take::<SweepSignIns, _>(app.auth.clone())
        .take::<SendMail, _>(app.notify.clone())
        .take::<ForgetKeys, _>(app.clone())
}

/// Forgets answers of Idempotency-Keys after their time.
#[derive(Debug, Serialize, Deserialize)]
struct ForgetKeys {}

impl Job for ForgetKeys {
    const KIND: &'static str = "app.forget_keys";
}

impl Run<App> for ForgetKeys {
    const EVERY: Option<TimeDelta> = Some(TimeDelta::minutes(10));

    async fn run(self, app: App, _: Claim) -> Result<(), NotDone> {
        let before = app.clock.now() - (idempotency::KEPT_FOR + TimeDelta::hours(1));
        app.db
            .write(move |tx| Box::pin(async move { store::forget_before(tx.conn(), before).await }))
            .await?;
        Ok(())
    }
}
