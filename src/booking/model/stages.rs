//! Bookings in stages (申报 → 查验 → 放行): which ones fit together, and which of the free ones do. Pure.

use crate::booking::model::slots::Slot;
use crate::booking::store::entities::appointment::Site;
use crate::directory::entities::service_stage::Stage;
use chrono::{DateTime, TimeDelta, Utc};

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

/// The terms of each wanted stage, and its slot if it lasts as long as it does.
pub fn fit(terms: &[StageTerms], wanted: &[WantedStage]) -> Result<Vec<(StageTerms, Slot)>, StageFault> {
    let mut fitting: Vec<(StageTerms, Slot)> = Vec::with_capacity(wanted.len());
    let mut next = 0;
    for (index, wish) in wanted.iter().enumerate() {
        let fault = |kind| StageFault { index, kind };
        let position = terms.iter().position(|terms| terms.stage == wish.stage);
        let position = position.ok_or_else(|| fault(StageFaultKind::Unknown))?;
        if position < next {
            return Err(fault(StageFaultKind::Order));
        }
        next = position + 1;
        let terms = terms[position];
        if wish.site == Site::Enterprise && !terms.at_enterprise {
            return Err(fault(StageFaultKind::Site));
        }
        if let Some((_, before)) = fitting.last() {
            let (earliest, latest) = window(&terms, before);
            if wish.starts_at < earliest || wish.starts_at > latest {
                return Err(fault(StageFaultKind::Gap(earliest, latest)));
            }
        }
        fitting.push((terms, terms.slot(wish.starts_at)));
    }
    Ok(fitting)
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
/// there the earliest of the others. `free` gives the free slots of the stage of this number that start within two
/// times, in order.
pub fn alternatives(
    terms: &[StageTerms],
    first: impl Iterator<Item = Slot>,
    free: &impl Fn(usize, DateTime<Utc>, DateTime<Utc>) -> Vec<Slot>,
) -> Vec<Vec<Slot>> {
    let ways = first.filter_map(|slot| {
        let mut way = vec![slot];
        follow(terms, &mut way, free).then_some(way)
    });
    ways.take(MOST_ALTERNATIVES).collect()
}

/// Adds the stages that are still missing, each as early as what follows it lets; says no where that is impossible.
fn follow(
    terms: &[StageTerms],
    way: &mut Vec<Slot>,
    free: &impl Fn(usize, DateTime<Utc>, DateTime<Utc>) -> Vec<Slot>,
) -> bool {
    let (Some(next), Some(before)) = (terms.get(way.len()), way.last()) else { return true };
    let (earliest, latest) = window(next, before);
    for slot in free(way.len(), earliest, latest) {
        way.push(slot);
        if follow(terms, way, free) {
            return true;
        }
        way.pop();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
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
            let within = |index, from, to| {
                let slots: Vec<Slot> = slots(index);
                slots.into_iter().filter(|slot| (from..=to).contains(&slot.starts_at)).collect()
            };
            let found = alternatives(&terms, slots(0).into_iter(), &within);
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
