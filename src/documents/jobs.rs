//! What is done later or again: documents whose time is over are erased, and keys are wrapped anew after a rotation.

use crate::db::jobs::{Claim, Job, NotDone, Run};
use crate::documents::Documents;
use crate::http::Problem;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Erases what was uploaded for bookings that came to nothing, and what has been kept long enough.
#[derive(Debug, Serialize, Deserialize)]
pub struct EraseDocuments {}

impl Job for EraseDocuments {
    const KIND: &'static str = "documents.erase";
}

impl Run<Documents> for EraseDocuments {
    const EVERY: Option<TimeDelta> = Some(TimeDelta::seconds(60));
    const WITHIN: Duration = Duration::from_secs(60);
    const LEASE: TimeDelta = TimeDelta::seconds(90);

    async fn run(self, documents: Documents, _: Claim) -> Result<(), NotDone> {
        documents.erase_over().await.map_err(failed)
    }
}

/// Brings the keys of documents under the newest data key.
#[derive(Debug, Serialize, Deserialize)]
pub struct RewrapKeys {}

impl Job for RewrapKeys {
    const KIND: &'static str = "documents.rewrap_keys";
}

impl Run<Documents> for RewrapKeys {
    const EVERY: Option<TimeDelta> = Some(TimeDelta::seconds(30));
    const WITHIN: Duration = Duration::from_secs(60);
    const LEASE: TimeDelta = TimeDelta::seconds(90);

    async fn run(self, documents: Documents, _: Claim) -> Result<(), NotDone> {
        documents.rewrap_keys().await.map_err(failed)
    }
}

fn failed(problem: Problem) -> NotDone {
    NotDone::Failed(problem.code.to_owned())
}
