//! What the engine tells becomes rows and entries; what a crash left behind is finalised.

use super::ending::everybody_out;
use super::engine::recording::{RecordingSummary, recover};
use super::engine::{CloseCause, EngineEvent};
use super::service::Video;
use super::store;
use crate::db::{StoreFault, Tx, fault_of};
use crate::entity::recording::{self, RecordingState};
use crate::entity::recording_gap;
use crate::entity::video_session::SessionState;
use crate::evidence::{self, Actor, NewEntry, model::hex};
use crate::ids;
use crate::live::Topic;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Sessions must be told and recordings finalised within this, so that the program leaves in time.
const STOP_WITHIN: Duration = Duration::from_secs(8);
/// How soon a store that was full or away is asked again.
const STORE_AGAIN: Duration = Duration::from_millis(500);

/// How a recording came to its end.
#[derive(Clone)]
enum Outcome {
    Finalised(RecordingSummary),
    /// Finalised from what a killed process left.
    Interrupted(RecordingSummary),
    Failed {
        error: String,
        /// The process was killed while it ran.
        cut_off: bool,
    },
}

impl Video {
    /// Turns engine events into rows and entries until cancelled. Run it once, as a task.
    pub async fn run_events(self, cancel: CancellationToken) {
        let mut events = self.0.events.lock().await;
        loop {
            let event = tokio::select! {
                biased;
                () = self.0.drain.cancelled() => return,
                () = cancel.cancelled() => return,
                event = events.recv() => event,
            };
            let Some(event) = event else { return };
            self.take(event).await;
        }
    }

    /// Takes no new work, tells the sessions, finalises the recordings and writes that down.
    pub async fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
        self.0.live.tell(Topic::Stopping);
        let finish = async {
            self.0.engine.shutdown().await;
            // By now all events are in the channel: the task hands it over and the rest is read here.
            self.0.drain.cancel();
            let mut events = self.0.events.lock().await;
            while let Ok(event) = events.try_recv() {
                self.take(event).await;
            }
        };
        if tokio::time::timeout(STOP_WITHIN, finish).await.is_err() {
            tracing::error!("recordings were not all finalised in time; the next start will do it");
        }
    }

    /// Finalises what a killed process left, and clears what was live. To be called once, before serving.
    pub async fn recover(&self) -> Result<(), DbErr> {
        let conn = self.0.db.reader();
        for row in store::media::all_running(conn).await? {
            let path = self.0.settings.recordings_dir.join(&row.file);
            let recovered = tokio::task::spawn_blocking(move || recover(&path)).await;
            let outcome = match recovered {
                Ok(Ok(summary)) if summary.interrupted => Outcome::Interrupted(summary),
                // The file was closed, only the row had not heard of it.
                Ok(Ok(summary)) => Outcome::Finalised(summary),
                Ok(Err(error)) => {
                    Outcome::Failed { error: error.to_string(), cut_off: row.started_at.is_some() }
                }
                Err(error) => Outcome::Failed { error: error.to_string(), cut_off: row.started_at.is_some() },
            };
            self.close_recording(row.id, outcome).await?;
        }
        let sessions = store::sessions_in(conn, SessionState::Open).await?;
        let now = self.0.clock.now();
        // Waiting rooms outlive a restart; whose page does not come back is put out in time.
        for person in store::people_inside(conn, SessionState::Waiting).await? {
            self.presence().entered(person.session_id, person.id, now);
        }
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    store::media::clear_live(tx.conn(), None).await?;
                    for session in &sessions {
                        everybody_out(tx, session, now).await?;
                    }
                    Ok::<_, DbErr>(())
                })
            })
            .await
    }

    /// Writes an event down, and waits for a store that is full or away: what ran on meanwhile is in the
    /// channel. The recording itself is on disk.
    pub(super) async fn take(&self, event: EngineEvent) {
        loop {
            let Err(error) = self.write_down(event.clone()).await else { return };
            let passes = match fault_of(&error) {
                Some(StoreFault::Unavailable(_) | StoreFault::Conflict) => true,
                // Everything but a gap can be written twice without standing there twice.
                Some(StoreFault::Unknown) => !matches!(event, EngineEvent::RecordingGap { .. }),
                None => false,
            };
            if !passes || self.0.stopping.load(Ordering::Relaxed) {
                // The next start finds the row still running and closes it.
                tracing::error!(%error, "an event of the media engine could not be written down");
                return;
            }
            tracing::warn!(%error, "an event of the media engine waits for the store");
            tokio::time::sleep(STORE_AGAIN).await;
        }
    }

    async fn write_down(&self, event: EngineEvent) -> Result<(), DbErr> {
        match event {
            EngineEvent::Connected { .. } => Ok(()),
            EngineEvent::MediaStarted { publication } => self.set_live(publication, true).await,
            EngineEvent::ResourceClosed { resource, publication, cause } => {
                tracing::debug!(%resource, cause = cause.as_str(), "a media resource closed");
                self.resource_closed(resource, publication, cause).await
            }
            EngineEvent::RecordingStarted { recording, at } => self.recording_started(recording, at).await,
            EngineEvent::RecordingGap { recording, from_ms, to_ms, cause } => {
                self.recording_gap(recording, from_ms, to_ms, cause.as_str()).await
            }
            EngineEvent::RecordingFinalised { recording, summary } => {
                self.close_recording(recording, Outcome::Finalised(summary)).await
            }
            EngineEvent::RecordingFailed { recording, error } => {
                self.close_recording(recording, Outcome::Failed { error, cut_off: false }).await
            }
        }
    }

    async fn resource_closed(
        &self,
        resource: Uuid,
        publication: Uuid,
        cause: CloseCause,
    ) -> Result<(), DbErr> {
        let is_publisher = || self.publishers().get(&publication) == Some(&resource);
        if cause == CloseCause::Replaced || !is_publisher() {
            return Ok(()); // a viewer, or a publisher that has a successor
        }
        self.set_live(publication, false).await?;
        if is_publisher() {
            self.publishers().remove(&publication);
        }
        Ok(())
    }

    async fn set_live(&self, publication: Uuid, live: bool) -> Result<(), DbErr> {
        let bus = self.0.live.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let Some(row) = store::media::publication(tx.conn(), publication).await? else {
                        return Ok(());
                    };
                    if row.live != live {
                        store::media::set_live(tx.conn(), publication, live).await?;
                        tx.after_commit(move || bus.tell(Topic::Session(row.session_id)));
                    }
                    Ok::<_, DbErr>(())
                })
            })
            .await
    }

    async fn recording_started(&self, id: Uuid, at: DateTime<Utc>) -> Result<(), DbErr> {
        self.with_running(id, move |tx, mut row, place| {
            Box::pin(async move {
                row.started_at = Some(at);
                let data = place.facts(&row);
                store::media::save_recording(tx, row).await?;
                place.append(tx, "recording.started", at, data).await
            })
        })
        .await
    }

    async fn recording_gap(
        &self,
        id: Uuid,
        from_ms: u64,
        to_ms: u64,
        cause: &'static str,
    ) -> Result<(), DbErr> {
        let now = self.0.clock.now();
        self.with_running(id, move |tx, row, place| {
            Box::pin(async move {
                let mut data = place.facts(&row);
                data["from_ms"] = json!(from_ms);
                data["to_ms"] = json!(to_ms);
                data["cause"] = json!(cause);
                let gap = recording_gap::Model {
                    id: ids::new_id(now),
                    recording_id: row.id,
                    from_ms: whole(from_ms),
                    to_ms: whole(to_ms),
                    cause: cause.to_owned(),
                    medium: "both".to_owned(),
                    missing_ms: whole(to_ms.saturating_sub(from_ms)),
                };
                store::media::insert_gap(tx, gap).await?;
                place.append(tx, "recording.gap", now, data).await
            })
        })
        .await
    }

    async fn close_recording(&self, id: Uuid, outcome: Outcome) -> Result<(), DbErr> {
        let now = self.0.clock.now();
        self.with_running(id, move |tx, mut row, place| {
            Box::pin(async move {
                let mut data = place.facts(&row);
                let kind = match outcome {
                    Outcome::Finalised(summary) => {
                        finalise(&mut row, &mut data, &summary, RecordingState::Finalised);
                        "recording.finalised"
                    }
                    Outcome::Interrupted(summary) => {
                        finalise(&mut row, &mut data, &summary, RecordingState::Interrupted);
                        place.mark_interrupted(tx).await?;
                        "recording.interrupted"
                    }
                    Outcome::Failed { error, cut_off } => {
                        if cut_off {
                            place.mark_interrupted(tx).await?;
                        }
                        // The engine's words may name paths: they are for the log.
                        tracing::warn!(recording = %row.id, error, "a recording failed");
                        row.state = RecordingState::Failed;
                        row.ended_at = Some(now);
                        data["had_media"] = json!(row.started_at.is_some());
                        "recording.failed"
                    }
                };
                store::media::save_recording(tx, row).await?;
                place.append(tx, kind, now, data).await
            })
        })
        .await
    }

    /// Runs `work` on a recording that has not come to its end, and tells its session.
    async fn with_running<F>(&self, id: Uuid, work: F) -> Result<(), DbErr>
    where
        F: for<'a> FnOnce(
                &'a Tx,
                recording::Model,
                Place,
            ) -> futures::future::BoxFuture<'a, Result<(), DbErr>>
            + Clone
            + Send
            + 'static,
    {
        let bus = self.0.live.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let Some(row) = store::media::running(tx.conn(), id).await? else { return Ok(()) };
                    let session_id = row.session_id;
                    let Some(place) = Place::of(tx, &row).await? else { return Ok(()) };
                    work(tx, row, place).await?;
                    tx.after_commit(move || bus.tell(Topic::Session(session_id)));
                    Ok::<_, DbErr>(())
                })
            })
            .await
    }
}

/// Whose recording it is, and of which case.
struct Place {
    case: Uuid,
    session: Uuid,
    participant: Uuid,
    source: crate::entity::publication::Source,
}

impl Place {
    async fn of(tx: &Tx, row: &recording::Model) -> Result<Option<Self>, DbErr> {
        let session = store::session(tx.conn(), row.session_id).await?;
        let publication = store::media::publication(tx.conn(), row.publication_id).await?;
        Ok(session.zip(publication).map(|(session, publication)| Self {
            case: session.booking_id,
            session: session.id,
            participant: publication.participant_id,
            source: publication.source,
        }))
    }

    fn facts(&self, row: &recording::Model) -> serde_json::Value {
        json!({
            "recording": row.id,
            "publication": row.publication_id,
            "participant": self.participant,
            "source": self.source,
            "segment": row.segment,
        })
    }

    async fn append(
        &self,
        tx: &Tx,
        kind: &'static str,
        at: DateTime<Utc>,
        data: serde_json::Value,
    ) -> Result<(), DbErr> {
        evidence::append(tx, NewEntry::new(self.case, kind, Actor::PROGRAM, at).data(data)).await
    }

    async fn mark_interrupted(&self, tx: &Tx) -> Result<(), DbErr> {
        let Some(mut session) = store::lock_session(tx.conn(), self.session).await? else { return Ok(()) };
        session.interrupted = true;
        store::save_session(tx, session).await
    }
}

/// Puts what the file turned out to be into the row and, as the truth to check against, the entry.
fn finalise(
    row: &mut recording::Model,
    data: &mut serde_json::Value,
    summary: &RecordingSummary,
    state: RecordingState,
) {
    // A recovered file whose first line was lost does not know when it began; the row may.
    let started_at = match row.started_at {
        Some(at) if summary.started_at == DateTime::UNIX_EPOCH => at,
        _ => summary.started_at,
    };
    row.state = state;
    row.started_at = Some(started_at);
    row.ended_at = Some(summary.ended_at.max(started_at));
    row.duration_ms = whole(summary.duration_ms);
    row.bytes = whole(summary.bytes);
    row.clusters = i32::try_from(summary.clusters).unwrap_or(i32::MAX);
    row.manifest_sha256 = Some(summary.manifest_sha256.to_vec());
    data["started_at"] = json!(started_at);
    data["duration_ms"] = json!(row.duration_ms);
    data["bytes"] = json!(row.bytes);
    data["clusters"] = json!(row.clusters);
    data["gaps"] = json!(summary.gaps);
    data["manifest_sha256"] = json!(hex(&summary.manifest_sha256));
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
