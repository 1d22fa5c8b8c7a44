use super::*;
use crate::directory::model::documents::MOST_BYTES;
use lopdf::{
    Dictionary, Document, EncryptionState, EncryptionVersion, Object, Permissions, SaveOptions, Stream,
    dictionary,
};
use proptest::prelude::*;

fn spec() -> DocumentSpec {
    DocumentSpec { most_pages: 3, ..DocumentSpec::stamped_form() }
}

fn crc(bytes: &[u8]) -> u32 {
    // As the standard writes it, bit by bit.
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8)
            .fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (!(crc & 1)).wrapping_add(1)))
    })
}

fn chunk(name: &[u8], content: &[u8]) -> Vec<u8> {
    let named = [name, content].concat();
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [length.as_slice(), &named, &crc(&named).to_be_bytes()].concat()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes()[..], &[8, 0, 0, 0, 0]].concat();
    let parts =
        [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &head), chunk(b"IDAT", b"dots"), chunk(b"IEND", b"")];
    parts.concat()
}

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let [h, w] = [height.to_be_bytes(), width.to_be_bytes()];
    let frame = [0xff, 0xc0, 0, 11, 8, h[0], h[1], w[0], w[1], 1, 1, 0x11, 0];
    let scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 0xff, 0x00, 3, 0xff, 0xd0, 4];
    [&[0xff, 0xd8, 0xff, 0xe0, 0, 4, b'J', b'F'][..], &frame, &scan, &[0xff, 0xd9]].concat()
}

fn written(document: &mut Document, packed: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    if packed {
        let options = SaveOptions::builder().use_object_streams(true).use_xref_streams(true).build();
        document.save_with_options(&mut bytes, options).unwrap();
    } else {
        document.save_to(&mut bytes).unwrap();
    }
    bytes
}

/// Pages in a tree of two levels.
fn document(pages: usize) -> Document {
    let mut document = Document::with_version("1.5");
    let (root, inner) = (document.new_object_id(), document.new_object_id());
    let kids: Vec<Object> = (0..pages)
        .map(|_| document.add_object(dictionary! { "Type" => "Page", "Parent" => inner }).into())
        .collect();
    let count = i64::try_from(pages).unwrap();
    let tree = dictionary! { "Type" => "Pages", "Parent" => root, "Kids" => kids, "Count" => count };
    document.objects.insert(inner, Object::Dictionary(tree));
    // What it says of its number is not what is counted.
    let tree = dictionary! { "Type" => "Pages", "Kids" => vec![inner.into()], "Count" => 1 };
    document.objects.insert(root, Object::Dictionary(tree));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    document
}

fn pdf(pages: usize) -> Vec<u8> {
    written(&mut document(pages), false)
}

fn fault(bytes: &[u8]) -> ContentFault {
    examine(bytes, &spec()).unwrap_err()
}

#[test]
fn a_file_is_what_its_content_shows() {
    for (bytes, kind, pages) in [
        (png(640, 480), FileKind::Png, None),
        (jpeg(4000, 3000), FileKind::Jpeg, None),
        (pdf(1), FileKind::Pdf, Some(1)),
        (pdf(3), FileKind::Pdf, Some(3)),
        (written(&mut document(2), true), FileKind::Pdf, Some(2)),
    ] {
        assert_eq!(examine(&bytes, &spec()), Ok(Content { kind, pages }));
    }
    assert!(MOST_BYTES >= spec().most_bytes);
}

#[test]
fn what_is_not_asked_for_is_not_taken() {
    let only_pdf = DocumentSpec { kinds: vec![FileKind::Pdf], ..spec() };
    assert_eq!(examine(&png(1, 1), &only_pdf), Err(ContentFault::Kind));
    for other in
        [&b"MZ\x90\0"[..], b"<html><script>", b"GIF89a", b"PK\x03\x04", b"\0\0\0\x18ftypheic", b" %PDF-1.4"]
    {
        assert_eq!(fault(other), ContentFault::Kind);
    }
    assert_eq!(fault(b""), ContentFault::Empty);
}

#[test]
fn what_breaks_off_or_was_changed_is_not_taken() {
    for whole in [png(640, 480), jpeg(640, 480)] {
        for end in 9..whole.len() {
            assert!(examine(&whole[..end], &spec()).is_err(), "cut at {end} of {}", whole.len());
        }
    }
    let mut flipped = png(640, 480);
    flipped[40] ^= 1;
    assert_eq!(fault(&flipped), ContentFault::Broken);
    let whole = pdf(2);
    assert_eq!(fault(&whole[..whole.len() / 2]), ContentFault::Broken);
    assert_eq!(fault(b"%PDF-1.4 nothing %%EOF"), ContentFault::Broken);
    assert_eq!(fault(&pdf(0)), ContentFault::Broken);
    assert_eq!(fault(&png(0, 480)), ContentFault::Broken);
}

#[test]
fn what_is_two_things_at_once_is_not_taken() {
    let archive = [&b"PK\x03\x04 something "[..], b"PK\x05\x06", &[0; 18]].concat();
    for picture in [png(8, 8), jpeg(8, 8), pdf(1)] {
        assert_eq!(fault(&[&picture[..], &archive].concat()), ContentFault::Mixed);
    }
    assert_eq!(fault(&[&jpeg(8, 8)[..], b"<HTML><SCRIPT>alert(1)</SCRIPT>"].concat()), ContentFault::Mixed);
    assert_eq!(fault(&[&png(8, 8)[..], &pdf(1)].concat()), ContentFault::Mixed);
    let mut hidden = b"\xff\xd8\xff\xfe\0\x0c%PDF-1.4\n\n".to_vec();
    hidden.extend_from_slice(&jpeg(8, 8)[2..]);
    assert_eq!(fault(&hidden), ContentFault::Mixed);
    // The second picture and the short film that telephones put behind the first.
    for behind in [jpeg(160, 120), b"\0\0\0\x18ftypmp42".to_vec(), vec![0; 100]] {
        assert!(examine(&[jpeg(8, 8), behind].concat(), &spec()).is_ok());
    }
}

#[test]
fn a_pdf_that_does_more_than_show_its_pages_is_not_taken() {
    let with = |key: &str, value: Object, packed| {
        let mut document = document(1);
        document.catalog_mut().unwrap().set(key, value);
        written(&mut document, packed)
    };
    let action = |kind: &str| dictionary! { "Type" => "Action", "S" => kind };
    let on_page = dictionary! { "AA" => dictionary! { "O" => action("Launch") } };
    let file = dictionary! { "Type" => "Filespec", "EF" => dictionary! { "F" => Object::Reference((9, 0)) } };
    for (key, value) in [
        ("OpenAction", action("JavaScript").into()),
        ("OpenAction", action("Launch").into()),
        ("OpenAction", dictionary! { "Next" => vec![Object::from(action("SubmitForm"))] }.into()),
        (
            "Names",
            dictionary! { "EmbeddedFiles" => dictionary! { "Names" => vec![Object::from(file)] } }.into(),
        ),
        ("AcroForm", dictionary! { "XFA" => Vec::<Object>::new() }.into()),
        ("Other", on_page.into()),
    ] {
        for packed in [false, true] {
            assert_eq!(
                fault(&with(key, Object::clone(&value), packed)),
                ContentFault::Mixed,
                "{key} {value:?}"
            );
        }
    }
    let escaped = with("OpenAction", action("JavaScripU").into(), false);
    let text = String::from_utf8_lossy(&escaped).replace("/JavaScripU", "/J#61vaScript");
    // The table of places is wrong by then; whatever is made of it, it is not taken.
    assert!(examine(text.as_bytes(), &spec()).is_err());
    assert_eq!(fault(&[&pdf(1)[..], b"<html><script>alert(1)</script>"].concat()), ContentFault::Mixed);
    // A link to an address, and opening at a page.
    for value in
        [Object::from(dictionary! { "S" => "URI" }), Object::from(vec![Object::Integer(0), "Fit".into()])]
    {
        assert!(examine(&with("OpenAction", value, false), &spec()).is_ok());
    }
}

#[test]
fn a_page_that_is_named_often_is_as_many_pages() {
    let with_kids = |kids: fn(lopdf::ObjectId, lopdf::ObjectId) -> Vec<Object>| {
        let mut document = document(1);
        let inner = *document.objects.iter().find(|(_, one)| is_inner(one)).unwrap().0;
        let page = document.page_iter().next().unwrap();
        let tree = document.get_dictionary_mut(inner).unwrap();
        tree.set("Kids", kids(page, inner));
        written(&mut document, false)
    };
    assert_eq!(fault(&with_kids(|page, _| vec![page.into(); 50])), ContentFault::Pages(50));
    assert_eq!(fault(&with_kids(|page, _| vec![page.into(); 5000])), ContentFault::Pages(5000));
    assert_eq!(fault(&with_kids(|_, inner| vec![inner.into()])), ContentFault::Broken);
    assert_eq!(fault(&with_kids(|page, inner| vec![page.into(), inner.into()])), ContentFault::Broken);
    assert_eq!(fault(&with_kids(|page, _| vec![page.into(); 30_000])), ContentFault::Broken);
}

/// The lower of the two levels of [`document`].
fn is_inner(object: &Object) -> bool {
    object.as_dict().is_ok_and(|one| one.has_type(b"Pages") && one.has(b"Parent"))
}

#[test]
fn too_many_dots_or_pages_are_said_as_that() {
    assert_eq!(fault(&png(100_000, 100_000)), ContentFault::Dots);
    assert_eq!(fault(&jpeg(65_000, 65_000)), ContentFault::Dots);
    assert_eq!(fault(&pdf(4)), ContentFault::Pages(4));
}

fn with_password() -> Vec<u8> {
    let mut document = document(1);
    let id = Object::string_literal("0123456789abcdef");
    document.trailer.set("ID", vec![id.clone(), id]);
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "user",
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    written(&mut document, false)
}

#[test]
fn what_needs_a_password_is_said_as_that() {
    assert_eq!(fault(&with_password()), ContentFault::Encrypted);
}

#[test]
fn what_unpacks_without_end_is_given_up() {
    // Two gigabytes of nothing would be the usual trick; here some megabytes are more than is unpacked.
    let zeros = vec![b' '; 8 << 20];
    let mut bomb = document(1);
    let mut stream = Stream::new(Dictionary::new(), zeros);
    stream.compress().unwrap();
    // The library would not write what it takes for its own.
    stream.dict.set("Type", "ObjStX");
    stream.dict.set("N", 1);
    stream.dict.set("First", 4);
    bomb.add_object(stream);
    let mut bytes = written(&mut bomb, false);
    let name = bytes.windows(6).position(|window| window == b"ObjStX").unwrap();
    bytes[name + 5] = b'm';
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    assert_eq!(fault(&bytes), ContentFault::Broken);
}

proptest! {
    #[test]
    fn whatever_is_sent_is_answered(mut bytes in prop::collection::vec(any::<u8>(), 0..600), first in 0..4usize) {
        let first: &[u8] = [&b"%PDF-1.5\n"[..], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b""][first];
        bytes.splice(0..0, first.iter().copied());
        bytes.extend_from_slice(b"\n%%EOF");
        let _ = examine(&bytes, &spec());
    }

    #[test]
    fn a_pdf_that_was_changed_anywhere_is_answered(at in any::<prop::sample::Index>(), to in any::<u8>(), packed: bool) {
        let mut bytes = written(&mut document(3), packed);
        let place = at.index(bytes.len());
        bytes[place] = to;
        let _ = examine(&bytes, &spec());
    }
}
