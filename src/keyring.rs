//! The program's secret keys: one file in the data directory, made at first start, mode 0600.
//!
//! Nobody else sees a key; callers get message authentication codes for a named purpose.

use crate::ids;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

/// The keys. Cheap to clone.
#[derive(Clone)]
pub struct Keyring(Arc<[u8; 32]>);

impl Keyring {
    /// Reads `keyring` in the data directory, or makes it.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join("keyring");
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let bytes = STANDARD.decode(text.trim()).map_err(|_| broken(&path))?;
                Ok(Self(Arc::new(bytes.try_into().map_err(|_| broken(&path))?)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = ids::random_bytes::<32>();
                let mut file =
                    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
                writeln!(file, "{}", STANDARD.encode(key))?;
                file.sync_all()?;
                Ok(Self(Arc::new(key)))
            }
            Err(error) => Err(error),
        }
    }

    /// HMAC-SHA-256 of `message` under the key of `purpose`.
    pub fn mac(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        let key = hmac(self.0.as_slice(), purpose.as_bytes());
        hmac(&key, message)
    }
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

fn broken(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{} does not hold a key", path.display()))
}
