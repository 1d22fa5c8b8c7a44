//! The media engine by itself, to be measured: WHIP and WHEP without sign-in, bookings or a store.
//!
//! `media HTTP_ADDRESS MEDIA_IP MEDIA_PORT [DIRECTORY]` publishes by `POST /whip/ROOM/PEER` and plays by
//! `POST /whep/ROOM/PEER?from=PEER`; with a directory everything is recorded into it. `GET /stats` gives the engine's
//! counters. What it costs is seen from outside: see docs/media.md.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use mianqia::base::clock::Clock;
use mianqia::video::engine::{
    Engine, EngineError, EngineEvent, EngineSettings, Play, Publish, RecordingSpec,
};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc::unbounded_channel;
use uuid::Uuid;

type Answered = Result<(StatusCode, String), (StatusCode, String)>;

#[derive(Clone)]
struct Stage {
    engine: Engine,
    directory: Option<PathBuf>,
    /// Ids by the names that the caller gives: of rooms, and of what somebody in a room publishes.
    ids: Arc<Mutex<HashMap<String, Uuid>>>,
}

impl Stage {
    fn id(&self, name: String) -> Uuid {
        let mut ids = self.ids.lock().expect("no holder panics");
        *ids.entry(name).or_insert_with(Uuid::now_v7)
    }
}

fn refused(error: EngineError) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, error.to_string())
}

async fn whip(
    State(stage): State<Stage>,
    Path((room, peer)): Path<(String, String)>,
    offer: String,
) -> Answered {
    let recording = stage.directory.as_ref().map(|directory| {
        let id = Uuid::now_v7();
        RecordingSpec { id, path: directory.join(format!("{id}.webm")), camera: true }
    });
    let publish = Publish {
        session: stage.id(room.clone()),
        participant: Uuid::now_v7(),
        publication: stage.id(format!("{room}/{peer}")),
        offer,
        recording,
    };
    let answer = stage.engine.publish(publish).await.map_err(refused)?;
    Ok((StatusCode::CREATED, answer.sdp))
}

async fn whep(
    State(stage): State<Stage>,
    Path((room, _)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    offer: String,
) -> Answered {
    let from = query.get("from").cloned().unwrap_or_default();
    let play = Play {
        session: stage.id(room.clone()),
        publication: stage.id(format!("{room}/{from}")),
        viewer: Uuid::now_v7(),
        offer,
    };
    let answer = stage.engine.play(play).await.map_err(refused)?;
    Ok((StatusCode::CREATED, answer.sdp))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [http, ip, port, rest @ ..] = &arguments[..] else {
        eprintln!("media HTTP_ADDRESS MEDIA_IP MEDIA_PORT [DIRECTORY]");
        std::process::exit(2);
    };
    let ip = ip.parse().expect("an address for media");
    let settings = EngineSettings {
        media_port: port.parse().expect("a port for media"),
        tcp_port: None,
        bind: vec![ip],
        addresses: vec![ip],
    };
    let (sender, mut events) = unbounded_channel::<EngineEvent>();
    let engine = Engine::start(settings, Clock::system(), sender).await.expect("the media port");
    tokio::spawn(async move { while events.recv().await.is_some() {} });
    let stage = Stage { engine, directory: rest.first().map(PathBuf::from), ids: Arc::default() };
    let routes = Router::new()
        .route("/whip/{room}/{peer}", post(whip))
        .route("/whep/{room}/{peer}", post(whep))
        .route(
            "/stats",
            get(|State(stage): State<Stage>| async move { format!("{:?}", stage.engine.stats()) }),
        )
        .with_state(stage);
    let listener = tokio::net::TcpListener::bind(http).await.expect("the address for HTTP");
    axum::serve(listener, routes).await.expect("serving");
}
