//! How many pages a PDF has, and whether it only shows them. Pure.
//!
//! The file is a stranger's. Only the tree of pages is kept of it, what a stream unpacks to is bounded, and so is how many
//! streams are unpacked at all.

use crate::documents::model::content::{ContentFault, hides_something};
use lopdf::{Document, Error, LoadOptions, Object, ObjectId};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Of one stream with objects in it; the usual ones have some kilobytes.
const MOST_UNPACKED: usize = 2 << 20;
/// Streams with objects; each has some hundred of them.
const MOST_STREAMS: u32 = 300;
/// What stands at the end of a whole file stands within so much of it.
const END_WITHIN: usize = 2048;

/// Levels of a tree of pages, or of one value: real ones have a handful.
const DEEPEST: u32 = 64;
/// Pages and what holds them.
const MOST_NODES: u32 = 20_000;

thread_local! {
    /// The library's filter is a plain function, so that what it counts stands here.
    static STREAMS: Cell<u32> = const { Cell::new(0) };
}

/// How many pages there are, if all of it can be read without a password and nothing in it does more than show them.
pub fn pages(bytes: &[u8]) -> Result<u32, ContentFault> {
    const END: &[u8] = b"%%EOF";
    let end = &bytes[bytes.len().saturating_sub(END_WITHIN)..];
    let Some(at) = end.windows(END.len()).rposition(|window| window == END) else {
        return Err(ContentFault::Broken);
    };
    if hides_something(&end[at..]) {
        return Err(ContentFault::Mixed);
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
    if document.objects.values().any(|object| is_active(object, DEEPEST)) {
        return Err(ContentFault::Mixed);
    }
    let root = document.catalog().and_then(|catalog| catalog.get(b"Pages"));
    let root = root.and_then(Object::as_reference).map_err(|_| ContentFault::Broken)?;
    let mut counted = Counted::default();
    counted.below(&document, root, DEEPEST)?;
    if counted.pages == 0 { Err(ContentFault::Broken) } else { Ok(counted.pages) }
}

/// Pages as they are shown: one that is named twice is two. What is named and not there is none.
#[derive(Default)]
struct Counted {
    pages: u32,
    nodes: u32,
}

impl Counted {
    fn below(&mut self, document: &Document, node: ObjectId, depth: u32) -> Result<(), ContentFault> {
        self.nodes += 1;
        // A tree so deep or so large is none.
        if depth == 0 || self.nodes > MOST_NODES {
            return Err(ContentFault::Broken);
        }
        let Ok(node) = document.get_dictionary(node) else { return Ok(()) };
        let Ok(kids) = node.get_deref(b"Kids", document).and_then(Object::as_array) else {
            self.pages += 1;
            return Ok(());
        };
        let mut kids = kids.iter().filter_map(|kid| kid.as_reference().ok());
        kids.try_for_each(|kid| self.below(document, kid, depth - 1))
    }
}

/// Whether an object is something that a program does when the file is opened or clicked, or a file within the file:
/// ISO 32000-1, 12.6.4 (actions), 7.11.4 (embedded files), 12.7.8 (XFA). Going to a page or an address is neither.
fn is_active(object: &Object, depth: u32) -> bool {
    const ACTIONS: [&[u8]; 9] = [
        b"JavaScript",
        b"Launch",
        b"SubmitForm",
        b"ImportData",
        b"GoToE",
        b"Rendition",
        b"Movie",
        b"Sound",
        b"RichMediaExecute",
    ];
    const PARTS: [&[u8]; 6] = [b"JS", b"JavaScript", b"EF", b"EmbeddedFiles", b"XFA", b"RichMediaContent"];
    let Some(depth) = depth.checked_sub(1) else { return true };
    match object {
        Object::Array(all) => all.iter().any(|one| is_active(one, depth)),
        Object::Dictionary(dictionary) => {
            let acts =
                dictionary.get(b"S").and_then(Object::as_name).is_ok_and(|name| ACTIONS.contains(&name));
            acts || dictionary
                .iter()
                .any(|(key, value)| PARTS.contains(&key.as_slice()) || is_active(value, depth))
        }
        _ => false,
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
