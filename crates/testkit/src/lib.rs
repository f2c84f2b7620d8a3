//! What tests of several rooms need: fixtures, builders of rows and archives, a sink that collects.
//!
//! Knows the model only; what needs ciphers is built where the ciphers are.

mod collect;
mod fixtures;

pub use collect::{CollectedAttachment, CollectingSink};
pub use fixtures::{fixture, fixture_folder, fixture_folders};
