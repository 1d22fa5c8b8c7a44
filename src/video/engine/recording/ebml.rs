//! EBML, as far as WebM needs it: writing elements, and reading them without trusting any length.

pub const EBML: u32 = 0x1A45_DFA3;
pub const SEGMENT: u32 = 0x1853_8067;
pub const SEEK_HEAD: u32 = 0x114D_9B74;
pub const INFO: u32 = 0x1549_A966;
pub const TRACKS: u32 = 0x1654_AE6B;
pub const CLUSTER: u32 = 0x1F43_B675;
pub const CUES: u32 = 0x1C53_BB6B;
pub const VOID: u32 = 0xEC;
pub const TIMESTAMP: u32 = 0xE7;
pub const SIMPLE_BLOCK: u32 = 0xA3;

/// The id and an 8-byte length: the form used for everything at the top level, so that the start
/// of an element's body is known before the body.
pub const WIDE_HEAD: usize = 12;

/// Appends the bytes of an id; ids carry their length in their own leading bits.
pub fn id(out: &mut Vec<u8>, id: u32) {
    let bytes = id.to_be_bytes();
    out.extend_from_slice(&bytes[id.leading_zeros() as usize / 8..]);
}

/// Appends an 8-byte length.
pub fn wide_length(out: &mut Vec<u8>, length: u64) {
    out.extend_from_slice(&(length | 1 << 56).to_be_bytes());
}

/// Appends an element whose length takes as few bytes as possible.
pub fn element(out: &mut Vec<u8>, kind: u32, body: &[u8]) {
    begin(out, kind, body.len() as u64);
    out.extend_from_slice(body);
}

/// Appends the id of an element, and a length in as few bytes as possible; its body comes next.
pub fn begin(out: &mut Vec<u8>, kind: u32, length: u64) {
    id(out, kind);
    // One value per width is reserved for "unknown", so a width holds 2^(7n) - 2 at most.
    let width = (1..8).find(|width| length < (1 << (7 * width)) - 1).unwrap_or(8);
    let marked = length | 1 << (7 * width);
    out.extend_from_slice(&marked.to_be_bytes()[8 - width as usize..]);
}

/// Appends an unsigned integer in as few bytes as possible.
pub fn unsigned(out: &mut Vec<u8>, kind: u32, value: u64) {
    let skipped = (value.leading_zeros() as usize / 8).min(7);
    element(out, kind, &value.to_be_bytes()[skipped..]);
}

/// Appends a float of 8 bytes.
pub fn float(out: &mut Vec<u8>, kind: u32, value: f64) {
    element(out, kind, &value.to_be_bytes());
}

/// Appends a Void element of exactly `length` bytes in all (2 to 128).
pub fn void(out: &mut Vec<u8>, length: usize) {
    debug_assert!((2..=128).contains(&length));
    element(out, VOID, &vec![0; length.saturating_sub(2)]);
}

/// The head of an element as read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub id: u32,
    /// `None`: unknown, as in a growing segment.
    pub length: Option<u64>,
    /// Bytes of id and length.
    pub size: usize,
}

/// Reads an element's head; `None` when the bytes are too few or not a head.
pub fn head(bytes: &[u8]) -> Option<Head> {
    let first = *bytes.first()?;
    let id_size = first.leading_zeros() as usize + 1;
    if id_size > 4 {
        return None;
    }
    let id = bytes.get(..id_size)?.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
    let first = *bytes.get(id_size)?;
    let width = first.leading_zeros() as usize + 1;
    if width > 8 {
        return None;
    }
    let raw = bytes.get(id_size..id_size + width)?;
    let value = raw.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    let value = value & ((1 << (7 * width)) - 1);
    let unknown = (1u64 << (7 * width)) - 1;
    let length = (value != unknown).then_some(value);
    Some(Head { id, length, size: id_size + width })
}

/// The elements inside `bytes`: id and body. Ends early at the first that does not fit.
pub fn children(bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let head = head(rest)?;
        let end = head.size.checked_add(usize::try_from(head.length?).ok()?)?;
        let body = rest.get(head.size..end)?;
        rest = &rest[end..];
        Some((head.id, body))
    })
}

/// An unsigned integer of up to 8 bytes.
pub fn read_unsigned(body: &[u8]) -> u64 {
    body.iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(length in prop_oneof![0usize..300, 16_000usize..17_000]) {
            let mut out = Vec::new();
            element(&mut out, SIMPLE_BLOCK, &vec![7; length]);
            let head = head(&out).unwrap();
            prop_assert_eq!(head.id, SIMPLE_BLOCK);
            prop_assert_eq!(head.length, Some(length as u64));
            prop_assert_eq!(out.len(), head.size + length);
        }

        #[test]
        fn garbage_is_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = head(&bytes);
            let _ = children(&bytes).count();
        }
    }

    #[test]
    fn unknown_and_wide_lengths_are_told_apart() {
        let mut out = Vec::new();
        id(&mut out, SEGMENT);
        out.extend_from_slice(&[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        assert_eq!(head(&out), Some(Head { id: SEGMENT, length: None, size: WIDE_HEAD }));
        out.truncate(4);
        wide_length(&mut out, 5);
        assert_eq!(head(&out).unwrap().length, Some(5));
    }

    #[test]
    fn a_void_has_exactly_the_length_asked_for() {
        for length in 2..=128 {
            let mut out = Vec::new();
            void(&mut out, length);
            assert_eq!(out.len(), length);
        }
    }
}
