//! Accounts, as the window shows them.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::settings::Theme;

/// One account on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AccountCard {
    /// Its random id.
    pub id: String,
    /// The name its owner gave it.
    pub name: String,
}

/// Where signing in by itself stands on this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeychainState {
    /// The system keychain works.
    Available,
    /// This system has none.
    Absent,
    /// There is one, and it is locked.
    Locked,
    /// There is one, and it refuses us.
    Denied,
}

/// What the window knows when it opens.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct AppState {
    /// Every account on this computer, the one that was used last first.
    pub accounts: Vec<AccountCard>,
    /// The one that is signed in.
    pub signed_in: Option<AccountCard>,
    /// Whether "keep me signed in" can work.
    pub keychain: KeychainState,
    /// Backstop's version.
    pub version: String,
    /// The language of dates and numbers is the window's; the theme is the user's.
    pub theme: Theme,
}

/// A new account, with the recovery key that must be shown once now.
#[derive(Clone, Serialize, Deserialize, Type)]
pub struct CreatedAccount {
    /// The account.
    pub account: AccountCard,
    /// The 14 groups of the recovery key.
    pub recovery_key: Vec<String>,
    /// Why the account is not kept signed in, if that was wished and failed.
    pub keychain: KeychainState,
}
