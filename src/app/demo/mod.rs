//! A living office for newcomers: some months of bookings with their ratings, video meetings with
//! recordings, and today's work. All of it is done by the product's own use cases, by synthetic
//! people, on a clock that is moved through those months.

mod api;
mod media;
mod office;
mod story;

use crate::app::sole::OfficeLock;
use crate::app::{App, StartError, opening};
use crate::auth::demo::DemoSummary;
use crate::base::clock::Clock;
use crate::base::config::Settings;
use crate::directory::Directory;
use chrono::TimeDelta;
use office::DemoOffice;
use sea_orm::DbErr;

/// How far back the story goes. Three months of ratings are enough for figures.
const DAYS_BACK: i64 = 92;

/// Why the demo could not be laid.
#[derive(Debug, thiserror::Error)]
pub enum DemoFault {
    #[error(transparent)]
    People(#[from] crate::auth::demo::DemoFault),
    #[error(transparent)]
    Start(Box<StartError>),
    #[error(transparent)]
    Store(#[from] DbErr),
    #[error("{0}")]
    Told(String),
}

impl From<StartError> for DemoFault {
    fn from(error: StartError) -> Self {
        Self::Start(Box::new(error))
    }
}

/// Lays people, services and calendar that are not there yet. Safe to repeat.
pub(super) async fn people(settings: &Settings) -> Result<DemoSummary, DemoFault> {
    opening::make_private(settings)?;
    // Else it would write beside the process that has the office open, which remembers what it read.
    let _sole = OfficeLock::take(settings).await?;
    let db = opening::open(settings, &Clock::system()).await?.db;
    // Before anything is laid.
    crate::auth::demo::check_is_no_real_office(&db).await?;
    let clock = Clock::system();
    Directory::new(db.clone(), clock.clone()).ensure_calendar().await?;
    Ok(crate::auth::demo::seed(&db, &clock).await?)
}

/// Fills the office: the months before today once, and today's work once a day.
pub(super) async fn furnish(settings: &Settings) -> Result<(), DemoFault> {
    let now = Clock::system().now();
    let clock = Clock::fixed(now);
    // Nothing of the outside: media on any free port, and the mails wait until the office opens.
    let settings = Settings { media_port: 0, media_tcp_port: None, ..settings.clone() };
    let app = App::open(settings, clock.clone()).await?;
    let office = DemoOffice::new(&app, clock.clone(), now).await?;
    if office.is_new().await? {
        clock.set(now - TimeDelta::days(DAYS_BACK));
        story::months(&office, DAYS_BACK).await?;
        office.forget_mails().await?;
    }
    if !office.has_work_today().await? {
        story::today(&office).await?;
    }
    clock.set(now);
    app.stop().await;
    Ok(())
}
