//! Which resources exist, who owns them, and how many there may be.

use crate::video::engine::amend::Ice;
use crate::video::engine::error::EngineError;
use crate::video::engine::event::CloseCause;
use crate::video::engine::net::Transport;
use crate::video::engine::recording::Recorder;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Connections of one participant: one per remote publication plus the own ones.
const PER_PARTICIPANT: usize = 64;
/// Connections of one session: ten people with camera and screen, each seeing all others.
const PER_SESSION: usize = 512;
/// Connections of one engine.
const IN_ALL: usize = 4096;

/// What a publish resource has beyond its connection.
pub struct Published {
    pub recorder: Option<Arc<Recorder>>,
}

/// One WHIP or WHEP resource. Its connection has the same id in the SFU.
pub struct Resource {
    pub id: Uuid,
    pub session: Uuid,
    pub participant: Uuid,
    pub publication: Uuid,
    pub published: Option<Published>,
    /// Its connection is up.
    pub connected: AtomicBool,
    /// How its peer is reached, once it is.
    pub transport: Mutex<Option<Transport>>,
    pub ice: Mutex<Ice>,
}

impl Resource {
    pub fn ice(&self) -> MutexGuard<'_, Ice> {
        self.ice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn transport(&self) -> Option<Transport> {
        *self.transport.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set_transport(&self, transport: Transport) {
        *self.transport.lock().unwrap_or_else(PoisonError::into_inner) = Some(transport);
    }

    /// Where what it publishes is recorded.
    pub fn recorder(&self) -> Option<&Arc<Recorder>> {
        self.published.as_ref()?.recorder.as_ref()
    }
}

/// All resources; behind one lock that is never held over an await.
#[derive(Default)]
pub struct Resources {
    by_id: HashMap<Uuid, Arc<Resource>>,
    /// The publish resource of each publication.
    publishers: HashMap<Uuid, Uuid>,
    /// Recordings by recording id until they are finalised, with their session and participant:
    /// somebody may have to wait for one whose resource is gone already.
    recordings: HashMap<Uuid, (Uuid, Uuid, Arc<Recorder>)>,
    /// Sessions of which nothing is recorded for now.
    paused: HashSet<Uuid>,
    closed: bool,
}

impl Resources {
    /// Whether one more connection of this participant fits.
    pub fn room_for(&self, session: Uuid, participant: Uuid) -> Result<(), EngineError> {
        if self.closed {
            return Err(EngineError::ShuttingDown);
        }
        let (mut of_session, mut of_participant) = (0, 0);
        for resource in self.by_id.values().filter(|resource| resource.session == session) {
            of_session += 1;
            of_participant += usize::from(resource.participant == participant);
        }
        if of_participant >= PER_PARTICIPANT || of_session >= PER_SESSION || self.by_id.len() >= IN_ALL {
            return Err(EngineError::TooMany);
        }
        Ok(())
    }

    /// Adds a resource. Those it takes the place of are removed and returned, to be closed.
    pub fn add(&mut self, resource: Arc<Resource>) -> Result<Vec<(Arc<Resource>, CloseCause)>, EngineError> {
        self.room_for(resource.session, resource.participant)?;
        let mut replaced = Vec::new();
        match &resource.published {
            Some(published) => {
                if let Some(former) = self.publishers.get(&resource.publication).copied() {
                    replaced = self.remove(former, CloseCause::Replaced);
                }
                self.publishers.insert(resource.publication, resource.id);
                if let Some(recorder) = &published.recorder {
                    recorder.pause(self.paused.contains(&resource.session));
                    let owner = (resource.session, resource.participant, Arc::clone(recorder));
                    self.recordings.insert(recorder.id(), owner);
                }
            }
            None if !self.publishers.contains_key(&resource.publication) => {
                return Err(EngineError::NothingPublished); // it ended while the answer was made
            }
            None => {}
        }
        self.by_id.insert(resource.id, resource);
        Ok(replaced)
    }

    pub fn get(&self, id: Uuid) -> Option<&Arc<Resource>> {
        self.by_id.get(&id)
    }

    /// Whether a participant has a publishing connection that is up.
    pub fn is_publishing(&self, session: Uuid, participant: Uuid) -> bool {
        self.by_id.values().any(|resource| {
            resource.session == session
                && resource.participant == participant
                && resource.published.is_some()
                && resource.connected.load(Relaxed)
        })
    }

    /// The publish resource of a publication in a session.
    pub fn publisher(&self, session: Uuid, publication: Uuid) -> Option<Arc<Resource>> {
        let resource = self.by_id.get(self.publishers.get(&publication)?)?;
        (resource.session == session).then(|| Arc::clone(resource))
    }

    /// Takes a resource out; with a publisher, all who play it.
    pub fn remove(&mut self, id: Uuid, cause: CloseCause) -> Vec<(Arc<Resource>, CloseCause)> {
        let Some(resource) = self.by_id.remove(&id) else { return Vec::new() };
        let mut removed = Vec::new();
        if resource.published.is_some() && self.publishers.get(&resource.publication) == Some(&id) {
            self.publishers.remove(&resource.publication);
            let of_publication = |other: &Arc<Resource>| other.publication == resource.publication;
            for id in self.ids(of_publication) {
                let viewer = self.by_id.remove(&id);
                removed.extend(viewer.map(|viewer| (viewer, CloseCause::PublicationEnded)));
            }
        }
        // Viewers first: their pages open anew while the recording is finalised.
        removed.push((resource, cause));
        removed
    }

    pub fn ids(&self, which: impl Fn(&Arc<Resource>) -> bool) -> Vec<Uuid> {
        self.by_id.values().filter(|resource| which(resource)).map(|resource| resource.id).collect()
    }

    /// The unfinished recordings of a session, of a participant, or all.
    pub fn recordings(&self, session: Option<Uuid>, participant: Option<Uuid>) -> Vec<Arc<Recorder>> {
        self.recordings
            .values()
            .filter(|(of, by, _)| {
                session.is_none_or(|id| id == *of) && participant.is_none_or(|id| id == *by)
            })
            .map(|(_, _, recorder)| Arc::clone(recorder))
            .collect()
    }

    /// Pauses what is recorded of a session and what will be, or lets it go on.
    pub fn pause(&mut self, session: Uuid, on: bool) {
        if on {
            self.paused.insert(session);
        } else {
            self.paused.remove(&session);
        }
        self.recordings(Some(session), None).iter().for_each(|recorder| recorder.pause(on));
    }

    pub fn is_paused(&self, session: Uuid) -> bool {
        self.paused.contains(&session)
    }

    /// A session is over: what was asked of it is forgotten.
    pub fn forget(&mut self, session: Uuid) {
        self.paused.remove(&session);
    }

    pub fn recording_finished(&mut self, recording: Uuid) {
        self.recordings.remove(&recording);
    }

    /// From now on nothing is added.
    pub fn refuse_more(&mut self) {
        self.closed = true;
    }

    pub fn counts(&self) -> (usize, usize, usize) {
        (self.by_id.len(), self.publishers.len(), self.recordings.len())
    }
}
