//! Notesnook's older backups: versions 5.0 to 6.0 in either container, and `.nnbackup`, the older
//! container of one JSON text.
//!
//! `outline` finds the parts of a `.nnbackup` without reading it into memory, `sealed` and `text`
//! stream its data, `file` is the archive. `migrate` holds the steps from version to version as a
//! table of pure functions, `relate` the big one from 5.9 to 6.0, `markup` the one for bodies;
//! `gathered` knows what only many rows together tell. What comes out are rows of version 6.1, so
//! that nobody outside this folder meets an old one. FORMAT.md, "Older versions".

mod draft;
mod file;
mod gathered;
mod markup;
mod migrate;
mod outline;
mod relate;
mod sealed;
mod settings;
mod text;

pub(crate) use file::LegacyArchive;
pub(super) use gathered::{Migration, Older};
