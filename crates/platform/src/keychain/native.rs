//! macOS and Windows: the system's own keychain through keyring-core.

use std::sync::Arc;

use backstop_engine::ports::{KeychainError, Zeroizing};
use keyring_core::{CredentialStore, Entry, Error};

use super::SERVICE;

/// Never an account's id, so asking for it answers whether asking works.
const PROBE: &str = "availability";

pub(super) fn store(entry: &str, secret: &str) -> Result<(), KeychainError> {
    store_in(&system_store()?, entry, secret)
}

pub(super) fn load(entry: &str) -> Result<Option<Zeroizing<String>>, KeychainError> {
    load_from(&system_store()?, entry)
}

pub(super) fn delete(entry: &str) -> Result<(), KeychainError> {
    delete_from(&system_store()?, entry)
}

pub(super) fn probe() -> Result<(), KeychainError> {
    load(PROBE).map(drop)
}

#[cfg(target_os = "macos")]
fn system_store() -> Result<Arc<CredentialStore>, KeychainError> {
    let store: Result<Arc<CredentialStore>, _> =
        apple_native_keyring_store::keychain::Store::new().map(|store| store as Arc<CredentialStore>);
    store.map_err(told)
}

#[cfg(target_os = "windows")]
fn system_store() -> Result<Arc<CredentialStore>, KeychainError> {
    let store: Result<Arc<CredentialStore>, _> =
        windows_native_keyring_store::Store::new().map(|store| store as Arc<CredentialStore>);
    store.map_err(told)
}

#[cfg(not(any(target_os = "macos", target_os = "windows")))]
fn system_store() -> Result<Arc<CredentialStore>, KeychainError> {
    Err(KeychainError::Absent)
}

fn open(store: &Arc<CredentialStore>, entry: &str) -> Result<Entry, KeychainError> {
    store.build(SERVICE, entry, None).map_err(told)
}

fn store_in(store: &Arc<CredentialStore>, entry: &str, secret: &str) -> Result<(), KeychainError> {
    open(store, entry)?.set_secret(secret.as_bytes()).map_err(told)
}

fn load_from(store: &Arc<CredentialStore>, entry: &str) -> Result<Option<Zeroizing<String>>, KeychainError> {
    match open(store, entry)?.get_secret() {
        Ok(secret) => super::text(secret).map(Some),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(told(error)),
    }
}

fn delete_from(store: &Arc<CredentialStore>, entry: &str) -> Result<(), KeychainError> {
    match open(store, entry)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(told(error)),
    }
}

/// Numbers of macOS. Source: SecBase.h: errSecAuthFailed, errSecUserCanceled (the user refused),
/// errSecInteractionNotAllowed (locked, and no dialog may be shown).
const REFUSED: [&str; 2] = ["-25293", "-128"];
const LOCKED: &str = "-25308";

#[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
fn told(error: Error) -> KeychainError {
    match &error {
        Error::NoDefaultStore | Error::NoStorageAccess(_) | Error::NotSupportedByStore(_) => {
            KeychainError::Absent
        }
        Error::PlatformFailure(cause) => {
            // The number stands in the debug form only; the type is another on each system.
            let numbers = format!("{cause:?}");
            if numbers.contains(LOCKED) {
                KeychainError::Locked
            } else if REFUSED.iter().any(|number| numbers.contains(number)) {
                KeychainError::Denied
            } else {
                KeychainError::Other(error.to_string())
            }
        }
        // Some variants carry the secret; none of them may reach a message.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            KeychainError::Other("the entry is not what was stored".to_owned())
        }
        _ => KeychainError::Other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_stored_replaced_and_removed() {
        let store: Arc<CredentialStore> = keyring_core::mock::Store::new().unwrap();
        let load = |entry| load_from(&store, entry).unwrap().map(|secret| secret.to_string());
        assert_eq!(load("a"), None);
        store_in(&store, "a", "one").unwrap();
        store_in(&store, "b", "two").unwrap();
        store_in(&store, "a", "three").unwrap();
        assert_eq!((load("a").as_deref(), load("b").as_deref()), (Some("three"), Some("two")));
        delete_from(&store, "a").unwrap();
        delete_from(&store, "a").unwrap();
        assert_eq!((load("a"), load("b").as_deref()), (None, Some("two")));
    }

    #[derive(Debug, PartialEq)]
    struct Numbered(i32);

    impl std::fmt::Display for Numbered {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "number {}", self.0)
        }
    }

    impl std::error::Error for Numbered {}

    #[test]
    fn failures_are_told_apart() {
        let numbered = |number| told(Error::PlatformFailure(Box::new(Numbered(number))));
        assert_eq!(numbered(-25308), KeychainError::Locked);
        assert_eq!(numbered(-25293), KeychainError::Denied);
        assert_eq!(numbered(-128), KeychainError::Denied);
        assert!(matches!(numbered(-1), KeychainError::Other(_)));
        assert_eq!(told(Error::NoStorageAccess(Box::new(Numbered(1)))), KeychainError::Absent);
        let leaky = told(Error::BadEncoding(b"secret".to_vec()));
        assert!(!format!("{leaky:?}").contains("secret"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_system_without_a_keychain_says_so() {
        assert_eq!(probe(), Err(KeychainError::Absent));
        assert_eq!(store("a", "b"), Err(KeychainError::Absent));
        assert_eq!(load("a"), Err(KeychainError::Absent));
        assert_eq!(delete("a"), Err(KeychainError::Absent));
    }
}
