//! Keys of single files, each kept beside its file, wrapped under a data key. A rotation wraps the key anew and leaves the
//! file as it is; without the wrapped key the file is noise.

use crate::base::ids;
use crate::base::keyring::Keyring;
use crate::base::keyring::data_keys::Unreadable;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};

/// The key of one file, open in memory.
pub struct FileKey([u8; 32]);

/// The same as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// The data key that opens it.
    pub id: String,
    pub bytes: Vec<u8>,
}

impl Keyring {
    /// A key for a new file, which `context` names.
    pub fn new_file_key(&self, context: &[u8]) -> (FileKey, WrappedKey) {
        let key = FileKey(ids::random_bytes());
        let wrapped = self.wrap(&key, context);
        (key, wrapped)
    }

    /// The key under the newest data key.
    pub fn wrap(&self, key: &FileKey, context: &[u8]) -> WrappedKey {
        let (id, bytes) = self.encrypt(context, &key.0);
        WrappedKey { id, bytes }
    }

    pub fn unwrap_file_key(&self, wrapped: &WrappedKey, context: &[u8]) -> Result<FileKey, Unreadable> {
        let plain = self.decrypt(&wrapped.id, context, &wrapped.bytes)?;
        plain.try_into().map(FileKey).map_err(|_| Unreadable::Broken)
    }
}

impl FileKey {
    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }

    /// Encrypts a piece of the file, bound to its place in it.
    pub fn seal(&self, place: u32, plain: &[u8]) -> Vec<u8> {
        let nonce = ids::random_bytes::<24>();
        let payload = Payload { msg: plain, aad: &place.to_be_bytes() };
        let sealed = self.cipher().encrypt(&nonce.into(), payload);
        [nonce.as_slice(), &sealed.expect("only pieces of many gigabytes cannot be sealed")].concat()
    }

    /// What [`Self::seal`] made.
    pub fn open(&self, place: u32, sealed: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let (nonce, sealed) = sealed.split_first_chunk::<24>().ok_or(Unreadable::Broken)?;
        let payload = Payload { msg: sealed, aad: &place.to_be_bytes() };
        self.cipher().decrypt(&(*nonce).into(), payload).map_err(|_| Unreadable::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Clock;

    #[test]
    fn a_file_opens_by_its_own_key_only_and_its_pieces_in_their_places() {
        let dir = std::env::temp_dir().join(format!("mianqia-files-{}", ids::new_id(Clock::system().now())));
        std::fs::create_dir(&dir).unwrap();
        let keyring = Keyring::make(&dir).unwrap();
        Keyring::settle(&dir).unwrap();
        let (key, wrapped) = keyring.new_file_key(b"one");
        let sealed = key.seal(3, b"passport");
        Keyring::rotate(&dir).unwrap();
        let again = keyring.unwrap_file_key(&wrapped, b"one").unwrap();
        let newer = keyring.wrap(&again, b"one");
        assert_ne!(newer.id, wrapped.id);
        for wrapped in [&wrapped, &newer] {
            let key = keyring.unwrap_file_key(wrapped, b"one").unwrap();
            assert_eq!(key.open(3, &sealed).unwrap(), b"passport");
            assert_eq!(key.open(2, &sealed), Err(Unreadable::Broken));
            assert!(keyring.unwrap_file_key(wrapped, b"two").is_err());
        }
        assert_eq!(key.open(3, &sealed[..20]), Err(Unreadable::Broken));
        let (other, _) = keyring.new_file_key(b"one");
        assert_eq!(other.open(3, &sealed), Err(Unreadable::Broken));
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
