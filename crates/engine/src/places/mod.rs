//! Places beside the library: today, folders that Notesnook writes its backups into.
//!
//! Such a folder is read-only: Backstop lists, checks and reads what is in it, and never writes, renames or
//! deletes anything there. What the owner chose of a place is in `places.json` ([`PlacesFile`]), what was
//! learned of its files in a catalog of its own, and the password of its files in the account's vault.
//! [`discover`] looks for such folders; the rest here is pure.

mod discover;
mod file;
mod freshness;
mod intake;
mod place;

pub use discover::{FoundFolder, discover};
pub use file::{PlacesError, PlacesFile};
pub use freshness::{DEFAULT_LIMIT_DAYS, days_since, limit_days};
pub use intake::{Mark, Merged, is_settled, is_young, to_check, to_merge};
pub use place::{MOST_PLACES, Place, PlaceFolder, PlaceId, PlaceKind, PlaceNameError, Places};

/// How the names of Notesnook's backups end.
pub const NOTESNOOK_EXTENSIONS: [&str; 2] = ["nnbackupz", "nnbackup"];
