//! Files that appear whole or not at all, for archives and settings alike.
//!
//! A [`NewFile`] is written under a hidden name beside its target. [`NewFile::sync`] puts it on the
//! disk and turns it into a [`SyncedFile`], which can be read back and checked but no longer
//! written; only then does it get its name: [`SyncedFile::commit`] never overwrites,
//! [`SyncedFile::replace`] is for settings and caches. Dropped on the way, nothing is left.
//! A process that dies leaves a `.part` file, which [`clear_dead_parts`] removes later,
//! or a later [`Loose`] run if no account stood behind it.

#[cfg(test)]
pub(crate) mod fault;
mod loose;
mod new_file;
mod parts;

pub use loose::Loose;
pub use new_file::{NewFile, SyncedFile, numbered, replace};
pub use parts::{Origin, clear_dead_parts};
