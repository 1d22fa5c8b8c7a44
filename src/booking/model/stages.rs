//! Bookings in stages (申报 → 查验 → 放行): which ones fit together, and which of the free ones do. Pure.

use crate::booking::model::slots::Slot;
use crate::booking::store::entities::appointment::Site;
use crate::directory::entities::service_stage::Stage;
use chrono::{DateTime, TimeDelta, Utc};
use std::iter::Peekable;

/// As many ways to have all of the stages are offered.
pub const MOST_ALTERNATIVES: usize = 3;

/// What a service says of one of its stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageTerms {
    pub stage: Stage,
    pub duration_minutes: i64,
    /// So much time lies between the end of the stage before and its start.
    pub gap: (TimeDelta, TimeDelta),
    pub at_enterprise: bool,
}

/// A stage that somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedStage {
    pub stage: Stage,
    pub starts_at: DateTime<Utc>,
    pub site: Site,
}

/// What is wrong with the wanted stage of this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageFault {
    pub index: usize,
    pub kind: StageFaultKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageFaultKind {
    /// The service has no such stage.
    Unknown,
    /// It comes twice, or after one that it has to come before.
    Order,
    /// Nobody comes to the enterprise for it.
    Site,
    /// It has to start within these times.
    Gap(DateTime<Utc>, DateTime<Utc>),
}

/// Where among the stages of a service some wanted ones stand: they come in their order, each once, and at a site
/// where they can be.
pub fn in_order(
    terms: &[StageTerms],
    wanted: impl IntoIterator<Item = (Stage, Site)>,
) -> Result<Vec<usize>, StageFault> {
    let mut positions = Vec::new();
    for (index, (stage, site)) in wanted.into_iter().enumerate() {
        let fault = |kind| StageFault { index, kind };
        let position = terms.iter().position(|terms| terms.stage == stage);
        let position = position.ok_or_else(|| fault(StageFaultKind::Unknown))?;
        if positions.last().is_some_and(|before| position <= *before) {
            return Err(fault(StageFaultKind::Order));
        }
        if site == Site::Enterprise && !terms[position].at_enterprise {
            return Err(fault(StageFaultKind::Site));
        }
        positions.push(position);
    }
    Ok(positions)
}

/// The same for stages at their times, which keep the gaps between them.
pub fn fit(terms: &[StageTerms], wanted: &[WantedStage]) -> Result<Vec<usize>, StageFault> {
    let positions = in_order(terms, wanted.iter().map(|wish| (wish.stage, wish.site)))?;
    for (index, pair) in wanted.windows(2).enumerate() {
        let before = terms[positions[index]].slot(pair[0].starts_at);
        let (earliest, latest) = window(&terms[positions[index + 1]], &before);
        if !(earliest..=latest).contains(&pair[1].starts_at) {
            return Err(StageFault { index: index + 1, kind: StageFaultKind::Gap(earliest, latest) });
        }
    }
    Ok(positions)
}

/// From when until when a stage may start behind the one before.
fn window(terms: &StageTerms, before: &Slot) -> (DateTime<Utc>, DateTime<Utc>) {
    (before.ends_at + terms.gap.0, before.ends_at + terms.gap.1)
}

impl StageTerms {
    fn slot(&self, starts_at: DateTime<Utc>) -> Slot {
        Slot { starts_at, ends_at: starts_at + TimeDelta::minutes(self.duration_minutes) }
    }
}

/// Ways to have all of the stages, at most [`MOST_ALTERNATIVES`]: each has another first slot, in their order, and from
/// there the earliest of the others. `free` gives the free slots of each stage, in order.
///
/// Each slot is looked at once, however long the lists are: a later slot of a stage lets the next one begin only later,
/// so what came too early for a former slot, or leads nowhere, does so for all that follow.
pub fn alternatives<I: Iterator<Item = Slot>>(
    terms: &[StageTerms],
    free: impl IntoIterator<Item = I>,
) -> Vec<Vec<Slot>> {
    let mut free: Vec<Peekable<I>> = free.into_iter().map(Iterator::peekable).collect();
    let Some((first, others)) = free.split_first_mut() else { return Vec::new() };
    let ways = first.filter_map(|slot| {
        let mut way = vec![slot];
        follow(terms.get(1..)?, others, &mut way).then_some(way)
    });
    ways.take(MOST_ALTERNATIVES).collect()
}

/// Adds the stages that are still missing, each as early as what follows it lets; says no where that is impossible.
fn follow<I: Iterator<Item = Slot>>(
    terms: &[StageTerms],
    free: &mut [Peekable<I>],
    way: &mut Vec<Slot>,
) -> bool {
    let (Some((next, terms)), Some((slots, others)), Some(before)) =
        (terms.split_first(), free.split_first_mut(), way.last())
    else {
        return true;
    };
    let (earliest, latest) = window(next, before);
    while let Some(slot) = slots.peek().copied().filter(|slot| slot.starts_at <= latest) {
        if slot.starts_at >= earliest {
            way.push(slot);
            if follow(terms, others, way) {
                return true;
            }
            way.pop();
        }
        slots.next();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::Cell;
    use std::collections::BTreeSet;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_100 / 900 * 900, 0).unwrap() + TimeDelta::minutes(minutes)
    }

    fn terms(gap: (i64, i64)) -> [StageTerms; 3] {
        [(Stage::Declaration, 30, (0, 0)), (Stage::Inspection, 60, gap), (Stage::Release, 30, gap)].map(
            |(stage, duration_minutes, (least, most))| StageTerms {
                stage,
                duration_minutes,
                gap: (TimeDelta::minutes(least), TimeDelta::minutes(most)),
                at_enterprise: stage == Stage::Inspection,
            },
        )
    }

    fn wanted(stages: &[(Stage, i64, Site)]) -> Vec<WantedStage> {
        stages.iter().map(|&(stage, from, site)| WantedStage { stage, starts_at: at(from), site }).collect()
    }

    #[test]
    fn stages_fit_in_their_order_with_their_gaps_and_at_their_sites() {
        use Site::{Enterprise, Office};
        use Stage::{Declaration, Inspection, Release};
        let fault = |index, kind| Err(StageFault { index, kind });
        for (stages, expected) in [
            (vec![(Declaration, 0, Office), (Inspection, 30, Enterprise), (Release, 120, Office)], Ok(3)),
            (vec![(Inspection, 0, Office)], Ok(1)),
            (vec![(Declaration, 0, Office), (Release, 45, Office)], Ok(2)),
            (vec![(Inspection, 0, Office), (Declaration, 90, Office)], fault(1, StageFaultKind::Order)),
            (vec![(Release, 0, Office), (Release, 90, Office)], fault(1, StageFaultKind::Order)),
            (vec![(Declaration, 0, Enterprise)], fault(0, StageFaultKind::Site)),
            (
                vec![(Declaration, 0, Office), (Inspection, 15, Office)],
                fault(1, StageFaultKind::Gap(at(30), at(90))),
            ),
            (
                vec![(Declaration, 0, Office), (Inspection, 105, Office)],
                fault(1, StageFaultKind::Gap(at(30), at(90))),
            ),
        ] {
            let found = fit(&terms((0, 60)), &wanted(&stages)).map(|fitting| fitting.len());
            assert_eq!(found, expected, "{stages:?}");
        }
        let one = &terms((0, 60))[..1];
        let found = fit(one, &wanted(&[(Declaration, 0, Office), (Release, 30, Office)]))
            .map(|fitting| fitting.len());
        assert_eq!(found, fault(1, StageFaultKind::Unknown));
    }

    fn slots_of_all(slots: &impl Fn(usize) -> Vec<Slot>) -> [Vec<Slot>; 3] {
        [0, 1, 2].map(slots)
    }

    #[test]
    fn months_in_which_nothing_fits_are_looked_through_once() {
        // Each inspection could follow thousands of declarations, and no release follows any inspection.
        let terms = terms((0, 40_000));
        let (looked, cells) = (Cell::new(0), 3000);
        let free = [0, 1, 2].map(|index: usize| {
            let first = if index == 2 { -3000 } else { 0 };
            let (looked, terms) = (&looked, terms[index]);
            (first..first + cells).map(move |cell| {
                looked.set(looked.get() + 1);
                terms.slot(at(cell * 15))
            })
        });
        assert_eq!(alternatives(&terms, free), Vec::<Vec<Slot>>::new());
        assert_eq!(looked.get(), 3 * cells);
    }

    proptest! {
        /// Against all combinations, looked at one by one.
        #[test]
        fn what_is_offered_fits_is_free_and_is_the_earliest(
            free in prop::collection::vec(prop::collection::btree_set(0i64..16, 0..8), 3),
            least in 0i64..3, long in 0i64..4,
        ) {
            let terms = terms((least * 15, (least + long) * 15));
            let slots = |index: usize| -> Vec<Slot> {
                free[index].iter().map(|cell| terms[index].slot(at(cell * 15))).collect()
            };
            let looked = Cell::new(0);
            let counted = slots_of_all(&slots).map(|slots| {
                slots.into_iter().inspect(|_| looked.set(looked.get() + 1))
            });
            let found = alternatives(&terms, counted);
            prop_assert!(looked.get() <= free.iter().map(BTreeSet::len).sum::<usize>());
            let fits = |way: &[Slot]| {
                let wanted: Vec<WantedStage> = way.iter().zip(&terms).map(|(slot, terms)| {
                    WantedStage { stage: terms.stage, starts_at: slot.starts_at, site: Site::Office }
                }).collect();
                fit(&terms, &wanted).is_ok()
            };
            let mut all = Vec::new();
            for a in slots(0) {
                for b in slots(1) {
                    for c in slots(2) {
                        all.extend(Some([a, b, c]).filter(|way| fits(way)));
                    }
                }
            }
            let firsts: BTreeSet<DateTime<Utc>> = all.iter().map(|way| way[0].starts_at).collect();
            let expected: Vec<DateTime<Utc>> = firsts.into_iter().take(MOST_ALTERNATIVES).collect();
            prop_assert_eq!(found.iter().map(|way| way[0].starts_at).collect::<Vec<_>>(), expected);
            prop_assert!(found.iter().all(|way| all.iter().any(|other| other[..] == way[..])));
        }
    }
}
