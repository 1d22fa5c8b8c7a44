//! The data directory, the keyring and the store belong together, and are nobody else's to read. Tried with
//! the real program.

use crate::support::{OwnDatabase, Store, TestApp, unique};
use sea_orm::{ConnectionTrait, Database};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A data directory with a store, and the program to run on it.
struct House {
    dir: PathBuf,
    url: String,
    database: Option<OwnDatabase>,
}

impl House {
    async fn new(store: Store) -> Self {
        let dir = std::env::temp_dir().join(format!("mianqia_it_{}", unique()));
        let (url, database) = match store {
            Store::Sqlite => (format!("sqlite://{}", dir.join("mianqia.sqlite").display()), None),
            Store::Postgres => {
                let own = OwnDatabase::create().await;
                (own.url.clone(), Some(own))
            }
        };
        Self { dir, url, database }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mianqia"));
        command.args(arguments).env("MIANQIA_DATA_DIR", &self.dir).env("MIANQIA_DATABASE_URL", &self.url);
        command.output().unwrap()
    }

    #[track_caller]
    fn starts(&self, arguments: &[&str]) {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Asserts that the start is refused with words that say what to do.
    #[track_caller]
    fn stops(&self, arguments: &[&str], words: &[&str]) {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "it started");
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
    }

    fn keyring(&self) -> PathBuf {
        self.dir.join("keyring")
    }

    async fn empty_the_store(&self) {
        match &self.database {
            None => {
                for ending in ["-wal", "-shm"] {
                    let _ = fs::remove_file(self.dir.join(format!("mianqia.sqlite{ending}")));
                }
                fs::write(self.dir.join("mianqia.sqlite"), "").unwrap();
            }
            Some(database) => database.empty().await,
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode()
        & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

async fn what_is_missing_or_foreign_stops_the_start_and_a_wish_begins_anew(store: Store) {
    let house = House::new(store).await;
    house.starts(&["demo", "--bare"]);
    house.starts(&["demo", "--bare"]);
    let keyring = fs::read(house.keyring()).unwrap();

    // Without its keyring: nothing is made in its place.
    fs::remove_file(house.keyring()).unwrap();
    house.stops(&["migrate"], &["its keyring", "backup", "--new"]);
    assert!(!house.keyring().exists());

    // A start that was cut off between the store and the name of the keyring is finished.
    fs::write(house.dir.join("keyring.new"), &keyring).unwrap();
    set_mode(&house.dir.join("keyring.new"), 0o600);
    house.starts(&["migrate"]);
    assert_eq!(fs::read(house.keyring()).unwrap(), keyring);

    // With somebody else's keyring.
    let other = House::new(Store::Sqlite).await;
    other.starts(&["migrate"]);
    fs::copy(other.keyring(), house.keyring()).unwrap();
    drop(other);
    house.stops(&["migrate"], &["is not the one", "--new"]);
    fs::write(house.keyring(), &keyring).unwrap();
    house.starts(&["migrate"]);

    // By wish, with a new keyring; and from then on with that.
    fs::remove_file(house.keyring()).unwrap();
    house.starts(&["migrate", "--new"]);
    assert_ne!(fs::read(house.keyring()).unwrap(), keyring);
    house.starts(&["migrate"]);

    // An office without its store.
    house.empty_the_store().await;
    house.stops(&["migrate"], &["missing or empty", "backup", "--new"]);
    house.stops(&["verify", "YY-20261123-000001"], &["no office"]);
    house.stops(&["migrate"], &["missing or empty"]); // nothing was begun by having looked
    house.starts(&["demo", "--bare", "--new"]);
    house.starts(&["migrate"]);
}

#[tokio::test]
async fn what_is_missing_or_foreign_stops_the_start_on_sqlite() {
    what_is_missing_or_foreign_stops_the_start_and_a_wish_begins_anew(Store::Sqlite).await;
}

#[tokio::test]
async fn what_is_missing_or_foreign_stops_the_start_on_postgres() {
    what_is_missing_or_foreign_stops_the_start_and_a_wish_begins_anew(Store::Postgres).await;
}

#[tokio::test]
async fn recordings_without_their_store_stop_the_start() {
    let house = House::new(Store::Sqlite).await;
    fs::create_dir_all(house.dir.join("recordings")).unwrap();
    fs::write(house.dir.join("recordings/one.webm"), "left over").unwrap();
    house.stops(&["migrate"], &["missing or empty"]);
    assert!(!house.keyring().exists() && !house.dir.join("mianqia.sqlite").exists());
}

#[tokio::test]
async fn a_store_from_before_it_knew_its_keyring_takes_the_one_that_is_there() {
    let house = House::new(Store::Sqlite).await;
    house.starts(&["demo", "--bare"]);
    let connection = Database::connect(&house.url).await.unwrap();
    connection.execute_unprepared("delete from store_identity").await.unwrap();
    house.starts(&["migrate"]);
    // From then on it is known.
    fs::remove_file(house.keyring()).unwrap();
    house.stops(&["migrate"], &["its keyring"]);
    connection.execute_unprepared("delete from store_identity").await.unwrap();
    // It has people in it, so it had a keyring.
    house.stops(&["migrate"], &["its keyring"]);
}

#[tokio::test]
async fn nobody_else_reads_what_is_kept() {
    let house = House::new(Store::Sqlite).await;
    house.starts(&["demo", "--bare"]);
    let database = house.dir.join("mianqia.sqlite");
    assert_eq!((mode(&house.dir), mode(&database), mode(&house.keyring())), (0o700, 0o600, 0o600));

    // What is looser, from before, is tightened; but a keyring that others could read stops the start.
    let recording = house.dir.join("recordings/a/b.webm");
    fs::create_dir_all(recording.parent().unwrap()).unwrap();
    fs::write(&recording, "x").unwrap();
    for (path, loose) in [(&house.dir, 0o755), (&database, 0o644), (&recording, 0o664)] {
        set_mode(path, loose);
    }
    set_mode(recording.parent().unwrap(), 0o755);
    house.starts(&["migrate"]);
    assert_eq!((mode(&house.dir), mode(&database), mode(&recording)), (0o700, 0o600, 0o600));
    assert_eq!(mode(recording.parent().unwrap()), 0o700);
    set_mode(&house.keyring(), 0o640);
    house.stops(&["migrate"], &["0640", "chmod 600"]);
    set_mode(&house.keyring(), 0o600);
    house.starts(&["migrate"]);

    // A directory that everybody writes to is nobody's data directory.
    set_mode(&house.dir, 0o1777);
    house.stops(&["migrate"], &["a directory of its own"]);
}

#[tokio::test]
async fn a_setting_that_is_bad_or_unknown_and_a_data_directory_that_is_none_stop_the_start_with_words() {
    let house = House::new(Store::Sqlite).await;
    let with = |name: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mianqia"));
        command.arg("migrate").env("MIANQIA_DATA_DIR", &house.dir).env(name, value);
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for (name, value, words) in [
        ("MIANQIA_LOG", "!!!", "it takes a level"),
        ("MIANQIA_LOG", "a=b=c", "it takes a level"),
        ("MIANQIA_LOG", "mianqia=loud", "it takes a level"),
        ("MIANQIA_LOGG", "info", "The nearest is MIANQIA_LOG"),
        ("MIANQIA_LISTEN", "nowhere", "an address and port"),
    ] {
        let (started, said) = with(name, value);
        assert!(!started && said.contains(name) && said.contains(words), "{name}={value}: {said}");
        assert!(!house.dir.exists(), "nothing is begun");
    }
    let file = house.dir.with_extension("file");
    fs::write(&file, "x").unwrap();
    let (started, said) = with("MIANQIA_DATA_DIR", file.to_str().unwrap());
    assert!(!started && said.contains("is a file") && !said.contains("cannot be made"), "{said}");
    fs::remove_file(&file).unwrap();
    let (started, said) = with("MIANQIA_LOG", "warn,mianqia=debug");
    assert!(started, "{said}");
}

/// A second process that opened the same office would end the calls of the first.
async fn a_data_directory_is_open_in_one_process_at_a_time(store: Store) {
    let app = TestApp::start(store, "2026-11-23T02:00:00Z").await;
    let again = |words: &[&str], dir: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mianqia"));
        command.args(words).env("MIANQIA_LISTEN", "127.0.0.1:0").env("MIANQIA_MEDIA_PORT", "0");
        command.env("MIANQIA_PUBLIC_URL", "http://127.0.0.1:1");
        command.env("MIANQIA_DATA_DIR", dir).env("MIANQIA_DATABASE_URL", &app.app.settings.database_url);
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for words in [&["serve"][..], &["demo"], &["demo", "--bare"]] {
        let (started, said) = again(words, &app.data_dir);
        assert!(!started && said.contains("another process has this office open"), "{words:?}: {said}");
    }
    if store == Store::Postgres {
        // From another directory, as from another machine: a further node, which needs the keyring.
        let other = std::env::temp_dir().join(format!("mianqia_it_{}", unique()));
        let (started, said) = again(&["serve"], &other);
        assert!(!started && said.contains("copy the keyring of the first one there"), "{said}");
        // From a copy of the directory, which would be the same node.
        for file in ["keyring", "node"] {
            fs::copy(app.data_dir.join(file), other.join(file)).unwrap();
        }
        let (started, said) = again(&["serve"], &other);
        assert!(!started && said.contains("open as the same node"), "{said}");
        fs::remove_dir_all(other).unwrap();
    }
    app.stop().await;
}

#[tokio::test]
async fn a_data_directory_is_open_in_one_process_at_a_time_on_sqlite() {
    a_data_directory_is_open_in_one_process_at_a_time(Store::Sqlite).await;
}

#[tokio::test]
async fn a_data_directory_is_open_in_one_process_at_a_time_on_postgres() {
    a_data_directory_is_open_in_one_process_at_a_time(Store::Postgres).await;
}
