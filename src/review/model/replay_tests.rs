//! Small cases for [`super`].

use super::*;
use crate::base::words::Language;
use crate::evidence::{self, Actor, NewEntry, model as chain};
use crate::video::entities::recording_gap;
use chrono::{DateTime, Utc};
use serde_json::json;

const CASE: Uuid = Uuid::from_u128(5);

/// An entry by the name of its kind, as a store may hold it.
fn raw(case: Uuid, kind: &str, at: DateTime<Utc>, data: Value) -> NewEntry {
    NewEntry {
        case,
        kind: kind.to_owned(),
        actor: Actor::PROGRAM,
        at,
        data,
        personal: vec![],
        committed: vec![],
        rows: vec![],
    }
}

fn entry(seq: i64, kind: &'static str, fill: impl FnOnce(NewEntry) -> NewEntry) -> entry::Model {
    let at = DateTime::from_timestamp_millis(1_790_000_000_120).unwrap();
    let new = fill(raw(CASE, kind, at, json!({})));
    let bytes = chain::entry_bytes(&new, seq, &[]).unwrap();
    entry::Model { case_id: CASE, seq, at, kind: kind.into(), hash: vec![], bytes }
}

/// As it was written before entries told rows.
fn old(seq: i64, kind: &'static str, data: Value) -> entry::Model {
    let row = entry(seq, kind, |new| NewEntry { data, ..new });
    let mut parsed: Value = serde_json::from_slice(&row.bytes).unwrap();
    parsed["v"] = json!(1);
    parsed.as_object_mut().unwrap().remove("rows");
    entry::Model { bytes: serde_json::to_vec(&parsed).unwrap(), ..row }
}

fn gap(to_ms: i64) -> recording_gap::Model {
    recording_gap::Model {
        id: Uuid::from_u128(7),
        recording_id: Uuid::from_u128(1),
        from_ms: 10,
        to_ms,
        cause: "loss".into(),
        medium: "both".into(),
        missing_ms: 10,
    }
}

fn compare(entries: &[entry::Model], gaps: &[recording_gap::Model]) -> (Tally, Option<Fault>) {
    let replay = Replay::of(entries);
    let mut comparison = Comparison::new(&replay, &[]);
    comparison.rows(gaps, |_| false);
    comparison.lost();
    (comparison.tally, comparison.fault)
}

#[test]
fn the_last_word_on_a_value_counts_and_a_difference_is_named() {
    let entries = [
        entry(0, "recording.gap", |new| new.row(evidence::made(&gap(20)))),
        entry(1, "recording.gap", |new| new.row(evidence::changed(&gap(20), &gap(30)))),
    ];
    assert_eq!(compare(&entries, &[gap(30)]), (Tally { values: 6, not_told: 0, not_opened: 0 }, None));
    let fault = compare(&entries, &[gap(20)]).1.unwrap();
    assert_eq!(
        fault.text.in_language(Language::En),
        "recording_gap.to_ms is “20”; by entry 1 it should be “30”."
    );
    let place = fault.row.unwrap();
    assert_eq!(
        (place.table.as_str(), place.column.as_deref(), place.entry),
        ("recording_gap", Some("to_ms"), Some(1))
    );
}

#[test]
fn a_row_too_few_and_a_row_too_many_are_found() {
    let told = [entry(0, "recording.gap", |new| new.row(evidence::made(&gap(20))))];
    assert!(compare(&told, &[]).1.unwrap().text.in_language(Language::En).contains("is missing"));
    let untold = [entry(0, "session.created", |new| new)];
    assert!(
        compare(&untold, &[gap(20)]).1.unwrap().text.in_language(Language::En).contains("No entry tells")
    );
}

#[test]
fn what_older_entries_do_not_tell_is_counted_not_passed_over() {
    let entries = [old(0, "recording.gap", json!({"recording": Uuid::from_u128(1)}))];
    assert_eq!(compare(&entries, &[gap(20)]), (Tally { values: 0, not_told: 6, not_opened: 0 }, None));
}
