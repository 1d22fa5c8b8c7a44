//! A file as it is kept: cut into pieces, each encrypted under the file's own key, and its name likewise. Pure.

use crate::base::keyring::{FileKey, Keyring, Unreadable, WrappedKey};
use crate::documents::model::PIECE;
use crate::documents::store::entities::document;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use uuid::Uuid;

/// The place of the name beside the pieces, which are numbered from 0 on.
const NAME: u32 = u32::MAX;

/// What is written of a file.
#[derive(Clone, Debug)]
pub struct Sealed {
    pub name: Vec<u8>,
    pub pieces: Arc<[Vec<u8>]>,
    pub key: WrappedKey,
    /// Of the file itself.
    pub sha256: [u8; 32],
    /// Of what is kept of it.
    pub stored_sha256: [u8; 32],
}

pub fn seal(keyring: &Keyring, id: Uuid, name: &str, bytes: &[u8]) -> Sealed {
    let (key, wrapped) = keyring.new_file_key(&context(id));
    let name = key.seal(NAME, name.as_bytes());
    let pieces: Vec<Vec<u8>> =
        (0..).zip(bytes.chunks(PIECE)).map(|(place, piece)| key.seal(place, piece)).collect();
    let stored_sha256 = stored_digest(&name, &pieces);
    let sha256 = Sha256::digest(bytes).into();
    Sealed { name, pieces: pieces.into(), key: wrapped, sha256, stored_sha256 }
}

/// The digest of what is kept of a file.
pub fn stored_digest(name: &[u8], pieces: &[Vec<u8>]) -> [u8; 32] {
    pieces.iter().fold(Sha256::new().chain_update(name), Digest::chain_update).finalize().into()
}

/// What a file was called.
pub fn open_name(keyring: &Keyring, row: &document::Model) -> Result<String, Unreadable> {
    let name = key_of(keyring, row)?.open(NAME, &row.sealed_name)?;
    String::from_utf8(name).map_err(|_| Unreadable::Broken)
}

/// The file as it was uploaded, and nothing else.
pub fn open(keyring: &Keyring, row: &document::Model, pieces: &[Vec<u8>]) -> Result<Vec<u8>, Unreadable> {
    let key = key_of(keyring, row)?;
    let mut bytes = Vec::with_capacity(usize::try_from(row.size).unwrap_or_default());
    for (place, piece) in (0..).zip(pieces) {
        bytes.extend(key.open(place, piece)?);
    }
    if Sha256::digest(&bytes)[..] != row.sha256[..] {
        return Err(Unreadable::Broken);
    }
    Ok(bytes)
}

/// Its key under the newest data key.
pub fn rewrapped(keyring: &Keyring, row: &document::Model) -> Result<WrappedKey, Unreadable> {
    Ok(keyring.wrap(&key_of(keyring, row)?, &context(row.id)))
}

fn key_of(keyring: &Keyring, row: &document::Model) -> Result<FileKey, Unreadable> {
    let wrapped = WrappedKey { id: row.key_id.clone(), bytes: row.wrapped_key.clone() };
    keyring.unwrap_file_key(&wrapped, &context(row.id))
}

/// Where a key belongs: it opens nothing else.
fn context(id: Uuid) -> Vec<u8> {
    [b"document/".as_slice(), id.as_bytes()].concat()
}
