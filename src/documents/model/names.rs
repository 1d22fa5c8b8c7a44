//! The name under which a file is kept and given. Pure.

use crate::directory::model::documents::FileKind;

/// Longest name without its ending, in characters.
const LONGEST: usize = 80;

/// What a file was called, as it can be written on every system: the last part of a path, nothing that a file system takes
/// for something else, and the ending that its content has. Invisible characters were refused before.
pub fn kept_name(given: &str, item: &str, kind: FileKind) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let plain = |c: char| if c.is_control() || "<>:\"|?*%;".contains(c) { '_' } else { c };
    let stem: String = stem.chars().map(plain).take(LONGEST).collect();
    let stem = stem.trim().trim_matches('.').trim();
    let stem = if stem.is_empty() { item } else { stem };
    format!("{stem}.{}", kind.extension())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_and_ends_as_its_content_is() {
        for (given, kept) in [
            ("护照.jpg", "护照.pdf"),
            ("护照.pdf.exe", "护照.pdf.pdf"),
            ("C:\\Users\\x\\合同 1.PDF", "合同 1.pdf"),
            ("../../etc/passwd", "passwd.pdf"),
            ("a\n\"b\".pdf", "a__b_.pdf"),
            ("", "passport.pdf"),
            ("...", "passport.pdf"),
            (".pdf", "passport.pdf"),
        ] {
            assert_eq!(kept_name(given, "passport", FileKind::Pdf), kept, "{given:?}");
        }
        let long = kept_name(&"长".repeat(300), "passport", FileKind::Png);
        assert_eq!(long.chars().count(), LONGEST + 4);
    }
}
