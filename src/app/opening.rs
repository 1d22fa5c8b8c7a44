//! Opens what an office consists of: the data directory, its keyring and its store. They belong together:
//! where one of them is missing or of another office, the program stops and says what to do, because going
//! on would begin a new office beside an old one, or let links and tokens die without a word.

use crate::app::StartError;
use crate::auth;
use crate::base::clock::Clock;
use crate::base::config::Settings;
use crate::base::keyring::Keyring;
use crate::booking;
use crate::db::{self, Db};
use rustix::fs::{Access, AtFlags, CWD, accessat};
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// An office that is open.
pub(super) struct Opened {
    pub keyring: Keyring,
    pub db: Db,
}

/// Opens the office of the settings, or begins it where nothing is.
pub(super) async fn open(settings: &Settings, clock: &Clock) -> Result<Opened, StartError> {
    let dir = settings.data_dir.as_path();
    let new = settings.new_office;
    make_private(settings)?;
    let found = Keyring::read(dir)?;
    let blank = db::is_blank(&settings.database_url).await?;
    if blank && !new && (found.is_some() || has_recordings(dir)) {
        return Err(StartError::StoreMissing { data_dir: dir.to_owned(), store: name_of(settings) });
    }
    if let Some(file) = sqlite_file(settings) {
        // SQLite gives its other files the mode of this one.
        let made = OpenOptions::new().append(true).create(true).mode(0o600).open(&file);
        made.map_err(|error| denied(&file, error))?;
    }
    let db = Db::open(&settings.database_url).await?;
    let known = db.keyring_fingerprint().await?;
    let path = Keyring::path(dir);
    let keyring = match (found, known) {
        (Some(keyring), Some(known)) if known == keyring.fingerprint() => keyring,
        (Some(_), Some(_)) if !new => return Err(StartError::KeyringOther(path)),
        // The keyring of a store that has not heard of it: from before stores knew, or by wish.
        (Some(keyring), known) => {
            if known.is_some() {
                tracing::warn!(
                    "another keyring is taken from now on: links and tokens of before do not work"
                );
            }
            db.set_keyring_fingerprint(keyring.fingerprint(), clock.now()).await?;
            keyring
        }
        (None, known) => match Keyring::read_pending(dir)? {
            // A first start that was cut off after the store had heard of the keyring.
            Some(pending) if known.as_ref().is_some_and(|known| *known == pending.fingerprint()) => {
                Keyring::settle(dir)?;
                pending
            }
            _ if !new && (known.is_some() || is_in_use(&db).await?) => {
                return Err(StartError::KeyringMissing(path));
            }
            _ => {
                if known.is_some() {
                    tracing::warn!("a new keyring is made: links and tokens of before do not work");
                }
                let keyring = Keyring::make(dir)?;
                db.set_keyring_fingerprint(keyring.fingerprint(), clock.now()).await?;
                Keyring::settle(dir)?;
                keyring
            }
        },
    };
    know_data_keys(&db, &keyring, clock, new, path).await?;
    Ok(Opened { keyring, db })
}

/// The keyring has every key that values of the store are encrypted under, and the store knows the newest one.
async fn know_data_keys(
    db: &Db,
    keyring: &Keyring,
    clock: &Clock,
    new: bool,
    path: PathBuf,
) -> Result<(), StartError> {
    let known = db.data_keys().await?;
    let has = keyring.data_keys();
    let missing: Vec<String> =
        known.iter().map(|row| &row.id).filter(|id| !has.contains(id)).cloned().collect();
    if !missing.is_empty() {
        if !new {
            return Err(StartError::DataKeysMissing { path, keys: missing.join(", ") });
        }
        tracing::warn!(
            keys = missing.join(", "),
            "what is encrypted under these keys cannot be read any more"
        );
        db.give_up_data_keys(missing).await?;
    }
    let newest = keyring.newest_data_key();
    if !known.iter().any(|row| row.id == newest) {
        db.note_data_key(newest, clock.now()).await?;
    }
    Ok(())
}

/// Whether people or bookings are in the store.
async fn is_in_use(db: &Db) -> Result<bool, sea_orm::DbErr> {
    Ok(auth::ask::is_anybody(db.reader()).await? || booking::ask::is_any(db.reader()).await?)
}

/// Opens the store of an office that must be there, for commands that only look.
pub(super) async fn open_to_look(settings: &Settings) -> Result<Db, StartError> {
    if db::is_blank(&settings.database_url).await? {
        return Err(StartError::NothingThere(name_of(settings)));
    }
    Ok(Db::open(&settings.database_url).await?)
}

/// The keyring of a store that must be there, whatever it lacks; nothing is made.
pub(super) async fn keyring_to_look(settings: &Settings, db: &Db) -> Result<Keyring, StartError> {
    let path = Keyring::path(&settings.data_dir);
    let known = db.keyring_fingerprint().await?;
    match Keyring::read(&settings.data_dir)? {
        None => Err(StartError::KeyringMissing(path)),
        Some(keyring) if known.is_none_or(|known| known == keyring.fingerprint()) => Ok(keyring),
        Some(_) => Err(StartError::KeyringOther(path)),
    }
}

/// The store as it may be printed: a URL can hold a password.
fn name_of(settings: &Settings) -> String {
    sqlite_file(settings)
        .map_or_else(|| "the database of MIANQIA_DATABASE_URL".to_owned(), |file| file.display().to_string())
}

fn sqlite_file(settings: &Settings) -> Option<PathBuf> {
    settings.database_url.starts_with("sqlite:").then(|| db::sqlite_file(&settings.database_url))
}

fn has_recordings(dir: &Path) -> bool {
    let files = fs::read_dir(dir.join("recordings")).into_iter().flatten().flatten();
    files.into_iter().any(|file| !file.file_name().to_string_lossy().starts_with('.'))
}

/// Nobody else on the machine reads or changes what lies in the data directory.
pub(super) fn make_private(settings: &Settings) -> Result<(), StartError> {
    let dir = settings.data_dir.as_path();
    let failed = |error| denied(dir, error);
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed)?;
    let all = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
    accessat(CWD, dir, all, AtFlags::EACCESS).map_err(|error| failed(error.into()))?;
    if fs::metadata(dir).map_err(failed)?.permissions().mode() & 0o1000 != 0 {
        return Err(StartError::SharedDir(dir.to_owned()));
    }
    let mut tightened = 0;
    tighten(dir, &mut tightened).map_err(failed)?;
    if let Some(file) = sqlite_file(settings) {
        for ending in ["", "-wal", "-shm", "-journal"] {
            let mut path = file.clone().into_os_string();
            path.push(ending);
            let path = PathBuf::from(path);
            tighten(&path, &mut tightened).map_err(|error| denied(&path, error))?;
        }
    }
    tighten_all(&dir.join("recordings"), &mut tightened).map_err(failed)?;
    if tightened > 0 {
        tracing::warn!(tightened, "files and directories that others could read are closed to them now");
    }
    Ok(())
}

/// Why a directory or file of the office cannot be had, in true words: what is there was not to be made.
fn denied(path: &Path, error: io::Error) -> StartError {
    let Ok(found) = fs::metadata(path) else { return StartError::DataDir(path.to_owned(), error) };
    let (owner, we) = (found.uid(), rustix::process::geteuid().as_raw());
    if !found.is_dir() && matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory)
    {
        StartError::NoDirectory(path.to_owned())
    } else if owner != we {
        StartError::NotOurs { path: path.to_owned(), owner, we }
    } else {
        StartError::NotUsable(path.to_owned(), error)
    }
}

fn tighten_all(dir: &Path, tightened: &mut u32) -> io::Result<()> {
    if !dir.is_dir() {
        return Ok(());
    }
    tighten(dir, tightened)?;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            tighten_all(&entry.path(), tightened)?;
        } else {
            tighten(&entry.path(), tightened)?;
        }
    }
    Ok(())
}

/// Takes the rights of others away from a file or directory, if it is there.
fn tighten(path: &Path, tightened: &mut u32) -> io::Result<()> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    let mode = found.permissions().mode();
    if !found.file_type().is_symlink() && mode & 0o077 != 0 {
        fs::set_permissions(path, Permissions::from_mode(mode & 0o700))?;
        *tightened += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> io::Error {
        io::ErrorKind::PermissionDenied.into()
    }

    #[test]
    fn what_is_there_is_never_said_to_be_unmakable() {
        let dir = std::env::temp_dir().join(format!(
            "mianqia-denied-{}",
            crate::base::ids::new_id(crate::base::clock::Clock::system().now())
        ));
        assert!(matches!(denied(&dir, refused()), StartError::DataDir(..)), "it is not there");
        fs::create_dir(&dir).unwrap();
        let said = denied(&dir, refused()).to_string();
        assert!(said.contains("is there, but mianqia may not read and write it"), "{said}");
        // A directory of somebody else: the root of the machine, or one that we, as root, give away.
        let other = if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&dir, Some(54_321), None).unwrap();
            dir.as_path()
        } else {
            Path::new("/")
        };
        let said = denied(other, refused()).to_string();
        assert!(said.contains("belongs to another user") && !said.contains("cannot be made"), "{said}");
        let file = dir.join("file");
        fs::write(&file, "x").unwrap();
        let made = DirBuilder::new().recursive(true).create(&file).unwrap_err();
        assert!(matches!(denied(&file, made), StartError::NoDirectory(_)));
        fs::remove_dir_all(&dir).unwrap();
    }
}
