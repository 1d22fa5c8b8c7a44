//! What is wrong with settings, and how it is found.

use crate::base::words::{ByLanguage, Language};
use crate::directory::model::settings::checks::{MOST_LINES, NAME_LENGTH, TEXT_LENGTH};

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
}

pub(in crate::directory::model) type Checked = Result<(), SettingsFault>;

pub(in crate::directory::model) fn fault(field: impl Into<String>, kind: SettingsFaultKind) -> Checked {
    Err(SettingsFault { field: field.into(), kind })
}

pub(in crate::directory::model) fn in_range(
    field: impl Into<String>,
    number: i32,
    from: i32,
    to: i32,
) -> Checked {
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
pub(in crate::directory::model) struct Faults(Vec<SettingsFault>);

impl Faults {
    pub fn add(&mut self, field: impl Into<String>, kind: SettingsFaultKind) {
        self.0.push(SettingsFault { field: field.into(), kind });
    }

    pub fn take(&mut self, checked: Checked) {
        self.0.extend(checked.err());
    }

    pub fn into_all(self) -> Vec<SettingsFault> {
        self.0
    }

    #[cfg(test)]
    pub fn first(self) -> Checked {
        self.0.into_iter().next().map_or(Ok(()), Err)
    }

    /// A list of texts that people read.
    pub fn texts(&mut self, field: &str, lines: &[ByLanguage]) {
        if lines.len() > MOST_LINES {
            self.add(field, SettingsFaultKind::TooManyLines(MOST_LINES));
        }
        for (index, line) in lines.iter().enumerate() {
            self.take(text(&format!("{field}[{index}]"), line, TEXT_LENGTH));
        }
    }
}
