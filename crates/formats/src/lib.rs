//! Bytes to model and back. All input is hostile.
//!
//! This room touches only the streams it is handed: no paths, no clock, no network. One folder per
//! app knows that app's files; [`open`] finds out which one a file needs, [`convert`] turns bodies
//! into what a window, a search index or another app can use, [`limits`] caps what a file may cost.

mod archive;
pub mod backstop;
mod bounded;
pub mod convert;

mod detect;
mod doubt;
mod fingerprint;
mod hex;
mod interpret;
pub mod limits;
pub mod notesnook;
mod rename;
mod secret;
mod stay_failed;
mod zip_failed;
pub mod zipscan;

pub use archive::{Archive, Contents, Effort, Heading, LookedOver, ReadSeek, Stated, open, open_with};
pub use detect::{Format, detect};
pub use fingerprint::fingerprint;
pub use interpret::interpret;
pub use rename::renamed;
pub use secret::{ArchiveSecret, KeyTextError};
