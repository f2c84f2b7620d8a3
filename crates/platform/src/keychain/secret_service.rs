//! Linux: the Secret Service over D-Bus (GNOME Keyring, KWallet, KeePassXC).
//!
//! Used directly and not through a keyring store, because a store waits for an unlock dialog for up
//! to a year: a backup started by cron must not. Only [`store`], which a person just asked for, may
//! show one; everything else says that the keychain is locked.

use std::collections::HashMap;

use backstop_engine::ports::{KeychainError, Zeroizing};
use dbus_secret_service::{Collection, EncryptionType, Error, Item, SecretService};

use super::SERVICE;

/// No dialog at all.
const NO_DIALOG: u64 = 0;
/// How long a person may look at the dialog, in seconds.
const DIALOG_SECONDS: u64 = 60;

pub(super) fn store(entry: &str, secret: &str) -> Result<(), KeychainError> {
    let service = connect(DIALOG_SECONDS)?;
    let collection = match service.get_default_collection() {
        Err(Error::NoResult) => service.create_collection("Login", "default"),
        other => other,
    };
    let collection = collection.map_err(|error| told(&error))?;
    unlock(&collection)?;
    let label = format!("{SERVICE}: keep me signed in");
    let item = collection.create_item(&label, attributes(entry), secret.as_bytes(), true, "text/plain");
    item.map(drop).map_err(|error| told(&error))
}

pub(super) fn load(entry: &str) -> Result<Option<Zeroizing<String>>, KeychainError> {
    let service = connect(NO_DIALOG)?;
    let Some(item) = find(&service, entry)? else { return Ok(None) };
    item.get_secret().map_err(|error| told(&error)).and_then(super::text).map(Some)
}

pub(super) fn delete(entry: &str) -> Result<(), KeychainError> {
    let service = connect(NO_DIALOG)?;
    while let Some(item) = find(&service, entry)? {
        item.delete().map_err(|error| told(&error))?;
    }
    Ok(())
}

pub(super) fn probe() -> Result<(), KeychainError> {
    let service = connect(NO_DIALOG)?;
    refuse_locked(&service)
}

/// The item of an entry; `None` only when the keychain is open and has none.
fn find<'a>(service: &'a SecretService, entry: &str) -> Result<Option<Item<'a>>, KeychainError> {
    let found = service.search_items(attributes(entry)).map_err(|error| told(&error))?;
    if let Some(item) = found.unlocked.into_iter().next() {
        return Ok(Some(item));
    }
    if !found.locked.is_empty() {
        return Err(KeychainError::Locked);
    }
    // Some services do not search what is locked.
    refuse_locked(service)?;
    Ok(None)
}

fn refuse_locked(service: &SecretService) -> Result<(), KeychainError> {
    let locked = match service.get_default_collection() {
        // A service without any keychain yet is asked to make one when something is stored.
        Err(Error::NoResult) => Ok(false),
        Ok(collection) => collection.is_locked(),
        Err(error) => Err(error),
    };
    if locked.map_err(|error| told(&error))? { Err(KeychainError::Locked) } else { Ok(()) }
}

fn unlock(collection: &Collection<'_>) -> Result<(), KeychainError> {
    if collection.is_locked().map_err(|error| told(&error))? {
        collection.unlock().map_err(|error| told(&error))?;
    }
    // A dialog that was closed without a word leaves it locked.
    if collection.is_locked().map_err(|error| told(&error))? { Err(KeychainError::Locked) } else { Ok(()) }
}

fn attributes(entry: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", SERVICE), ("account", entry)])
}

fn connect(dialog_seconds: u64) -> Result<SecretService, KeychainError> {
    SecretService::connect_with_max_prompt_timeout(EncryptionType::Dh, dialog_seconds)
        .map_err(|error| told(&error))
}

/// Sorts the errors of the service and of the bus.
fn told(error: &Error) -> KeychainError {
    match error {
        Error::Locked | Error::Prompt => KeychainError::Locked,
        Error::Unavailable => KeychainError::Absent,
        Error::Dbus(bus) => by_name(bus.name().unwrap_or_default(), error),
        _ => KeychainError::Other(error.to_string()),
    }
}

/// Names of errors. Sources: the D-Bus reference (`dbus-protocol.h`), the Secret Service
/// specification, chapter "Errors".
fn by_name(name: &str, error: &Error) -> KeychainError {
    const BUS: &str = "org.freedesktop.DBus.Error.";
    match name.strip_prefix(BUS).unwrap_or(name) {
        "org.freedesktop.Secret.Error.IsLocked" => KeychainError::Locked,
        "AccessDenied" | "AuthFailed" | "InteractiveAuthorizationRequired" => KeychainError::Denied,
        // No bus, or no service on it. A bus that is gone answers with the errors of its socket.
        "ServiceUnknown" | "NameHasNoOwner" | "NotSupported" | "NoServer" | "FileNotFound" | "BadAddress"
        | "Disconnected" | "UnknownObject" | "UnknownInterface" => KeychainError::Absent,
        name if name.starts_with("Spawn.") => KeychainError::Absent,
        _ => KeychainError::Other(error.to_string()),
    }
}
