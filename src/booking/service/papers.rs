//! Which documents a service requires, asked of whoever keeps them (`documents`, filled in by `app`).

use crate::booking::service::Fault;
use crate::booking::words::problems::documents_missing;
use crate::db::Tx;
use crate::directory::ServiceInfo;
use crate::directory::model::documents::DocumentSpec;
use sea_orm::DbErr;
use std::sync::Arc;
use uuid::Uuid;

/// Knows what was uploaded.
#[async_trait::async_trait]
pub trait Papers: Send + Sync {
    /// Of what a service requires, what nobody has uploaded for a booking, as a transaction sees it.
    async fn missing(&self, tx: &Tx, info: &ServiceInfo, booking: Uuid) -> Result<Vec<DocumentSpec>, DbErr>;

    /// Whether an entry is one of documents, and then whether the booker finds it in the history.
    fn shows_booker(&self, bytes: &[u8], by_program: bool) -> Option<bool>;
}

/// Refuses a request while a required document is missing. Nothing is read where none is required.
pub(super) async fn all_there(
    tx: &Tx,
    papers: Option<&Arc<dyn Papers>>,
    info: &ServiceInfo,
    booking: Uuid,
) -> Result<(), Fault> {
    if info.spec.required_uploads().next().is_none() {
        return Ok(());
    }
    let missing = match papers {
        Some(papers) => papers.missing(tx, info, booking).await?,
        None => info.spec.required_uploads().cloned().collect(),
    };
    documents_missing(&missing).map_or(Ok(()), |problem| Err(problem.into()))
}
