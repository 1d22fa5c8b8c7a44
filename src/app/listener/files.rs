//! How many files the process may have open: a connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Nothing here needs more, and some systems say "no limit" with a number that nobody can count to.
const ENOUGH: u64 = 65_536;

/// Raises the soft limit as far as the hard one goes, and says how many files may be open now. The soft one is
/// 1024 on many systems for the sake of programs older than this one.
pub fn raise_limit() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.unwrap_or(ENOUGH).min(ENOUGH);
    let current = current.unwrap_or(ENOUGH);
    if current < wanted {
        let raised = Rlimit { current: Some(wanted), maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, current, "the limit of open files could not be raised");
        }
    }
    let now = getrlimit(Resource::Nofile).current.unwrap_or(ENOUGH);
    usize::try_from(now).unwrap_or(usize::MAX)
}
