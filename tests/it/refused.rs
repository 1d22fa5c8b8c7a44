//! Reads what the program refuses: it looks each refusal up in its document and logs what it finds
//! (`http/refusals.rs`). What was given is written line by line to the file that `REFUSALS_GIVEN` names, in which the
//! processes of all tests come together.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Debug;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, Once, PoisonError};
use tracing::field::{Field, Visit};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

const TARGET: &str = "mianqia::refusals";
/// The variable that names the file.
pub const LEDGER: &str = "REFUSALS_GIVEN";

static UNLISTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
static WATCHING: Once = Once::new();

/// Begins to read what the program refuses in this process.
pub fn watch() {
    WATCHING.call_once(|| {
        let witness = Witness { ledger: std::env::var_os(LEDGER).map(PathBuf::from), seen: Mutex::default() };
        tracing_subscriber::registry().with(witness).init();
    });
}

/// Fails if something was answered that its operation does not list.
pub fn all_were_listed() {
    let unlisted = UNLISTED.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(unlisted.is_empty(), "given, but not in the list of the operation's refusals: {unlisted:?}");
}

struct Witness {
    ledger: Option<PathBuf>,
    seen: Mutex<HashSet<String>>,
}

/// Chosen here and not by a filter of its own (`with_filter`): such a filter loses an event where another library has
/// asked on the same thread whether something is logged, as sqlx does at each query.
impl<S: Subscriber> Layer<S> for Witness {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.target() == TARGET { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == TARGET
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut said = Said::default();
        event.record(&mut said);
        let given = format!("{} {} {}", said.operation, said.status, said.code);
        let listed = *event.metadata().level() != Level::ERROR;
        if !listed {
            UNLISTED.lock().unwrap_or_else(PoisonError::into_inner).insert(given.clone());
        }
        if let Some(ledger) = &self.ledger
            && self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(given.clone())
        {
            let line = format!("{} {given}\n", if listed { "listed" } else { "unlisted" });
            let mut file = OpenOptions::new().create(true).append(true).open(ledger).unwrap();
            // In one piece: other processes write to it too.
            file.write_all(line.as_bytes()).unwrap();
        }
    }
}

#[derive(Default)]
struct Said {
    operation: String,
    status: u64,
    code: String,
}

impl Visit for Said {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "status" {
            self.status = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "code" {
            value.clone_into(&mut self.code);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "operation" {
            self.operation = format!("{value:?}");
        }
    }
}
