//! The system keychain: Secret Service on Linux, the keychain on macOS, the credential manager on
//! Windows.
//!
//! The connection is made anew for each question, so that a keychain that starts or is unlocked
//! later is found without starting Backstop again.

#[cfg(any(not(target_os = "linux"), test))]
mod native;
#[cfg(target_os = "linux")]
mod secret_service;

use backstop_engine::ports::{Keychain, KeychainError, Zeroizing};

/// The name that our entries bear in the keychain.
const SERVICE: &str = "Backstop";

/// The keychain of the system and user that Backstop runs as.
#[derive(Debug, Clone, Copy)]
pub struct SystemKeychain;

#[cfg(target_os = "linux")]
use secret_service as system;

#[cfg(not(target_os = "linux"))]
use native as system;

impl Keychain for SystemKeychain {
    fn store(&self, entry: &str, secret: &str) -> Result<(), KeychainError> {
        system::store(entry, secret)
    }

    fn load(&self, entry: &str) -> Result<Option<Zeroizing<String>>, KeychainError> {
        system::load(entry)
    }

    fn delete(&self, entry: &str) -> Result<(), KeychainError> {
        system::delete(entry)
    }

    fn probe(&self) -> Result<(), KeychainError> {
        system::probe()
    }
}

/// A secret as text; anything else was not stored by us.
fn text(secret: Vec<u8>) -> Result<Zeroizing<String>, KeychainError> {
    let secret = Zeroizing::new(secret);
    let text = std::str::from_utf8(&secret);
    let text = text.map_err(|_| KeychainError::Other("the entry holds no text".to_owned()))?;
    Ok(Zeroizing::new(text.to_owned()))
}
