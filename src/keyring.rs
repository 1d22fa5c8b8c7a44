//! The program's secret keys: one file in the data directory, made at first start, mode 0600.
//!
//! Nobody else sees a key; callers get message authentication codes for a named purpose.

use crate::ids;
use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, Payload};
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

    /// Seals `plain` for `purpose`, bound to `context`: it opens only under the same key, purpose and context.
    pub fn seal(&self, purpose: &str, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce = ids::random_bytes::<24>();
        let sealed = self
            .cipher(purpose)
            .encrypt(&nonce.into(), Payload { msg: plain, aad: context })
            .expect("only texts of many gigabytes cannot be sealed");
        [nonce.as_slice(), &sealed].concat()
    }

    /// What [`Self::seal`] made; `None` for anything else.
    pub fn unseal(&self, purpose: &str, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<24>()?;
        self.cipher(purpose).decrypt(&(*nonce).into(), Payload { msg: sealed, aad: context }).ok()
    }

    fn cipher(&self, purpose: &str) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.mac("seal", purpose.as_bytes()).into())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_where_it_belongs() {
        let keyring = Keyring(Arc::new([7; 32]));
        let sealed = keyring.seal("a", b"row 1", "张三 15400000001".as_bytes());
        assert_eq!(keyring.unseal("a", b"row 1", &sealed).unwrap(), "张三 15400000001".as_bytes());
        assert_ne!(
            sealed,
            keyring.seal("a", b"row 1", "张三 15400000001".as_bytes()),
            "never twice the same"
        );
        assert!(keyring.unseal("b", b"row 1", &sealed).is_none());
        assert!(keyring.unseal("a", b"row 2", &sealed).is_none());
        assert!(Keyring(Arc::new([8; 32])).unseal("a", b"row 1", &sealed).is_none());
        for cut in [0, 10, 24, sealed.len() - 1] {
            assert!(keyring.unseal("a", b"row 1", &sealed[..cut]).is_none());
        }
        let mut changed = sealed;
        changed[30] ^= 1;
        assert!(keyring.unseal("a", b"row 1", &changed).is_none());
    }
}
