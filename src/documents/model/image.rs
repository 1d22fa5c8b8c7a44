//! Pictures, walked from their beginning to their end without unpacking them. Pure.

use crate::documents::model::content::{ContentFault, finds, hides_something};

/// A camera has 50 million dots, a scan of A4 at 600 dpi 35 million.
const MOST_DOTS: u64 = 120_000_000;
/// Some camera programs read a PDF that begins within so much.
const PDF_BEGINS: usize = 1024;

/// A JPEG: segments up to the end of the last scan. Telephones put a moving picture or the Samsung trailer behind it.
pub fn jpeg(bytes: &[u8]) -> Result<(), ContentFault> {
    let mut at = 2;
    let mut has_size = false;
    loop {
        let marker = marker(bytes, &mut at)?;
        match marker {
            // The end.
            0xd9 => break,
            // Markers without a segment.
            0x01 | 0xd0..=0xd7 => continue,
            0x00 | 0xd8 => return Err(ContentFault::Broken),
            _ => {}
        }
        let segment = segment(bytes, at)?;
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let [_, h1, h2, w1, w2, ..] = segment else { return Err(ContentFault::Broken) };
            dots(u32::from(u16::from_be_bytes([*w1, *w2])), u32::from(u16::from_be_bytes([*h1, *h2])))?;
            has_size = true;
        }
        at += 2 + segment.len();
        if marker == 0xda {
            at = end_of_scan(bytes, at).ok_or(ContentFault::Broken)?;
        }
    }
    if !has_size {
        return Err(ContentFault::Broken);
    }
    whole(bytes, &bytes[at..])
}

/// The next marker; `at` is behind it then.
fn marker(bytes: &[u8], at: &mut usize) -> Result<u8, ContentFault> {
    if bytes.get(*at) != Some(&0xff) {
        return Err(ContentFault::Broken);
    }
    // Any number of 0xff may stand before the code.
    while bytes.get(*at) == Some(&0xff) {
        *at += 1;
    }
    let code = *bytes.get(*at).ok_or(ContentFault::Broken)?;
    *at += 1;
    Ok(code)
}

/// What is in the segment that begins with its length at `at`.
fn segment(bytes: &[u8], at: usize) -> Result<&[u8], ContentFault> {
    let length = bytes.get(at..at + 2).ok_or(ContentFault::Broken)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    bytes.get(at + 2..at + length).ok_or(ContentFault::Broken)
}

/// Where the marker behind the packed dots begins.
fn end_of_scan(bytes: &[u8], from: usize) -> Option<usize> {
    let is_end = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff | 0xd0..=0xd7);
    bytes.get(from..)?.windows(2).position(is_end).map(|found| from + found)
}

/// A PNG: chunks up to its end, each with the checksum that it has.
pub fn png(bytes: &[u8]) -> Result<(), ContentFault> {
    let mut at = 8;
    let mut has_dots = false;
    loop {
        let head = bytes.get(at..at + 8).ok_or(ContentFault::Broken)?;
        let length = usize::try_from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]))
            .map_err(|_| ContentFault::Broken)?;
        let end = (at + 8).checked_add(length).ok_or(ContentFault::Broken)?;
        let (name, content) = (&head[4..8], bytes.get(at + 8..end).ok_or(ContentFault::Broken)?);
        let sum = bytes.get(end..end + 4).ok_or(ContentFault::Broken)?;
        if crc(&bytes[at + 4..end]).to_be_bytes() != sum {
            return Err(ContentFault::Broken);
        }
        match name {
            b"IHDR" if at == 8 && length == 13 => {
                let number = |from: usize| {
                    u32::from_be_bytes([
                        content[from],
                        content[from + 1],
                        content[from + 2],
                        content[from + 3],
                    ])
                };
                dots(number(0), number(4))?;
            }
            _ if at == 8 => return Err(ContentFault::Broken),
            b"IDAT" => has_dots = true,
            b"IEND" if has_dots => return whole(bytes, &bytes[end + 4..]),
            b"IEND" => return Err(ContentFault::Broken),
            _ => {}
        }
        at = end + 4;
    }
}

/// The checksum of PNG, four bits at a time.
fn crc(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 16] = [
        0x0000_0000,
        0x1db7_1064,
        0x3b6e_20c8,
        0x26d9_30ac,
        0x76dc_4190,
        0x6b6b_51f4,
        0x4db2_6158,
        0x5005_713c,
        0xedb8_8320,
        0xf00f_9344,
        0xd6d6_a3e8,
        0xcb61_b38c,
        0x9b64_c2b0,
        0x86d3_d2d4,
        0xa00a_e278,
        0xbdbd_f21c,
    ];
    let step = |crc: u32| (crc >> 4) ^ TABLE[(crc & 15) as usize];
    !bytes.iter().fold(!0, |crc, byte| step(step(crc ^ u32::from(*byte))))
}

fn dots(width: u32, height: u32) -> Result<(), ContentFault> {
    match u64::from(width) * u64::from(height) {
        0 => Err(ContentFault::Broken),
        1..=MOST_DOTS => Ok(()),
        _ => Err(ContentFault::Dots),
    }
}

fn whole(bytes: &[u8], rest: &[u8]) -> Result<(), ContentFault> {
    let is_pdf_too = finds(&bytes[..bytes.len().min(PDF_BEGINS)], b"%PDF-");
    if is_pdf_too || hides_something(rest) { Err(ContentFault::Mixed) } else { Ok(()) }
}
