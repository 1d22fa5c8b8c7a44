//! The door's state, what one caller sees of a session, and who waits.

mod checks;
mod ending;
mod glance;
pub mod invite;
pub mod line;
pub mod media;
mod recorded;
mod sign_ins;
mod space;
mod steps;
pub mod takeover;
mod unrecorded;

use crate::auth::{self, Actor, Auth, Right};
use crate::base::clock::Clock;
use crate::base::config::Turn;
use crate::base::keyring::Keyring;
use crate::base::local_time;
use crate::booking::Booking;
use crate::booking::entities::booking;
use crate::db::Db;
use crate::db::live::{Live, Topic};
use crate::directory::entities::service::ServiceKind;
use crate::directory::{Directory, ServiceInfo};
use crate::http::Problem;
use crate::video::engine::{Engine, EngineEvent, PublicationStatus, Writing};
use crate::video::model::StepRefused;
use crate::video::model::limits::Limits;
use crate::video::model::presence::Presence;
use crate::video::model::relay::Relay;
use crate::video::model::turns::Turns;
use crate::video::service::recorded::Inbox;
use crate::video::store;
use crate::video::store::entities::participant::{self, ParticipantRole, ParticipantState};
use crate::video::store::entities::video_session;
use crate::video::store::entities::{line_check, publication, session_check, unrecorded_stretch};
use crate::video::words::problems;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What an office decides about its sessions.
#[derive(Clone, Debug)]
pub struct VideoSettings {
    /// Where the recordings lie.
    pub recordings_dir: PathBuf,
    /// What this node is called.
    pub node: Uuid,
    /// The recording notice that is in force.
    pub notice_version: i32,
    /// For who reaches media in no other way.
    pub turn: Option<Turn>,
    /// Megabytes of disk kept for each minute that will be recorded; 0: none are kept.
    pub reserve: u32,
}

/// Video sessions. Cheap to clone.
#[derive(Clone)]
pub struct Video(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub db: Db,
    pub clock: Clock,
    pub auth: Auth,
    pub booking: Booking,
    pub directory: Directory,
    pub keyring: Keyring,
    pub live: Live,
    pub engine: Engine,
    pub events: tokio::sync::Mutex<Inbox>,
    pub settings: VideoSettings,
    /// Which connection publishes a publication now: an older one that closes late says nothing.
    pub publishers: Mutex<HashMap<Uuid, Uuid>>,
    pub presence: Mutex<Presence>,
    pub limits: Mutex<Limits>,
    pub turns: Mutex<Turns>,
    /// The check of the line that runs, by account.
    pub line_tries: Mutex<HashMap<Uuid, Uuid>>,
    /// By which sign-in each resource was opened.
    pub opened_by: Mutex<HashMap<Uuid, Uuid>>,
    /// Bytes that the disk of the recordings had left when it was looked at last; less than none: not known.
    pub bytes_left: AtomicI64,
    pub stopping: AtomicBool,
    /// Ends the task that reads the engine's events, so that stopping can read the rest.
    pub drain: CancellationToken,
}

/// A session as one of its people sees it.
#[derive(Clone, Debug)]
pub struct SessionView {
    pub session: video_session::Model,
    pub booking: booking::Model,
    pub service: Arc<ServiceInfo>,
    pub people: Vec<participant::Model>,
    /// Badge numbers of officers, by account.
    pub badges: HashMap<Uuid, String>,
    pub publications: Vec<publication::Model>,
    /// What each publication does at this moment, by its id; nothing of one that sends nothing.
    pub media: HashMap<Uuid, PublicationStatus>,
    /// Whose page is open at this moment.
    pub here: HashSet<Uuid>,
    /// How many wait before the caller.
    pub ahead: u32,
    /// Who came by an invitation.
    pub invited: HashSet<Uuid>,
    /// What has been checked of the people; only officers are told.
    pub checks: Vec<session_check::Model>,
    /// What was found of their lines, newest first; only officers are told.
    pub line_checks: Vec<line_check::Model>,
    /// What is not being recorded, and what was not and nobody has said why.
    pub unrecorded: Vec<unrecorded_stretch::Model>,
    /// An officer paused the recording; from the engine's memory.
    pub paused: bool,
    pub notice_version: i32,
    /// By which the caller's media may take a way round.
    pub relay: Option<Relay>,
    /// The caller.
    pub me: participant::Model,
}

impl SessionView {
    /// Whether what comes in is being written at this moment, from the engine's own memory: `None` while
    /// nothing comes in. One publication that cannot be written is enough to say that it stopped.
    pub fn writing(&self) -> Option<Writing> {
        let all = || self.media.values().filter(|one| one.is_live()).map(|one| one.writing);
        let any = |wanted| all().any(|one| one == wanted);
        [Writing::Stopped, Writing::On, Writing::Starting, Writing::Paused]
            .into_iter()
            .find(|wanted| any(*wanted))
    }
}

/// A session with its booking, found for a caller who may enter it.
pub(super) struct Found {
    pub session: video_session::Model,
    pub booking: booking::Model,
}

impl Video {
    #[expect(clippy::too_many_arguments, reason = "the parts it stands on, each once, wired in app")]
    pub fn new(
        db: Db,
        clock: Clock,
        auth: Auth,
        booking: Booking,
        directory: Directory,
        keyring: Keyring,
        live: Live,
        engine: Engine,
        engine_events: UnboundedReceiver<EngineEvent>,
        settings: VideoSettings,
    ) -> Self {
        Self(Arc::new(Inner {
            db,
            clock,
            auth,
            booking,
            directory,
            keyring,
            live,
            engine,
            events: tokio::sync::Mutex::new(Inbox::new(engine_events)),
            settings,
            publishers: Mutex::default(),
            presence: Mutex::default(),
            bytes_left: AtomicI64::new(-1),
            limits: Mutex::default(),
            turns: Mutex::default(),
            line_tries: Mutex::default(),
            opened_by: Mutex::default(),
            stopping: AtomicBool::new(false),
            drain: CancellationToken::new(),
        }))
    }

    /// The bus on which changes of sessions are told.
    pub(super) fn live(&self) -> &Live {
        &self.0.live
    }

    pub(super) fn presence(&self) -> MutexGuard<'_, Presence> {
        self.0.presence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A page of somebody begins to listen; until the guard is dropped they are here.
    pub(super) fn listening(&self, session: Uuid, participant: Uuid) -> Listening {
        if self.presence().listens(session, participant, self.0.clock.now()) {
            self.tell(session);
        }
        Listening { video: self.clone(), session, participant }
    }

    pub(super) fn refuse_when_stopping(&self) -> Result<(), Problem> {
        if self.0.stopping.load(Ordering::Relaxed) { Err(problems::stopping()) } else { Ok(()) }
    }

    /// The session as `actor` sees it. Only somebody who has entered it sees it.
    pub async fn view(&self, actor: &Actor, id: Uuid) -> Result<SessionView, Problem> {
        let found = self.find(actor, id).await?;
        let conn = self.0.db.reader();
        let people = store::people(conn, id).await?;
        let me = people
            .iter()
            .find(|person| person.account_id == actor.account_id)
            .cloned()
            .ok_or_else(|| problems::refused(StepRefused::Outside))?;
        let service = self.service_of(&found.booking).await?;
        let officers: Vec<Uuid> = people
            .iter()
            .filter(|person| person.role == ParticipantRole::Officer)
            .map(|person| person.account_id)
            .collect();
        let accounts = auth::ask::accounts(self.0.db.reader(), &officers).await?;
        let badges = accounts.into_iter().filter_map(|(id, row)| row.badge_no.map(|no| (id, no))).collect();
        let ahead = self.ahead_of(&me, &found, &service).await?;
        let by_invitation = people.iter().any(|person| {
            person.role == ParticipantRole::Guest && person.account_id != found.booking.account_id
        });
        let invited = if by_invitation {
            store::invite::accounts(conn, found.booking.id).await?
        } else {
            HashSet::new()
        };
        let (checks, line_checks) = match me.role {
            ParticipantRole::Officer => {
                let lines = store::line::checks(conn, found.booking.id, None).await?;
                (store::checks(conn, id).await?, lines)
            }
            ParticipantRole::Guest => (Vec::new(), Vec::new()),
        };
        let here = {
            let presence = self.presence();
            people.iter().map(|person| person.id).filter(|id| presence.is_here(*id)).collect()
        };
        Ok(SessionView {
            publications: store::publications(conn, id).await?,
            media: self
                .0
                .engine
                .publications(Some(id))
                .into_iter()
                .map(|one| (one.publication, one))
                .collect(),
            unrecorded: store::unrecorded::pending(conn, id).await?,
            paused: self.0.engine.is_paused(id),
            notice_version: self.0.settings.notice_version,
            relay: self.relay(me.id),
            session: found.session,
            booking: found.booking,
            service,
            people,
            badges,
            here,
            ahead,
            invited,
            checks,
            line_checks,
            me,
        })
    }

    /// The session and its booking; 403 for roles that never enter one, 404 for a foreign one.
    pub(super) async fn find(&self, actor: &Actor, id: Uuid) -> Result<Found, Problem> {
        role_in_session(actor)?;
        let session = store::session(self.0.db.reader(), id).await?.ok_or_else(Problem::not_found)?;
        let booking = self.reach(actor, session.booking_id).await?;
        Ok(Found { session, booking })
    }

    pub(super) async fn service_of(&self, booking: &booking::Model) -> Result<Arc<ServiceInfo>, Problem> {
        let service = self.0.directory.service(booking.service_id).await?.ok_or_else(Problem::not_found)?;
        if service.row.kind == ServiceKind::Video {
            Ok(service)
        } else {
            Err(problems::not_a_video_booking())
        }
    }

    /// People who wait at the same service on the same day, and began to before `me`.
    async fn ahead_of(
        &self,
        me: &participant::Model,
        found: &Found,
        service: &ServiceInfo,
    ) -> Result<u32, Problem> {
        if me.role == ParticipantRole::Officer || me.state == ParticipantState::Admitted {
            return Ok(0);
        }
        let conn = self.0.db.reader();
        let (from, to) = local_time::day_around(service.zone, found.booking.starts_at);
        let others: Vec<Uuid> = store::running_sessions(conn, from, to)
            .await?
            .into_iter()
            .filter(|(session, booking)| {
                session.id != found.session.id && booking.service_id == found.booking.service_id
            })
            .map(|(session, _)| session.id)
            .collect();
        let waiting = store::waiting_in(conn, &others).await?;
        let mine = (me.state == ParticipantState::Waiting).then_some(me.waiting_since).flatten();
        let before = waiting.iter().filter(|other| mine.is_none() || other.waiting_since < mine).count();
        Ok(u32::try_from(before).unwrap_or(u32::MAX))
    }

    /// Tells the pages of a session, and the day's, which show who came, waits and is in.
    pub(super) fn tell(&self, session: Uuid) {
        self.tell_inside(session);
        self.0.live.tell(Topic::Day);
    }

    /// Tells the pages of a session alone: a microphone that is turned off is no news for the day.
    pub(super) fn tell_inside(&self, session: Uuid) {
        self.0.live.tell(Topic::Session(session));
    }
}

/// As long as this is kept, a page of somebody listens.
pub(super) struct Listening {
    video: Video,
    session: Uuid,
    participant: Uuid,
}

impl Drop for Listening {
    fn drop(&mut self) {
        let now = self.video.0.clock.now();
        let last = self.video.presence().stops(self.participant, now);
        if last {
            self.video.tell(self.session);
        }
    }
}

/// On which side of the table the caller sits; 403 for everybody who sits on neither.
pub(super) fn role_in_session(actor: &Actor) -> Result<ParticipantRole, Problem> {
    if actor.has(Right::HoldSessions) {
        Ok(ParticipantRole::Officer)
    } else {
        // The reason too: whose membership ended is told that, not that their role were another.
        actor.may(Right::Book).map(|()| ParticipantRole::Guest)
    }
}
