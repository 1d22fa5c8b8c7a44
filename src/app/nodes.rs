//! This process among others on the same store: its heart, what the others tell, and what dead ones leave behind.

use crate::app::{App, StartError};
use crate::base::ids;
use crate::db::bus::{self, Heard};
use crate::db::jobs;
use crate::db::live::Topic;
use crate::db::nodes::{self, BEAT, Peer};
use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{PoisonError, RwLock};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Beside the keyring: what the node of this data directory is called.
const FILE: &str = "node";

/// This node, and the others that live.
#[derive(Debug)]
pub(super) struct Nodes {
    pub id: Uuid,
    peers: RwLock<Vec<Peer>>,
}

impl Nodes {
    pub fn new(id: Uuid) -> Self {
        Self { id, peers: RwLock::default() }
    }

    /// Whether no other node lives.
    pub fn is_alone(&self) -> bool {
        self.peers.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Another node, if it lives.
    pub fn peer(&self, id: Uuid) -> Option<Peer> {
        let peers = self.peers.read().unwrap_or_else(PoisonError::into_inner);
        peers.iter().find(|peer| peer.id == id).cloned()
    }

    /// Says whether one came or went.
    fn set_peers(&self, found: Vec<Peer>) -> bool {
        let ids = |peers: &[Peer]| -> HashSet<Uuid> { peers.iter().map(|peer| peer.id).collect() };
        let mut peers = self.peers.write().unwrap_or_else(PoisonError::into_inner);
        let are_others = ids(&peers) != ids(&found);
        *peers = found;
        are_others
    }
}

/// What the node of a data directory is called; made at its first start.
pub(super) fn name(dir: &Path) -> Result<Uuid, StartError> {
    let path = dir.join(FILE);
    let failed = |error| StartError::NotUsable(path.clone(), error);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let broken = |_: uuid::Error| failed(ErrorKind::InvalidData.into());
            text.trim().parse().map_err(broken)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let id = Uuid::from_bytes(ids::random_bytes());
            let fresh = dir.join("node.new");
            let mut options = OpenOptions::new();
            let file = options.write(true).create(true).truncate(true).mode(0o600).open(&fresh);
            let written = file.and_then(|mut file| {
                file.write_all(id.to_string().as_bytes())?;
                file.sync_all()
            });
            // Whole or not at all.
            written.and_then(|()| fs::rename(&fresh, &path)).map_err(failed)?;
            Ok(id)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Enters this node among the others, before anything of its own is looked at.
pub(super) async fn enter(app: &App) -> Result<(), StartError> {
    let is_first = register(app).await?;
    if is_first || app.settings.data_dir.join("recordings").is_dir() {
        app.video.adopt().await?;
    }
    Ok(())
}

async fn register(app: &App) -> Result<bool, sea_orm::DbErr> {
    nodes::register(&app.db, app.nodes.id, app.settings.node_address.clone(), app.clock.now()).await
}

/// Shows this node's heart until cancelled, and takes over what dead ones leave.
pub(super) async fn beat(app: App, cancel: CancellationToken) {
    let mut tick = tokio::time::interval(BEAT);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = once(&app).await {
            tracing::warn!(%error, "the heartbeat could not be written");
        }
    }
}

async fn once(app: &App) -> Result<(), sea_orm::DbErr> {
    let round = nodes::beat(&app.db, app.nodes.id, app.clock.now()).await?;
    if app.nodes.set_peers(round.peers) {
        // One's own changes may have been told in another order than those of one that came; and one that died, whoever
        // takes over what it had, may have left something untold.
        app.memory.ring();
    }
    if round.was_given_up {
        tracing::error!("the other nodes took this one for dead; its sessions are theirs now");
        app.video.give_up_all().await?;
        register(app).await?;
    }
    for dead in round.dead {
        match app.video.take_over(dead).await {
            Ok(true) => {
                tracing::warn!(node = %dead, "a node is dead; its sessions and jobs were taken over");
                app.memory.ring();
                app.db.wake_workers();
            }
            Ok(false) => {}
            // The next round tries again; the others are not held up.
            Err(error) => tracing::warn!(%error, node = %dead, "a dead node could not be taken over"),
        }
    }
    Ok(())
}

/// Says good-bye: the others need not wait for the heart to stop.
pub(super) async fn leave(app: &App) {
    if let Err(error) = nodes::leave(&app.db, app.nodes.id, app.clock.now()).await {
        tracing::warn!(%error, "that this node leaves could not be written");
    }
}

const DAY: &str = "day";
const SESSION: &str = "session";
const SIGN_IN: &str = "sign-in";
const PEOPLE: &str = "people";
const PLACES: &str = "places";

/// Lets the others hear what this process tells itself.
pub(super) fn tell_others(app: &App) {
    let bus = app.db.bus().clone();
    if !bus.is_shared() {
        return;
    }
    let words = bus.clone();
    app.live.forward(move |topic| match topic {
        Topic::Day => words.tell(DAY),
        Topic::Session(id) => words.tell(format!("{SESSION} {id}")),
        Topic::SignInEnded(id) => words.tell(format!("{SIGN_IN} {id}")),
        Topic::PeopleChanged => words.tell(PEOPLE),
        // Of this process alone.
        Topic::Stopping => {}
    });
    app.places.forward(move |resource, from, to| bus.tell(format!("{PLACES} {resource} {from} {to}")));
}

/// Hears what the others tell, until cancelled.
pub(super) async fn hear(app: App, cancel: CancellationToken) {
    let (tell, mut heard) = mpsc::unbounded_channel();
    let listening = bus::listen(&app.db, cancel, tell);
    let taking = async {
        while let Some(what) = heard.recv().await {
            if let Err(error) = take(&app, what).await {
                tracing::warn!(%error, "what another node told could not be looked up");
                app.memory.ring();
            }
        }
    };
    tokio::join!(listening, taking);
}

async fn take(app: &App, heard: Heard) -> Result<(), sea_orm::DbErr> {
    let Heard::Word { word, own } = heard else {
        app.memory.ring();
        return Ok(());
    };
    let mut parts = word.split(' ');
    let kind = parts.next().unwrap_or_default();
    let mut id = || parts.next().and_then(|part| part.parse::<Uuid>().ok());
    match kind {
        // Places alone are looked at again by who changed them: two commits may tell of themselves in the other order.
        _ if own && (kind != PLACES || app.nodes.is_alone()) => {}
        jobs::WORD => app.db.wake_workers(),
        bus::ALL => app.memory.ring(),
        DAY => app.live.hear(Topic::Day),
        SESSION => id().into_iter().for_each(|id| app.live.hear(Topic::Session(id))),
        SIGN_IN => id().into_iter().for_each(|id| app.live.hear(Topic::SignInEnded(id))),
        PEOPLE => app.live.hear(Topic::PeopleChanged),
        bus::DIRECTORY => app.directory.forget(),
        PLACES => {
            let resource = id();
            let mut cell = || parts.next().and_then(|part| part.parse::<i64>().ok());
            if let (Some(resource), Some(from), Some(to)) = (resource, cell(), cell()) {
                app.places.look_again(resource, from..to).await?;
            }
        }
        // Of a later version.
        _ => {}
    }
    Ok(())
}
