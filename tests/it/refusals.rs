//! The lists of refusals are true from both sides: nothing is answered that its operation does not list
//! (`refused::all_were_listed`, at the end of each test), and every code that is listed was given by some test
//! ([`every_listed_refusal_was_given`], after all of them).

use crate::support::operations;
use crate::support::refused::LEDGER;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// The codes of a response, each with the shared list that it is of.
pub fn codes(response: &Value) -> Vec<(&str, Option<&str>)> {
    let schema = &response["content"]["application/problem+json"]["schema"];
    let codes = schema["allOf"][1]["properties"]["code"]["enum"].as_array().into_iter().flatten();
    let codes = codes.filter_map(Value::as_str);
    codes.map(|code| (code, response["x-shared-codes"][code].as_str())).collect()
}

/// Held beside the code, because a test over HTTP would have to wait for half a minute (`app::edge`), or to cut a commit
/// off in its middle (`db::fault`).
const BESIDE_THE_CODE: [&str; 2] = ["408 body_too_slow", "503 outcome_unknown"];

/// `make test` runs it after all other tests; it reads what they have left in the ledger. A code of a shared list is
/// proven by one operation for all that have the list.
#[tokio::test]
#[ignore = "reads what all other tests have brought about"]
async fn every_listed_refusal_was_given() {
    let ledger = std::env::var_os(LEDGER).expect("REFUSALS_GIVEN names the ledger of the other tests");
    let ledger = std::fs::read_to_string(ledger).unwrap();
    let lines = |kind: &'static str| ledger.lines().filter_map(move |line| line.strip_prefix(kind));
    let (given, unlisted): (HashSet<&str>, Vec<&str>) =
        (lines("listed ").collect(), lines("unlisted ").collect());
    let document: Value = serde_json::from_str(&mianqia::app::document().await.unwrap()).unwrap();
    let mut proven: BTreeMap<String, bool> = BTreeMap::new();
    for operation in operations(&document) {
        let id = operation.spec["operationId"].as_str().unwrap();
        for (status, response) in operation.spec["responses"].as_object().unwrap() {
            for (code, shared) in codes(response) {
                let what = format!("{status} {code}");
                let seen = given.contains(format!("{id} {what}").as_str())
                    || BESIDE_THE_CODE.contains(&what.as_str());
                *proven.entry(format!("{} {what}", shared.unwrap_or(id))).or_default() |= seen;
            }
        }
    }
    let missing: Vec<&str> =
        proven.iter().filter(|(_, seen)| !**seen).map(|(what, _)| what.as_str()).collect();
    assert!(proven.len() > 200, "the lists were not found");
    assert!(
        missing.is_empty() && unlisted.is_empty(),
        "listed, but never given:\n{}\ngiven, but not listed:\n{}",
        missing.join("\n"),
        unlisted.join("\n")
    );
}
