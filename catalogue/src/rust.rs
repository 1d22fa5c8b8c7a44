//! The Rust that says the words.

use crate::read::{Catalogue, Kind, Message};
use std::fmt::Write;

/// What stands in the generated file: the languages, the texts of their files, and a module for each file. It is
/// included where `Key`, `Message`, `Said`, `Number` and `Text` are known.
pub fn rust(catalogue: &Catalogue) -> String {
    let mut out = String::new();
    languages(catalogue, &mut out);
    out + &messages(catalogue)
}

/// The modules of the files, and the list of all messages.
pub(crate) fn messages(catalogue: &Catalogue) -> String {
    let mut out = String::new();
    let Some(first) = catalogue.languages.first() else { return out };
    let mut every = String::new();
    for (number, (name, file)) in first.files.iter().enumerate() {
        let _ =
            writeln!(out, "/// The words of `{name}.ftl`.\npub(crate) mod {name} {{\n    use super::*;\n");
        for message in &file.messages {
            function(number, message, &mut out);
            let kinds: String = message
                .arguments
                .iter()
                .map(|(name, kind)| format!("({name:?}, {}), ", matches!(kind, Kind::Number)))
                .collect();
            let key = key(number, message);
            let _ = writeln!(every, "    Message {{ file: {name:?}, key: {key}, arguments: &[{kinds}] }},");
        }
        out.push_str("}\n\n");
    }
    let _ = writeln!(
        out,
        "/// Every message: its file, its key, and its arguments, each with whether it is a number.\n\
         pub(crate) const EVERY: &[Message] = &[\n{every}];"
    );
    out
}

fn languages(catalogue: &Catalogue, out: &mut String) {
    let variants: Vec<(String, &str)> =
        catalogue.languages.iter().map(|language| (variant(&language.tag), language.tag.as_str())).collect();
    out.push_str(
        "/// The languages in which the service answers: the directories of `words/`.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]\n\
         #[schema(as = Locale)]\n\
         #[sea_orm(rs_type = \"String\", db_type = \"Text\")]\n\
         pub enum Language {\n",
    );
    for (number, (variant, tag)) in variants.iter().enumerate() {
        let default = if number == 0 { "    #[default]\n" } else { "" };
        let _ = writeln!(
            out,
            "{default}    #[sea_orm(string_value = {tag:?})]\n    #[serde(rename = {tag:?})]\n    {variant},"
        );
    }
    let all: Vec<String> = variants.iter().map(|(variant, _)| format!("Self::{variant}")).collect();
    let _ = writeln!(
        out,
        "}}\n\nimpl Language {{\n    /// The default one first.\n    pub const ALL: [Self; {}] = [{}];\n\n    \
         /// The language tag (RFC 5646), as it stands in `Content-Language`.\n    \
         pub const fn tag(self) -> &'static str {{\n        match self {{",
        all.len(),
        all.join(", ")
    );
    for (variant, tag) in &variants {
        let _ = writeln!(out, "            Self::{variant} => {tag:?},");
    }
    out.push_str("        }\n    }\n\n    /// The texts of its word files, by the number of the file.\n    const fn files(self) -> &'static [&'static str] {\n        match self {\n");
    for (language, (variant, tag)) in catalogue.languages.iter().zip(&variants) {
        let _ = writeln!(out, "            Self::{variant} => &[");
        for name in language.files.keys() {
            let _ = writeln!(
                out,
                "                include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/words/{tag}/{name}.ftl\")),"
            );
        }
        out.push_str("            ],\n");
    }
    out.push_str("        }\n    }\n}\n\n");
}

/// `zh-CN` as `ZhCn`.
fn variant(tag: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect::<String>())
    };
    tag.split('-').filter_map(capital).collect()
}

fn key(file: usize, message: &Message) -> String {
    let Message { id, attribute, .. } = message;
    format!("Key {{ file: {file}, id: {id:?}, attribute: {attribute:?} }}")
}

fn function(file: usize, message: &Message, out: &mut String) {
    let parameter = |(name, kind): &(String, Kind)| match kind {
        Kind::Text => format!("{name}: impl Into<Said>"),
        Kind::Number => format!("{name}: impl Into<Number>"),
    };
    let argument = |(name, kind): &(String, Kind)| match kind {
        Kind::Text => format!("({name:?}, {name}.into())"),
        Kind::Number => format!("({name:?}, Said::Number({name}.into()))"),
    };
    let parameters: Vec<String> = message.arguments.iter().map(parameter).collect();
    let arguments: Vec<String> = message.arguments.iter().map(argument).collect();
    for line in message.says.lines() {
        let _ = writeln!(out, "    /// `{}`", line.trim().replace('`', "'"));
    }
    let _ = writeln!(
        out,
        "    pub(crate) fn {}({}) -> Text {{\n        Text::said(&{}, vec![{}])\n    }}\n",
        message.function(),
        parameters.join(", "),
        key(file, message),
        arguments.join(", ")
    );
}
