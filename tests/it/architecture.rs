//! The rules of ARCHITECTURE.md that file names can carry, read off the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Left to right; a module imports only what stands left of it. Those in one group may import each other
/// leftwards within the group.
const ORDER: [&[&str]; 13] = [
    &["base"],
    &["db", "http"],
    &["evidence", "notify"],
    &["directory"],
    &["auth"],
    &["places"],
    &["booking"],
    &["documents"],
    &["queue"],
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
    let rules: [Rule; 9] = [
        ("axum::", |path| path.contains("/wire/") || path.starts_with("http/") || path.starts_with("app/")),
        ("EntityTrait", |path| {
            path.contains("/store/") || path.starts_with("db/") || path.starts_with("app/")
        }),
        // Every stream of events is answered by `event_stream`, which none leaves out a heartbeat or an end of.
        ("Sse::new", |path| path == "http/events.rs"),
        ("webrtc::", |path| path.starts_with("video/engine/")),
        ("rtc::", |path| path.starts_with("video/engine/")),
        ("lettre::", |path| path.starts_with("notify/")),
        ("Utc::now()", |path| path == "base/clock.rs"),
        ("SystemTime::now()", |path| path == "base/clock.rs"),
        ("now_v7", |path| path == "base/ids.rs"),
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

const FEATURES: [&str; 11] = [
    "evidence",
    "notify",
    "directory",
    "auth",
    "places",
    "booking",
    "documents",
    "queue",
    "video",
    "survey",
    "review",
];

#[test]
fn a_feature_has_no_rooms_but_those_of_all() {
    let rooms =
        ["mod.rs", "model", "service", "store", "wire", "words", "log.rs", "jobs.rs", "demo", "demo.rs"];
    // The media engine has a door of its own; the calendar and the customs list are shipped as files.
    let own = [("video", "engine"), ("directory", "data")];
    let mut wrong = Vec::new();
    for feature in FEATURES {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(feature);
        for entry in fs::read_dir(dir).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if !rooms.contains(&name.as_str()) && !own.contains(&(feature, name.as_str())) {
                wrong.push(format!("{feature}/{name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "no such room: {}", wrong.join(", "));
}

/// Each table with the module of its entity and the part that owns it: the one in whose folder the entity stands.
fn tables() -> Vec<(String, String, String)> {
    let of = |(path, text): (PathBuf, String)| {
        let table = text.split("table_name = \"").nth(1)?.split('"').next()?.to_owned();
        let module = path.file_stem()?.to_str()?.to_owned();
        path.to_str()?.contains("/entities/").then(|| (table, module, module_of(&path)))
    };
    sources().into_iter().filter_map(of).collect()
}

#[test]
fn every_table_of_the_schema_has_one_owner() {
    let tables = tables();
    let mut owned: Vec<&str> = tables.iter().map(|(table, ..)| table.as_str()).collect();
    owned.sort_unstable();
    let count = owned.len();
    owned.dedup();
    assert_eq!(owned.len(), count, "a table has two entities");
    for (path, text) in sources() {
        let outside = text.contains("DeriveEntityModel") && !path.to_str().unwrap().contains("/entities/");
        assert!(!outside, "{} holds a table", path.display());
    }
}

/// The modules of entities that a file names, with the part that they belong to.
fn entities_named(text: &str) -> Vec<(String, String)> {
    let mut named = Vec::new();
    for statement in text.split("use crate::").skip(1) {
        let statement = statement.split(';').next().unwrap();
        let Some((owner, rest)) = statement.split_once("::entities::") else { continue };
        let module = |part: &str| {
            part.trim_start_matches("entities::")
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect::<String>()
        };
        let list = rest.trim_start_matches('{');
        let parts = if rest.starts_with('{') { list.split(',').map(str::trim).collect() } else { vec![list] };
        for part in parts {
            named.push((module(part), owner.split("::").next().unwrap().to_owned()));
        }
    }
    named
}

#[test]
fn a_table_is_queried_by_its_owner_alone() {
    let mut wrong = Vec::new();
    let tables = tables();
    for (path, text) in sources() {
        let module = module_of(&path);
        for (entity, owner) in entities_named(&text).into_iter().filter(|(_, owner)| *owner != module) {
            for word in ["Entity", "Column", "ActiveModel", "Relation", "PrimaryKey"] {
                let used = code(&text).find(|(_, line)| {
                    line.contains(&format!("{entity}::{word}"))
                        && !line.contains(&format!("_{entity}::{word}"))
                });
                if let Some((number, _)) = used {
                    wrong.push(format!("{}:{number}: {entity}::{word} belongs to {owner}", path.display()));
                }
            }
        }
        // Words of SQL, where a statement is written out.
        for (number, line) in code(&text).filter(|(_, line)| line.contains('"')) {
            for (table, _, owner) in tables.iter().filter(|(.., owner)| *owner != module) {
                for verb in ["from", "into", "update", "join"] {
                    let words = format!("{verb} {table} ");
                    if line.to_lowercase().replace('"', " ").contains(&words) {
                        wrong.push(format!(
                            "{}:{number}: the table {table} belongs to {owner}",
                            path.display()
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_kind_of_entry_is_spelled_by_its_owner_alone() {
    let renamed = |text: &str| -> Vec<String> {
        let names = text.split("#[serde(rename = \"").skip(1).filter_map(|rest| rest.split('"').next());
        names.map(str::to_owned).collect()
    };
    let logs: Vec<(PathBuf, String)> =
        sources().into_iter().filter(|(path, _)| path.ends_with("log.rs")).collect();
    let kinds: Vec<String> = logs.iter().flat_map(|(_, text)| renamed(text)).collect();
    assert!(kinds.len() > 40, "the kinds were not found");
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let name = path.to_str().unwrap();
        // Mails and jobs are called after what they tell of, by names of their own.
        let other = name.contains("/words/mail") || name.ends_with("log.rs") || name.ends_with("jobs.rs");
        let tests = text.find("#[cfg(test)]").unwrap_or(text.len());
        if other || name.ends_with("tests.rs") {
            continue;
        }
        for (number, line) in code(&text[..tests]) {
            for kind in kinds.iter().filter(|kind| line.contains(&format!("\"{kind}\""))) {
                wrong.push(format!("{name}:{number}: {kind}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The attribute of each handler with what follows up to its body.
fn handlers(text: &str) -> Vec<&str> {
    let parts = text.split("#[utoipa::path(").skip(1);
    // The first brace at the end of a line after the signature opens the body.
    parts.map(|part| part.find("> {\n").map_or(part, |end| &part[..=end])).collect()
}

#[test]
fn what_an_operation_is_refused_for_is_listed_by_its_type_alone() {
    let (mut wrong, mut found) = (Vec::new(), 0);
    for (path, text) in sources() {
        let name = path.to_str().unwrap();
        if !name.starts_with("http/") && !name.ends_with("app/openapi.rs") && text.contains("ProblemBody") {
            wrong.push(format!("{name}: ProblemBody is written by hand"));
        }
        for handler in handlers(&text) {
            found += 1;
            let function = handler.split("async fn ").nth(1).and_then(|rest| rest.split('(').next()).unwrap();
            let id = handler.split("operation_id = \"").nth(1).and_then(|rest| rest.split('"').next());
            let camel = |part: &str| part[..1].to_uppercase() + &part[1..];
            let own: String = id.unwrap_or(function).split('_').map(camel).collect();
            let (attribute, signature) = handler.split_once("async fn ").unwrap();
            let refused = signature.contains(&format!("::{own}>")) || signature.contains(&format!("<{own}>"));
            let described =
                attribute.contains(&format!("refusals::{own})")) || attribute.contains(&format!(" {own})"));
            let nothing = ["Result<", "Answer<"].iter().all(|way| !signature.contains(way))
                || signature.contains("Refused<NothingOfItsOwn>");
            // Named in the result, described in the document, and both the same.
            if signature.contains("Problem>") || refused != described || refused == nothing {
                wrong.push(format!("{name}: {function}"));
            }
        }
    }
    assert!(found > 70, "the handlers were not found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Terms of the field that are tempting for other things, with the one module that has a type of that name; places are
/// what `places` is about, and no single type is one.
const TERMS: [(&str, Option<&str>); 6] = [
    ("Place", None),
    ("Stage", Some("directory/store/entities/service_stage.rs")),
    ("Step", Some("video/model/mod.rs")),
    ("Office", Some("directory/model/office.rs")),
    ("Refusal", None),
    ("Rule", Some("booking/model/why_not.rs")),
];

#[test]
fn a_term_of_the_field_names_one_type() {
    let kinds = ["struct ", "enum ", "trait ", "type "];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let name = path.to_str().unwrap();
        for (line, code) in code(&text) {
            let declared = kinds.iter().find_map(|kind| {
                let (before, after) = code.split_once(kind)?;
                let declares = before.is_empty() || before.starts_with("pub");
                declares.then(|| after.split(|c: char| !c.is_alphanumeric()).next()).flatten()
            });
            let home = declared.and_then(|declared| TERMS.iter().find(|(term, _)| *term == declared));
            if let Some((_, home)) = home
                && *home != Some(name)
            {
                wrong.push(format!("{name}:{line}: {code}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_what_stands_at_the_api_knows_how_things_look_there() {
    let at_the_api = |path: &str| {
        let is_there = ["http/", "app/", "base/words/"].iter().any(|start| path.starts_with(start));
        (is_there || path.contains("/wire/")) && !path.contains("/entities/")
    };
    let known = sources()
        .into_iter()
        .filter(|(path, text)| text.contains("utoipa") && !at_the_api(path.to_str().unwrap()));
    let wrong: Vec<String> = known.map(|(path, _)| path.display().to_string()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
