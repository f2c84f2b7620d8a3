//! Notesnook's backup files, version 6.1: `.nnbackupz`. FORMAT.md describes them.
//!
//! Reading goes zip → `parts` → `chunk` (checksum, decryption, hash, base64, gzip) → `array` (one
//! row at a time) → `map` (row to item); `frame` and `presence` look for what is missing, `stored`
//! hands out attachments. Writing goes the same way back. `wire` is the only file that knows how
//! rows lie on disk, `map` the only one that knows what their fields mean.

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
mod map;
mod open;
mod pack;
mod parts;
mod presence;
mod reader;
mod stored;
mod vault;
mod wire;
mod writer;

pub use cipher::Salt;
pub(crate) use fingerprint::add_to_fingerprint;
pub use keys::derive_key;
pub use open::NotesnookArchive;
pub use pack::Encryption;
pub use vault::open_locked;
pub use writer::{NotesnookWriter, WriterOptions};

pub(crate) use map::interpret;
