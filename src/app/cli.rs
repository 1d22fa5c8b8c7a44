//! The command line.

use crate::app::demo::{self, DemoFault};
use crate::app::{StartError, calendar, clearance, document, keys, opening, serve};
use crate::base::clock::Clock;
use crate::base::config::Settings;
use crate::base::words::{self, Language, Text};
use crate::booking::ClockImport;
use crate::db::Db;
use crate::directory::{self, Import};
use crate::review::DataDir;
use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Bookings, recorded video sessions and ratings for a customs office.
#[derive(Parser)]
#[command(name = "mianqia", version, about)]
pub struct Cli {
    /// A TOML file with settings; variables MIANQIA_* beat it.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the pages, the API and media. Migrates by itself.
    Serve {
        /// Pretend that it is this time (RFC 3339) at the start: for demonstrations and tests, on loopback only.
        #[arg(long)]
        at: Option<DateTime<Utc>>,
        #[command(flatten)]
        wish: NewOffice,
    },
    /// Brings the schema up to date.
    Migrate {
        #[command(flatten)]
        wish: NewOffice,
    },
    /// Fills the data directory with a living office and prints the demo accounts. Safe to repeat.
    Demo {
        /// Only people, services and calendar: an office in which nothing has happened yet.
        #[arg(long)]
        bare: bool,
        #[command(flatten)]
        wish: NewOffice,
    },
    /// Prints the OpenAPI document.
    Openapi,
    /// Imports the official calendar from a CSV file in UTF-8 or GBK: the first line is `date,name,kind`, and each line
    /// after it a day such as `2026-10-01,国庆节,holiday`; the kind is `holiday` or `workday`.
    Calendar {
        /// The file.
        csv: PathBuf,
        /// Import it although it is like no notice so far.
        #[arg(long)]
        unusual: bool,
        /// The notice: its number or address. The name of the file, if left out.
        #[arg(long)]
        source: Option<String>,
        /// Why it is imported; kept with the version.
        #[arg(long)]
        reason: Option<String>,
        /// Only tell what it would change, and which bookings it would touch.
        #[arg(long)]
        dry_run: bool,
    },
    /// Imports the customs code list (关区代码表) from a CSV file with lines `code,name_zh,name_en`, in UTF-8 or
    /// GBK, in place of the one that was there.
    ImportCustoms {
        /// The file.
        csv: PathBuf,
    },
    /// Imports when stages of clearance really began and ended from a CSV file in UTF-8 or GBK with the columns
    /// `reference,stage,began,ended`: all lines or none. The same file again changes nothing.
    ImportClearance {
        /// The file.
        csv: PathBuf,
        /// The system that the times are from. The name of the file, if left out.
        #[arg(long)]
        source: Option<String>,
        /// Why times that are there already are changed; it is kept.
        #[arg(long)]
        reason: Option<String>,
        /// Only tell what it would change, and what is wrong.
        #[arg(long)]
        dry_run: bool,
    },
    /// The keys under which health data and documents are kept encrypted.
    Keys {
        #[command(subcommand)]
        what: Keys,
    },
    /// Recomputes the evidence chain, the rows and every recording of a case and names the first thing that does not fit.
    Verify {
        /// The case: a booking's reference or id, or `system`.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        case: Option<String>,
        /// All cases and the chain `system`.
        #[arg(long)]
        all: bool,
    },
}

#[derive(Subcommand)]
enum Keys {
    /// Adds a key to the keyring. What is written from now on is encrypted under it; a running program hears of it by
    /// itself, and brings what is there under it little by little. Older keys stay, because backups need them. With
    /// several nodes copy the keyring to each of them right after.
    Rotate,
    /// Lists the keys: their ids, since when they are used, which one encrypts, and how much is under each. No key is shown.
    List,
    /// Takes a key out of the keyring for ever, once nothing is under it any more: backups of before cannot be read then. With
    /// several nodes do it on each of them.
    Forget {
        /// The id of the key, as `keys list` shows it.
        id: String,
    },
}

#[derive(clap::Args)]
struct NewOffice {
    /// Begin a new office, or make a new keyring, although something of an old office is left here. Nothing is
    /// removed.
    #[arg(long)]
    new: bool,
}

/// Runs what the command line asks for.
pub async fn run(cli: Cli) -> ExitCode {
    // What the program writes, and what it writes it with, is nobody else's to read.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let mut settings = match read_settings(cli.config) {
        Ok(settings) => settings,
        Err(error) => return fail(&error),
    };
    log_to_stderr(&settings.log);
    if let Command::Serve { wish, .. } | Command::Migrate { wish } | Command::Demo { wish, .. } = &cli.command
    {
        settings.new_office = wish.new;
    }
    let done = match cli.command {
        Command::Serve { at, .. } => start(settings, at).await,
        Command::Migrate { .. } => open(&settings).await.map(|_| ExitCode::SUCCESS),
        Command::Demo { bare, .. } => demo(&settings, bare).await,
        Command::Openapi => document().await.map(|text| print(&text)),
        Command::Calendar { csv, unusual, source, reason, dry_run } => {
            let source = source.or_else(|| Some(csv.file_name()?.to_string_lossy().into_owned()));
            let import = (!dry_run).then(|| Import::by_command(source, reason, unusual));
            calendar::run(&settings, &csv, import, language()).await
        }
        Command::ImportClearance { csv, source, reason, dry_run } => {
            let source =
                source.unwrap_or_else(|| csv.file_name().unwrap_or_default().to_string_lossy().into());
            let import = (!dry_run).then(|| ClockImport::by_command(source, reason));
            clearance::run(&settings, &csv, import, language()).await
        }
        Command::ImportCustoms { csv } => customs(&settings, &csv).await,
        Command::Keys { what: Keys::Rotate } => keys::rotate(&settings).await,
        Command::Keys { what: Keys::List } => keys::list(&settings, language()).await,
        Command::Keys { what: Keys::Forget { id } } => keys::forget(&settings, id, language()).await,
        Command::Verify { case: Some(case), .. } => verify(&settings, &case).await,
        Command::Verify { case: None, .. } => verify_all(&settings).await,
    };
    done.unwrap_or_else(|error| fail(&error.to_string()))
}

fn read_settings(file: Option<PathBuf>) -> Result<Settings, String> {
    let text = match &file {
        None => String::new(),
        Some(path) => {
            std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?
        }
    };
    Settings::read(&text, our_variables()?).map_err(|error| error.to_string())
}

/// The environment as far as it is ours; what others put there need not even be text.
fn our_variables() -> Result<Vec<(String, String)>, String> {
    let ours = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    ours.filter(|(name, _)| name.starts_with("MIANQIA_"))
        .map(|(name, value)| match value.into_string() {
            Ok(value) => Ok((name, value)),
            Err(_) => Err(format!("{name} is not UTF-8")),
        })
        .collect()
}

/// JSON lines, so that a collector can take them; the media crates speak only when something is wrong.
fn log_to_stderr(filter: &str) {
    let quiet = "rtc=error,rtc_ice=error,rtc_dtls=error,rtc_sctp=error,rtc_interceptor=error,sqlx=warn,sea_orm_migration=warn";
    let filter = EnvFilter::try_new(format!("{quiet},{filter}")).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
}

async fn start(settings: Settings, at: Option<DateTime<Utc>>) -> Result<ExitCode, StartError> {
    let clock = match at {
        None => Clock::system(),
        Some(_) if !settings.listen.ip().is_loopback() => {
            return Ok(fail("--at falsifies the times of evidence; it is taken on loopback only"));
        }
        Some(at) => {
            tracing::warn!(%at, "the clock is shifted: nothing recorded now has its true time");
            Clock::starting_at(at)
        }
    };
    serve(settings, clock, stop_signal()).await.map(|()| ExitCode::SUCCESS)
}

/// SIGTERM or Ctrl-C.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
        }
        // Without a handler SIGTERM ends the process at once, as by default.
        Err(_) => drop(interrupt.await),
    }
}

/// The store, for commands that need nothing else of the program.
pub(super) async fn open(settings: &Settings) -> Result<Db, StartError> {
    Ok(opening::open(settings, &Clock::system()).await?.db)
}

async fn demo(settings: &Settings, bare: bool) -> Result<ExitCode, StartError> {
    let told = |error: DemoFault| StartError::Demo(error.to_string());
    let people = demo::people(settings).await.map_err(told)?;
    if !bare {
        demo::furnish(settings).await.map_err(told)?;
    }
    Ok(print(&people.to_string()))
}

async fn customs(settings: &Settings, csv: &Path) -> Result<ExitCode, StartError> {
    let language = language();
    let told = |text: Text| StartError::Refused(text.in_language(language));
    let bytes = std::fs::read(csv).map_err(|error| told(unreadable(csv, &error)))?;
    let db = open(settings).await?;
    let count =
        directory::import_customs(&db, &Clock::system(), &bytes).await.map_err(|fault| told(fault.text()))?;
    let done = words::import::customs_imported(count);
    Ok(print(&format!("{}\n", done.in_language(language))))
}

/// Why a file that was named cannot be read.
pub(super) fn unreadable(file: &Path, error: &std::io::Error) -> Text {
    let file = file.display().to_string();
    match error.kind() {
        ErrorKind::NotFound => words::import::file_missing(file),
        _ => words::import::file_unreadable(file),
    }
}

/// The operator's language, as terminals tell it: English where they tell nothing.
fn language() -> Language {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default();
    Language::from_tag(&locale).unwrap_or(Language::En)
}

async fn verify(settings: &Settings, case: &str) -> Result<ExitCode, StartError> {
    let db = opening::open_to_look(settings).await?;
    let report = crate::review::verify_case(&db, &data_dir(settings, &db).await, case).await?;
    let code = if report.is_intact() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    print(&format!("{report}\n"));
    Ok(code)
}

async fn verify_all(settings: &Settings) -> Result<ExitCode, StartError> {
    let db = opening::open_to_look(settings).await?;
    let tell = |line: &str| {
        print(&format!("{line}\n"));
    };
    let summary = crate::review::verify_all(&db, &data_dir(settings, &db).await, tell).await?;
    print(&format!("{summary}\n"));
    Ok(if summary.is_intact() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is checked beside the store. A store is checked without its keyring too, as far as that goes.
async fn data_dir(settings: &Settings, db: &Db) -> DataDir {
    let keyring = opening::keyring_to_look(settings, db).await;
    let keyring = keyring.inspect_err(|error| tracing::warn!(%error, "what is encrypted is not opened")).ok();
    DataDir { recordings: settings.data_dir.join("recordings"), keyring }
}

pub(super) fn print(text: &str) -> ExitCode {
    // A reader that has gone away (`| head`) is no reason to complain.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn fail(why: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr().lock(), "mianqia: {why}");
    ExitCode::FAILURE
}

/// The program, so that `main` stays a line.
pub async fn main() -> ExitCode {
    run(Cli::parse()).await
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        crate::app::cli::Cli::command().debug_assert();
    }
}
