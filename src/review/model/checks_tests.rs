//! Tables for [`super`].

use super::*;
use crate::base::words::Language;
use crate::evidence::{Actor, NewEntry};
use serde_json::json;

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_790_000_000_120).unwrap()
}

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

fn entry(seq: i64, kind: &'static str, data: Value, personal: &[(&str, [u8; 32])]) -> entry::Model {
    let case = Uuid::from_u128(5);
    let new = raw(case, kind, at(), data);
    let bytes = chain::entry_bytes(&new, seq, personal).unwrap();
    entry::Model { case_id: case, seq, at: at(), kind: kind.into(), hash: vec![], bytes }
}

fn row(state: RecordingState) -> recording::Model {
    recording::Model {
        id: Uuid::from_u128(1),
        session_id: Uuid::nil(),
        publication_id: Uuid::nil(),
        segment: 1,
        state,
        file: "a/b.webm".into(),
        created_at: at(),
        started_at: Some(at()),
        ended_at: Some(at()),
        duration_ms: 1000,
        bytes: 700,
        clusters: 3,
        manifest_sha256: Some(vec![0xab; 32]),
        reason: None,
        audio_error_ms: None,
        video_error_ms: None,
        node_id: None,
    }
}

fn claimed() -> Claimed {
    Claimed { state: RecordingState::Finalised, manifest_sha256: "ab".repeat(32), bytes: 700, clusters: 3 }
}

#[test]
fn a_row_must_say_what_the_chain_says() {
    let fine = row(RecordingState::Finalised);
    assert_eq!(row_fault(&fine, Some(&claimed())), None);
    assert_eq!(row_fault(&row(RecordingState::Recording), None), None);
    assert_eq!(row_fault(&row(RecordingState::Failed), None), None);
    assert!(row_fault(&fine, None).is_some(), "no entry");
    let wrong = [
        recording::Model { manifest_sha256: Some(vec![0xac; 32]), ..fine.clone() },
        recording::Model { manifest_sha256: None, ..fine.clone() },
        recording::Model { bytes: 701, ..fine.clone() },
        recording::Model { clusters: 2, ..fine.clone() },
        row(RecordingState::Interrupted),
        row(RecordingState::Failed),
        row(RecordingState::Recording),
    ];
    for row in wrong {
        assert!(row_fault(&row, Some(&claimed())).is_some(), "{row:?}");
    }
}

#[test]
fn a_recording_taken_out_of_the_table_is_missed() {
    let id = Uuid::from_u128(1);
    let segment =
        json!({"recording": id, "publication": id, "participant": id, "source": "camera", "segment": 1});
    let mut closed = segment.clone();
    closed["manifest_sha256"] = json!("ab".repeat(32));
    closed["bytes"] = json!(700);
    closed["clusters"] = json!(3);
    let entries = [entry(0, "recording.started", segment, &[]), entry(1, "recording.finalised", closed, &[])];
    let claims = claims(&entries);
    assert_eq!(claims.closed[&Uuid::from_u128(1)], claimed());
    assert_eq!(lost_recording(&claims, &[row(RecordingState::Finalised)]), None);
    assert!(lost_recording(&claims, &[]).unwrap().text.in_language(Language::En).contains("entry 0"));
}

#[test]
fn columns_must_say_what_the_hashed_bytes_say() {
    let fine = entry(4, "session.ended", json!({}), &[]);
    assert_eq!(columns_fault(std::slice::from_ref(&fine)), None);
    let wrong = [
        entry::Model { kind: "session.left".into(), ..fine.clone() },
        entry::Model { seq: 5, ..fine.clone() },
        entry::Model { at: at() + chrono::TimeDelta::seconds(1), ..fine.clone() },
        entry::Model { bytes: b"nonsense".to_vec(), ..fine.clone() },
    ];
    for row in wrong {
        assert!(columns_fault(std::slice::from_ref(&row)).is_some(), "{row:?}");
    }
}

#[test]
fn a_changed_text_is_found_and_a_deleted_one_is_none() {
    let salt = vec![7; 16];
    let hash = chain::commitment(&salt, "不方便");
    let entries = [entry(0, "session.declined", json!({}), &[("reason", hash)])];
    let value = |text: &str| commitment::Model {
        case_id: Uuid::from_u128(5),
        seq: 0,
        name: "reason".into(),
        salt: salt.clone(),
        value: text.into(),
    };
    assert_eq!(commitment_fault(&entries, &[]), None);
    assert_eq!(commitment_fault(&entries, &[value("不方便")]), None);
    assert_eq!(commitment_fault(&entries, &[value("方便")]).unwrap().id, "0");
    let stray = commitment::Model { seq: 3, ..value("不方便") };
    assert!(commitment_fault(&entries, &[stray]).is_some());
}

#[test]
fn a_file_is_compared_with_the_chain() {
    let id = Uuid::from_u128(1);
    assert_eq!(file_fault(id, &Verdict::Intact { bytes: 700, clusters: 3 }, &claimed()), None);
    assert!(file_fault(id, &Verdict::Intact { bytes: 700, clusters: 4 }, &claimed()).is_some());
    let flipped = Verdict::Faulty(vec![FileFault::ClusterChanged { number: 2, offset: 400 }]);
    let fault = file_fault(id, &flipped, &claimed()).unwrap();
    assert_eq!(fault.about, Subject::Recording);
    assert_eq!(
        fault.text.in_language(Language::En),
        "Cluster 2 of the recording (from byte 400) was changed."
    );
}

#[test]
fn a_digest_is_64_hex_digits() {
    assert_eq!(digest(&"ab".repeat(32)), Some([0xab; 32]));
    for wrong in ["", "ab", &"zz".repeat(32), &"ab".repeat(33), &"é".repeat(32)] {
        assert_eq!(digest(wrong), None, "{wrong}");
    }
}
