//! Files that the real Notesnook made, and what is known of them; `tests/fixtures` tells where they come from.

use std::fs;

use backstop_testkit::fixture;
use serde_json::Value;

use crate::Outcome;

/// The path of a file of version 6.1.
#[must_use]
pub fn real(name: &str) -> String {
    fixture(&format!("notesnook/6.1/{name}.nnbackupz")).display().to_string()
}

/// What the real app says is in it.
///
/// # Errors
/// If nobody wrote that down.
pub fn expected(name: &str) -> Outcome<Value> {
    let file = fixture(&format!("notesnook/6.1/{name}.nnbackupz.expect.json"));
    Ok(serde_json::from_slice(&fs::read(file)?)?)
}
