//! The files as a whole: what is written can be walked, verified, and recovered at any tear.

use crate::video::engine::packet::Kind;
use crate::video::engine::recording::clusters::{Block, Clusters};
use crate::video::engine::recording::disk::Files;
use crate::video::engine::recording::file::RecordingFile;
use crate::video::engine::recording::index::{Gap, GapCause, Line, Medium};
use crate::video::engine::recording::{
    Checked, Fault, RecordingSummary, RecoverError, Verdict, ebml, index_path, origin, recover, verify, webm,
};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use std::fs;
use std::path::{Path, PathBuf};

/// A directory of one test, removed when it ends.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    pub(super) fn new() -> Self {
        let path = std::env::temp_dir().join(format!(
            "mianqia-recording-{}",
            crate::base::ids::new_id(crate::base::clock::Clock::system().now())
        ));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// Three seconds of tiny frames; without closing, as a killed process leaves them.
fn written(path: &Path, kinds: &[Kind]) -> RecordingFile {
    let mut file = RecordingFile::create(&Files, path, None, START).unwrap();
    let mut clusters = Clusters::default();
    for at_ms in (0..3000).step_by(100) {
        for kind in kinds {
            let key = *kind == Kind::Audio || at_ms % 1500 == 0;
            let data: &'static [u8] = match (kind, key) {
                (Kind::Video, true) => &[0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0],
                (Kind::Video, false) => &[0x11, 1, 2],
                (Kind::Audio, _) => b"opus",
            };
            clusters.add(Block { kind: *kind, at_ms, key, data: Bytes::from_static(data) });
        }
    }
    while let Some(cluster) = clusters.cut(3000, [true; 2], true) {
        file.cluster(&cluster).unwrap();
        if cluster.contents.start_ms == 0 {
            file.gap(Gap::new(Medium::Both, GapCause::Loss, 10, 20));
        }
    }
    file
}

fn finished(path: &Path, kinds: &[Kind]) -> RecordingSummary {
    written(path, kinds).close(Some(START + TimeDelta::seconds(3)), false, None).unwrap()
}

/// Walks a finished file strictly: every byte belongs to an element that is allowed there.
fn walk(path: &Path) -> (usize, usize) {
    let bytes = fs::read(path).unwrap();
    let head = ebml::head(&bytes).unwrap();
    assert_eq!(head.id, ebml::EBML);
    let segment_at = head.size + head.length.unwrap() as usize;
    let segment = ebml::head(&bytes[segment_at..]).unwrap();
    assert_eq!(segment.id, ebml::SEGMENT);
    let start = segment_at + segment.size;
    assert_eq!(start as u64, webm::segment_start());
    assert_eq!(start as u64 + segment.length.expect("a known length"), bytes.len() as u64);
    let (mut at, mut ids, mut clusters, mut times) = (start, Vec::new(), Vec::new(), Vec::new());
    while at < bytes.len() {
        let element = ebml::head(&bytes[at..]).unwrap();
        let end = at + element.size + element.length.unwrap() as usize;
        ids.push(element.id);
        if element.id == ebml::CLUSTER {
            let contents = webm::contents(&bytes[at..end]).expect("a whole cluster");
            assert!(times.last().is_none_or(|before| *before <= contents.start_ms));
            times.push(contents.start_ms);
            clusters.push((at - start) as u64);
        }
        at = end;
    }
    assert_eq!(at, bytes.len());
    assert_eq!(ids[..3], [ebml::SEEK_HEAD, ebml::INFO, ebml::TRACKS]);
    assert_eq!(ids.last(), Some(&ebml::CUES));
    assert!(ids[3..ids.len() - 1].iter().all(|id| *id == ebml::CLUSTER));

    // Each cue points at the beginning of a cluster, and the seek head at the cues.
    let body = &bytes[start..];
    let find = |id| ebml::children(body).find(|(found, _)| *found == id).unwrap().1;
    let mut cues = 0;
    for (_, point) in ebml::children(find(ebml::CUES)) {
        let positions = ebml::children(point).find(|(id, _)| *id == 0xB7).unwrap().1;
        let position = ebml::children(positions).find(|(id, _)| *id == 0xF1).unwrap().1;
        assert!(clusters.contains(&ebml::read_unsigned(position)));
        cues += 1;
    }
    let seek = ebml::children(find(ebml::SEEK_HEAD)).next().unwrap().1;
    let position = ebml::children(seek).find(|(id, _)| *id == 0x53AC).unwrap().1;
    let cues_at = ebml::read_unsigned(position) as usize;
    assert_eq!(ebml::head(&body[cues_at..]).unwrap().id, ebml::CUES);
    (clusters.len(), cues)
}

#[test]
fn a_finished_recording_is_a_strict_webm_and_intact() {
    let scratch = Scratch::new();
    for (name, kinds, size) in [
        ("both.webm", &[Kind::Video, Kind::Audio][..], (64, 48)),
        ("picture.webm", &[Kind::Video][..], (64, 48)),
        ("sound.webm", &[Kind::Audio][..], (0, 0)),
    ] {
        let path = scratch.file(name);
        let summary = finished(&path, kinds);
        let (clusters, cues) = walk(&path);
        assert_eq!(summary.clusters, clusters as u64);
        assert!(cues >= 1);
        assert_eq!((summary.width, summary.height), size);
        assert_eq!((summary.duration_ms, summary.gaps, summary.interrupted), (2920, 1, false));
        let verdict = verify(&path, &summary.manifest_sha256);
        assert_eq!(verdict, Verdict::Intact { bytes: summary.bytes, clusters: summary.clusters });
        assert_eq!(recover(&path).unwrap(), summary, "a finished recording needs no recovery");
    }
}

#[test]
fn any_flipped_byte_is_found_and_named() {
    let scratch = Scratch::new();
    let path = scratch.file("a.webm");
    let summary = finished(&path, &[Kind::Video, Kind::Audio]);
    let (media, index) = (fs::read(&path).unwrap(), fs::read(index_path(&path)).unwrap());
    let check = || match verify(&path, &summary.manifest_sha256) {
        Verdict::Faulty(faults) => faults[0].clone(),
        Verdict::Intact { .. } => panic!("not found"),
    };
    let header = webm::header(&webm::Header::default()).len();
    for at in 0..media.len() {
        let mut changed = media.clone();
        changed[at] ^= 0x20;
        fs::write(&path, changed).unwrap();
        let fault = check();
        assert_eq!(fault == Fault::HeaderChanged, at < header, "byte {at}: {fault}");
    }
    fs::write(&path, &media).unwrap();
    for at in 0..index.len() {
        let mut changed = index.clone();
        changed[at] ^= 0x20;
        fs::write(index_path(&path), changed).unwrap();
        assert_eq!(check(), Fault::ManifestChanged, "byte {at} of the index");
    }
    fs::write(index_path(&path), &index).unwrap();

    fs::write(&path, &media[..media.len() - 1]).unwrap();
    assert!(matches!(check(), Fault::Truncated { .. }));
    fs::write(&path, [&media[..], b"x"].concat()).unwrap();
    assert_eq!(check(), Fault::ExtraBytes { offset: media.len() as u64, bytes: 1 });
    fs::remove_file(&path).unwrap();
    assert_eq!(check(), Fault::FileMissing);
    fs::write(&path, &media).unwrap();
    fs::remove_file(index_path(&path)).unwrap();
    assert_eq!(check(), Fault::IndexMissing);
}

#[test]
fn a_tear_at_any_byte_leaves_the_whole_clusters() {
    let scratch = Scratch::new();
    let path = scratch.file("a.webm");
    let length = written(&path, &[Kind::Video, Kind::Audio]).length() as usize;
    let (media, index) = (fs::read(&path).unwrap(), fs::read(index_path(&path)).unwrap());
    assert_eq!(media.len(), length);
    let header = webm::header(&webm::Header::default()).len();
    let mut before = 0;
    for cut in (0..=length).step_by(11).chain([length]) {
        let torn = scratch.file(&format!("torn-{cut}.webm"));
        fs::write(&torn, &media[..cut]).unwrap();
        // The index knows exactly what was on the disk by then.
        let mut known = Vec::new();
        for line in index.split_inclusive(|byte| *byte == b'\n') {
            match Line::parse(line).unwrap() {
                Line::Cluster { range, .. } if range.offset + range.length > cut as u64 => break,
                _ => known.extend_from_slice(line),
            }
        }
        fs::write(index_path(&torn), &known).unwrap();
        match recover(&torn) {
            Ok(summary) => {
                assert!(summary.interrupted && summary.clusters >= before && cut > header);
                before = summary.clusters;
                assert_eq!(walk(&torn).0 as u64, summary.clusters);
                assert!(verify(&torn, &summary.manifest_sha256).is_intact());
                assert_eq!(recover(&torn).unwrap(), summary, "again");
            }
            Err(RecoverError::Empty) => assert_eq!(before, 0),
            Err(error) => panic!("{cut}: {error}"),
        }
    }
    assert_eq!(before, 5, "begun at 0, 300, 1300, the keyframe at 1500, and 2500");
}

#[test]
fn what_the_index_misses_is_hashed_and_marked() {
    let scratch = Scratch::new();
    let path = scratch.file("a.webm");
    drop(written(&path, &[Kind::Audio]));
    let index = fs::read(index_path(&path)).unwrap();
    // The last line is torn: its cluster is whole, but nobody noted it.
    fs::write(index_path(&path), &index[..index.len() - 9]).unwrap();
    let summary = recover(&path).unwrap();
    assert!(verify(&path, &summary.manifest_sha256).is_intact());
    let text = fs::read_to_string(index_path(&path)).unwrap();
    assert_eq!(text.matches("\"recovered\":true").count(), 1);
    assert!(!text.contains("\"cut\""));

    // No index at all: everything is hashed anew.
    let path = scratch.file("b.webm");
    drop(written(&path, &[Kind::Audio]));
    fs::remove_file(index_path(&path)).unwrap();
    let summary = recover(&path).unwrap();
    assert!(verify(&path, &summary.manifest_sha256).is_intact());
    let text = fs::read_to_string(index_path(&path)).unwrap();
    assert_eq!(text.matches("\"recovered\":true").count() as u64, summary.clusters);
}

#[test]
fn a_kill_while_closing_cuts_nothing_off() {
    let scratch = Scratch::new();
    let path = scratch.file("a.webm");
    let whole = finished(&path, &[Kind::Video, Kind::Audio]);
    let index = fs::read_to_string(index_path(&path)).unwrap();
    let lines: Vec<&str> = index.split_inclusive('\n').collect();
    for missing in 1..=3 {
        fs::write(index_path(&path), lines[..lines.len() - missing].concat()).unwrap();
        let summary = recover(&path).unwrap();
        assert_eq!((summary.bytes, summary.clusters), (whole.bytes, whole.clusters));
        assert!(!fs::read_to_string(index_path(&path)).unwrap().contains("\"cut\""));
        assert!(verify(&path, &summary.manifest_sha256).is_intact());
    }
}

#[test]
fn a_change_before_recovery_is_not_covered_up() {
    let scratch = Scratch::new();
    let path = scratch.file("a.webm");
    drop(written(&path, &[Kind::Audio]));
    let mut media = fs::read(&path).unwrap();
    let at = media.len() - 1; // inside the sound of the last cluster
    media[at] ^= 1;
    fs::write(&path, media).unwrap();
    let summary = recover(&path).unwrap();
    let verdict = verify(&path, &summary.manifest_sha256);
    assert!(matches!(verdict, Verdict::Faulty(faults) if matches!(faults[0], Fault::ClusterChanged { .. })));
}

#[test]
fn what_is_not_a_recording_is_refused() {
    let scratch = Scratch::new();
    assert!(matches!(recover(&scratch.file("none.webm")), Err(RecoverError::Io(_))));
    for (name, bytes, empty) in
        [("a", vec![], true), ("b", vec![0; 4000], false), ("c", vec![0x1A; 4000], false)]
    {
        let path = scratch.file(&format!("{name}.webm"));
        fs::write(&path, bytes).unwrap();
        let error = recover(&path).unwrap_err();
        assert_eq!(matches!(error, RecoverError::Empty), empty, "{error}");
    }
}

#[test]
fn what_was_missing_when_the_process_was_killed_is_missing_to_the_end() {
    let scratch = Scratch::new();
    let path = scratch.file("a.webm");
    let mut file = written(&path, &[Kind::Video, Kind::Audio]);
    let began = |from_ms, medium, cause| Line::GapBegan { from_ms, cause, medium };
    file.gap_began(&began(500, Medium::Audio, GapCause::AudioSilent));
    file.gap_began(&Line::Gap(Gap::new(Medium::Audio, GapCause::AudioSilent, 500, 500))); // came late
    file.gap_began(&began(1000, Medium::Video, GapCause::CameraOff));
    drop(file);
    let summary = recover(&path).unwrap();
    let loss = Gap::new(Medium::Both, GapCause::Loss, 10, 20);
    assert_eq!(summary.missing, [loss, Gap::new(Medium::Video, GapCause::CameraOff, 1000, 2900)]);
    assert!(verify(&path, &summary.manifest_sha256).is_intact());
    assert_eq!(recover(&path).unwrap(), summary, "again");
}

/// What may lie in the place of a file.
fn put_in_place(kind: &str, path: &Path) {
    let _ = fs::remove_file(path);
    match kind {
        "fifo" => {
            let mode = rustix::fs::Mode::from_raw_mode(0o600);
            rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        }
        // The socket's name stays when nobody listens any more.
        "socket" => drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
        "device" => std::os::unix::fs::symlink("/dev/zero", path).unwrap(),
        _ => fs::create_dir(path).unwrap(),
    }
}

#[test]
fn what_is_no_file_is_told_and_never_waited_for() {
    let (done, end) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for kind in ["fifo", "socket", "device", "directory"] {
            for in_place_of_index in [false, true] {
                let scratch = Scratch::new();
                let path = scratch.file("a.webm");
                let manifest = finished(&path, &[Kind::Audio]).manifest_sha256;
                put_in_place(kind, &if in_place_of_index { index_path(&path) } else { path.clone() });
                let Verdict::Faulty(faults) = verify(&path, &manifest) else { panic!("{kind}") };
                let told = Fault::Unreadable("it is not a regular file".to_owned());
                assert_eq!(faults, std::slice::from_ref(&told), "{kind}");
                assert_eq!(Checked::open(&path, &manifest).err(), Some(told), "{kind}");
                assert!(matches!(recover(&path), Err(RecoverError::NotARecording)), "{kind}");
                assert_eq!(origin(&path).is_err(), in_place_of_index, "{kind}");
            }
        }
        done.send(()).unwrap();
    });
    end.recv_timeout(std::time::Duration::from_secs(60)).expect("something waited for ever, or broke");
}
