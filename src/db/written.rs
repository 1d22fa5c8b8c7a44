//! Whether the request at hand has committed something: what fails after that must not say that nothing happened.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set by the first write of a request that succeeds.
#[derive(Clone, Debug, Default)]
pub struct Written(Arc<AtomicBool>);

tokio::task_local! {
    static WRITTEN: Written;
}

impl Written {
    /// Runs `work` so that its writes are noted. Tasks that it spawns are noted only if they do the same.
    pub async fn note<T>(&self, work: impl Future<Output = T>) -> T {
        WRITTEN.scope(self.clone(), work).await
    }

    /// That of the request at hand; outside of one a fresh one, which nobody reads.
    pub(super) fn at_hand() -> Self {
        WRITTEN.try_with(Self::clone).unwrap_or_default()
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Release);
    }
}
