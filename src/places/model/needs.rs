//! What of which resources somebody needs, and which seats they get.

use crate::places::model::boards::Taken;
use std::ops::Range;
use uuid::Uuid;

/// Seats of a resource over some cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub resource: Uuid,
    /// As many seats the resource has.
    pub seats: i32,
    pub cells: Range<i64>,
    /// So many of them are needed side by side: one for each person.
    pub count: i32,
}

impl Need {
    /// The seats that are not among the `taken` ones.
    pub fn free(&self, taken: &[i32]) -> Vec<i32> {
        (0..self.seats).filter(|seat| !taken.contains(seat)).collect()
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
        let mut free = need.free(taken);
        let mut chosen = Vec::new();
        for _ in 0..need.count {
            if free.is_empty() {
                return None;
            }
            let seat = free.remove(if free.len() > 1 { pick(free.len()) } else { 0 });
            chosen.extend(need.cells.clone().map(|cell| Taken { resource: need.resource, seat, cell }));
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
        let needs = [
            Need { resource: room, seats: 3, cells: 8..10, count: 1 },
            Need { resource: quota, seats: 2, cells: 1..2, count: 1 },
        ];
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
        let two = needs.map(|need| Need { count: 2, ..need });
        assert_eq!(
            choose(two.iter(), &[vec![1], vec![]], |_| 0),
            Some(vec![
                [0, 2].into_iter().flat_map(|at| [seat(room, at, 8), seat(room, at, 9)]).collect(),
                vec![seat(quota, 0, 1), seat(quota, 1, 1)]
            ])
        );
        assert_eq!(choose(two.iter(), &[vec![], vec![0]], |_| 0), None);
    }
}
