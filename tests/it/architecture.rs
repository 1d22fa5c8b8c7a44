//! The rules of ARCHITECTURE.md that file names can carry, read off the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Left to right; a module imports only what stands left of it. Those in one group may import each other
/// leftwards within the group.
const ORDER: [&[&str]; 10] = [
    &["base"],
    &["db", "http"],
    &["evidence", "notify"],
    &["directory"],
    &["auth"],
    &["booking"],
    &["video"],
    &["survey"],
    &["review"],
    &["app"],
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    assert!(found.len() > 40, "the sources were not found");
    let relative = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_owned();
    found.iter().map(|path| (relative(path), fs::read_to_string(path).unwrap())).collect()
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|group| group.contains(&module))
}

fn module_of(path: &Path) -> String {
    let first = path.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// Lines that are neither comments nor blank, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(n, line)| (n + 1, line.trim())).filter(|(_, line)| !line.starts_with("//"))
}

#[test]
fn modules_import_only_leftwards() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let module = module_of(&path);
        let Some(own) = rank(&module) else { continue };
        for (number, line) in code(&text) {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let names: Vec<&str> = match rest.strip_prefix('{') {
                    Some(group) => group.split(['{', '}', ',']).map(str::trim).collect(),
                    None => vec![rest],
                };
                for name in names {
                    let name: String =
                        name.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                    if let Some(other) = rank(&name)
                        && other > own
                    {
                        wrong.push(format!("{}:{number}: {module} imports {name}", path.display()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_place_in_the_order() {
    for (path, _) in sources() {
        let module = module_of(&path);
        assert!(
            rank(&module).is_some() || ["lib", "main"].contains(&module.as_str()),
            "{module} has no place in the order"
        );
    }
}

/// Where a word may stand: the word, and whether a path may hold it.
type Rule = (&'static str, fn(&str) -> bool);

#[test]
fn libraries_stay_behind_their_doors() {
    let rules: [Rule; 7] = [
        ("axum::", |path| path.contains("/wire/") || path.starts_with("http/") || path.starts_with("app/")),
        ("EntityTrait", |path| {
            path.contains("/store/") || path.starts_with("db/") || path.starts_with("app/")
        }),
        ("webrtc::", |path| path.starts_with("video/engine/")),
        ("rtc::", |path| path.starts_with("video/engine/")),
        ("lettre::", |path| path.starts_with("notify/")),
        ("Utc::now()", |path| path == "base/clock.rs"),
        ("SystemTime::now()", |path| path == "base/clock.rs"),
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let name = path.to_str().unwrap();
        for (number, line) in code(&text) {
            for (word, allowed) in &rules {
                if line.contains(word) && !allowed(name) {
                    wrong.push(format!("{name}:{number}: {word}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    for (path, text) in sources() {
        // Tests that stand beside their module in a file of their own are told by its name.
        let tests = path.file_stem().is_some_and(|name| name.to_string_lossy().ends_with("tests"));
        assert!(tests || text.starts_with("//!"), "{} has no //! at its top", path.display());
    }
}

#[test]
fn no_file_is_too_long_to_read_in_a_sitting() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 600, "{} has {lines} lines", path.display());
    }
}
