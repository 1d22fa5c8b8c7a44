//! Free places in memory.
//!
//! For each resource one row of bits per cell, a bit per seat: the seats that are free over some
//! cells are the zero bits of a few words or-ed together, which makes a month for hundreds of seats
//! a matter of microseconds. Filled at start, changed only after a commit, and never trusted for
//! taking: that is decided by the primary key of `occupied`.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use uuid::Uuid;

/// One occupied cell of one seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Taken {
    pub resource: Uuid,
    pub seat: i32,
    pub cell: i64,
}

/// The memory of all resources.
#[derive(Default)]
pub struct Boards {
    kept: RwLock<Kept>,
    under_way: Arc<UnderWay>,
}

type Forward = Box<dyn Fn(Uuid, Range<i64>) + Send + Sync>;
/// Cells of one resource.
pub type Span = (Uuid, Range<i64>);

/// Changes that may be in the store and are not in memory yet, by their numbers.
#[derive(Default)]
struct UnderWay {
    changes: Mutex<HashMap<u64, Begun>>,
    /// Told which cells of which resource were changed, where others keep the same memory.
    forward: OnceLock<Forward>,
}

struct Begun {
    spans: HashMap<Uuid, Range<i64>>,
    /// Somebody could not make memory of what they had read, because of this change.
    in_the_way: bool,
}

impl UnderWay {
    fn tell(&self, spans: HashMap<Uuid, Range<i64>>) {
        if let Some(forward) = self.forward.get() {
            spans.into_iter().for_each(|(resource, span)| forward(resource, span));
        }
    }
}

/// A change on its way to the store. What is read there meanwhile may or may not hold it, so no memory is made of it.
/// It is over when it is [applied](Boards::apply), or dropped because it was taken back.
pub struct Change {
    taken: Vec<Taken>,
    by: i32,
    number: u64,
    under_way: Arc<UnderWay>,
    is_applied: bool,
}

impl Drop for Change {
    fn drop(&mut self) {
        let begun = locked(&self.under_way.changes).remove(&self.number);
        // It came to nothing, and what somebody had read because of another change is still to be read.
        if let Some(Begun { spans, in_the_way: true }) = begun.filter(|_| !self.is_applied) {
            self.under_way.tell(spans);
        }
    }
}

/// Whether memory holds now what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaced {
    Done,
    /// It was changed meanwhile: to be read again.
    Changed,
    /// It is being changed: whether that comes to something or to nothing, it is told when it has.
    UnderWay,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The cells of each resource, from the first to the last of them.
fn spans(taken: &[Taken]) -> HashMap<Uuid, Range<i64>> {
    let mut spans: HashMap<Uuid, Range<i64>> = HashMap::new();
    for Taken { resource, cell, .. } in taken {
        let span = spans.entry(*resource).or_insert(*cell..*cell + 1);
        *span = span.start.min(*cell)..span.end.max(*cell + 1);
    }
    spans
}

/// As many changes are remembered for those who are just reading.
const LATEST: usize = 4096;

#[derive(Default)]
struct Kept {
    boards: HashMap<Uuid, Board>,
    /// The latest changes, and how many there were before them.
    latest: VecDeque<Span>,
    before: u64,
}

impl Kept {
    fn count(&self) -> u64 {
        self.before + self.latest.len() as u64
    }

    fn note(&mut self, spans: impl IntoIterator<Item = Span>) {
        self.latest.extend(spans);
        while self.latest.len() > LATEST {
            self.latest.pop_front();
            self.before += 1;
        }
    }

    /// What was changed since there were `count` changes. None: too much to be remembered.
    fn since(&self, count: u64) -> Option<impl Iterator<Item = &Span>> {
        let skipped = usize::try_from(count.checked_sub(self.before)?).ok()?;
        Some(self.latest.iter().skip(skipped))
    }
}

impl Boards {
    /// How many changes there were: whoever reads the store to put it in here says when they began.
    pub fn changes(&self) -> u64 {
        self.read().count()
    }

    /// A change that is about to reach the store: of seats taken (`by` 1) or given back (-1).
    fn begin(&self, taken: Vec<Taken>, by: i32) -> Change {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let begun = Begun { spans: spans(&taken), in_the_way: false };
        locked(&self.under_way.changes).insert(number, begun);
        Change { taken, by, number, under_way: self.under_way.clone(), is_applied: false }
    }

    /// Seats are about to be taken.
    pub fn taking(&self, taken: Vec<Taken>) -> Change {
        self.begin(taken, 1)
    }

    /// Seats are about to be given back.
    pub fn giving_back(&self, taken: Vec<Taken>) -> Change {
        self.begin(taken, -1)
    }

    /// The change is durable.
    pub fn apply(&self, mut change: Change) {
        self.change(&change.taken, change.by);
        change.is_applied = true;
    }

    /// Replaces everything by what the store holds; nothing may be under way.
    pub fn fill(&self, taken: impl IntoIterator<Item = Taken>) {
        self.write().boards = filled(taken);
    }

    /// Replaces everything by what the store held at some moment since there were `count` changes, but for what was
    /// changed meanwhile or is under way: that stays as it is, and is to be looked at again. None, and nothing is done:
    /// more was changed than is remembered.
    pub fn refill(&self, taken: impl IntoIterator<Item = Taken>, count: u64) -> Option<Vec<Span>> {
        let mut boards = filled(taken);
        let mut kept = self.write();
        let mut stays: Vec<Span> = kept.since(count)?.cloned().collect();
        for begun in locked(&self.under_way.changes).values_mut() {
            begun.in_the_way = true;
            stays.extend(begun.spans.iter().map(|(of, cells)| (*of, cells.clone())));
        }
        for (resource, cells) in &stays {
            let board = boards.entry(*resource).or_default();
            board.empty(cells);
            if let Some(old) = kept.boards.get(resource) {
                board.copy(old, cells);
            }
        }
        kept.boards = boards;
        Some(stays)
    }

    /// Replaces what is known of some cells of a resource by what the store held at some moment since there were `count`
    /// changes, unless that may be wrong.
    pub fn replace(&self, resource: Uuid, cells: &Range<i64>, taken: &[Taken], count: u64) -> Replaced {
        let mut kept = self.write();
        let meets = |(of, span): &Span| *of == resource && span.start < cells.end && cells.start < span.end;
        if kept.since(count).is_none_or(|mut spans| spans.any(meets)) {
            return Replaced::Changed;
        }
        let mut is_under_way = false;
        for begun in locked(&self.under_way.changes).values_mut() {
            if begun.spans.get(&resource).is_some_and(|span| meets(&(resource, span.clone()))) {
                (begun.in_the_way, is_under_way) = (true, true);
            }
        }
        if is_under_way {
            return Replaced::UnderWay;
        }
        let board = kept.boards.entry(resource).or_default();
        board.empty(cells);
        for Taken { seat, cell, .. } in taken {
            board.change(*seat, *cell, 1);
        }
        // Whoever has read all of it before does not put that in here.
        kept.note([(resource, cells.clone())]);
        Replaced::Done
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells `forward` of every change; set once.
    pub fn forward(&self, forward: impl Fn(Uuid, Range<i64>) + Send + Sync + 'static) {
        let _ = self.under_way.forward.set(Box::new(forward));
    }

    #[cfg(test)]
    fn set(&self, taken: &[Taken]) {
        self.apply(self.taking(taken.to_vec()));
    }

    #[cfg(test)]
    fn clear(&self, taken: &[Taken]) {
        self.apply(self.giving_back(taken.to_vec()));
    }

    /// Forgets the cells of a resource before `cell`: they are past.
    pub fn forget_before(&self, resource: Uuid, cell: i64) {
        if let Some(board) = self.write().boards.get_mut(&resource) {
            board.forget_before(cell);
        }
    }

    /// Looks at two resources (a place and its quota) under one lock, for any number of questions.
    pub fn look<T>(&self, resources: [Option<Uuid>; 2], ask: impl FnOnce([&Board; 2]) -> T) -> T {
        let kept = self.read();
        let none = Board::default();
        ask(resources.map(|id| id.and_then(|id| kept.boards.get(&id)).unwrap_or(&none)))
    }

    /// Looks at any number of resources under one lock.
    pub fn look_at<T>(&self, resources: &[Uuid], ask: impl FnOnce(&[&Board]) -> T) -> T {
        let kept = self.read();
        let none = Board::default();
        let boards: Vec<&Board> = resources.iter().map(|id| kept.boards.get(id).unwrap_or(&none)).collect();
        ask(&boards)
    }

    /// How many of `seats` seats are free over all of `cells`.
    #[cfg(test)]
    pub fn free_seats(&self, resource: Uuid, seats: i32, cells: Range<i64>) -> i32 {
        self.look([Some(resource), None], |[board, _]| board.free_seats(seats, cells))
    }

    fn change(&self, taken: &[Taken], by: i32) {
        let spans = spans(taken);
        {
            let mut kept = self.write();
            for Taken { resource, seat, cell } in taken {
                kept.boards.entry(*resource).or_default().change(*seat, *cell, by);
            }
            kept.note(spans.clone());
        }
        self.under_way.tell(spans);
    }
}

fn filled(taken: impl IntoIterator<Item = Taken>) -> HashMap<Uuid, Board> {
    let mut boards: HashMap<Uuid, Board> = HashMap::new();
    for Taken { resource, seat, cell } in taken {
        boards.entry(resource).or_default().change(seat, cell, 1);
    }
    boards
}

/// The cells of one resource from `first` on; everything outside is free.
#[derive(Clone, Debug, Default)]
pub struct Board {
    first: i64,
    /// Words per cell: seats / 64, rounded up.
    width: usize,
    bits: Vec<u64>,
    /// On PostgreSQL two commits may tell of themselves in the other order: the next taker of a
    /// cell before the one who gave it back. What a bit cannot count is kept here until it evens out.
    uneven: HashMap<(i64, i32), i32>,
}

impl Board {
    /// How many of `seats` seats are free over all of `cells`.
    pub fn free_seats(&self, seats: i32, cells: Range<i64>) -> i32 {
        let seats = usize::try_from(seats).unwrap_or(0);
        let mut free = 0;
        for word in 0..seats.div_ceil(64) {
            let taken = cells.clone().fold(0, |taken, cell| taken | self.word(cell, word));
            let mask = if seats - word * 64 >= 64 { u64::MAX } else { (1 << (seats - word * 64)) - 1 };
            free += (!taken & mask).count_ones();
        }
        free as i32
    }

    /// How many places are taken in some cells, each counted in each cell.
    pub fn taken(&self, cells: Range<i64>) -> i64 {
        let words = cells.flat_map(|cell| (0..self.width).map(move |word| self.word(cell, word)));
        words.map(|word| i64::from(word.count_ones())).sum()
    }

    /// The board of a resource as if some cells had been given back.
    pub fn without(&self, resource: Uuid, given: &[Taken]) -> Cow<'_, Self> {
        let mut board = Cow::Borrowed(self);
        for Taken { seat, cell, .. } in given.iter().filter(|taken| taken.resource == resource) {
            board.to_mut().change(*seat, *cell, -1);
        }
        board
    }

    fn word(&self, cell: i64, word: usize) -> u64 {
        match usize::try_from(cell - self.first) {
            Ok(row) if word < self.width => self.bits.get(row * self.width + word).copied().unwrap_or(0),
            _ => 0,
        }
    }

    /// Takes (`by` 1) or gives back (-1) one seat in one cell.
    fn change(&mut self, seat: i32, cell: i64, by: i32) {
        let Ok(place) = usize::try_from(seat) else { return };
        self.reach(cell, place / 64 + 1);
        let Ok(row) = usize::try_from(cell - self.first) else { return };
        let (index, bit) = (row * self.width + place / 64, 1 << (place % 64));
        let count =
            i32::from(self.bits[index] & bit != 0) + self.uneven.remove(&(cell, seat)).unwrap_or(0) + by;
        if count > 0 {
            self.bits[index] |= bit;
        } else {
            self.bits[index] &= !bit;
        }
        let rest = count - i32::from(count > 0);
        if rest != 0 {
            self.uneven.insert((cell, seat), rest);
        }
    }

    /// Makes room for a cell and for `width` words in each.
    fn reach(&mut self, cell: i64, width: usize) {
        if self.bits.is_empty() {
            self.first = cell;
            self.width = self.width.max(width);
        }
        if width > self.width {
            let mut wider = Vec::with_capacity(self.bits.len() / self.width.max(1) * width);
            for row in self.bits.chunks(self.width.max(1)) {
                wider.extend_from_slice(row);
                wider.resize(wider.len().next_multiple_of(width), 0);
            }
            (self.bits, self.width) = (wider, width);
        }
        if cell < self.first {
            let rows = usize::try_from(self.first - cell).unwrap_or(0);
            self.bits.splice(0..0, std::iter::repeat_n(0, rows * self.width));
            self.first = cell;
        }
        let rows = usize::try_from(cell - self.first).unwrap_or(0) + 1;
        if self.bits.len() < rows * self.width {
            self.bits.resize(rows * self.width, 0);
        }
    }

    /// Nothing is known to be taken in these cells.
    fn empty(&mut self, cells: &Range<i64>) {
        for cell in cells.clone() {
            if let Ok(row) = usize::try_from(cell - self.first) {
                let words = row * self.width..((row + 1) * self.width).min(self.bits.len());
                if let Some(words) = self.bits.get_mut(words) {
                    words.fill(0);
                }
            }
        }
        self.uneven.retain(|(of, _), _| !cells.contains(of));
    }

    /// Takes over what another board knows of these cells, of which this one knows nothing.
    fn copy(&mut self, other: &Self, cells: &Range<i64>) {
        for cell in cells.clone() {
            for word in 0..other.width {
                let bits = other.word(cell, word);
                if bits != 0 {
                    self.reach(cell, word + 1);
                    let row = usize::try_from(cell - self.first).unwrap_or(0);
                    self.bits[row * self.width + word] = bits;
                }
            }
        }
        let uneven = other.uneven.iter().filter(|((of, _), _)| cells.contains(of));
        self.uneven.extend(uneven.map(|(place, rest)| (*place, *rest)));
    }

    fn forget_before(&mut self, cell: i64) {
        let rows = usize::try_from(cell - self.first).unwrap_or(0);
        if rows > 0 && !self.bits.is_empty() {
            self.bits.drain(..(rows * self.width).min(self.bits.len()));
            self.first = cell;
            self.uneven.retain(|(of, _), _| *of >= cell);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const RESOURCE: Uuid = Uuid::from_u128(1);

    fn naive(counts: &BTreeMap<(i64, i32), i32>, seats: i32, cells: Range<i64>) -> i32 {
        let free = |seat| cells.clone().all(|cell| counts.get(&(cell, seat)).copied().unwrap_or(0) <= 0);
        (0..seats).filter(|seat| free(*seat)).count() as i32
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_naive_set_in_any_order_of_changes(
            changes in prop::collection::vec((0i32..150, 100i64..140, prop::bool::weighted(0.6)), 0..200),
            asks in prop::collection::vec((1i32..160, 95i64..140, 1i64..6), 1..20),
            past in 90i64..120,
        ) {
            let places = Boards::default();
            let mut counts: BTreeMap<(i64, i32), i32> = BTreeMap::new();
            for (seat, cell, take) in changes {
                let taken = [Taken { resource: RESOURCE, seat, cell }];
                if take { places.set(&taken) } else { places.clear(&taken) }
                *counts.entry((cell, seat)).or_default() += if take { 1 } else { -1 };
            }
            for (seats, from, long) in asks.clone() {
                let cells = from..from + long;
                prop_assert_eq!(places.free_seats(RESOURCE, seats, cells.clone()), naive(&counts, seats, cells));
            }
            places.forget_before(RESOURCE, past);
            counts.retain(|(cell, _), _| *cell >= past);
            for (seats, from, long) in asks {
                let cells = from..from + long;
                prop_assert_eq!(places.free_seats(RESOURCE, seats, cells.clone()), naive(&counts, seats, cells));
            }
        }
    }

    #[test]
    fn what_is_read_again_stands_whatever_was_counted_before() {
        let places = Boards::default();
        let taken = |seat, cell| Taken { resource: RESOURCE, seat, cell };
        // Told twice, in the wrong order, and once too often.
        places.set(&[taken(0, 5), taken(1, 6), taken(0, 9)]);
        places.set(&[taken(0, 5)]);
        places.clear(&[taken(1, 6), taken(1, 6)]);
        assert_eq!(places.replace(RESOURCE, &(5..7), &[taken(1, 5)], places.changes()), Replaced::Done);
        assert_eq!([5, 6, 9].map(|cell| places.free_seats(RESOURCE, 2, cell..cell + 1)), [1, 2, 1]);
        places.clear(&[taken(1, 5)]);
        places.set(&[taken(1, 6)]);
        assert_eq!([5, 6, 9].map(|cell| places.free_seats(RESOURCE, 2, cell..cell + 1)), [2, 1, 1]);
        assert_eq!(places.look([Some(RESOURCE), None], |[board, _]| board.taken(0..9)), 1);
        assert_eq!(places.look([Some(RESOURCE), None], |[board, _]| board.taken(6..99)), 2);
    }

    #[test]
    fn a_board_without_some_cells_is_another_one() {
        let places = Boards::default();
        let taken = |seat, cell| Taken { resource: RESOURCE, seat, cell };
        places.set(&[taken(0, 5), taken(1, 5), taken(0, 6)]);
        let other = Taken { resource: Uuid::from_u128(2), seat: 0, cell: 6 };
        let free = |given: &[Taken]| {
            places.look([Some(RESOURCE), None], |[board, _]| {
                [5, 6].map(|cell| board.without(RESOURCE, given).free_seats(2, cell..cell + 1))
            })
        };
        assert_eq!(free(&[taken(1, 5), other]), [1, 1]);
        assert_eq!(free(&[]), [0, 1]);
    }

    #[test]
    fn what_was_changed_while_it_was_read_is_to_be_read_again() {
        let places = Boards::default();
        let taken = |seat, cell| Taken { resource: RESOURCE, seat, cell };
        let count = places.changes();
        places.set(&[taken(0, 5)]);
        assert_eq!(
            places.replace(RESOURCE, &(5..6), &[], count),
            Replaced::Changed,
            "read before it was taken"
        );
        assert_eq!(places.free_seats(RESOURCE, 2, 5..6), 1);
        assert_eq!(places.replace(RESOURCE, &(6..9), &[], count), Replaced::Done, "other cells");
        (0..2 * LATEST as i64).for_each(|_| places.set(&[taken(1, 7)]));
        assert_eq!(places.refill([], count), None);
        assert_eq!(
            places.replace(RESOURCE, &(6..7), &[], count),
            Replaced::Changed,
            "nobody knows what was changed"
        );
    }

    #[test]
    fn what_is_under_way_makes_no_memory_of_what_the_store_holds() {
        let places = Boards::default();
        let taken = |seat, cell| Taken { resource: RESOURCE, seat, cell };
        let free = || [5, 6, 7, 8].map(|cell| places.free_seats(RESOURCE, 2, cell..cell + 1));
        places.set(&[taken(0, 5), taken(0, 6)]);
        let told = Arc::new(Mutex::new(Vec::new()));
        let notes = told.clone();
        places.forward(move |resource, cells| notes.lock().unwrap().push((resource, cells)));
        let count = places.changes();
        let giving = places.giving_back(vec![taken(0, 5)]);
        let taking = places.taking(vec![taken(1, 6)]);
        assert_eq!(
            places.replace(RESOURCE, &(4..6), &[], count),
            Replaced::UnderWay,
            "it may have been read before or after"
        );
        // Read when one of them was in the store, the other was not, and somebody else had taken a seat of 7.
        let stays = places.refill([taken(0, 6), taken(1, 6), taken(1, 7)], count).unwrap();
        let sorted = |mut spans: Vec<Span>| {
            spans.sort_by_key(|(_, cells)| cells.start);
            spans
        };
        assert_eq!(sorted(stays), [(RESOURCE, 5..6), (RESOURCE, 6..7)]);
        assert_eq!(free(), [1, 1, 1, 2]);
        places.apply(giving);
        assert_eq!(free(), [2, 1, 1, 2]);
        assert!(told.lock().unwrap().iter().all(|(_, cells)| *cells != (6..7)), "it is not over");
        drop(taking);
        assert_eq!(
            told.lock().unwrap().last(),
            Some(&(RESOURCE, 6..7)),
            "what was in the way is to be read again"
        );
        drop(places.taking(vec![taken(1, 9)]));
        assert_ne!(told.lock().unwrap().last(), Some(&(RESOURCE, 9..10)), "it was in nobody's way");
        assert_eq!(free(), [2, 1, 1, 2], "it was taken back");
        let replaced = places.replace(RESOURCE, &(4..7), &[taken(0, 6)], places.changes());
        assert_eq!(replaced, Replaced::Done, "nothing is under way any more");
        // What was looked at again since stays, whatever was read before it.
        let count = places.changes();
        assert_eq!(places.replace(RESOURCE, &(8..9), &[taken(0, 8)], count), Replaced::Done);
        assert_eq!(places.refill([taken(0, 6)], count), Some(vec![(RESOURCE, 8..9)]));
        assert_eq!(free(), [2, 1, 2, 1]);
    }

    #[test]
    fn every_change_is_told_once_a_resource() {
        let places = Boards::default();
        let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let notes = told.clone();
        places.forward(move |resource, cells| notes.lock().unwrap().push((resource, cells)));
        let cells = [7, 5, 6].map(|cell| Taken { resource: RESOURCE, seat: 0, cell });
        places.set(&cells);
        places.clear(&cells[1..]);
        assert_eq!(*told.lock().unwrap(), [(RESOURCE, 5..8), (RESOURCE, 5..7)]);
    }

    #[test]
    fn an_unknown_resource_is_free_and_filling_replaces() {
        let places = Boards::default();
        assert_eq!(places.free_seats(RESOURCE, 3, 5..9), 3);
        places.set(&[Taken { resource: RESOURCE, seat: 0, cell: 5 }]);
        assert_eq!(places.free_seats(RESOURCE, 3, 5..9), 2);
        places.fill([
            Taken { resource: RESOURCE, seat: 2, cell: 7 },
            Taken { resource: RESOURCE, seat: 1, cell: 8 },
        ]);
        assert_eq!(places.free_seats(RESOURCE, 3, 5..9), 1);
        assert_eq!(places.free_seats(RESOURCE, 3, 5..6), 3);
    }
}
