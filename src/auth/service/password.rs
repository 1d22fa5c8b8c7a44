//! Hashing passwords: argon2id, off the async threads, two at a time.

use crate::base::ids;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::{Arc, LazyLock};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// OWASP's parameters for argon2id: 19 MiB, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// As many are hashed at a time: more would only take memory and starve the other work.
const AT_A_TIME: usize = 2;
/// As many may wait. At some 30 ms each the last of them waits a second.
const WAITING: usize = 64;

/// What an unknown login is checked against, so that it takes as long as a wrong password.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash(&ids::new_token()).unwrap_or_default());

/// The password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed: {0}")]
pub struct HashFault(String);

/// Too many are waiting already.
#[derive(Debug)]
pub struct Busy;

/// The door to hashing. Cheap to clone; clones share the permits.
#[derive(Clone)]
pub struct Passwords {
    working: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// A permit to hash; held while a password is hashed or checked.
pub struct Permit {
    _working: OwnedSemaphorePermit,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new(AT_A_TIME, WAITING)
    }
}

impl Passwords {
    /// A queue of its own, in which so many are hashed at a time while so many wait.
    pub fn new(at_a_time: usize, waiting: usize) -> Self {
        Self { working: Arc::new(Semaphore::new(at_a_time)), waiting: Arc::new(Semaphore::new(waiting)) }
    }

    /// Waits for a permit.
    pub async fn permit(&self) -> Result<Permit, Busy> {
        let waiting = self.waiting.try_acquire().map_err(|_| Busy)?;
        let working = self.working.clone().acquire_owned().await.map_err(|_| Busy)?;
        drop(waiting);
        Ok(Permit { _working: working })
    }
}

impl Permit {
    /// Hashes a new password.
    pub async fn hash(self, password: String) -> Result<String, HashFault> {
        off_thread(self, move || hash(&password)).await?
    }

    /// Whether `password` is the one behind `stored`. Without `stored` it is not, after the same time.
    pub async fn verify(self, password: String, stored: Option<String>) -> Result<bool, HashFault> {
        off_thread(self, move || {
            // Made with the first password that is checked, whoever's it is.
            let nobody = LazyLock::force(&NOBODY);
            let right = verify(&password, stored.as_deref().unwrap_or(nobody));
            stored.is_some() && right
        })
        .await
    }
}

/// The permit goes along, so that it is taken until the work is done even if the caller goes away.
async fn off_thread<T: Send + 'static>(
    permit: Permit,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, HashFault> {
    let done = tokio::task::spawn_blocking(move || {
        let result = work();
        drop(permit);
        result
    });
    done.await.map_err(|error| HashFault(error.to_string()))
}

/// Hashes in the calling thread: for the demo and tests.
pub fn hash(password: &str) -> Result<String, HashFault> {
    let fault = |error: &dyn std::fmt::Display| HashFault(error.to_string());
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| fault(&error))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let salt = ids::random_bytes::<16>();
    let hashed: PasswordHash =
        argon2.hash_password_with_salt(password.as_bytes(), &salt).map_err(|error| fault(&error))?;
    Ok(hashed.to_string())
}

/// Compares in constant time (the PHC output's own equality).
fn verify(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored)
        .is_ok_and(|stored| Argon2::default().verify_password(password.as_bytes(), &stored).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_names_its_parameters_and_knows_its_password() {
        let stored = hash("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse", &stored));
        assert!(!verify("Correct horse", &stored));
        assert!(!verify("correct horse", "not a hash"));
        assert_ne!(stored, hash("correct horse").unwrap());
    }

    #[tokio::test]
    async fn an_unknown_login_has_no_right_password() {
        let passwords = Passwords::default();
        assert!(!passwords.permit().await.unwrap().verify("x".into(), None).await.unwrap());
        let stored = hash("x").unwrap();
        assert!(passwords.permit().await.unwrap().verify("x".into(), Some(stored)).await.unwrap());
    }

    #[tokio::test]
    async fn those_beyond_the_queue_are_turned_away() {
        let passwords = Passwords::default();
        let _taken = (passwords.permit().await.unwrap(), passwords.permit().await.unwrap());
        let mut queue: Vec<_> = (0..WAITING).map(|_| Box::pin(passwords.permit())).collect();
        for waiting in &mut queue {
            assert!(futures::poll!(waiting).is_pending());
        }
        assert!(passwords.permit().await.is_err());
        drop(queue);
        assert!(futures::poll!(Box::pin(passwords.permit())).is_pending());
    }
}
