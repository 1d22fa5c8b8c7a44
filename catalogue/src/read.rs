//! The files of all languages, taken apart.

use crate::check::faults;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Chooses among plural forms.
    Number,
}

/// One text: a message, or an attribute of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: String,
    pub attribute: Option<String>,
    /// In the order in which the first language names them.
    pub arguments: Vec<(String, Kind)>,
    /// What it says, for the documentation of its function.
    pub says: String,
}

impl Message {
    /// The name of its function.
    pub fn function(&self) -> String {
        match &self.attribute {
            Some(attribute) => format!("{}_{attribute}", self.id),
            None => self.id.clone(),
        }
    }
}

/// A file of a language.
#[derive(Clone, Debug, Default)]
pub struct File {
    pub messages: Vec<Message>,
    /// What is wrong with it by itself.
    pub faults: Vec<String>,
}

/// A language: its tag (the name of its directory) and its files by name, without `.ftl`.
#[derive(Clone, Debug)]
pub struct Language {
    pub tag: String,
    pub files: BTreeMap<String, File>,
}

/// All of it; the first language is the one that is spoken where none of ours is asked for.
#[derive(Clone, Debug)]
pub struct Catalogue {
    pub languages: Vec<Language>,
}

impl Catalogue {
    /// Reads `dir/LANGUAGE/FILE.ftl`. Everything that is wrong comes as a line each.
    pub fn read(dir: &Path, first: &str) -> Result<Self, Vec<String>> {
        let mut languages = Vec::new();
        for tag in names(dir)? {
            let mut files = BTreeMap::new();
            for name in names(&dir.join(&tag))? {
                let path = dir.join(&tag).join(&name);
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| vec![format!("{}: {error}", path.display())])?;
                files.insert(name.trim_end_matches(".ftl").to_owned(), file(&format!("{tag}/{name}"), &text));
            }
            languages.push(Language { tag, files });
        }
        languages.sort_by_key(|language| language.tag != first);
        Self::of(languages)
    }

    /// Checks languages that were read.
    pub fn of(languages: Vec<Language>) -> Result<Self, Vec<String>> {
        let catalogue = Self { languages };
        match faults(&catalogue) {
            none if none.is_empty() => Ok(catalogue),
            faults => Err(faults),
        }
    }
}

/// What lies in a directory, in order.
fn names(dir: &Path) -> Result<Vec<String>, Vec<String>> {
    let fault = |error: std::io::Error| vec![format!("{}: {error}", dir.display())];
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(fault)? {
        names.push(entry.map_err(fault)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Reads one file, called `name` where something is wrong with it.
pub fn file(name: &str, text: &str) -> File {
    let mut file = File::default();
    let resource = match fluent_syntax::parser::parse(text) {
        Ok(resource) => resource,
        Err((resource, errors)) => {
            for error in errors {
                let line = text[..error.pos.start].matches('\n').count() + 1;
                file.faults.push(format!("{name}:{line}: {error}"));
            }
            resource
        }
    };
    let mut functions = BTreeSet::new();
    for entry in resource.body {
        let message = match entry {
            Entry::Message(message) => message,
            Entry::Term(term) => {
                file.faults.push(format!("{name}: -{}: terms are not used here", term.id.name));
                continue;
            }
            _ => continue,
        };
        let comment = message.comment.map(|comment| comment.content.join("\n")).unwrap_or_default();
        let own = message.value.iter().map(|value| (None, value));
        let attributes = message.attributes.iter().map(|one| (Some(one.id.name.to_owned()), &one.value));
        for (attribute, pattern) in own.chain(attributes) {
            let mut used = Used::default();
            used.pattern(pattern);
            let mut arguments: Vec<(String, Kind)> = Vec::new();
            for argument in used.arguments {
                if !arguments.iter().any(|(known, _)| *known == argument) {
                    let is_number =
                        comment.lines().any(|line| line.trim() == format!("${argument} (number)"));
                    arguments.push((argument, if is_number { Kind::Number } else { Kind::Text }));
                }
            }
            let one = Message {
                id: message.id.name.to_owned(),
                attribute,
                arguments,
                says: used.says.trim().to_owned(),
            };
            let function = one.function();
            if used.refers {
                file.faults.push(format!("{name}: {function}: refers to other messages or calls functions"));
            }
            if !function.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
                file.faults.push(format!("{name}: {function}: keys are in snake_case"));
            }
            if !functions.insert(function.clone()) {
                file.faults.push(format!("{name}: {function} stands there twice"));
            }
            file.messages.push(one);
        }
    }
    file
}

/// What a text uses and roughly says.
#[derive(Default)]
struct Used {
    arguments: Vec<String>,
    says: String,
    refers: bool,
}

impl Used {
    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.says.push_str(value),
                PatternElement::Placeable { expression } => self.expression(expression),
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                self.says.push_str(" → ");
                for variant in variants {
                    self.pattern(&variant.value);
                    self.says.push_str(" | ");
                }
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.arguments.push(id.name.to_owned());
                self.says.push_str(&format!("{{ ${} }}", id.name));
            }
            InlineExpression::StringLiteral { value } | InlineExpression::NumberLiteral { value } => {
                self.says.push_str(value);
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::FunctionReference { .. }
            | InlineExpression::MessageReference { .. }
            | InlineExpression::TermReference { .. } => self.refers = true,
        }
    }
}
