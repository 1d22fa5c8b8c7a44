//! What a chief sets of services and venues, and what is wrong with it. Pure; whether stages at their times fit into the
//! hours is worked out by `booking/model/settled`, from the slots that would be there.

use crate::base::words::{ByLanguage, Language};
use crate::directory::model::documents::DocumentSpec;
use crate::directory::model::forms::{FormContext, check_documents, check_fields};
use crate::directory::model::hours::opened;
use crate::directory::model::terms::{TermsContext, TermsFaultKind};
use crate::directory::model::{FieldSpec, QuotaShares, Shares, WarningRule, terms::ServiceTerms};
use crate::directory::store::entities::opening_rule::DayKind;
use crate::directory::store::entities::service_stage::Stage;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Range;
use uuid::Uuid;

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;

/// The bits of a whole week (`opening_rule.weekdays`).
pub const EVERY_DAY: i32 = 0b111_1111;
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
const NAME_LENGTH: usize = 60;
pub(super) const TEXT_LENGTH: usize = 500;
const PHONE_LENGTH: usize = 30;
/// From when until when somebody is there, at most so often a day.
const MOST_HOURS: usize = 4;

/// What a service is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceSettings {
    pub name: ByLanguage,
    pub summary: ByLanguage,
    pub who: ByLanguage,
    pub bring: Vec<ByLanguage>,
    /// In plain words.
    pub rules: Vec<ByLanguage>,
    #[serde(default)]
    pub prepare: Option<ByLanguage>,
    pub duration_minutes: i32,
    pub lead_minutes: i32,
    pub horizon_days: i32,
    pub hold_minutes: i32,
    pub needs_decision: bool,
    pub seats: i32,
    #[serde(default)]
    pub daily_quota: Option<i32>,
    #[serde(default)]
    pub quota_shares: Option<QuotaShares>,
    pub opening_rules: Vec<RuleSettings>,
    pub stages: Vec<StageSettings>,
    /// It is booked stage by stage, and not as a whole.
    #[serde(default)]
    pub stages_only: bool,
    /// What the booking form asks for, in order.
    pub fields: Vec<FieldSpec>,
    /// The documents to bring or to upload, in order.
    pub documents: Vec<DocumentSpec>,
    pub active: bool,
}

/// When it is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSettings {
    pub day_kind: DayKind,
    /// 1 is Monday, 7 is Sunday; in order.
    pub weekdays: Vec<i32>,
    pub from_minute: i32,
    pub to_minute: i32,
}

/// A stage of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageSettings {
    pub stage: Stage,
    pub duration_minutes: i32,
    pub gap_least_minutes: i32,
    pub gap_most_minutes: i32,
    pub at_enterprise: bool,
    /// Of what it takes at the office beside a seat of the service.
    #[serde(default)]
    pub seats: Option<i32>,
    /// Of whom one is taken for its time beside, the usual first; whether they are officers, `booking` asks.
    #[serde(default)]
    pub officers: Vec<Uuid>,
}

/// What a venue is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VenueSettings {
    pub name: ByLanguage,
    pub address: ByLanguage,
    pub zone: String,
    pub grid_minutes: i32,
    /// Empty where it is the office's duty phone.
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub office_hours: Vec<HoursOfDay>,
}

/// From when until when, in minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursOfDay {
    pub from_minute: i32,
    pub to_minute: i32,
}

impl HoursOfDay {
    pub fn minutes(&self) -> Range<i32> {
        self.from_minute..self.to_minute
    }
}

/// A part of a service or venue that somebody changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetupPart {
    Name,
    Texts,
    /// How long it takes, how far ahead it is booked, whether somebody decides.
    Booking,
    Seats,
    Hours,
    Stages,
    /// What the booking form asks for.
    Form,
    Documents,
    Active,
    Address,
    Contact,
    Grid,
}

/// What settings of a service are checked against.
#[derive(Clone, Copy, Debug)]
pub struct SettingsContext<'a> {
    /// What was asked until now, and what was once.
    pub asked: &'a [FieldSpec],
    pub former: &'a [FieldSpec],
    pub warnings: &'a [WarningRule],
    pub terms: &'a ServiceTerms,
    pub shares: Shares,
    pub grid_minutes: i32,
    /// Of the venue.
    pub office_hours: &'a [HoursOfDay],
}

/// What is wrong: the field as it is spelled in the API, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsFault {
    pub field: String,
    pub kind: SettingsFaultKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsFaultKind {
    /// A text is missing in a language.
    TextMissing,
    TextTooLong(usize),
    TooManyLines(usize),
    /// It has to lie from here to there.
    OutOfRange(i32, i32),
    /// No day of the week, or none that there is.
    NoWeekday,
    /// It ends before it begins.
    Backwards,
    /// No slot of so many minutes fits in.
    NoSlotInRule(i32),
    /// It overlaps with the rule of this number, counted from 1.
    Overlaps(usize),
    /// A stage comes twice, or before one that it follows.
    StageOrder,
    /// The first stage has none before it.
    FirstGap,
    /// So many seats are kept for callers and for the counter.
    SeatsKept(i32),
    /// More would be kept for callers and for the counter than may be booked a day.
    SharesAboveQuota(i32),
    /// Something would be kept of a quota that there is not.
    SharesWithoutQuota,
    /// By the lead times of the terms there would be none left.
    NoSlotLeft,
    UnknownZone,
    /// A grid of 5, 10 or 15 minutes.
    Grid,
    Phone,
    /// It is made of small letters, digits and underscores, and is not longer than this.
    Key(usize),
    KeyTwice,
    /// The program itself calls something so.
    KeyReserved,
    /// Answers of another kind were given under this key.
    KindFixed,
    NoOptions,
    /// Only a choice has options.
    OnlyChoice,
    NoSuchOption,
    /// Something is sensitive, and nobody is asked for their consent.
    NoConsent,
    /// The terms go by a question, or an option of it, that would not be there any more.
    UsedByTerms,
    UsedByWarning,
    /// None, or one twice.
    FileKinds,
    DocumentSize,
    NoStages,
    /// Only numbers of other systems lead there.
    OnlyNumbers,
    Link,
}

pub(super) type Checked = Result<(), SettingsFault>;

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
        self.check_rules(context, &mut faults);
        faults.0
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
        if self.stages_only && self.stages.is_empty() {
            faults.add("stages_only", SettingsFaultKind::NoStages);
        }
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

    fn check_rules(&self, context: &SettingsContext<'_>, faults: &mut Faults) {
        if self.opening_rules.len() > MOST_LINES {
            faults.add("opening_rules", SettingsFaultKind::TooManyLines(MOST_LINES));
        }
        for (index, rule) in self.opening_rules.iter().enumerate() {
            faults.take(self.check_rule(index, rule, context));
        }
    }

    fn check_rule(&self, index: usize, rule: &RuleSettings, context: &SettingsContext<'_>) -> Checked {
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
        if !self.has_slot(rule, shortest, context.grid_minutes) {
            return fault(at("to_minute"), SettingsFaultKind::NoSlotInRule(shortest));
        }
        let overlaps = |other: &RuleSettings| rule.overlaps(other, context.office_hours);
        let other = self.opening_rules[..index].iter().position(overlaps);
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

    /// What is other than in `before`.
    pub fn parts_changed_since(&self, before: &Self) -> Vec<SetupPart> {
        let texts = |of: &Self| {
            (of.summary.clone(), of.who.clone(), of.bring.clone(), of.rules.clone(), of.prepare.clone())
        };
        let booking = |of: &Self| {
            (of.duration_minutes, of.lead_minutes, of.horizon_days, of.hold_minutes, of.needs_decision)
        };
        let seats = |of: &Self| (of.seats, of.daily_quota, of.quota_shares);
        let all = [
            (SetupPart::Name, self.name != before.name),
            (SetupPart::Texts, texts(self) != texts(before)),
            (SetupPart::Booking, booking(self) != booking(before)),
            (SetupPart::Seats, seats(self) != seats(before)),
            (SetupPart::Hours, self.opening_rules != before.opening_rules),
            (SetupPart::Stages, (&self.stages, self.stages_only) != (&before.stages, before.stages_only)),
            (SetupPart::Form, self.fields != before.fields),
            (SetupPart::Documents, self.documents != before.documents),
            (SetupPart::Active, self.active != before.active),
        ];
        all.into_iter().filter(|(_, changed)| *changed).map(|(part, _)| part).collect()
    }
}

impl RuleSettings {
    /// The days of the week as bits.
    pub fn bits(&self) -> i32 {
        self.weekdays.iter().filter(|day| (1..=7).contains(*day)).fold(0, |bits, day| bits | 1 << (day - 1))
    }

    /// The days of the week of some bits, in order.
    pub fn weekdays_of(bits: i32) -> Vec<i32> {
        (1..=7).filter(|day| bits & 1 << (day - 1) != 0).collect()
    }

    /// Whether there may be a day on which both say the same time.
    fn overlaps(&self, other: &Self, office: &[HoursOfDay]) -> bool {
        let open = |rule: &Self, is_working: bool| {
            opened(rule.day_kind, rule.from_minute..rule.to_minute, Some(is_working), office)
        };
        let meet = |is_working: bool| {
            let others = open(other, is_working);
            let meets =
                |one: &Range<i32>| others.iter().any(|other| one.start < other.end && other.start < one.end);
            open(self, is_working).iter().any(meets)
        };
        self.bits() & other.bits() != 0 && (meet(true) || meet(false))
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

    /// What is other than in `before`.
    pub fn parts_changed_since(&self, before: &Self) -> Vec<SetupPart> {
        let all = [
            (SetupPart::Name, self.name != before.name),
            (SetupPart::Address, self.address != before.address),
            (SetupPart::Grid, (&self.zone, self.grid_minutes) != (&before.zone, before.grid_minutes)),
            (SetupPart::Contact, self.phone != before.phone),
            (SetupPart::Hours, self.office_hours != before.office_hours),
        ];
        all.into_iter().filter(|(_, changed)| *changed).map(|(part, _)| part).collect()
    }
}

pub(super) fn fault(field: impl Into<String>, kind: SettingsFaultKind) -> Checked {
    Err(SettingsFault { field: field.into(), kind })
}

pub(super) fn in_range(field: impl Into<String>, number: i32, from: i32, to: i32) -> Checked {
    if (from..=to).contains(&number) { Ok(()) } else { fault(field, SettingsFaultKind::OutOfRange(from, to)) }
}

/// A text that people read has to be there in each language.
pub fn text(field: &str, text: &ByLanguage, longest: usize) -> Checked {
    for language in Language::ALL {
        let field = format!("{field}.{}", language.tag());
        let said = text.get(language).unwrap_or_default();
        if said.trim().is_empty() {
            return fault(field, SettingsFaultKind::TextMissing);
        }
        if said.chars().count() > longest {
            return fault(field, SettingsFaultKind::TextTooLong(longest));
        }
    }
    Ok(())
}

/// The name of a service or a venue.
pub fn name(field: &str, name: &ByLanguage) -> Checked {
    text(field, name, NAME_LENGTH)
}

/// What is wrong, in the order in which it is looked at.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<SettingsFault>);

impl Faults {
    pub fn add(&mut self, field: impl Into<String>, kind: SettingsFaultKind) {
        self.0.push(SettingsFault { field: field.into(), kind });
    }

    pub fn take(&mut self, checked: Checked) {
        self.0.extend(checked.err());
    }

    #[cfg(test)]
    pub fn first(self) -> Checked {
        self.0.into_iter().next().map_or(Ok(()), Err)
    }

    fn texts(&mut self, field: &str, lines: &[ByLanguage]) {
        if lines.len() > MOST_LINES {
            self.add(field, SettingsFaultKind::TooManyLines(MOST_LINES));
        }
        for (index, line) in lines.iter().enumerate() {
            self.take(text(&format!("{field}[{index}]"), line, TEXT_LENGTH));
        }
    }
}
