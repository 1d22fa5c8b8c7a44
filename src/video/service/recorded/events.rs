//! The events of the engine, in their order, until each is written down.
//!
//! A store that cannot be written (a full disk) holds events up, but loses none: they are tried again until
//! they can be written. One that alone cannot be written holds up only what comes after it of the same
//! recording.

use crate::db::live::Topic;
use crate::video::engine::EngineEvent;
use crate::video::service::Video;
use std::collections::{HashSet, VecDeque};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Sessions must be told and recordings finalised within this, so that the program leaves in time.
const STOP_WITHIN: Duration = Duration::from_secs(8);
const RETRY_FIRST: Duration = Duration::from_millis(200);
const RETRY_AT_MOST: Duration = Duration::from_secs(2);
/// How often recordings are looked for that nobody closed.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// So many events may wait. Beyond it gaps are left out: their recording's end tells them once more.
const WAITING: usize = 20_000;
/// After so many failures in a row the store itself is taken for unwritable, for now.
const FAILURES: usize = 3;

/// Where events come in, and those that wait to be written down.
pub struct Inbox {
    events: UnboundedReceiver<EngineEvent>,
    waiting: VecDeque<EngineEvent>,
    /// Recordings of which something is on the disk and that have not come to their end.
    pub open: HashSet<Uuid>,
}

impl Inbox {
    pub fn new(events: UnboundedReceiver<EngineEvent>) -> Self {
        Self { events, waiting: VecDeque::new(), open: HashSet::new() }
    }

    /// Whether all that was told so far has been written down.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.waiting.is_empty()
    }

    fn take(&mut self, event: EngineEvent) {
        match &event {
            EngineEvent::RecordingStarted { recording, .. } => {
                self.open.insert(*recording);
            }
            EngineEvent::RecordingFinalised { recording, .. }
            | EngineEvent::RecordingFailed { recording, .. } => {
                self.open.remove(recording);
            }
            _ => {}
        }
        self.waiting.push_back(event);
        if self.waiting.len() > WAITING {
            let place = self.waiting.iter().position(is_told_again);
            place.and_then(|place| self.waiting.remove(place));
        }
    }
}

fn is_told_again(event: &EngineEvent) -> bool {
    matches!(event, EngineEvent::RecordingGap { .. } | EngineEvent::RecordingGapBegan { .. })
}

/// What an event is about: those about the same thing keep their order.
fn subject(event: &EngineEvent) -> Uuid {
    match event {
        EngineEvent::Connected { resource } => *resource,
        EngineEvent::MediaStarted { publication }
        | EngineEvent::PublicationChanged { publication, .. }
        | EngineEvent::Unwritten { publication, .. }
        | EngineEvent::UnwrittenOver { publication, .. }
        | EngineEvent::ResourceClosed { publication, .. } => *publication,
        EngineEvent::RecordingStarted { recording, .. }
        | EngineEvent::RecordingGapBegan { recording, .. }
        | EngineEvent::RecordingGap { recording, .. }
        | EngineEvent::RecordingStopped { recording, .. }
        | EngineEvent::RecordingFinalised { recording, .. }
        | EngineEvent::RecordingFailed { recording, .. } => *recording,
    }
}

impl Video {
    /// Turns engine events into rows and entries until cancelled. Run it once, as a task.
    pub async fn run_events(self, cancel: CancellationToken) {
        let mut inbox = self.0.events.lock().await;
        // Until then what is held up is not tried again, whatever else comes.
        let mut retry_at: Option<Instant> = None;
        let mut retry_after = RETRY_FIRST;
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let held_up = async {
                match retry_at {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = self.0.drain.cancelled() => return,
                () = cancel.cancelled() => return,
                event = inbox.events.recv() => {
                    let Some(event) = event else { return };
                    self.take(&mut inbox, event);
                    if retry_at.is_some() {
                        continue;
                    }
                }
                () = held_up => {}
                _ = look.tick(), if retry_at.is_none() => {
                    self.close_abandoned(&mut inbox).await;
                    continue;
                }
            }
            let done = self.write_all(&mut inbox.waiting).await;
            (retry_at, retry_after) = match done {
                true => (None, RETRY_FIRST),
                false => (Some(Instant::now() + retry_after), (retry_after * 2).min(RETRY_AT_MOST)),
            };
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
            let mut inbox = self.0.events.lock().await;
            loop {
                while let Ok(event) = inbox.events.try_recv() {
                    self.take(&mut inbox, event);
                }
                if self.write_all(&mut inbox.waiting).await {
                    return;
                }
                tokio::time::sleep(RETRY_FIRST).await;
            }
        };
        if tokio::time::timeout(STOP_WITHIN, finish).await.is_err() {
            tracing::error!("not all of the recordings' ends were written down; the next start will do it");
        }
    }

    /// What is only told to pages is told at once, whether or not anything can be written.
    fn take(&self, inbox: &mut Inbox, event: EngineEvent) {
        match event {
            EngineEvent::PublicationChanged { session, .. } => self.0.live.tell(Topic::Session(session)),
            event => inbox.take(event),
        }
    }

    /// Writes down what waits, as far as it goes. False if something is left.
    async fn write_all(&self, waiting: &mut VecDeque<EngineEvent>) -> bool {
        let (mut stuck, mut left, mut failures) = (HashSet::new(), Vec::new(), 0);
        while let Some(event) = waiting.pop_front() {
            if stuck.contains(&subject(&event)) {
                left.push(event);
                continue;
            }
            if let Err(error) = self.write_down(event.clone()).await {
                tracing::error!(%error, "an event of the media engine waits to be written down");
                stuck.insert(subject(&event));
                left.push(event);
                failures += 1;
                if failures == FAILURES {
                    break;
                }
            }
        }
        // What is stuck goes behind the rest, together with all that is about the same.
        let rest = std::mem::take(waiting);
        let (behind, before): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|event| stuck.contains(&subject(event)));
        waiting.extend(before.into_iter().chain(left).chain(behind));
        waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::engine::recording::{Gap, GapCause, Medium, Reason};

    #[test]
    fn when_too_much_waits_only_gaps_are_left_out() {
        let recording = Uuid::nil();
        let (_sender, events) = tokio::sync::mpsc::unbounded_channel();
        let mut inbox = Inbox::new(events);
        inbox.take(EngineEvent::RecordingStopped { recording, reason: Reason::Disk });
        for at in 0..WAITING as u64 {
            let gap = Gap::new(Medium::Both, GapCause::Loss, at, at + 1);
            inbox.take(EngineEvent::RecordingGap { recording, gap });
        }
        assert_eq!(inbox.waiting.len(), WAITING);
        assert!(matches!(inbox.waiting[0], EngineEvent::RecordingStopped { .. }));
        assert!(matches!(inbox.waiting[1], EngineEvent::RecordingGap { gap, .. } if gap.from_ms == 1));
    }
}
