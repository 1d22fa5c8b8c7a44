//! Puts the features together: state, wiring, start and stop.
//!
//! The only place that knows every feature. What a lower feature must cause in a higher one comes
//! through [`jobs`]; layers that concern every request are in [`layers`].

mod calendar;
mod clearance;
pub mod cli;
mod clockwork;
mod demo;
mod described;
mod edge;
mod elsewhere;
pub mod entities;
mod events;
mod failed_jobs;
mod idempotency;
mod jobs;
mod keys;
mod layers;
mod listener;
mod media;
mod memory;
mod messages;
mod metrics;
mod nodes;
mod openapi;
mod opening;
mod relayed;
mod serve;
mod sole;
mod streams;
mod unread;
mod watch;
mod web;

pub use listener::{Limits, Listening, raise_limit};
pub use openapi::document;
pub use serve::{StartError, serve};

use crate::auth::Auth;
use crate::base::clock::Clock;
use crate::base::config::Settings;
use crate::base::keyring::Keyring;
use crate::booking::{self, Booking};
use crate::db::Db;
use crate::db::live::Live;
use crate::directory::Directory;
use crate::documents::Documents;
use crate::notify::{MailSettings, Notify};
use crate::places::Places;
use crate::queue::Queue;
use crate::review::{self, Review};
use crate::survey::Survey;
use crate::video::engine::Engine;
use crate::video::{Video, VideoSettings};
use metrics::Metrics;
use opening::Opened;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

/// The running program. Cheap to clone: several layers do it for each request.
#[derive(Clone)]
pub struct App(Arc<Parts>);

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What the program consists of.
pub struct Parts {
    pub settings: Settings,
    pub clock: Clock,
    pub db: Db,
    keyring: Keyring,
    pub live: Live,
    pub auth: Auth,
    pub directory: Directory,
    pub places: Places,
    pub booking: Booking,
    pub notify: Notify,
    pub video: Video,
    pub documents: Documents,
    pub queue: Queue,
    pub survey: Survey,
    pub review: Review,
    pub engine: Engine,
    nodes: nodes::Nodes,
    memory: memory::Memory,
    to_peers: elsewhere::Peers,
    metrics: Metrics,
    watch: watch::Watch,
    stopping: AtomicBool,
    cancel: CancellationToken,
    tasks: TaskTracker,
    /// Until it has stopped, nobody else opens this office.
    sole: Mutex<Option<sole::OfficeLock>>,
}

impl App {
    /// Opens the stores, migrates, recovers what a crash left behind and starts the background tasks.
    pub async fn start(settings: Settings, clock: Clock) -> Result<Self, StartError> {
        let app = Self::open(settings, clock).await?;
        nodes::tell_others(&app);
        app.tasks.spawn(app.video.clone().run_events(app.cancel.clone()));
        app.tasks.spawn(app.video.clone().run_sign_ins(app.cancel.clone()));
        app.tasks.spawn(jobs::worker(&app).run(app.cancel.clone()));
        app.tasks.spawn(memory::keep_true(app.clone()));
        if app.db.bus().is_shared() {
            app.tasks.spawn(nodes::hear(app.clone(), app.cancel.clone()));
            app.tasks.spawn(nodes::beat(app.clone(), app.cancel.clone()));
        }
        clockwork::start(&app);
        Ok(app)
    }

    /// The same without what goes on by itself.
    async fn open(settings: Settings, clock: Clock) -> Result<Self, StartError> {
        opening::make_private(&settings)?;
        let (sole, node) = sole::OfficeLock::take(&settings).await?;
        let Opened { keyring, db } = opening::open(&settings, &clock).await?;
        let live = Live::default();
        let directory = Directory::new(db.clone(), clock.clone());
        directory.ensure_calendar().await?;
        let auth = Auth::new(
            db.clone(),
            clock.clone(),
            keyring.clone(),
            live.clone(),
            settings.is_secure(),
            &settings.public_url,
        );
        auth.ensure_name_keys().await?;
        let installation = booking::Installation {
            public_url: settings.public_url.clone(),
            mail_from: settings.mail_from(),
        };
        let places = Places::new(db.clone(), clock.clone());
        places.load().await?;
        let booking = Booking::new(
            db.clone(),
            clock.clone(),
            directory.clone(),
            places.clone(),
            live.clone(),
            installation,
            keyring.clone(),
        );

        let (engine_tells, engine_events) = tokio::sync::mpsc::unbounded_channel();
        let engine = Engine::start(media::engine_settings(&settings), clock.clone(), engine_tells)
            .await
            .map_err(|error| media::start_error(&settings, error))?;
        let recordings_dir = settings.data_dir.join("recordings");
        let video = Video::new(
            db.clone(),
            clock.clone(),
            auth.clone(),
            booking.clone(),
            directory.clone(),
            keyring.clone(),
            live.clone(),
            engine.clone(),
            engine_events,
            VideoSettings {
                recordings_dir: recordings_dir.clone(),
                node,
                notice_version: crate::directory::office().notice.version,
                turn: settings.turn.clone(),
                reserve: settings.recording_reserve,
            },
        );
        booking.set_waiting_room(Arc::new(video.clone()));
        let documents = Documents::new(
            db.clone(),
            clock.clone(),
            directory.clone(),
            booking.clone(),
            keyring.clone(),
            live.clone(),
        );
        booking.set_papers(Arc::new(documents.clone()));
        let queue = Queue::new(db.clone(), clock.clone(), directory.clone(), booking.clone(), live.clone());
        booking.set_waits(vec![Arc::new(queue.clone()), Arc::new(video.clone())]);
        let survey = Survey::new(
            db.clone(),
            clock.clone(),
            directory.clone(),
            booking.clone(),
            keyring.clone(),
            &settings.public_url,
        );
        let data_dir = review::DataDir { recordings: recordings_dir, keyring: Some(keyring.clone()) };
        let composites = review::CompositeSettings {
            dir: settings.data_dir.join("composites"),
            font: settings.font.clone(),
            node,
        };
        let review =
            Review::new(db.clone(), clock.clone(), booking.clone(), directory.clone(), data_dir, composites);
        let mail = MailSettings { smtp_url: settings.smtp_url.clone(), from: settings.mail_from() };
        let notify = Notify::new(db.clone(), clock.clone(), mail).map_err(StartError::Mail)?;
        let app = Self(Arc::new(Parts {
            nodes: nodes::Nodes::new(node),
            memory: memory::Memory::default(),
            to_peers: elsewhere::client(),
            settings,
            metrics: Metrics::default(),
            watch: watch::Watch::default(),
            stopping: AtomicBool::default(),
            cancel: CancellationToken::new(),
            tasks: TaskTracker::new(),
            sole: Mutex::new(Some(sole)),
            clock,
            db,
            keyring,
            live,
            auth,
            directory,
            places,
            booking,
            notify,
            video,
            documents,
            queue,
            survey,
            review,
            engine,
        }));
        nodes::enter(&app).await?;
        app.video.recover().await?;
        Ok(app)
    }

    /// Whether another node lives beside this one.
    pub fn has_peers(&self) -> bool {
        !self.nodes.is_alone()
    }

    /// What this node is called.
    pub fn node(&self) -> Uuid {
        self.nodes.id
    }

    /// Takes no new work, tells the sessions, finalises recordings and ends the background tasks.
    pub async fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.live.tell(crate::db::live::Topic::Stopping);
        self.review.stop_making();
        self.video.stop().await;
        self.cancel.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        nodes::leave(self).await;
        drop(self.sole.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Whether the program is on its way out.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// The whole HTTP service.
    pub fn router(&self) -> axum::Router {
        let (api, document) = openapi::api(self);
        layers::wrap(self, api, document)
    }
}
