//! What the engine asks of the world: the time, the system keychain, notices.
//!
//! The real ones live in the room `platform`; tests bring their own.

use std::sync::Arc;

pub use backstop_crypto::Zeroizing;
pub use backstop_model::TimeMs;
use jiff::tz::TimeZone;
use thiserror::Error;

/// Tells the time. Decisions never ask it: they take a moment as an argument.
pub trait Clock: Send + Sync {
    /// The moment now, by the wall clock, which may have been set back.
    fn now(&self) -> TimeMs;

    /// The time zone that the user lives in.
    fn zone(&self) -> TimeZone;
}

/// Why the system keychain did not answer. A missing entry is no error.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeychainError {
    /// This system has none, or none is running.
    #[error("there is no keychain on this computer")]
    Absent,
    /// There is one, and it is locked and nobody unlocked it.
    #[error("the keychain is locked")]
    Locked,
    /// There is one, and it or the user refused us.
    #[error("the keychain refused access")]
    Denied,
    /// Anything else, in the system's own words.
    #[error("the keychain failed: {0}")]
    Other(String),
}

/// Keeps one secret for each entry, outside of our files, while the user is logged in to the system.
pub trait Keychain: Send + Sync {
    /// Stores a secret, in place of an earlier one of the same entry.
    ///
    /// # Errors
    /// [`KeychainError`].
    fn store(&self, entry: &str, secret: &str) -> Result<(), KeychainError>;

    /// The secret of an entry; `None` when there is none.
    ///
    /// # Errors
    /// [`KeychainError`].
    fn load(&self, entry: &str) -> Result<Option<Zeroizing<String>>, KeychainError>;

    /// Removes an entry. One that is not there is no error.
    ///
    /// # Errors
    /// [`KeychainError`].
    fn delete(&self, entry: &str) -> Result<(), KeychainError>;

    /// Whether the keychain can be used now. Asks the user nothing.
    ///
    /// # Errors
    /// [`KeychainError`] says why not.
    fn probe(&self) -> Result<(), KeychainError>;
}

/// A short message to someone who may not be looking at the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Names what it is about: a later notice with the same id takes its place.
    pub id: String,
    /// One line.
    pub title: String,
    /// One or two sentences. Never note text.
    pub body: String,
}

/// Shows notices.
pub trait Notices: Send + Sync {
    /// Shows one. Whether anybody sees it cannot be known, so nothing is returned.
    fn show(&self, notice: &Notice);
}

/// The world, as the engine gets it.
#[derive(Clone)]
pub struct Ports {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The system keychain.
    pub keychain: Arc<dyn Keychain>,
    /// Notices.
    pub notices: Arc<dyn Notices>,
}
