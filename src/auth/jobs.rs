//! What is done about sign-ins again and again.

use crate::auth::Auth;
use crate::db::jobs::{Claim, Job, NotDone, Run};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// Ends sign-ins whose time is over, and forgets failures and registrations that are.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepSignIns {}

impl Job for SweepSignIns {
    const KIND: &'static str = "auth.sweep";
}

impl Run<Auth> for SweepSignIns {
    const EVERY: Option<TimeDelta> = Some(TimeDelta::seconds(10));

    async fn run(self, auth: Auth, _: Claim) -> Result<(), NotDone> {
        auth.sweep().await?;
        Ok(())
    }
}
