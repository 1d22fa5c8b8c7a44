//! What settings are checked for, and the bounds that they have to keep.

use crate::directory::model::forms::{FormContext, check_documents, check_fields};
use crate::directory::model::settings::faults::{Checked, Faults, fault, in_range, text};
use crate::directory::model::settings::{
    RuleSettings, ServiceSettings, SettingsContext, SettingsFault, SettingsFaultKind, VenueSettings,
};
use crate::directory::model::terms::{TermsContext, TermsFaultKind};
use crate::directory::store::entities::opening_rule::DayKind;
use chrono_tz::Tz;
use std::collections::BTreeSet;

pub const MOST_SEATS: i32 = 200;
pub const MOST_QUOTA: i32 = 5000;
/// So many days before at the earliest what is kept of a day's quota is released.
const MOST_RELEASE_DAYS: i32 = 31;
/// So many lines a list may have: of what to bring, of rules in words, of opening rules.
pub const MOST_LINES: usize = 40;
const MINUTES_OF_DAY: i32 = 1440;
const MOST_HORIZON: i32 = 366;
const MOST_HOLD: i32 = 120;
const SHORTEST: i32 = 5;
/// A stage begins within a week of the one before.
const MOST_GAP: i32 = 7 * MINUTES_OF_DAY;
/// No booking takes longer from its start to its end, whatever a service is set to: all its stages, each as long and
/// as late after the one before as it can be. Buffers lie outside of it.
pub const LONGEST_BOOKING: i32 = STAGES * MINUTES_OF_DAY + (STAGES - 1) * MOST_GAP;
/// Each comes once ([`SettingsFaultKind::StageOrder`]).
const STAGES: i32 = 3;
pub(super) const NAME_LENGTH: usize = 60;
pub(in crate::directory::model) const TEXT_LENGTH: usize = 500;
const PHONE_LENGTH: usize = 30;
/// From when until when somebody is there, at most so often a day.
const MOST_HOURS: usize = 4;

impl ServiceSettings {
    /// Everything that is wrong.
    pub fn faults(&self, context: &SettingsContext<'_>) -> Vec<SettingsFault> {
        let mut faults = Faults::default();
        faults.take(text("name", &self.name, NAME_LENGTH));
        faults.take(text("summary", &self.summary, TEXT_LENGTH));
        faults.take(text("who", &self.who, TEXT_LENGTH));
        faults.texts("bring", &self.bring);
        faults.texts("rules", &self.rules);
        if let Some(prepare) = &self.prepare {
            faults.take(text("prepare", prepare, TEXT_LENGTH));
        }
        faults.take(in_range("duration_minutes", self.duration_minutes, SHORTEST, MINUTES_OF_DAY));
        faults.take(in_range("horizon_days", self.horizon_days, 1, MOST_HORIZON));
        let most_lead = self.horizon_days.saturating_mul(MINUTES_OF_DAY).saturating_sub(1);
        faults.take(in_range("lead_minutes", self.lead_minutes, 0, most_lead));
        faults.take(in_range("hold_minutes", self.hold_minutes, 1, MOST_HOLD));
        faults.take(in_range("seats", self.seats, 1, MOST_SEATS));
        if self.seats < context.shares.kept() {
            faults.add("seats", SettingsFaultKind::SeatsKept(context.shares.kept()));
        }
        if let Some(quota) = self.daily_quota {
            faults.take(in_range("daily_quota", quota, 1, MOST_QUOTA));
        }
        faults.take(self.check_quota_shares());
        let form = FormContext {
            asked: context.asked,
            former: context.former,
            terms: context.terms,
            warnings: context.warnings,
            horizon_days: self.horizon_days,
        };
        check_fields(&self.fields, &form, &mut faults);
        check_documents(&self.documents, &mut faults);
        let terms = TermsContext { fields: &self.fields, horizon_days: self.horizon_days };
        if context.terms.check(&terms).is_err_and(|fault| fault.kind == TermsFaultKind::NoSlotLeft) {
            faults.add("horizon_days", SettingsFaultKind::NoSlotLeft);
        }
        self.check_stages(&mut faults);
        self.check_rules(context.grid_minutes, &mut faults);
        faults.into_all()
    }

    fn check_quota_shares(&self) -> Checked {
        let Some(shares) = self.quota_shares else { return Ok(()) };
        let at = |field: &str| format!("quota_shares.{field}");
        let Some(quota) = self.daily_quota else {
            return fault("quota_shares", SettingsFaultKind::SharesWithoutQuota);
        };
        in_range(at("phone"), shares.phone, 0, quota)?;
        if !(0..=quota - shares.phone).contains(&shares.counter) {
            return fault(at("counter"), SettingsFaultKind::SharesAboveQuota(quota));
        }
        in_range(at("released_days_before"), shares.released_days_before, 0, MOST_RELEASE_DAYS)?;
        in_range(at("released_at_minute"), shares.released_at_minute, 0, MINUTES_OF_DAY - 1)
    }

    fn check_stages(&self, faults: &mut Faults) {
        for (index, stage) in self.stages.iter().enumerate() {
            let at = |field: &str| format!("stages[{index}].{field}");
            if index > 0 && stage.stage <= self.stages[index - 1].stage {
                faults.add(at("stage"), SettingsFaultKind::StageOrder);
            }
            faults.take(in_range(at("duration_minutes"), stage.duration_minutes, SHORTEST, MINUTES_OF_DAY));
            faults.take(in_range(at("gap_least_minutes"), stage.gap_least_minutes, 0, MOST_GAP));
            let least = stage.gap_least_minutes;
            faults.take(in_range(at("gap_most_minutes"), stage.gap_most_minutes, least, MOST_GAP));
            if index == 0 && stage.gap_most_minutes != 0 {
                faults.add(at("gap_most_minutes"), SettingsFaultKind::FirstGap);
            }
            if let Some(seats) = stage.seats {
                faults.take(in_range(at("seats"), seats, 1, MOST_SEATS));
            }
            if stage.officers.len() > MOST_LINES {
                faults.add(at("officers"), SettingsFaultKind::TooManyLines(MOST_LINES));
            }
        }
    }

    fn check_rules(&self, grid_minutes: i32, faults: &mut Faults) {
        if self.opening_rules.len() > MOST_LINES {
            faults.add("opening_rules", SettingsFaultKind::TooManyLines(MOST_LINES));
        }
        for (index, rule) in self.opening_rules.iter().enumerate() {
            faults.take(self.check_rule(index, rule, grid_minutes));
        }
    }

    fn check_rule(&self, index: usize, rule: &RuleSettings, grid_minutes: i32) -> Checked {
        let at = |field: &str| format!("opening_rules[{index}].{field}");
        let days: BTreeSet<i32> = rule.weekdays.iter().copied().filter(|day| (1..=7).contains(day)).collect();
        if days.is_empty() || days.len() != rule.weekdays.len() {
            return fault(at("weekdays"), SettingsFaultKind::NoWeekday);
        }
        in_range(at("from_minute"), rule.from_minute, 0, MINUTES_OF_DAY - 1)?;
        in_range(at("to_minute"), rule.to_minute, 1, MINUTES_OF_DAY)?;
        if rule.to_minute <= rule.from_minute {
            return fault(at("to_minute"), SettingsFaultKind::Backwards);
        }
        let shortest = self.shortest();
        if !self.has_slot(rule, shortest, grid_minutes) {
            return fault(at("to_minute"), SettingsFaultKind::NoSlotInRule(shortest));
        }
        let other = self.opening_rules[..index].iter().position(|other| rule.overlaps(other));
        match other {
            Some(other) => fault(at("from_minute"), SettingsFaultKind::Overlaps(other + 1)),
            None => Ok(()),
        }
    }

    /// The shortest slot that there is: of the whole, or of a stage.
    fn shortest(&self) -> i32 {
        let stages = self.stages.iter().map(|stage| stage.duration_minutes);
        stages.chain([self.duration_minutes]).min().unwrap_or(self.duration_minutes)
    }

    fn has_slot(&self, rule: &RuleSettings, shortest: i32, grid_minutes: i32) -> bool {
        // A stage may go on over midnight, where the next day goes on.
        let over_midnight = !self.stages.is_empty() && rule.to_minute == MINUTES_OF_DAY;
        let grid = grid_minutes.max(1);
        let first = rule.from_minute.div_euclid(grid) * grid;
        let first = if first < rule.from_minute { first + grid } else { first };
        over_midnight || first.saturating_add(shortest) <= rule.to_minute
    }
}

impl RuleSettings {
    /// Whether there may be a day on which both say the same time.
    fn overlaps(&self, other: &Self) -> bool {
        let kinds =
            self.day_kind == other.day_kind || [self.day_kind, other.day_kind].contains(&DayKind::Any);
        kinds
            && self.bits() & other.bits() != 0
            && self.from_minute < other.to_minute
            && other.from_minute < self.to_minute
    }
}

impl VenueSettings {
    /// The first thing that is wrong.
    pub fn check(&self) -> Checked {
        text("name", &self.name, NAME_LENGTH)?;
        text("address", &self.address, TEXT_LENGTH)?;
        if self.zone.parse::<Tz>().is_err() {
            return fault("zone", SettingsFaultKind::UnknownZone);
        }
        if ![5, 10, 15].contains(&self.grid_minutes) {
            return fault("grid_minutes", SettingsFaultKind::Grid);
        }
        let is_of_number = |c: char| c.is_ascii_digit() || " +-()/".contains(c);
        let has_digits =
            self.phone.is_empty() || self.phone.chars().filter(char::is_ascii_digit).count() >= 3;
        if !has_digits || self.phone.len() > PHONE_LENGTH || !self.phone.chars().all(is_of_number) {
            return fault("phone", SettingsFaultKind::Phone);
        }
        if self.office_hours.len() > MOST_HOURS {
            return fault("office_hours", SettingsFaultKind::TooManyLines(MOST_HOURS));
        }
        let mut until = 0;
        for (index, hours) in self.office_hours.iter().enumerate() {
            let at = |field: &str| format!("office_hours[{index}].{field}");
            in_range(at("from_minute"), hours.from_minute, until, MINUTES_OF_DAY - 1)?;
            in_range(at("to_minute"), hours.to_minute, hours.from_minute + 1, MINUTES_OF_DAY)?;
            until = hours.to_minute;
        }
        Ok(())
    }
}
