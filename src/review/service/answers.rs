//! Whether answers to ratings are those that were given. Pure.
//!
//! The chain `system` commits to each answer with a salt that stands beside the answer. So a change is
//! found, while neither the case's chain nor that of the system tells who answered what.

use crate::base::hex::hex;
use crate::base::words;
use crate::evidence;
use crate::evidence::entities::entry;
use crate::evidence::model as chain;
use crate::review::model::checks::Fault;
use crate::review::model::replay::{Tally, row_fault};
use crate::survey::answer_text;
use crate::survey::entities::{rating, rating_invite};
use crate::survey::log::RatingEntry;
use serde_json::Value;
use std::collections::HashMap;

/// Values of an answer that its commitment stands for.
const VALUES: usize = 5;

/// What an entry commits to, if it tells of an answer.
pub fn committed(row: &entry::Model) -> Option<String> {
    if !matches!(evidence::read(&row.bytes), Some(RatingEntry::Answered {})) {
        return None;
    }
    let parsed: Value = serde_json::from_slice(&row.bytes).ok()?;
    parsed["commitments"]["rating"].as_str().map(str::to_owned)
}

/// Measures an answer against the commitment of its entry. `must`: it was given when entries committed to
/// answers already.
pub fn answer_fault(
    row: &rating::Model,
    commitment: impl FnOnce(i64) -> Option<String>,
    must: bool,
    tally: &mut Tally,
) -> Option<Fault> {
    let (salt, seq) = match (&row.salt, row.entry_seq) {
        (None, None) if !must => {
            tally.not_told += VALUES;
            return None;
        }
        (salt, seq) => (salt.as_deref().unwrap_or_default(), seq.unwrap_or(-1)),
    };
    tally.values += VALUES;
    let given = hex(&chain::commitment(salt, &answer_text(row)));
    (commitment(seq).as_deref() != Some(&given)).then(|| {
        // Neither level nor comment: this is read by people who must not learn them.
        row_fault("rating", &row.id.to_string(), None, row.entry_seq, words::review::fault_rating_changed())
    })
}

/// The invitations of a case and their answers, against each other and the chain `system`.
pub fn answers_fault(
    invites: &[rating_invite::Model],
    ratings: &[rating::Model],
    entries: &[entry::Model],
    must: bool,
    tally: &mut Tally,
) -> Option<Fault> {
    let by_seq: HashMap<i64, &entry::Model> = entries.iter().map(|row| (row.seq, row)).collect();
    let linked = |seq: i64| {
        let row = by_seq.get(&seq)?;
        let before = match by_seq.get(&(seq - 1)) {
            Some(before) => chain::Hash::try_from(before.hash.as_slice()).ok()?,
            None => chain::GENESIS,
        };
        (chain::link(&before, &row.bytes).as_slice() == row.hash).then(|| committed(row)).flatten()
    };
    let mut fault = None;
    for invite in invites {
        let answer = ratings.iter().find(|row| row.invite_id == invite.id);
        tally.values += 1;
        if invite.answered_at != answer.map(|row| row.answered_at) {
            fault = fault.or_else(|| {
                Some(row_fault(
                    "rating_invite",
                    &invite.id.to_string(),
                    Some("answered_at"),
                    None,
                    words::review::fault_rating_answered_at(),
                ))
            });
        }
    }
    for row in ratings {
        fault = fault.or(answer_fault(row, linked, must, tally));
    }
    fault
}
