//! What tests of several rooms need: fixtures, builders of rows and archives, a sink that collects,
//! a corpus of any size, damage, and what every reader and writer must keep to.
//!
//! Knows the model only; what needs ciphers is built where the ciphers are.

mod collect;
pub mod conformance;
mod corpus;
pub mod damage;
mod fixtures;
pub mod notesnook;
mod raw_zip;

pub use collect::{CollectedAttachment, CollectingSink};
pub use corpus::Corpus;
pub use fixtures::{fixture, fixture_folder, fixture_folders};
pub use raw_zip::{RawEntry, RawZip};
