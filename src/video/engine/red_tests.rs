use super::*;
use proptest::prelude::*;
use std::time::Instant;

const RED: u8 = 63;
const OPUS: u8 = 111;
/// Opus of 20 ms: its first byte says so. The second tells packets apart.
const LONG: u32 = 960;

/// Number, timestamp and payload.
type Sent = (u16, u32, Vec<u8>);
/// Payload type, offset and data of an earlier block.
type Former = (u8, u32, Vec<u8>);

fn sound(seq: u16) -> Vec<u8> {
    vec![0xFC, seq as u8, 7]
}

fn head(payload_type: u8, offset: u32, length: usize) -> [u8; 4] {
    let word = offset << 10 | length as u32;
    let [_, high, middle, low] = word.to_be_bytes();
    [0x80 | payload_type, high, middle, low]
}

/// The payload of RED with earlier blocks, oldest first.
fn red(earlier: &[Former], primary: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (payload_type, offset, data) in earlier {
        out.extend(head(*payload_type, *offset, data.len()));
    }
    out.push(OPUS);
    earlier.iter().for_each(|(_, _, data)| out.extend(data));
    out.extend(primary);
    out
}

/// Packet `seq` of a sender that never pauses, with the one before it.
fn with_former(seq: u16) -> Sent {
    let former = (OPUS, LONG, sound(seq.wrapping_sub(1)));
    (seq, ticks(seq), red(&[former], &sound(seq)))
}

/// When it is played; the numbers around the change from 65535 to 0 go on.
fn ticks(seq: u16) -> u32 {
    u32::from(seq.wrapping_add(1000)) * LONG
}

fn packet((seq, timestamp, payload): Sent) -> MediaPacket {
    MediaPacket { seq, timestamp, marker: true, payload: payload.into(), at: Instant::now() }
}

fn unwrap() -> Unwrap {
    Unwrap::new(RedTypes { red: RED, opus: OPUS })
}

/// All that comes out.
fn all(unwrap: &mut Unwrap, sent: impl IntoIterator<Item = Sent>) -> Vec<Sent> {
    let out = sent.into_iter().flat_map(|sent| unwrap.take(RED, packet(sent)));
    out.map(|packet| (packet.seq, packet.timestamp, packet.payload.to_vec())).collect()
}

fn plain(seqs: impl IntoIterator<Item = u16>) -> Vec<Sent> {
    seqs.into_iter().map(|seq| (seq, ticks(seq), sound(seq))).collect()
}

#[test]
fn a_lost_packet_comes_with_the_next_one_and_the_first_has_none_before_it() {
    let came = [65_533, 65_534, 0, 1, 4].map(with_former);
    // 65535 and 3 came with the next ones; 2 was lost together with 3.
    assert_eq!(all(&mut unwrap(), came), plain([65_533, 65_534, 65_535, 0, 1, 3, 4]));
}

#[test]
fn a_packet_that_was_brought_already_or_comes_twice_is_left_out_but_not_what_it_brings() {
    let came = [1, 4, 3, 3, 4, 0, 5].map(with_former);
    let out: Vec<u16> = all(&mut unwrap(), came).into_iter().map(|(seq, ..)| seq).collect();
    assert_eq!(out, [1, 3, 4, 2, 0, 5]);
}

#[test]
fn an_earlier_block_is_used_only_if_it_ends_where_the_next_begins() {
    let at = ticks(10);
    let cases: [(Vec<Former>, &[u16]); 8] = [
        // Across a pause, and overlapping.
        (vec![(OPUS, 10 * LONG, sound(9))], &[10]),
        (vec![(OPUS, LONG / 2, sound(9))], &[10]),
        (vec![(OPUS, 0, sound(9))], &[10]),
        // No Opus: another payload type, nothing, 63 frames of 20 ms.
        (vec![(13, LONG, sound(9))], &[10]),
        (vec![(OPUS, LONG, Vec::new())], &[10]),
        (vec![(OPUS, 63 * LONG, vec![0xFF, 63])], &[10]),
        // Two before it, and an older one that does not fit.
        (vec![(OPUS, 2 * LONG, sound(8)), (OPUS, LONG, sound(9))], &[8, 9, 10]),
        (vec![(OPUS, 5 * LONG, sound(8)), (OPUS, LONG, sound(9))], &[9, 10]),
    ];
    for (earlier, seqs) in cases {
        let mut unwrap = unwrap();
        all(&mut unwrap, [with_former(5)]);
        let out = all(&mut unwrap, [(10, at, red(&earlier, &sound(10)))]);
        assert_eq!(out, plain(seqs.iter().copied()), "{earlier:?}");
    }
}

#[test]
fn what_is_not_red_is_lost_and_plain_opus_passes() {
    let good = red(&[(OPUS, LONG, sound(9))], &sound(10));
    let other = [&[0][..], &sound(10)].concat();
    let many = red(&vec![(OPUS, LONG, Vec::new()); MOST_BLOCKS + 1], &sound(10));
    let (no_primary, long) = (red(&[], &[]), [&head(OPUS, LONG, 1023)[..], &[OPUS, 1, 2]].concat());
    for payload in [&good[..3], &good[..4], &good[..7], &good[..8], &other, &many, &no_primary, &long] {
        let mut unwrap = unwrap();
        all(&mut unwrap, [with_former(8)]);
        assert_eq!(all(&mut unwrap, [(10, ticks(10), payload.to_vec())]), [], "{payload:?}");
        assert_eq!(
            all(&mut unwrap, [with_former(11)]),
            plain([10, 11]),
            "it may still come with the next one"
        );
    }
    let mut unwrap = unwrap();
    let taken = unwrap.take(OPUS, packet((7, 7, sound(7))));
    assert_eq!((taken.len(), taken[0].payload.to_vec(), taken[0].marker), (1, sound(7), true));
    // Padding has no content, and its number is no loss.
    assert_eq!(all(&mut unwrap, [(8, 7, Vec::new())]), [(8, 7, Vec::new())]);
}

#[test]
fn what_was_lost_has_no_mark_and_another_source_has_its_own_numbers() {
    let mut unwrap = unwrap();
    unwrap.take(RED, packet(with_former(1)));
    let marks: Vec<bool> =
        unwrap.take(RED, packet(with_former(3))).iter().map(|packet| packet.marker).collect();
    assert_eq!(marks, [false, true]);
    unwrap.restart();
    assert_eq!(all(&mut unwrap, [with_former(3)]), plain([3]));
}

#[test]
fn opus_says_how_long_it_is() {
    // Configuration, code and the byte behind them.
    let table = [
        (0, 0, None, Some(480)),
        (3, 0, None, Some(2880)),
        (12, 0, None, Some(480)),
        (15, 0, None, Some(960)),
        (16, 0, None, Some(120)),
        (31, 0, None, Some(960)),
        (31, 1, None, Some(1920)),
        (3, 2, None, Some(5760)),
        (31, 3, Some(6), Some(5760)),
        (31, 3, Some(7), None),
        (31, 3, Some(0), None),
        (31, 3, None, None),
    ];
    for (config, code, behind, long) in table {
        for stereo in [0, 4] {
            let packet: Vec<u8> = [config << 3 | stereo | code].into_iter().chain(behind).collect();
            assert_eq!(duration(&packet), long, "{packet:?}");
        }
    }
    assert_eq!(duration(&[]), None);
}

proptest! {
    #[test]
    fn whatever_comes_each_number_goes_on_once_and_never_more_than_was_sent(
        sent in proptest::collection::vec(
            (any::<u16>(), any::<u32>(), any::<bool>(), proptest::collection::vec(any::<u8>(), 0..64)),
            1..60,
        )
    ) {
        let mut unwrap = unwrap();
        for (seq, timestamp, good, mut payload) in sent {
            if good {
                payload.splice(0..0, head(OPUS, LONG, payload.len() / 2).into_iter().chain([OPUS]));
            }
            let bytes = payload.len();
            let out = unwrap.take(RED, packet((seq, timestamp, payload)));
            prop_assert!(out.len() <= 1 + MOST_RECOVERED);
            prop_assert!(out.iter().map(|packet| packet.payload.len()).sum::<usize>() <= bytes);
            for packet in &out {
                prop_assert!(usize::from(seq.wrapping_sub(packet.seq)) <= MOST_RECOVERED);
                prop_assert!(timestamp.wrapping_sub(packet.timestamp) <= LONGEST * MOST_RECOVERED as u32);
            }
        }
    }

    #[test]
    fn of_all_orders_and_losses_what_comes_out_is_what_was_sent(
        fates in proptest::collection::vec((any::<bool>(), 0u16..4), 2..300), first in 64_600u16..65_000
    ) {
        // A packet comes or not, and some places later than it was sent.
        let mut came: Vec<(usize, u16)> = Vec::new();
        for (index, (comes, late)) in fates.iter().enumerate() {
            if *comes {
                came.push((index + usize::from(*late), first.wrapping_add(index as u16)));
            }
        }
        came.sort_by_key(|(place, _)| *place);
        let mut unwrap = unwrap();
        let out = all(&mut unwrap, came.iter().map(|(_, seq)| with_former(*seq)));
        for found in &out {
            prop_assert_eq!(&vec![found.clone()], &plain([found.0]));
        }
        let mut seqs: Vec<u16> = out.iter().map(|(seq, ..)| seq.wrapping_sub(first)).collect();
        seqs.sort_unstable();
        let count = seqs.len();
        seqs.dedup();
        prop_assert_eq!(seqs.len(), count, "none twice");
        // Whatever came, and whatever was before something that came behind the first.
        let start = came.first().map_or(0, |(_, seq)| seq.wrapping_sub(first));
        for (index, (comes, _)) in fates.iter().enumerate() {
            let next_came = fates.get(index + 1).is_some_and(|(comes, _)| *comes);
            if *comes || next_came && index as u16 > start {
                prop_assert!(seqs.contains(&(index as u16)), "{} is missing", index);
            }
        }
    }
}
