//! The entries of imported lists, in the chain `system`.

use crate::base::words::{self, Text};
use crate::directory::model::terms::ServiceTerms;
use crate::evidence::{Logged, Names};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What was imported, with the digest of its content in hexadecimal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum ImportEntry {
    #[serde(rename = "calendar.imported")]
    Calendar {
        years: Vec<i32>,
        days: usize,
        sha256: String,
        /// What was imported on wish, though unlike any notice so far.
        #[serde(default)]
        unusual: BTreeSet<String>,
        /// Which version of each year it is; older entries do not tell.
        #[serde(default)]
        versions: BTreeMap<i32, i32>,
        /// Of the file as it came.
        #[serde(default)]
        file_sha256: Option<String>,
    },
    #[serde(rename = "customs_offices.imported")]
    CustomsOffices { offices: usize, sha256: String },
}

/// On which terms a service is booked; why they were changed is committed to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum TermsEntry {
    #[serde(rename = "service.terms_set")]
    Set {
        /// The code of the service.
        service: String,
        before: ServiceTerms,
        after: ServiceTerms,
    },
}

impl Logged for TermsEntry {
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Set { .. } => words::log::service_terms_set(),
        }
    }
}

impl Logged for ImportEntry {
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Calendar { .. } => words::log::calendar_imported(),
            Self::CustomsOffices { .. } => words::log::customs_offices_imported(),
        }
    }
}
