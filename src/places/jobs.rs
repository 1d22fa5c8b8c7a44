//! What places cause elsewhere, which whoever stands higher takes up.

use crate::db::jobs::Job;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Places of a resource may have come free, and somebody watches it. One after the other for each resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlacesFreed {
    pub resource: Uuid,
    /// Those cells that were given back; none where somebody only wants to have it looked at.
    pub from_cell: i64,
    pub to_cell: i64,
}

impl Job for PlacesFreed {
    const KIND: &'static str = "places.freed";

    fn key(&self) -> Option<String> {
        Some(self.resource.to_string())
    }
}
