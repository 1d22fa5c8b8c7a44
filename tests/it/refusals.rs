//! The lists of refusals are true from both sides: nothing is answered that its operation does not list
//! (`refused::all_were_listed`, at the end of each test), and every code that is listed was given by some test
//! ([`every_listed_refusal_was_given`], after all of them).

use crate::support::operations;
use crate::support::refused::LEDGER;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// The codes of a response, and those of them that are shared with other operations.
pub fn codes(response: &Value) -> (Vec<&str>, Vec<&str>) {
    let schema = &response["content"]["application/problem+json"]["schema"];
    let all = schema["allOf"][1]["properties"]["code"]["enum"].as_array();
    let shared = response["x-shared-codes"].as_array();
    (
        all.into_iter().flatten().filter_map(Value::as_str).collect(),
        shared.into_iter().flatten().filter_map(Value::as_str).collect(),
    )
}

/// `make test` runs it after all other tests; it reads what they have left in the ledger. A code that comes from
/// something shared (an extractor, a right, the check of a form) is proven by one operation for all.
#[tokio::test]
#[ignore = "reads what all other tests have brought about"]
async fn every_listed_refusal_was_given() {
    let ledger = std::env::var_os(LEDGER).expect("REFUSALS_GIVEN names the ledger of the other tests");
    let ledger = std::fs::read_to_string(ledger).unwrap();
    let unlisted: Vec<&str> = ledger.lines().filter(|line| line.starts_with("unlisted ")).collect();
    let given: HashSet<&str> =
        ledger.lines().filter_map(|line| line.split_once(' ')).map(|(_, given)| given).collect();
    let by_any: HashSet<&str> =
        given.iter().filter_map(|given| given.split_once(' ')).map(|(_, what)| what).collect();
    let document: Value = serde_json::from_str(&mianqia::app::document().await.unwrap()).unwrap();
    let (mut missing, mut count) = (BTreeSet::new(), 0);
    for operation in operations(&document) {
        let id = operation.spec["operationId"].as_str().unwrap();
        for (status, response) in operation.spec["responses"].as_object().unwrap() {
            let (all, shared) = codes(response);
            for code in all {
                let what = format!("{status} {code}");
                count += 1;
                if shared.contains(&code) && !by_any.contains(what.as_str()) {
                    missing.insert(format!("any operation: {what}"));
                } else if !shared.contains(&code) && !given.contains(format!("{id} {what}").as_str()) {
                    missing.insert(format!("{id}: {what}"));
                }
            }
        }
    }
    println!("{count} refusals are listed");
    let missing: Vec<String> = missing.into_iter().collect();
    assert!(
        missing.is_empty() && unlisted.is_empty(),
        "listed, but never given:\n{}\ngiven, but not listed:\n{}",
        missing.join("\n"),
        unlisted.join("\n")
    );
}
