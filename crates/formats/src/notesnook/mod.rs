//! Notesnook's backup files: `.nnbackupz` and, from before, `.nnbackup`. Versions 5.0 to 6.1 are
//! read, 6.1 is written. FORMAT.md describes them.
//!
//! Reading goes zip → `parts` → `chunk` (checksum, decryption, hash, base64, gzip) → `array` (one
//! row at a time) → `map` (row to item); `frame` and `presence` look for what is missing, `stored`
//! hands out attachments, `legacy` brings older rows to version 6.1 on the way. Writing goes the
//! same way back. `wire` is the only file that knows how rows lie on disk, `map` the only one that
//! knows what their fields mean.

mod array;
mod attachments;
mod carrier;
mod chunk;
mod cipher;
mod complete;
mod envelope;
mod fingerprint;
mod frame;
mod keys;
mod ledger;
mod legacy;
mod look;
mod map;
mod mend;
mod oddities;
mod open;
mod pack;
mod parts;
mod presence;
mod reader;
mod rename;
mod salvage;
mod stored;
mod vault;
mod wire;
mod writer;

pub use cipher::Salt;
pub(crate) use fingerprint::add_to_fingerprint;
pub use keys::derive_key;
pub(crate) use legacy::LegacyArchive;
pub use open::NotesnookArchive;
pub use pack::Encryption;
pub(crate) use parts::is_part;
pub use vault::open_locked;
pub use writer::{NotesnookWriter, WriterOptions};

pub(crate) use map::interpret;
pub use rename::NewIds;
pub(crate) use rename::renamed;
