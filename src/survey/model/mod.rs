//! What may be answered, and how answers become figures. Pure.

pub mod figures;
pub mod month;

use crate::base::words;
use crate::http::Problem;
use chrono::TimeDelta;

/// How long an invitation can be answered.
pub const TERM: TimeDelta = TimeDelta::days(30);
/// The best of the five levels.
pub const TOP_LEVEL: i32 = 5;
/// The 97.5 % point of the normal distribution: of an interval that holds with 95 %. Pages do not work
/// out intervals; they show those of the figures.
const Z: f64 = 1.959_963_984_540_054;
/// Fewer answers than this are not shown as a share.
pub const FEWEST: u32 = 5;
/// The longest comment, in characters.
pub const LONGEST_COMMENT: usize = 1000;

/// The level of an answer, 1 (very dissatisfied) to 5 (very satisfied).
pub fn check_level(level: i64) -> Result<i32, Problem> {
    i32::try_from(level)
        .ok()
        .filter(|level| (1..=TOP_LEVEL).contains(level))
        .ok_or_else(|| Problem::invalid("level", words::survey::invalid_level()))
}

/// The comment as it is kept: trimmed, without control characters, nothing in place of blank.
pub fn check_comment(comment: Option<&str>) -> Result<Option<String>, Problem> {
    let kept: String =
        comment.unwrap_or_default().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let kept = kept.trim();
    if kept.chars().count() > LONGEST_COMMENT {
        return Err(Problem::invalid("comment", words::survey::comment_too_long()));
    }
    Ok((!kept.is_empty()).then(|| kept.to_owned()))
}

/// A reference of which only the parts are left that its owner knows it by: `MQ 2611 ••••-X`.
pub fn mask_reference(shown: &str) -> String {
    let tail = shown.rfind(' ').map_or(0, |space| space + 1);
    let (kept, hidden) = shown.split_at(tail);
    let hidden = hidden.split_once('-').map_or_else(
        || "••••".to_owned(),
        |(random, check)| format!("{}-{check}", "•".repeat(random.chars().count())),
    );
    format!("{kept}{hidden}")
}

/// How many were invited, how many of them answered, and how many of those chose the top level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub invited: u32,
    pub answered: u32,
    pub top: u32,
}

impl Counts {
    pub fn add(&mut self, other: Self) {
        self.invited += other.invited;
        self.answered += other.answered;
        self.top += other.top;
    }
}

/// One line of figures. Percentages have one decimal, half up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    pub invited: u32,
    pub answered: u32,
    pub response_rate: Option<f64>,
    /// What too few people stand behind; `None` when hidden.
    pub levels: Option<Levels>,
}

/// The share of the top level, with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    pub top: u32,
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

/// The figures of one month: one for each group, in their order, and the total.
pub fn figures(groups: &[Counts]) -> (Vec<Figure>, Figure) {
    let hidden = hidden(groups);
    let mut total = Counts::default();
    groups.iter().for_each(|group| total.add(*group));
    let lines = groups.iter().zip(&hidden).map(|(group, hidden)| figure(*group, *hidden)).collect();
    (lines, figure(total, total.answered < FEWEST))
}

/// How the answers of one month may be listed one by one to a reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Groups whose answers are listed as answers of the group.
    pub named: Vec<usize>,
    /// Groups whose answers are listed together, without saying of which group.
    pub together: Vec<usize>,
}

/// Which answers are listed. `groups` are those of the figures; `about`: how many answers of each are
/// about the reader, who never gets those.
///
/// A group is listed by name only if its figure is shown, and together with others only if five answers
/// stand behind that; and never when what is left out of it would be found by subtraction from a figure.
pub fn listing(groups: &[Counts], about: &[u32]) -> Listing {
    let hidden = hidden(groups);
    let about = |index: usize| about.get(index).copied().unwrap_or(0);
    let may_be_listed = |answered: u32, about: u32| {
        answered.saturating_sub(about) >= FEWEST && (about == 0 || about >= FEWEST)
    };
    let (mut listing, mut rest) = (Listing::default(), (0, 0));
    for (index, group) in groups.iter().enumerate().filter(|(_, group)| group.answered > 0) {
        if !hidden[index] {
            if may_be_listed(group.answered, about(index)) {
                listing.named.push(index);
            }
        } else {
            listing.together.push(index);
            rest = (rest.0 + group.answered, rest.1 + about(index));
        }
    }
    if !may_be_listed(rest.0, rest.1) {
        listing.together.clear();
    }
    listing
}

/// Several lines as one: hidden ones count for the invited and the answered, but not for the share.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum {
    pub invited: u32,
    pub answered: u32,
    pub response_rate: Option<f64>,
    /// How many answers stand behind the share, and how many of them are at the top level.
    pub shown: u32,
    pub top: u32,
    pub levels: Option<Levels>,
    /// Lines with answers that are left out of the share.
    pub withheld: u32,
}

pub fn sum<'a>(lines: impl IntoIterator<Item = &'a Figure>) -> Sum {
    let mut sum = Sum::default();
    for line in lines {
        sum.invited += line.invited;
        sum.answered += line.answered;
        match line.levels {
            Some(levels) => {
                sum.shown += line.answered;
                sum.top += levels.top;
            }
            None => sum.withheld += u32::from(line.answered > 0),
        }
    }
    sum.response_rate = percent(sum.answered, sum.invited);
    sum.levels = percent(sum.top, sum.shown).map(|share| {
        let (low, high) = wilson(sum.top, sum.shown);
        Levels { top: sum.top, share, low, high }
    });
    sum
}

fn figure(counts: Counts, hidden: bool) -> Figure {
    let Counts { invited, answered, top } = counts;
    let levels = percent(top, answered).filter(|_| !hidden).map(|share| {
        let (low, high) = wilson(top, answered);
        Levels { top, share, low, high }
    });
    Figure { invited, answered, response_rate: percent(answered, invited), levels }
}

/// Which groups are not shown: those that fewer than five answered; and, when the total would give
/// one of them away, one more: the smallest of the others.
fn hidden(groups: &[Counts]) -> Vec<bool> {
    let mut hidden: Vec<bool> = groups.iter().map(|group| group.answered < FEWEST).collect();
    if given_away(groups, &hidden) {
        let others = groups.iter().enumerate().filter(|(index, _)| !hidden[*index]);
        if let Some((index, _)) = others.min_by_key(|(_, group)| group.answered) {
            hidden[index] = true;
        }
    }
    hidden
}

/// Whether the total without the shown groups tells what one hidden group answered: there is but one
/// with answers, all of them together are fewer than five answers, or have only top levels or none at all.
fn given_away(groups: &[Counts], hidden: &[bool]) -> bool {
    let with_answers = groups.iter().zip(hidden).filter(|(group, hidden)| **hidden && group.answered > 0);
    let (mut count, mut rest) = (0, Counts::default());
    for (group, _) in with_answers {
        count += 1;
        rest.add(*group);
    }
    count == 1 || (count > 1 && (rest.answered < FEWEST || rest.top == 0 || rest.top == rest.answered))
}

/// `part` of `whole` in percent with one decimal, half up, worked out in whole numbers.
pub fn percent(part: u32, whole: u32) -> Option<f64> {
    if whole == 0 {
        return None;
    }
    let (part, whole) = (u64::from(part), u64::from(whole));
    let tenths = (2000 * part + whole) / (2 * whole);
    Some(tenths as f64 / 10.0)
}

/// The Wilson score interval at 95 % for `top` of `answered`, in percent with one decimal.
pub fn wilson(top: u32, answered: u32) -> (f64, f64) {
    let (x, n) = (f64::from(top), f64::from(answered));
    let share = x / n;
    let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    // The ends are exact where they can be; rounding errors would leave a trace there.
    let low = if top == 0 { 0.0 } else { middle - half };
    let high = if top == answered { 1.0 } else { middle + half };
    (one_decimal(low), one_decimal(high))
}

fn one_decimal(share: f64) -> f64 {
    ((share * 1000.0).round() / 10.0).clamp(0.0, 100.0)
}

#[cfg(test)]
mod tests;
