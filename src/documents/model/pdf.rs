//! How many pages a PDF has. Pure.
//!
//! The file is a stranger's. Only the tree of pages is kept of it, what a stream unpacks to is bounded, and so is how many
//! streams are unpacked at all.

use crate::documents::model::content::{ContentFault, finds};
use lopdf::{Document, Error, LoadOptions, Object, ObjectId};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Of one stream with objects in it; the usual ones have some kilobytes.
const MOST_UNPACKED: usize = 2 << 20;
/// Streams with objects; each has some hundred of them.
const MOST_STREAMS: u32 = 300;
/// What stands at the end of a whole file stands within so much of it.
const END_WITHIN: usize = 2048;

thread_local! {
    /// The library's filter is a plain function, so that what it counts stands here.
    static STREAMS: Cell<u32> = const { Cell::new(0) };
}

/// How many pages there are, if all of it can be read without a password.
pub fn pages(bytes: &[u8]) -> Result<u32, ContentFault> {
    let end = &bytes[bytes.len().saturating_sub(END_WITHIN)..];
    if !finds(end, b"%%EOF") {
        return Err(ContentFault::Broken);
    }
    // Whatever the library stumbles over is a broken file.
    let counted = catch_unwind(AssertUnwindSafe(|| count(bytes)));
    counted.unwrap_or(Err(ContentFault::Broken))
}

fn count(bytes: &[u8]) -> Result<u32, ContentFault> {
    STREAMS.set(0);
    let options = LoadOptions {
        filter: Some(only_pages),
        max_decompressed_size: Some(MOST_UNPACKED),
        ..LoadOptions::default()
    };
    let document = Document::load_mem_with_options(bytes, options).map_err(|error| fault(&error))?;
    if document.is_encrypted() || document.was_encrypted() {
        return Err(ContentFault::Encrypted);
    }
    if STREAMS.get() > MOST_STREAMS {
        return Err(ContentFault::Broken);
    }
    let pages = document.page_iter();
    // A page that is named and not there counts for the library as an empty one.
    let pages = pages.filter(|id| document.get_dictionary(*id).is_ok()).count();
    match u32::try_from(pages) {
        Ok(0) | Err(_) => Err(ContentFault::Broken),
        Ok(pages) => Ok(pages),
    }
}

fn fault(error: &Error) -> ContentFault {
    match error {
        Error::Decryption(_) | Error::InvalidPassword | Error::UnsupportedSecurityHandler(_) => {
            ContentFault::Encrypted
        }
        _ => ContentFault::Broken,
    }
}

/// What the tree of pages is made of, and what objects are packed in; the rest is passed over.
fn only_pages(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    let kept = match object {
        Object::Stream(stream) if stream.dict.has_type(b"ObjStm") => {
            STREAMS.set(STREAMS.get().saturating_add(1));
            STREAMS.get() <= MOST_STREAMS
        }
        Object::Stream(_) | Object::String(..) => false,
        _ => true,
    };
    kept.then(|| (id, object.clone()))
}
