//! What a request wants written together with whatever it causes: a row of its own in the transaction
//! of its use case, without the use case knowing of it.

use crate::db::Tx;
use sea_orm::DbErr;
use std::sync::Arc;

/// Has a part in each transaction of the request at hand.
pub trait Companion: Send + Sync {
    /// Puts aside what is written together with the use case, before that begins.
    fn write(&self, tx: &Tx);
}

tokio::task_local! {
    static AT_HAND: Arc<dyn Companion>;
}

/// Runs `work` so that each [`crate::db::Db::write`] in it is accompanied. Tasks that it spawns are not.
pub async fn accompanied<T>(companion: Arc<dyn Companion>, work: impl Future<Output = T>) -> T {
    AT_HAND.scope(companion, work).await
}

/// The companion of the request at hand.
pub(super) fn at_hand() -> Option<Arc<dyn Companion>> {
    AT_HAND.try_with(Arc::clone).ok()
}

const REPEATED: &str = "the same request was carried out already";

/// The error of a [`Companion`] that found its request carried out already.
pub fn repeated() -> DbErr {
    DbErr::Custom(REPEATED.to_owned())
}

/// Whether an error is [`repeated`].
pub fn is_repeated(error: &DbErr) -> bool {
    matches!(error, DbErr::Custom(text) if text == REPEATED)
}
