//! Puts the packets of one track into order. Every packet is held for a while after it came: for those before
//! it that are still missing, and until it is clear when it was sent. Pure: the caller says what time it is.

use std::collections::{BTreeMap, VecDeque};

/// A sequence number this far from the expected one belongs to a new count, not to this one.
const RESTART: i64 = 3000;

/// What comes out, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<T> {
    Packet(T),
    /// So many packets did not come in time.
    Lost(u64),
}

/// The buffer of one track.
#[derive(Debug)]
pub struct Reorder<T> {
    /// Sequence numbers are counted on beyond 16 bits; this is the next one to hand out.
    next: Option<i64>,
    held: BTreeMap<i64, T>,
    /// Numbers in the order in which they came, and when.
    arrivals: VecDeque<(u64, i64)>,
    hold_ms: u64,
    capacity: usize,
    restarted: bool,
    /// Something came out.
    began: bool,
}

impl<T> Reorder<T> {
    /// Holds a packet for `hold_ms`, and at most `capacity` packets.
    pub fn new(hold_ms: u64, capacity: usize) -> Self {
        let (held, arrivals) = (BTreeMap::new(), VecDeque::new());
        Self { next: None, held, arrivals, hold_ms, capacity, restarted: false, began: false }
    }

    /// Takes a packet that arrived at `at_ms`. Duplicates and those that come too late are
    /// dropped.
    pub fn push(&mut self, seq: u16, at_ms: u64, packet: T) {
        let next = *self.next.get_or_insert(i64::from(seq));
        let number = next + i64::from(seq.wrapping_sub(next as u16).cast_signed());
        if (number - next).abs() > RESTART {
            // What is held of the old count is older than this packet: it is of no more use than
            // the missing packet it waits for.
            self.held.clear();
            self.arrivals.clear();
            self.restarted = true;
            self.next = Some(number);
        } else if number < next && self.began {
            return;
        } else if number < next {
            self.next = Some(number); // overtaken by the very first one that came
        }
        if let std::collections::btree_map::Entry::Vacant(place) = self.held.entry(number) {
            place.insert(packet);
            self.arrivals.push_back((at_ms, number));
        }
    }

    /// The next item that is due at `now_ms`: one is as soon as it, or one behind it, was held long enough.
    pub fn pop(&mut self, now_ms: u64) -> Option<Item<T>> {
        if std::mem::take(&mut self.restarted) {
            return Some(Item::Lost(1));
        }
        let next = self.next?;
        while self.arrivals.front().is_some_and(|(_, number)| *number < next) {
            self.arrivals.pop_front();
        }
        let &(at_ms, _) = self.arrivals.front()?;
        if now_ms.saturating_sub(at_ms) < self.hold_ms && self.held.len() <= self.capacity {
            return None;
        }
        let (&number, _) = self.held.first_key_value()?;
        self.began = true;
        if number > next {
            self.next = Some(number);
            return Some(Item::Lost(number.abs_diff(next)));
        }
        self.next = Some(number + 1);
        self.held.pop_first().map(|(_, packet)| Item::Packet(packet))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drain(buffer: &mut Reorder<u16>, now: u64) -> Vec<Item<u16>> {
        std::iter::from_fn(|| buffer.pop(now)).collect()
    }

    #[test]
    fn a_late_packet_is_waited_for_but_not_for_ever() {
        let mut buffer = Reorder::new(300, 100);
        for (seq, at) in [(1, 0), (3, 10), (4, 20)] {
            buffer.push(seq, at, seq);
        }
        assert_eq!(drain(&mut buffer, 299), []);
        assert_eq!(drain(&mut buffer, 300), [Item::Packet(1)]);
        buffer.push(2, 305, 2);
        // What came late holds nothing up: those behind it have waited long enough.
        assert_eq!(drain(&mut buffer, 310), [2, 3].map(Item::Packet));
        assert_eq!(drain(&mut buffer, 320), [Item::Packet(4)]);
        buffer.push(7, 330, 7);
        assert_eq!(drain(&mut buffer, 629), []);
        assert_eq!(drain(&mut buffer, 630), [Item::Lost(2), Item::Packet(7)]);
        buffer.push(5, 640, 5); // too late
        buffer.push(7, 640, 7); // twice
        assert_eq!(drain(&mut buffer, 9999), []);
    }

    #[test]
    fn the_first_that_comes_need_not_be_the_first_that_was_sent() {
        let mut buffer = Reorder::new(300, 100);
        for seq in [2, 0, 1] {
            buffer.push(seq, 0, seq);
        }
        assert_eq!(drain(&mut buffer, 300), [0, 1, 2].map(Item::Packet));
    }

    #[test]
    fn it_holds_no_more_than_its_capacity() {
        let mut buffer = Reorder::new(u64::MAX, 4);
        for seq in [0, 2, 3, 4, 5, 6] {
            buffer.push(seq, 0, seq);
        }
        assert_eq!(drain(&mut buffer, 0), [Item::Packet(0), Item::Lost(1), Item::Packet(2)]);
    }

    #[test]
    fn a_new_count_is_a_loss_and_goes_on() {
        let mut buffer = Reorder::new(300, 100);
        buffer.push(10, 0, 10);
        assert_eq!(drain(&mut buffer, 300), [Item::Packet(10)]);
        buffer.push(20_000, 305, 20_000);
        assert_eq!(drain(&mut buffer, 605), [Item::Lost(1), Item::Packet(20_000)]);
    }

    proptest! {
        #[test]
        fn any_order_within_the_wait_comes_out_sorted(
            start: u16, shuffled in Just((0u16..200).collect::<Vec<_>>()).prop_shuffle()
        ) {
            let mut buffer = Reorder::new(1000, 1000);
            buffer.push(start.wrapping_sub(1), 0, u16::MAX);
            for offset in &shuffled {
                buffer.push(start.wrapping_add(*offset), 1, *offset);
            }
            let mut wanted = vec![Item::Packet(u16::MAX)];
            wanted.extend((0..200).map(Item::Packet));
            prop_assert_eq!(drain(&mut buffer, 1001), wanted);
        }

        #[test]
        fn every_number_comes_out_once_or_is_lost(seqs in proptest::collection::vec(0u16..500, 1..300)) {
            let mut buffer = Reorder::new(50, 32);
            let mut items = Vec::new();
            for (now, seq) in seqs.iter().enumerate() {
                buffer.push(*seq, now as u64, *seq);
                items.extend(drain(&mut buffer, now as u64));
            }
            items.extend(drain(&mut buffer, u64::MAX));
            // The first one out may be older than the first one that came.
            let Some(Item::Packet(mut expected)) = items.first().cloned() else { panic!("{items:?}") };
            prop_assert!(expected <= seqs[0]);
            for item in items {
                match item {
                    Item::Packet(seq) => {
                        prop_assert_eq!(seq, expected);
                        expected += 1;
                    }
                    Item::Lost(count) => expected += count as u16,
                }
            }
        }
    }
}
