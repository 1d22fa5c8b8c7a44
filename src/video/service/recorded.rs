//! What the engine tells about recordings becomes rows and entries.

mod events;
mod recovery;

pub use events::Inbox;

use crate::base::hex::hex;
use crate::base::ids;
use crate::db::Tx;
use crate::db::live::Topic;
use crate::evidence::{self, Actor, NewEntry};
use crate::video::engine::recording::{Gap, GapCause, Medium, Reason, RecordingSummary};
use crate::video::engine::{CloseCause, EngineEvent};
use crate::video::log::{Closed, RecordingEntry, Segment};
use crate::video::service::Video;
use crate::video::store;
use crate::video::store::entities::recording::{self, RecordingState};
use crate::video::store::entities::recording_gap;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sea_orm::DbErr;
use uuid::Uuid;

/// How a recording came to its end.
#[derive(Clone)]
enum Outcome {
    /// Something is kept: whole, cut off by a kill, or broken off.
    Kept(RecordingSummary),
    /// There is nothing.
    Failed {
        reason: Reason,
        /// The process was killed while media came in.
        cut_off: bool,
    },
}

impl Video {
    /// Writes one event down, once: it may come again when it is not known whether it was kept. What concerns a
    /// recording that is closed already has been said with its end.
    pub async fn write_down(&self, event: EngineEvent) -> Result<(), DbErr> {
        match event {
            EngineEvent::Connected { .. } | EngineEvent::PublicationChanged { .. } => Ok(()),
            EngineEvent::MediaStarted { publication } => self.set_live(publication, true).await,
            EngineEvent::ResourceClosed { resource, publication, cause } => {
                tracing::debug!(%resource, cause = cause.as_str(), "a media resource closed");
                self.resource_closed(resource, publication, cause).await
            }
            EngineEvent::RecordingStarted { recording, publication, at } => {
                self.recording_started(recording, publication, at).await
            }
            EngineEvent::RecordingGapBegan { recording, from_ms, cause, medium } => {
                self.gap_began(recording, from_ms, cause, medium).await
            }
            EngineEvent::RecordingGap { recording, gap } => self.recording_gap(recording, gap).await,
            EngineEvent::RecordingStopped { recording, reason } => {
                self.recording_stopped(recording, reason).await
            }
            EngineEvent::Unwritten { session, publication, medium, at } => {
                self.unwritten(session, publication, medium, at).await
            }
            EngineEvent::UnwrittenOver { publication, at } => self.unwritten_over(publication, at).await,
            EngineEvent::RecordingFinalised { recording, summary } => {
                self.close_recording(recording, Outcome::Kept(summary)).await
            }
            EngineEvent::RecordingFailed { recording, reason } => {
                self.close_recording(recording, Outcome::Failed { reason, cut_off: false }).await
            }
        }
    }

    async fn resource_closed(
        &self,
        resource: Uuid,
        publication: Uuid,
        cause: CloseCause,
    ) -> Result<(), DbErr> {
        if cause == CloseCause::Replaced || self.publishers().get(&publication) != Some(&resource) {
            return Ok(()); // a viewer, or a publisher that has a successor
        }
        self.set_live(publication, false).await?;
        // Only now: an event that could not be written comes again.
        let mut publishers = self.publishers();
        if publishers.get(&publication) == Some(&resource) {
            publishers.remove(&publication);
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

    /// The first cluster of a segment is durable. Segments after the first get their row only now.
    async fn recording_started(&self, id: Uuid, publication: Uuid, at: DateTime<Utc>) -> Result<(), DbErr> {
        self.in_recording(
            Wanted::OpenOrNew { id, publication, at, node: self.0.settings.node },
            move |tx, mut row, place| {
                Box::pin(async move {
                    if row.started_at.is_some_and(|told| told.timestamp_millis() == at.timestamp_millis()) {
                        return Ok(());
                    }
                    row.started_at = Some(at);
                    row.reason = None; // it may have had to be tried several times
                    let what = RecordingEntry::Started(place.segment(&row));
                    store::media::save_recording(tx, row).await?;
                    place.append(tx, &what, at).await
                })
            },
        )
        .await
    }

    async fn recording_stopped(&self, id: Uuid, reason: Reason) -> Result<(), DbErr> {
        let now = self.0.clock.now();
        self.in_recording(Wanted::Open(id), move |tx, mut row, place| {
            Box::pin(async move {
                if row.reason.as_deref() == Some(reason.as_str()) {
                    return Ok(());
                }
                row.reason = Some(reason.as_str().to_owned());
                let what = RecordingEntry::Stopped {
                    segment: place.segment(&row),
                    reason: reason.as_str().to_owned(),
                };
                store::media::save_recording(tx, row).await?;
                place.append(tx, &what, now).await
            })
        })
        .await
    }

    async fn gap_began(&self, id: Uuid, from_ms: u64, cause: GapCause, medium: Medium) -> Result<(), DbErr> {
        let now = self.0.clock.now();
        self.in_recording(Wanted::Open(id), move |tx, row, place| {
            Box::pin(async move {
                let what = RecordingEntry::GapBegan {
                    segment: place.segment(&row),
                    from_ms,
                    cause: cause.as_str().to_owned(),
                    medium: medium.as_str().to_owned(),
                };
                if place.has_told(tx, &what).await? {
                    return Ok(());
                }
                place.append(tx, &what, now).await
            })
        })
        .await
    }

    async fn recording_gap(&self, id: Uuid, gap: Gap) -> Result<(), DbErr> {
        let now = self.0.clock.now();
        self.in_recording(Wanted::Open(id), move |tx, row, place| {
            Box::pin(async move {
                let told = store::media::gaps(tx.conn(), row.id).await?;
                if told.iter().any(|row| is(row, &gap)) {
                    return Ok(());
                }
                place.gap(tx, &row, gap, now).await
            })
        })
        .await
    }

    async fn close_recording(&self, id: Uuid, outcome: Outcome) -> Result<(), DbErr> {
        let now = self.0.clock.now();
        self.in_recording(Wanted::Unclosed(id), move |tx, mut row, place| {
            Box::pin(async move {
                let what = match outcome {
                    Outcome::Kept(summary) => {
                        if summary.interrupted || summary.reason.is_some() {
                            place.mark_interrupted(tx).await?;
                        }
                        // Gaps that were not told one by one: the index knows all of them.
                        let told = store::media::gaps(tx.conn(), row.id).await?;
                        for gap in summary.missing.iter().filter(|gap| !told.iter().any(|row| is(row, gap))) {
                            place.gap(tx, &row, *gap, now).await?;
                        }
                        {
                            let segment = place.segment(&row);
                            keep(&mut row, segment, &summary)
                        }
                    }
                    Outcome::Failed { reason, cut_off } => {
                        if row.state == RecordingState::Failed {
                            return Ok(()); // said already
                        }
                        let attempt = reason == Reason::NoMedia;
                        if attempt && store::media::failed_before(tx.conn(), &row, reason.as_str()).await? {
                            // It was the same with the attempt before: that is told once, until something comes.
                            tracing::info!(recording = %row.id, "nothing came of another attempt to publish");
                            return store::media::forget_untold(tx.conn(), row.id).await;
                        }
                        if cut_off {
                            place.mark_interrupted(tx).await?;
                        }
                        tracing::warn!(recording = %row.id, reason = reason.as_str(), "nothing of a recording is kept");
                        row.state = RecordingState::Failed;
                        row.reason = Some(reason.as_str().to_owned());
                        row.ended_at = Some(now);
                        RecordingEntry::Failed {
                            segment: place.segment(&row),
                            had_media: Some(reason != Reason::NoMedia),
                            reason: row.reason.clone(),
                            ended_at: row.ended_at,
                        }
                    }
                };
                store::media::save_recording(tx, row).await?;
                place.append(tx, &what, now).await
            })
        })
        .await
    }

    /// Runs `work` on a recording if there is one as wanted, and tells its session.
    async fn in_recording<F>(&self, wanted: Wanted, work: F) -> Result<(), DbErr>
    where
        F: for<'a> FnOnce(&'a Tx, recording::Model, Origin) -> BoxFuture<'a, Result<(), DbErr>>
            + Clone
            + Send
            + 'static,
    {
        let bus = self.0.live.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let Some(row) = wanted.find(tx).await? else { return Ok(()) };
                    let session_id = row.session_id;
                    let Some(place) = Origin::of(tx, &row).await? else { return Ok(()) };
                    work(tx, row, place).await?;
                    tx.after_commit(move || bus.tell(Topic::Session(session_id)));
                    Ok::<_, DbErr>(())
                })
            })
            .await
    }
}

/// Which recording something is about.
#[derive(Clone, Copy)]
enum Wanted {
    /// One that has not come to its end.
    Open(Uuid),
    /// The same, or a segment of this node that nobody knows yet.
    OpenOrNew { id: Uuid, publication: Uuid, at: DateTime<Utc>, node: Uuid },
    /// One whose file nobody has vouched for yet, also when it was believed to have failed.
    Unclosed(Uuid),
}

impl Wanted {
    async fn find(self, tx: &Tx) -> Result<Option<recording::Model>, DbErr> {
        let (Self::Open(id) | Self::OpenOrNew { id, .. } | Self::Unclosed(id)) = self;
        let row = store::media::lock_recording(tx.conn(), id).await?;
        Ok(match (self, row) {
            (Self::Unclosed(_), row) => row.filter(|row| row.manifest_sha256.is_none()),
            (Self::OpenOrNew { publication, at, node, .. }, None) => {
                new_segment(tx, (id, node), publication, at).await?
            }
            (_, row) => row.filter(|row| row.state == RecordingState::Recording),
        })
    }
}

/// Makes the row of a segment that began by itself.
async fn new_segment(
    tx: &Tx,
    (id, node): (Uuid, Uuid),
    publication: Uuid,
    at: DateTime<Utc>,
) -> Result<Option<recording::Model>, DbErr> {
    let Some(publication) = store::media::publication(tx.conn(), publication).await? else { return Ok(None) };
    let segment = store::media::next_segment(tx.conn(), publication.id).await?;
    let row = recording::Model {
        id,
        session_id: publication.session_id,
        publication_id: publication.id,
        segment,
        state: RecordingState::Recording,
        file: file_name(publication.session_id, id),
        created_at: at,
        started_at: None,
        ended_at: None,
        duration_ms: 0,
        bytes: 0,
        clusters: 0,
        manifest_sha256: None,
        reason: None,
        audio_error_ms: None,
        video_error_ms: None,
        node_id: Some(node),
    };
    store::media::insert_recording(tx.conn(), row.clone()).await?;
    Ok(Some(row))
}

/// Where a recording lies below the directory of recordings.
pub fn file_name(session: Uuid, recording: Uuid) -> String {
    format!("{session}/{recording}.webm")
}

/// Whose recording it is, and of which case.
struct Origin {
    case: Uuid,
    session: Uuid,
    participant: Uuid,
    source: crate::video::store::entities::publication::Source,
}

impl Origin {
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

    fn segment(&self, row: &recording::Model) -> Segment {
        Segment {
            recording: row.id,
            publication: row.publication_id,
            participant: self.participant,
            source: self.source,
            segment: row.segment,
        }
    }

    /// Whether an entry tells just this. Few entries are of such a kind, but one that tells it twice is wrong.
    async fn has_told(&self, tx: &Tx, what: &RecordingEntry) -> Result<bool, DbErr> {
        let entries = evidence::entries(tx.conn(), self.case).await?;
        Ok(entries.iter().any(|row| evidence::read::<RecordingEntry>(&row.bytes).as_ref() == Some(what)))
    }

    async fn append(&self, tx: &Tx, what: &RecordingEntry, at: DateTime<Utc>) -> Result<(), DbErr> {
        evidence::append(tx, NewEntry::new(self.case, what, Actor::PROGRAM, at)).await
    }

    /// A gap's row and its entry.
    async fn gap(&self, tx: &Tx, row: &recording::Model, gap: Gap, now: DateTime<Utc>) -> Result<(), DbErr> {
        let what = RecordingEntry::Gap {
            segment: self.segment(row),
            from_ms: whole(gap.from_ms),
            to_ms: whole(gap.to_ms),
            cause: gap.cause.as_str().to_owned(),
            medium: Some(gap.medium.as_str().to_owned()),
            missing_ms: Some(whole(gap.missing_ms())),
        };
        let row = recording_gap::Model {
            id: ids::new_id(now),
            recording_id: row.id,
            from_ms: whole(gap.from_ms),
            to_ms: whole(gap.to_ms),
            cause: gap.cause.as_str().to_owned(),
            medium: gap.medium.as_str().to_owned(),
            missing_ms: whole(gap.missing_ms()),
        };
        store::media::insert_gap(tx, row).await?;
        self.append(tx, &what, now).await
    }

    async fn mark_interrupted(&self, tx: &Tx) -> Result<(), DbErr> {
        let Some(mut session) = store::lock_session(tx.conn(), self.session).await? else { return Ok(()) };
        session.interrupted = true;
        store::save_session(tx, session).await
    }
}

fn is(row: &recording_gap::Model, gap: &Gap) -> bool {
    (row.from_ms, row.to_ms, row.cause.as_str(), row.medium.as_str())
        == (whole(gap.from_ms), whole(gap.to_ms), gap.cause.as_str(), gap.medium.as_str())
}

/// Puts what the file turned out to be into the row and, as the truth to check against, the entry.
fn keep(row: &mut recording::Model, segment: Segment, summary: &RecordingSummary) -> RecordingEntry {
    // A recovered file whose first line was lost does not know when it began; the row may.
    let started_at = match row.started_at {
        Some(at) if summary.started_at == DateTime::UNIX_EPOCH => at,
        _ => summary.started_at,
    };
    row.started_at = Some(started_at);
    row.ended_at = Some(summary.ended_at.max(started_at));
    row.duration_ms = whole(summary.duration_ms);
    row.bytes = whole(summary.bytes);
    row.clusters = i32::try_from(summary.clusters).unwrap_or(i32::MAX);
    row.manifest_sha256 = Some(summary.manifest_sha256.to_vec());
    row.reason = summary.reason.map(|reason| reason.as_str().to_owned());
    let ms = |error: Option<u32>| error.map(|ms| i32::try_from(ms).unwrap_or(i32::MAX));
    row.audio_error_ms = ms(summary.errors.audio_error_ms);
    row.video_error_ms = ms(summary.errors.video_error_ms);
    let closed = Closed {
        segment,
        started_at: row.started_at,
        ended_at: row.ended_at,
        duration_ms: row.duration_ms,
        bytes: row.bytes,
        clusters: row.clusters.into(),
        gaps: summary.gaps.into(),
        manifest_sha256: hex(&summary.manifest_sha256),
        reason: row.reason.clone(),
        audio_error_ms: row.audio_error_ms,
        video_error_ms: row.video_error_ms,
    };
    let (state, what) = match (summary.reason, summary.interrupted) {
        (Some(_), _) => (RecordingState::Partial, RecordingEntry::Partial(closed)),
        (None, true) => (RecordingState::Interrupted, RecordingEntry::Interrupted(closed)),
        (None, false) => (RecordingState::Finalised, RecordingEntry::Finalised(closed)),
    };
    row.state = state;
    what
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
