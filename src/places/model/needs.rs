//! What of which resources somebody needs, and which seats they get.

use crate::places::model::boards::Taken;
use std::ops::Range;
use std::slice;
use std::sync::Arc;
use uuid::Uuid;

/// Where seats are taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pool {
    /// The seats side by side of one resource.
    Seats(Uuid),
    /// The only seat of any of these resources: of officers, of whom one is needed. Its seats are numbered as they are.
    AnyOf(Arc<[Uuid]>),
}

impl Pool {
    /// What it is made of.
    pub fn resources(&self) -> &[Uuid] {
        match self {
            Self::Seats(resource) => slice::from_ref(resource),
            Self::AnyOf(resources) => resources,
        }
    }

    /// The seat of a number, in one cell.
    fn taken(&self, seat: i32, cell: i64) -> Option<Taken> {
        match self {
            Self::Seats(resource) => Some(Taken { resource: *resource, seat, cell }),
            Self::AnyOf(resources) => {
                let resource = *resources.get(usize::try_from(seat).ok()?)?;
                Some(Taken { resource, seat: 0, cell })
            }
        }
    }
}

/// Seats of a pool over some cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub pool: Pool,
    /// As many seats the pool has.
    pub seats: i32,
    /// Which of them may be had: one of a part only where those before have none; parts may be empty.
    pub parts: [Range<i32>; 4],
    pub cells: Range<i64>,
    /// So many of them are needed side by side: one for each person.
    pub count: i32,
}

impl Need {
    /// Any of so many seats.
    pub fn any(resource: Uuid, seats: i32, cells: Range<i64>) -> Self {
        let pool = Pool::Seats(resource);
        Self { pool, seats, parts: [0..seats, 0..0, 0..0, 0..0], cells, count: 1 }
    }

    /// One of these resources, each of which has one seat.
    pub fn one_of(resources: Arc<[Uuid]>, cells: Range<i64>) -> Self {
        let seats = i32::try_from(resources.len()).unwrap_or(i32::MAX);
        Self { pool: Pool::AnyOf(resources), seats, parts: [0..0, 0..seats, 0..0, 0..0], cells, count: 1 }
    }

    /// The same with one of its resources before any other, if it is among them and has its seat free.
    pub fn prefer(&mut self, first: Uuid) {
        if let Pool::AnyOf(resources) = &self.pool {
            let at = resources.iter().position(|one| *one == first).and_then(|at| i32::try_from(at).ok());
            self.parts[0] = at.map_or(0..0, |at| at..at + 1);
        }
    }

    /// The same for so many people. Of officers one is enough for all of them.
    pub fn for_people(&mut self, people: i32) {
        if matches!(self.pool, Pool::Seats(_)) {
            self.count = people.max(1);
        }
    }

    /// Whether enough of the seats in these parts are not among the `taken` ones.
    pub fn has_enough(&self, parts: &[Range<i32>], taken: &[i32]) -> bool {
        let free = parts.iter().flat_map(Range::clone).filter(|seat| !taken.contains(seat)).count();
        i32::try_from(free).unwrap_or(i32::MAX) >= self.count
    }

    /// The seats of the first part that has some beside the `taken` ones.
    pub fn free(&self, taken: &[i32]) -> Vec<i32> {
        let of = |part: &Range<i32>| part.clone().filter(|seat| !taken.contains(seat)).collect();
        self.parts.iter().map(of).find(|free: &Vec<i32>| !free.is_empty()).unwrap_or_default()
    }
}

/// Of each need its seats that are free over all of its cells, or nothing if one of them has too few. `taken` are the seats
/// taken of each need, in their order; `pick` draws below a number which of the free seats it is to be.
pub fn choose<'a>(
    needs: impl Iterator<Item = &'a Need>,
    taken: &[Vec<i32>],
    mut pick: impl FnMut(usize) -> usize,
) -> Option<Vec<Vec<Taken>>> {
    let seats = |(need, taken): (&Need, &Vec<i32>)| {
        let mut taken = taken.clone();
        let mut chosen = Vec::new();
        for _ in 0..need.count {
            let free = need.free(&taken);
            let seat = *free.get(if free.len() > 1 { pick(free.len()) } else { 0 })?;
            taken.push(seat);
            chosen.extend(need.cells.clone().filter_map(|cell| need.pool.taken(seat, cell)));
        }
        Some(chosen)
    };
    needs.zip(taken).map(seats).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_what_is_needed_is_chosen_or_nothing() {
        let [room, quota] = [1, 2].map(Uuid::from_u128);
        let needs = [Need::any(room, 3, 8..10), Need::any(quota, 2, 1..2)];
        let seat = |resource, seat, cell| Taken { resource, seat, cell };
        assert_eq!(
            choose(needs.iter(), &[vec![0], vec![]], |_| 0),
            Some(vec![vec![seat(room, 1, 8), seat(room, 1, 9)], vec![seat(quota, 0, 1)]])
        );
        assert_eq!(
            choose(needs.iter(), &[vec![0], vec![0]], |below| below - 1),
            Some(vec![vec![seat(room, 2, 8), seat(room, 2, 9)], vec![seat(quota, 1, 1)]])
        );
        assert_eq!(choose(needs.iter(), &[vec![], vec![1, 0]], |_| 0), None);
        // A group: as many seats as persons, or none.
        let two = needs.clone().map(|need| Need { count: 2, ..need });
        assert_eq!(
            choose(two.iter(), &[vec![1], vec![]], |_| 0),
            Some(vec![
                [0, 2].into_iter().flat_map(|at| [seat(room, at, 8), seat(room, at, 9)]).collect(),
                vec![seat(quota, 0, 1), seat(quota, 1, 1)]
            ])
        );
        assert_eq!(choose(two.iter(), &[vec![], vec![0]], |_| 0), None);
    }

    #[test]
    fn one_of_some_is_chosen_and_whoever_was_wished_for_first() {
        let [room, zhou, wei] = [1, 2, 3].map(Uuid::from_u128);
        let officers: Arc<[Uuid]> = [zhou, wei].into();
        let of = |first, taken: &[i32]| {
            let mut officer = Need::one_of(officers.clone(), 6..8);
            officer.prefer(first);
            let needs = [Need::any(room, 1, 2..3), officer];
            let chosen = choose(needs.iter(), &[vec![], taken.to_vec()], |_| 0)?;
            Some(chosen[1].clone())
        };
        let seat = |resource| Some([6, 7].map(|cell| Taken { resource, seat: 0, cell }).to_vec());
        assert_eq!(of(zhou, &[]), seat(zhou));
        assert_eq!(of(zhou, &[0]), seat(wei));
        assert_eq!(of(wei, &[]), seat(wei));
        assert_eq!(of(wei, &[1]), seat(zhou));
        assert_eq!(of(room, &[]), seat(zhou), "somebody who is not among them");
        assert_eq!(of(wei, &[0, 1]), None, "the room without an officer is not taken either");
    }

    #[test]
    fn a_part_is_drawn_from_when_those_before_are_taken() {
        let room = Uuid::from_u128(1);
        let need = Need { parts: [3..5, 0..2, 0..0, 0..0], ..Need::any(room, 6, 8..9) };
        let seat = |taken: &[i32], pick: fn(usize) -> usize| {
            let chosen = choose(std::iter::once(&need), &[taken.to_vec()], pick)?;
            Some(chosen[0][0].seat)
        };
        let last = |below: usize| below - 1;
        assert_eq!((seat(&[], |_| 0), seat(&[], last)), (Some(3), Some(4)));
        assert_eq!(seat(&[3], last), Some(4));
        assert_eq!(seat(&[3, 4], last), Some(1));
        // Others there are, but not for them.
        assert_eq!(seat(&[0, 1, 3, 4], |_| 0), None);
    }
}
