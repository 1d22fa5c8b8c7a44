//! Who publishes a source of somebody: one offer at a time, and the newest page wins once.
//!
//! The same account may be open in two windows. The newer one takes the publication over; the older one
//! is told so when it tries again, instead of taking it back.

use crate::video::store::entities::publication::Source;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tokio::sync::Mutex;
use uuid::Uuid;

/// Pages that were taken over, per publication. More of them are a game.
const FORMER: usize = 16;
/// Publications remembered; beyond that the oldest is forgotten.
const REMEMBERED: usize = 2048;

#[derive(Debug, Default)]
struct Pages {
    current: Option<Uuid>,
    former: VecDeque<Uuid>,
}

/// What is remembered of publishing, in memory: after a restart everybody begins anew.
#[derive(Debug, Default)]
pub struct Turns {
    running: HashMap<(Uuid, Source), Arc<Mutex<()>>>,
    pages: HashMap<Uuid, Pages>,
    order: VecDeque<Uuid>,
}

impl Turns {
    /// The lock under which offers of one source of one participant are answered one after the other.
    pub fn of(&mut self, participant: Uuid, source: Source) -> Arc<Mutex<()>> {
        self.running.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(self.running.entry((participant, source)).or_default())
    }

    /// Whether another page has taken this publication over from `page`.
    pub fn is_taken_from(&self, publication: Uuid, page: Option<Uuid>) -> bool {
        let pages = self.pages.get(&publication);
        page.is_some_and(|page| pages.is_some_and(|pages| pages.former.contains(&page)))
    }

    /// `page` publishes it from now on. Programs that name no page are newer than whatever was before.
    pub fn taken_by(&mut self, publication: Uuid, page: Option<Uuid>) {
        if !self.pages.contains_key(&publication) {
            self.order.push_back(publication);
            if self.order.len() > REMEMBERED
                && let Some(oldest) = self.order.pop_front()
            {
                self.pages.remove(&oldest);
            }
        }
        let pages = self.pages.entry(publication).or_default();
        if pages.current == page {
            return;
        }
        pages.former.retain(|former| Some(*former) != page);
        pages.former.extend(pages.current);
        if pages.former.len() > FORMER {
            pages.former.pop_front();
        }
        pages.current = page;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_page_wins_once() {
        let (mut turns, publication) = (Turns::default(), Uuid::from_u128(1));
        let page = |number| Some(Uuid::from_u128(number));
        turns.taken_by(publication, page(1));
        turns.taken_by(publication, page(1)); // after a break
        assert!(!turns.is_taken_from(publication, page(1)));
        turns.taken_by(publication, page(2));
        assert!(turns.is_taken_from(publication, page(1)));
        assert!(!turns.is_taken_from(publication, page(2)));
        assert!(!turns.is_taken_from(Uuid::from_u128(9), page(1)));
        turns.taken_by(publication, None);
        assert!(turns.is_taken_from(publication, page(2)));
        assert!(!turns.is_taken_from(publication, None));
    }

    #[test]
    fn memory_is_bounded() {
        let mut turns = Turns::default();
        for number in 0..10_000u128 {
            turns.taken_by(Uuid::from_u128(number), None);
            turns.taken_by(Uuid::from_u128(7), Some(Uuid::from_u128(number)));
            drop(turns.of(Uuid::from_u128(number), Source::Camera));
        }
        assert!(turns.pages.len() <= REMEMBERED && turns.running.len() <= 1);
        assert!(turns.pages.values().all(|pages| pages.former.len() <= FORMER));
    }
}
