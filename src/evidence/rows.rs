//! Rows as entries tell them: which columns of which tables, and what of them is personal.
//!
//! Each table is taken apart column by column, so that a new column does not compile until it is said
//! here whether entries tell it. The check of a case (`review`) compares rows by the same list.

use crate::db::{Told, Tx};
use crate::entity::{
    booking, invitation, participant, playback, publication, rating, rating_invite, recording, recording_gap,
    session_check, video_session,
};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde_json::{Value, json};

/// A column of a row in the form in which an entry tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: &'static str,
    pub value: Value,
    /// Only a commitment to it stands in entries.
    pub personal: bool,
}

/// A row that entries tell of.
pub trait Evident {
    const TABLE: &'static str;
    /// Its key, in one word.
    fn id(&self) -> String;
    /// All columns that entries tell, `id` left out.
    fn columns(&self) -> Vec<Column>;
}

/// A row that was just made: all of its columns.
pub fn made<R: Evident>(row: &R) -> Told {
    told(row, |_| true)
}

/// A row that was there before: all of its columns but the personal ones, which were told when it was made.
pub fn kept<R: Evident>(row: &R) -> Told {
    told(row, |column| !column.personal)
}

/// A row that was changed: the columns that hold something else now.
pub fn changed<R: Evident>(before: &R, after: &R) -> Told {
    let before = before.columns();
    told(after, |column| !before.contains(column))
}

/// The next entry of the transaction tells of a row that was just made.
pub fn tell_made<R: Evident>(tx: &Tx, row: &R) {
    tx.tell(made(row));
}

/// The next entry of the transaction tells of a row that was there before.
pub fn tell_kept<R: Evident>(tx: &Tx, row: &R) {
    tx.tell(kept(row));
}

/// The next entry of the transaction tells that a row is no longer there.
pub fn tell_gone<R: Evident>(tx: &Tx, row: &R) {
    tx.tell(Told { table: R::TABLE, id: row.id(), gone: true, columns: Vec::new(), personal: Vec::new() });
}

fn told<R: Evident>(row: &R, which: impl Fn(&Column) -> bool) -> Told {
    let mut told =
        Told { table: R::TABLE, id: row.id(), gone: false, columns: Vec::new(), personal: Vec::new() };
    for column in row.columns().into_iter().filter(which) {
        match personal_text(&column) {
            Some(text) => told.personal.push((column.name, text)),
            // That something personal is not there is nothing personal.
            None => told.columns.push((column.name, column.value)),
        }
    }
    told
}

/// What is committed to for a personal column that holds something.
pub fn personal_text(column: &Column) -> Option<String> {
    match &column.value {
        _ if !column.personal => None,
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => serde_json_canonicalizer::to_string(other).ok(),
    }
}

/// What the chain `system` commits to of an answer to a rating: all of it. The commitment is salted, so the
/// entry tells neither the answer nor whose it is.
pub fn answer_text(row: &rating::Model) -> String {
    let rating::Model { id, invite_id, level, comment, answered_at, salt: _, entry_seq: _ } = row;
    let text = json!({
        "id": id, "invite_id": invite_id, "level": level, "comment": comment, "answered_at": instant(*answered_at),
    });
    serde_json_canonicalizer::to_string(&text).unwrap_or_default()
}

/// A time as entries hold it: no finer than both stores keep it.
pub fn instant(at: DateTime<Utc>) -> Value {
    json!(at.trunc_subsecs(6).to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

fn maybe(at: Option<DateTime<Utc>>) -> Value {
    at.map_or(Value::Null, instant)
}

fn hex(bytes: &[u8]) -> Value {
    json!(super::model::hex(bytes))
}

fn plain(name: &'static str, value: Value) -> Column {
    Column { name, value, personal: false }
}

fn personal(name: &'static str, value: impl Into<Value>) -> Column {
    Column { name, value: value.into(), personal: true }
}

impl Evident for booking::Model {
    const TABLE: &'static str = "booking";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self {
            id: _,
            reference,
            service_id,
            account_id,
            enterprise_id,
            state,
            starts_at,
            ends_at,
            hold_expires_at,
            contact_name,
            contact_mobile,
            fields,
            officer_id,
            reason,
            sequence,
            created_at,
            updated_at,
        } = self;
        vec![
            plain("reference", json!(reference)),
            plain("service_id", json!(service_id)),
            plain("account_id", json!(account_id)),
            plain("enterprise_id", json!(enterprise_id)),
            plain("state", json!(state)),
            plain("starts_at", instant(*starts_at)),
            plain("ends_at", instant(*ends_at)),
            plain("hold_expires_at", maybe(*hold_expires_at)),
            personal("contact_name", contact_name.clone()),
            personal("contact_mobile", contact_mobile.clone()),
            personal("fields", fields.clone()),
            plain("officer_id", json!(officer_id)),
            personal("reason", reason.clone()),
            plain("sequence", json!(sequence)),
            plain("created_at", instant(*created_at)),
            plain("updated_at", instant(*updated_at)),
        ]
    }
}

impl Evident for video_session::Model {
    const TABLE: &'static str = "video_session";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self { id: _, booking_id, state, created_at, opened_at, ended_at, interrupted } = self;
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

impl Evident for playback::Model {
    const TABLE: &'static str = "playback";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self { id: _, session_id, account_id, purpose, at } = self;
        vec![
            plain("session_id", json!(session_id)),
            plain("account_id", json!(account_id)),
            personal("purpose", purpose.clone()),
            plain("at", instant(*at)),
        ]
    }
}

impl Evident for rating_invite::Model {
    const TABLE: &'static str = "rating_invite";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self {
            id: _,
            booking_id,
            service_id,
            officer_id,
            token_hash,
            invited_at,
            expires_at,
            // No entry of the case tells that it was answered; it is measured against the answer.
            answered_at: _,
        } = self;
        vec![
            plain("booking_id", json!(booking_id)),
            plain("service_id", json!(service_id)),
            plain("officer_id", json!(officer_id)),
            plain("token_hash", hex(token_hash)),
            plain("invited_at", instant(*invited_at)),
            plain("expires_at", instant(*expires_at)),
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
