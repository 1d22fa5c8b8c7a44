//! What of the rows of this feature entries tell, column by column, and what of it is personal.

use crate::evidence::rows::{Column, Evident, hex, instant, maybe, personal, plain};
use crate::video::store::entities::{
    invitation, line_check, participant, publication, recording, recording_gap, session_check,
    unrecorded_stretch, video_session,
};
use serde_json::{Value, json};

impl Evident for video_session::Model {
    const TABLE: &'static str = "video_session";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self { id: _, booking_id, state, created_at, opened_at, ended_at, interrupted, node_id: _ } =
            self;
        vec![
            plain("booking_id", json!(booking_id)),
            plain("state", json!(state)),
            plain("created_at", instant(*created_at)),
            plain("opened_at", maybe(*opened_at)),
            plain("ended_at", maybe(*ended_at)),
            plain("interrupted", json!(interrupted)),
        ]
    }
}

impl Evident for participant::Model {
    const TABLE: &'static str = "participant";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self {
            id: _,
            session_id,
            account_id,
            name,
            role,
            state,
            notice_version,
            acknowledged_at,
            waiting_since,
            admitted_at,
            admitted_by,
            left_at,
            resumes,
            // What the others' pages show at the moment; each press of a button is no entry.
            microphone: _,
            camera: _,
        } = self;
        vec![
            plain("session_id", json!(session_id)),
            plain("account_id", json!(account_id)),
            personal("name", name.clone()),
            plain("role", json!(role)),
            plain("state", json!(state)),
            plain("notice_version", json!(notice_version)),
            plain("acknowledged_at", maybe(*acknowledged_at)),
            plain("waiting_since", maybe(*waiting_since)),
            plain("admitted_at", maybe(*admitted_at)),
            plain("admitted_by", json!(admitted_by)),
            plain("left_at", maybe(*left_at)),
            plain("resumes", json!(resumes)),
        ]
    }
}

impl Evident for publication::Model {
    const TABLE: &'static str = "publication";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        // `live` is whether somebody sends at the moment.
        let Self { id: _, session_id, participant_id, source, live: _, created_at } = self;
        vec![
            plain("session_id", json!(session_id)),
            plain("participant_id", json!(participant_id)),
            plain("source", json!(source)),
            plain("created_at", instant(*created_at)),
        ]
    }
}

impl Evident for recording::Model {
    const TABLE: &'static str = "recording";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self {
            id: _,
            session_id,
            publication_id,
            segment,
            state,
            file,
            created_at,
            started_at,
            ended_at,
            duration_ms,
            bytes,
            clusters,
            manifest_sha256,
            reason,
            audio_error_ms,
            video_error_ms,
            node_id: _,
        } = self;
        vec![
            plain("session_id", json!(session_id)),
            plain("publication_id", json!(publication_id)),
            plain("segment", json!(segment)),
            plain("state", json!(state)),
            plain("file", json!(file)),
            plain("created_at", instant(*created_at)),
            plain("started_at", maybe(*started_at)),
            plain("ended_at", maybe(*ended_at)),
            plain("duration_ms", json!(duration_ms)),
            plain("bytes", json!(bytes)),
            plain("clusters", json!(clusters)),
            plain("manifest_sha256", manifest_sha256.as_deref().map_or(Value::Null, hex)),
            plain("reason", json!(reason)),
            plain("audio_error_ms", json!(audio_error_ms)),
            plain("video_error_ms", json!(video_error_ms)),
        ]
    }
}

impl Evident for recording_gap::Model {
    const TABLE: &'static str = "recording_gap";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self { id: _, recording_id, from_ms, to_ms, cause, medium, missing_ms } = self;
        vec![
            plain("recording_id", json!(recording_id)),
            plain("from_ms", json!(from_ms)),
            plain("to_ms", json!(to_ms)),
            plain("cause", json!(cause)),
            plain("medium", json!(medium)),
            plain("missing_ms", json!(missing_ms)),
        ]
    }
}

impl Evident for invitation::Model {
    const TABLE: &'static str = "invitation";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self {
            id: _,
            booking_id,
            token_hash,
            label,
            invited_by,
            created_at,
            account_id,
            accepted_at,
            withdrawn_at,
        } = self;
        vec![
            plain("booking_id", json!(booking_id)),
            plain("token_hash", hex(token_hash)),
            personal("label", label.clone()),
            plain("invited_by", json!(invited_by)),
            plain("created_at", instant(*created_at)),
            plain("account_id", json!(account_id)),
            plain("accepted_at", maybe(*accepted_at)),
            plain("withdrawn_at", maybe(*withdrawn_at)),
        ]
    }
}

impl Evident for session_check::Model {
    const TABLE: &'static str = "session_check";

    fn id(&self) -> String {
        format!("{}/{}", self.session_id, self.key)
    }

    fn columns(&self) -> Vec<Column> {
        let Self { session_id: _, key: _, account_id, checked_at } = self;
        vec![plain("account_id", json!(account_id)), plain("checked_at", instant(*checked_at))]
    }
}

impl Evident for unrecorded_stretch::Model {
    const TABLE: &'static str = "unrecorded_stretch";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self {
            id: _,
            session_id,
            publication_id,
            cause,
            medium,
            began_at,
            ended_at,
            reason,
            noted_by,
            noted_at,
        } = self;
        vec![
            plain("session_id", json!(session_id)),
            plain("publication_id", json!(publication_id)),
            plain("cause", json!(cause)),
            plain("medium", json!(medium)),
            plain("began_at", instant(*began_at)),
            plain("ended_at", maybe(*ended_at)),
            personal("reason", reason.clone()),
            plain("noted_by", json!(noted_by)),
            plain("noted_at", maybe(*noted_at)),
        ]
    }
}

impl Evident for line_check::Model {
    const TABLE: &'static str = "line_check";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self {
            id: _,
            booking_id,
            account_id,
            role,
            checked_at,
            camera,
            microphone,
            speaker,
            loss_up,
            loss_down,
            round_trip_ms,
            kbps_up,
            kbps_down,
            path,
        } = self;
        vec![
            plain("booking_id", json!(booking_id)),
            plain("account_id", json!(account_id)),
            plain("role", json!(role)),
            plain("checked_at", instant(*checked_at)),
            plain("camera", json!(camera)),
            plain("microphone", json!(microphone)),
            plain("speaker", json!(speaker)),
            plain("loss_up", json!(loss_up)),
            plain("loss_down", json!(loss_down)),
            plain("round_trip_ms", json!(round_trip_ms)),
            plain("kbps_up", json!(kbps_up)),
            plain("kbps_down", json!(kbps_down)),
            plain("path", json!(path)),
        ]
    }
}
