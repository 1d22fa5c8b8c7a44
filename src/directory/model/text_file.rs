//! Text files as an office has them: UTF-8 with or without a mark, or GB18030 (GBK) as spreadsheets in
//! Chinese write them. Pure.

use crate::base::words::{self, Text};
use encoding_rs::GB18030;
use std::borrow::Cow;

/// More bytes than any list of an office has.
pub const MOST_BYTES: usize = 1024 * 1024;

/// Why bytes are no text. Lines count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    TooLarge,
    /// The line is neither UTF-8 nor GB18030.
    Encoding {
        line: usize,
    },
}

impl TextFault {
    /// Stable, for scripts.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "file_too_large",
            Self::Encoding { .. } => "file_encoding",
        }
    }

    /// What is wrong and what to do.
    pub fn text(self) -> Text {
        match self {
            Self::TooLarge => words::import::too_large(),
            Self::Encoding { line } => words::import::undecodable(line),
        }
    }
}

/// So many Han characters do not come out of GB18030 read as UTF-8 by chance.
const SURELY_UTF_8: usize = 4;

/// The text in a file. A file is one encoding throughout: what is not UTF-8 as a whole is read as GB18030, unless
/// it is plainly UTF-8 up to a line that is broken. That one is then named, instead of reading all as nonsense.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, TextFault> {
    if bytes.len() > MOST_BYTES {
        return Err(TextFault::TooLarge);
    }
    let marked = bytes.strip_prefix(b"\xef\xbb\xbf");
    let content = marked.unwrap_or(bytes);
    let error = match std::str::from_utf8(content) {
        Ok(text) => return Ok(text.into()),
        Err(error) => error,
    };
    let (good, _) = content.split_at(error.valid_up_to());
    let broken = 1 + count_lines(good);
    let is_han = |c: &char| ('\u{2e80}'..='\u{ffef}').contains(c);
    let han = String::from_utf8_lossy(good).chars().filter(is_han).count();
    if marked.is_some() || han >= SURELY_UTF_8 {
        return Err(TextFault::Encoding { line: broken });
    }
    decode_gb18030(content).map(Cow::from).map_err(|line| TextFault::Encoding { line: line.max(broken) })
}

/// Line by line, so that the one that cannot be read is known: no byte of a GB18030 character is a line end.
fn decode_gb18030(bytes: &[u8]) -> Result<String, usize> {
    let mut text = String::with_capacity(bytes.len() * 3 / 2);
    for (line, part) in (1usize..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        let part = GB18030.decode_without_bom_handling_and_without_replacement(part).ok_or(line)?;
        text.push_str(&part);
    }
    Ok(text)
}

fn count_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINES: &str = "date,name,kind\r\n2027-02-06,春节,holiday\n";

    #[test]
    fn utf_8_with_or_without_a_mark_and_gb18030_are_read_alike() {
        let gbk = GB18030.encode(LINES).0;
        assert!(std::str::from_utf8(&gbk).is_err());
        for bytes in [LINES.as_bytes(), format!("\u{feff}{LINES}").as_bytes(), &gbk] {
            assert_eq!(decode(bytes).unwrap(), LINES);
        }
        // Four bytes long in GB18030, absent from GBK: a rare name of a place.
        let rare = GB18030.encode("2027-02-06,㑇𠮷,holiday").0;
        assert_eq!(decode(&rare).unwrap(), "2027-02-06,㑇𠮷,holiday");
    }

    #[test]
    fn the_line_that_is_no_text_is_named() {
        let utf_16: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(LINES.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let half = [&GB18030.encode("一\n二\n三").0[..7], b"\n"].concat();
        let plainly = ["一二三四\n".as_bytes(), &"春节".as_bytes()[..5], &b"a\n"[..]].concat();
        for (bytes, line) in [
            (&utf_16[..], 1),
            (b"\xef\xbb\xbfdate\nname\n\xb4\xba\xbd\xda\n", 3),
            (b"date\n\xb4\xba\xbd\xda\n\xff\n", 3),
            (&half[..], 3),
            // Plainly UTF-8, although GB18030 can be read out of it.
            (&plainly[..], 2),
            // The beginning of a character at the end of the file.
            (b"date\n\xb4", 2),
        ] {
            assert_eq!(decode(bytes), Err(TextFault::Encoding { line }), "{bytes:?}");
        }
        assert_eq!(decode(&vec![b'a'; MOST_BYTES + 1]), Err(TextFault::TooLarge));
    }

    proptest! {
        #[test]
        fn a_text_comes_back_from_both_encodings(text in "[a-z0-9一-龥〇,\n]{0,80}") {
            prop_assert_eq!(decode(text.as_bytes()).unwrap(), text.as_str());
            let gbk = GB18030.encode(&text).0;
            // Some bytes of GB18030 are UTF-8 too; then nobody can know.
            if std::str::from_utf8(&gbk).is_err() {
                prop_assert_eq!(decode(&gbk).unwrap(), text.as_str());
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}
