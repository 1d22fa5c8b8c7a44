//! What a file is, by what is in it: its first bytes, and whether the rest is that kind from beginning to end. Pure.
//!
//! What it is called and what a browser says of it count for nothing. A file that is two things at once is refused: one
//! program would show the picture, and another one unpack the archive behind it.

use crate::directory::model::documents::{DocumentSpec, FileKind};
use crate::documents::model::{image, pdf};

/// A file that was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    pub kind: FileKind,
    /// Of a PDF.
    pub pages: Option<u32>,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentFault {
    Empty,
    /// It is none of the kinds that are asked for.
    Kind,
    /// It begins as one of them and cannot be read to its end.
    Broken,
    /// Something else is hidden in it.
    Mixed,
    /// It opens with a password only.
    Encrypted,
    /// It has so many pages.
    Pages(u32),
    /// A picture with too many dots.
    Dots,
}

/// What a file is, if it is what is asked for.
pub fn examine(bytes: &[u8], spec: &DocumentSpec) -> Result<Content, ContentFault> {
    if bytes.is_empty() {
        return Err(ContentFault::Empty);
    }
    let kind = kind_of(bytes).filter(|kind| spec.kinds.contains(kind)).ok_or(ContentFault::Kind)?;
    if is_archive(bytes) {
        return Err(ContentFault::Mixed);
    }
    let pages = match kind {
        FileKind::Pdf => {
            let pages = pdf::pages(bytes)?;
            if pages > spec.most_pages {
                return Err(ContentFault::Pages(pages));
            }
            Some(pages)
        }
        FileKind::Jpeg => image::jpeg(bytes).map(|()| None)?,
        FileKind::Png => image::png(bytes).map(|()| None)?,
    };
    Ok(Content { kind, pages })
}

fn kind_of(bytes: &[u8]) -> Option<FileKind> {
    const FIRST: [(&[u8], FileKind); 3] =
        [(b"%PDF-", FileKind::Pdf), (b"\xff\xd8\xff", FileKind::Jpeg), (b"\x89PNG\r\n\x1a\n", FileKind::Png)];
    FIRST.iter().find(|(first, _)| bytes.starts_with(first)).map(|(_, kind)| *kind)
}

/// Whether a program that unpacks archives would find one: the end of a ZIP directory stands in the last 64 kB.
fn is_archive(bytes: &[u8]) -> bool {
    const END: &[u8] = b"PK\x05\x06";
    const BEHIND: usize = 22 + 0xffff;
    finds(&bytes[bytes.len().saturating_sub(BEHIND)..], END)
}

/// Whether something else begins in what stands behind a picture.
pub(super) fn hides_something(rest: &[u8]) -> bool {
    let others: [&[u8]; 6] =
        [b"%PDF-", b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"<script", b"<html"];
    others.iter().any(|other| finds(rest, other))
}

pub(super) fn finds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
