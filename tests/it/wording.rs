//! What people read stands in `words/`, not in the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Parts of paths that may hold Chinese: what the demo is furnished with, and characters and words that names,
/// passwords and the columns of files (a group's list, a clearance clock) are compared with.
const HAN: [&str; 5] =
    ["demo", "auth/model/names.rs", "auth/model/secret.rs", "booking/model/group", "booking/model/clearance"];
/// Parts of paths that may hold English sentences: the API document, and what an operator reads at a start.
const ENGLISH: [&str; 7] = [
    "app/described.rs",
    "base/words/by_language.rs",
    "app/openapi.rs",
    "app/serve.rs",
    "app/web.rs",
    "config.rs",
    "keyring.rs",
];

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The string literals of a source, each with what stands before it; comments and what follows the first
/// `#[cfg(test)]` left out.
fn literals(source: &str) -> Vec<(String, String)> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let source = lines.join("\n").replace("'\"'", "''");
    let (mut found, mut rest) = (Vec::new(), source.as_str());
    while let Some((before, after)) = rest.split_once('"') {
        let mut escaped = false;
        let end = after.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let Some(end) = end else { break };
        found.push((before.trim_end().to_owned(), after[..end].to_owned()));
        rest = &after[end + 1..];
    }
    found
}

fn is_han(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// As far as a simple rule can tell.
fn is_sentence(text: &str) -> bool {
    let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
    text.starts_with(|c: char| c.is_ascii_uppercase()) && words > 3 && text.ends_with(['.', '!', '?'])
}

/// The texts for people in a source.
fn for_people(path: &str, source: &str) -> Vec<String> {
    let may = |parts: &[&str]| parts.iter().any(|part| path.contains(part));
    let tests = path.ends_with("tests.rs");
    let wrong = |(before, text): &(String, String)| {
        let described = before.ends_with("description =");
        (is_han(text) && !may(&HAN)) || (is_sentence(text) && !described && !may(&ENGLISH) && !may(&HAN))
    };
    let texts = literals(source).into_iter().filter(|one| !tests && wrong(one));
    texts.map(|(_, text)| format!("{path}: {text}")).collect()
}

#[test]
fn no_text_for_people_stands_in_the_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    assert!(found.len() > 40, "the sources were not found");
    let wrong: Vec<String> = found
        .iter()
        .flat_map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            for_people(name, &fs::read_to_string(path).unwrap())
        })
        .collect();
    assert!(wrong.is_empty(), "these belong into words/:\n{}", wrong.join("\n"));
}

#[test]
fn a_text_for_people_in_a_source_is_found() {
    let source = r#"
        // "注释里的中文"
        let title = "这个时段的名额刚被约走。";
        let words = format!("The place {seat} was just taken.");
        #[utoipa::path(responses((status = OK, description = "The session's cookie, and another one.")))]
        tracing::info!("a mail was sent");
        let quote = '"';
        #[cfg(test)]
        mod tests { const NAME: &str = "林女士"; }
    "#;
    assert_eq!(
        for_people("booking/service.rs", source),
        [
            "booking/service.rs: 这个时段的名额刚被约走。",
            "booking/service.rs: The place {seat} was just taken.",
        ]
    );
    assert!(for_people("directory/demo/video.rs", source).is_empty());
}
