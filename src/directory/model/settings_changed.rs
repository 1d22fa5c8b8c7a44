//! What of faulty settings is new: what is stored, and breaks a rule that came later, holds up no change of something else.
//! Pure.

use crate::directory::model::settings::{
    Checked, ServiceSettings, SettingsContext, SettingsFault, SettingsFaultKind,
};
use serde_json::Value;

impl ServiceSettings {
    /// The first thing that is wrong and was not so in `before`.
    pub fn check_change(&self, before: &Self, context: &SettingsContext<'_>) -> Checked {
        let faults = self.faults(context);
        if faults.is_empty() {
            return Ok(());
        }
        let (stored, before, after) = (before.faults(context), json(before), json(self));
        let known: Vec<Told<'_>> = stored.iter().map(|fault| told(fault, &before)).collect();
        let is_new = |fault: &SettingsFault| {
            let fault = told(fault, &after);
            !known.iter().any(|known| fault.is_of_before(known))
        };
        faults.into_iter().find(is_new).map_or(Ok(()), Err)
    }
}

fn json(settings: &ServiceSettings) -> Value {
    serde_json::to_value(settings).unwrap_or_default()
}

/// A fault by what it is about, wherever that stands in its list.
#[derive(Debug)]
struct Told<'a> {
    kind: SettingsFaultKind,
    /// The field, with no numbers in it.
    field: String,
    /// Of lists on the way to it, which line: by its name, or as a whole where it has none.
    lines: Vec<&'a Value>,
    value: Option<&'a Value>,
}

impl Told<'_> {
    /// Nothing was done to it since.
    fn is_of_before(&self, before: &Told<'_>) -> bool {
        // That a list breaks a rule is of its lines together: each of them is looked at by itself, and the list must not
        // become longer.
        let same_value = match (self.value, before.value) {
            (Some(Value::Array(now)), Some(Value::Array(was))) if now.iter().any(Value::is_object) => {
                now.len() <= was.len()
            }
            (now, was) => now == was,
        };
        (self.kind, &self.field, &self.lines) == (before.kind, &before.field, &before.lines) && same_value
    }
}

fn told<'a>(fault: &SettingsFault, settings: &'a Value) -> Told<'a> {
    let (mut value, mut lines, mut field) = (Some(settings), Vec::new(), String::new());
    for part in fault.field.split(['.', '[']) {
        match part.strip_suffix(']') {
            Some(number) => {
                value = number.parse::<usize>().ok().and_then(|number| value?.get(number));
                let name = ["key", "stage", "value"].iter().find_map(|name| value?.get(name));
                lines.extend(name.or(value));
            }
            None => {
                value = value.and_then(|value| value.get(part));
                field = field + "." + part;
            }
        }
    }
    let mut kind = fault.kind;
    if let SettingsFaultKind::Overlaps(other) = fault.kind {
        // It is of both rules, wherever and in whatever order they stand.
        let rules = settings.get("opening_rules").and_then(Value::as_array);
        lines.extend(rules.and_then(|rules| rules.get(other.checked_sub(1)?)));
        lines.sort_by_key(|line| line.to_string());
        (kind, value) = (SettingsFaultKind::Overlaps(0), None);
    }
    Told { kind, field, lines, value }
}
