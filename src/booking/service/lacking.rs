//! Why there is no seat for a wish, by how things stood when it was tried.

use crate::booking::model::shares::Kept;
use crate::booking::service::drawing::{Drawing, Shared};
use crate::booking::service::wish::WantedAll;
use crate::booking::store::write::Standing;
use crate::booking::words::problems::{no_officer_free, places_reserved, slot_taken};
use crate::http::Problem;
use crate::places::{Need, Pool};

/// Something that is needed, with the seats of it that are taken.
#[derive(Clone, Copy)]
struct Asking<'a> {
    need: &'a Need,
    shared: Option<&'a Shared>,
    taken: &'a Vec<i32>,
}

impl WantedAll {
    /// Why there is no seat for something: they are taken, nobody could hold a stage, or what is left is kept for others.
    pub fn all_gone(&self, standing: &Standing) -> Problem {
        let all: Vec<Asking<'_>> = self.asking(&standing.taken).collect();
        let is_gone = |need: &Need, taken| !need.has_enough(&[0..need.seats, 0..0], taken);
        let gone: Vec<_> = all.iter().filter(|one| is_gone(one.need, one.taken)).collect();
        if gone.is_empty() {
            return self.kept(&all).map_or_else(slot_taken, |kept| places_reserved(&kept, self.zone));
        }
        let are_officers = |one: &&Asking<'_>| matches!(one.need.pool, Pool::AnyOf(_));
        if gone.iter().all(are_officers) { no_officer_free() } else { slot_taken() }
    }

    /// What is kept for others of that which is lacking.
    fn kept(&self, all: &[Asking<'_>]) -> Option<Kept> {
        let has = |one: &Asking<'_>, drawing: Drawing| match one.shared {
            Some(shared) => one.need.has_enough(&shared.parts(drawing), one.taken),
            None => one.need.has_enough(&one.need.parts, one.taken),
        };
        let lacking = all.iter().filter(|one| !has(one, self.drawing));
        let until = lacking.filter_map(|one| one.shared?.kept_until(self.drawing.now));
        self.drawing.kept(until, |drawing| i32::from(all.iter().all(|one| has(one, drawing))))
    }

    /// All that is needed, with the seats of it that are taken.
    fn asking<'a>(&'a self, taken: &'a [Vec<i32>]) -> impl Iterator<Item = Asking<'a>> {
        let needs = self.all.iter().flat_map(|wanted| wanted.needs.iter().map(move |need| (wanted, need)));
        needs.zip(taken).map(|((wanted, need), taken)| Asking { need, shared: wanted.shared(need), taken })
    }
}
