//! Datagrams on a stream: two bytes with the length before each (RFC 4571). Pure.

/// The longest frame that is taken: more than any datagram of media that is not fragmented on its way.
pub const LONGEST: usize = 2048;
/// Bytes of the length.
const HEAD: usize = 2;
/// Room for some frames, and always for one.
const ROOM: usize = 4 * (HEAD + LONGEST);

/// A frame is longer than any datagram: what comes is something else, or nothing of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frame of {0} bytes")]
pub struct TooLong(pub usize);

/// What has come of one stream and is not read yet, the half of a frame included.
#[derive(Debug)]
pub struct Frames {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Frames {
    pub fn new() -> Self {
        Self { buffer: vec![0; ROOM].into(), start: 0, end: 0 }
    }

    /// Where the next bytes of the stream go. Not empty once [`next`](Self::next) has given all that it had.
    pub fn room(&mut self) -> &mut [u8] {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        &mut self.buffer[self.end..]
    }

    /// So many bytes were put there.
    pub fn came(&mut self, count: usize) {
        self.end = (self.end + count).min(self.buffer.len());
    }

    /// The next whole frame. An empty one says nothing, and is passed over.
    pub fn next(&mut self) -> Result<Option<&[u8]>, TooLong> {
        loop {
            let Some(&[high, low]) = self.buffer[self.start..self.end].first_chunk::<HEAD>() else {
                return Ok(None);
            };
            let length = usize::from(u16::from_be_bytes([high, low]));
            if length > LONGEST {
                return Err(TooLong(length));
            }
            let (from, to) = (self.start + HEAD, self.start + HEAD + length);
            if to > self.end {
                return Ok(None);
            }
            self.start = to;
            if length > 0 {
                return Ok(Some(&self.buffer[from..to]));
            }
        }
    }
}

/// Puts a datagram behind others. One that no frame could hold is left out, as a network would lose it.
pub fn put(out: &mut Vec<u8>, datagram: &[u8]) {
    let Ok(length) = u16::try_from(datagram.len()) else { return };
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(datagram);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The frames of a stream that comes in pieces of these sizes, again and again.
    fn read(mut stream: &[u8], pieces: &[usize]) -> Result<Vec<Vec<u8>>, TooLong> {
        let (mut frames, mut found) = (Frames::new(), Vec::new());
        let mut pieces = pieces.iter().cycle();
        while !stream.is_empty() {
            let room = frames.room();
            assert!(!room.is_empty());
            let count = pieces.next().map_or(1, |piece| *piece).clamp(1, stream.len()).min(room.len());
            room[..count].copy_from_slice(&stream[..count]);
            frames.came(count);
            stream = &stream[count..];
            while let Some(frame) = frames.next()? {
                found.push(frame.to_vec());
            }
        }
        Ok(found)
    }

    #[test]
    fn frames_of_any_length_are_read_and_a_longer_one_is_an_error() {
        let mut stream = Vec::new();
        for length in [1, 0, LONGEST, 0, 0, 3] {
            put(&mut stream, &vec![7; length]);
        }
        let lengths = |frames: Vec<Vec<u8>>| frames.iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(lengths(read(&stream, &[usize::MAX]).unwrap()), [1, LONGEST, 3]);
        assert_eq!(lengths(read(&stream, &[1]).unwrap()), [1, LONGEST, 3]);
        put(&mut stream, &vec![7; LONGEST + 1]);
        assert_eq!(read(&stream, &[1000]), Err(TooLong(LONGEST + 1)));
        assert_eq!(read(b"GET / HTTP/1.1\r\n\r\n", &[5]), Err(TooLong(0x4745)));
        // A half frame is none.
        assert_eq!(read(&[0, 5, 1, 2, 3, 4], &[2]), Ok(Vec::new()));
        let mut none = Vec::new();
        put(&mut none, &vec![0; 70_000]);
        assert!(none.is_empty());
    }

    proptest! {
        #[test]
        fn any_split_of_a_stream_gives_the_same_frames(
            datagrams in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..1500), 0..30),
            pieces in proptest::collection::vec(1usize..5000, 1..10),
        ) {
            let mut stream = Vec::new();
            for datagram in &datagrams {
                put(&mut stream, datagram);
            }
            prop_assert_eq!(read(&stream, &pieces), Ok(datagrams));
        }

        #[test]
        fn garbage_is_never_a_panic(
            stream in proptest::collection::vec(any::<u8>(), 0..9000),
            pieces in proptest::collection::vec(1usize..5000, 1..10),
        ) {
            let whole = read(&stream, &[usize::MAX]);
            prop_assert_eq!(read(&stream, &pieces), whole);
        }
    }
}
