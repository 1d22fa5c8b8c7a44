//! Made-up media for the demo: recorded by the product's own recorder, only faster than time goes.

use crate::auth::Actor;
use crate::base::ids;
use crate::http::Problem;
use crate::video::engine::recording::{Files, Recorder, RecorderEvents};
use crate::video::engine::{MediaKind, MediaPacket, RecordingSpec};
use crate::video::model::token::Claims;
use crate::video::service::Video;
use crate::video::store;
use crate::video::store::entities::publication::{self, Source};
use crate::video::words::problems;
use bytes::Bytes;
use chrono::TimeDelta;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Encoded pictures and sound that can be repeated without an end.
pub struct MadeUpMedia {
    /// VP8 frames, the first one a keyframe.
    pub pictures: Vec<Bytes>,
    pub picture_ms: u64,
    /// Opus packets.
    pub sound: Vec<Bytes>,
    pub sound_ms: u64,
}

/// The largest payload of a packet of video, in bytes.
const PART: usize = 1100;

impl Video {
    /// Lets somebody in an open session publish camera and microphone for so long, and records it. In
    /// `silent`, counted from the beginning, nothing arrives.
    pub async fn record_made_up(
        &self,
        actor: &Arc<Actor>,
        session: Uuid,
        media: &MadeUpMedia,
        length: Duration,
        silent: Range<Duration>,
    ) -> Result<(), Problem> {
        let now = self.0.clock.now();
        let me = store::participant_of(self.0.db.reader(), session, actor.account_id)
            .await?
            .ok_or_else(Problem::not_found)?;
        let recording = ids::new_id(now);
        let file = format!("{session}/{recording}.webm");
        let path = self.0.settings.recordings_dir.join(&file);
        if let Some(directory) = path.parent()
            && let Err(error) = tokio::fs::create_dir_all(directory).await
        {
            return Err(problems::engine(error.into()));
        }
        let publication = ids::new_id(now);
        let row = publication::Model {
            id: publication,
            session_id: session,
            participant_id: me.id,
            source: Source::Camera,
            live: false,
            created_at: now,
        };
        let claims = Claims { participant: me.id, session, sign_in: actor.sign_in_id, expires_at: now };
        self.write_publication(claims, row, true, recording, file, now).await?;

        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let events = RecorderEvents {
            tell: Box::new(move |event| drop(tell.send(event))),
            ask_keyframe: Box::new(|| {}),
            finished: Box::new(|_| {}),
        };
        let spec = RecordingSpec { id: recording, path, camera: false };
        let recorder = Recorder::new(spec, publication, self.0.clock.clone(), Arc::new(Files), events);
        for (kind, packet) in packets(media, length, &silent) {
            recorder.packet(kind, &packet);
        }
        // Its beginning is stamped before the clock is moved to its end.
        let first = told.recv().await;
        self.0.clock.advance(TimeDelta::from_std(length).unwrap_or_default());
        recorder.finish().await;
        for event in first.into_iter().chain(std::iter::from_fn(|| told.try_recv().ok())) {
            self.write_down(event).await?;
        }
        Ok(())
    }
}

/// The packets in the order of their arrival.
fn packets(media: &MadeUpMedia, length: Duration, silent: &Range<Duration>) -> Vec<(MediaKind, MediaPacket)> {
    let begun = Instant::now();
    let length = length.as_millis() as u64;
    let mut packets = Vec::new();
    let (mut seq, mut picture_id) = (0_u16, 0_u16);
    for (number, frame) in (0..length / media.picture_ms).zip(media.pictures.iter().cycle()) {
        let at_ms = number * media.picture_ms;
        picture_id = picture_id.wrapping_add(1) & 0x7fff;
        let parts = frame.chunks(PART).count();
        for (part, bytes) in frame.chunks(PART).enumerate() {
            // RFC 7741: extended control bits, start of the frame, a picture id of 15 bits.
            let mut payload = vec![0x80 | if part == 0 { 0x10 } else { 0 }, 0x80];
            payload.extend((0x8000 | picture_id).to_be_bytes());
            payload.extend_from_slice(bytes);
            let at = begun + Duration::from_millis(at_ms);
            let timestamp = (at_ms * 90) as u32;
            let marker = part + 1 == parts;
            packets.push((
                MediaKind::Video,
                MediaPacket { seq, timestamp, marker, payload: payload.into(), at },
            ));
            seq = seq.wrapping_add(1);
        }
    }
    for (number, payload) in (0..length / media.sound_ms).zip(media.sound.iter().cycle()) {
        let at_ms = number * media.sound_ms;
        let (at, timestamp) = (begun + Duration::from_millis(at_ms), (at_ms * 48) as u32);
        let (seq, payload) = (number as u16, payload.clone());
        packets.push((MediaKind::Audio, MediaPacket { seq, timestamp, marker: false, payload, at }));
    }
    packets.retain(|(_, packet)| !silent.contains(&packet.at.duration_since(begun)));
    packets.sort_by_key(|(_, packet)| packet.at);
    packets
}
