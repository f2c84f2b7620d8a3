//! What the owner of an account chose: `settings.json` in the account's folder.
//!
//! Versioned, written durably, changed under the state lock. Settings that can't be read are a
//! problem that is shown; they never turn into defaults, because defaults would move the backups
//! elsewhere or change their encryption without a word. Fields of a later minor change are kept.

mod file;
mod keys;
mod values;

pub use file::{SettingsError, SettingsFile};
pub use keys::{KEYS, KeyError};
pub use values::{ArchiveFormat, LIBRARY, OnClose, Settings, Theme, needs_password};
