//! Which account was used last in the window, so that it is offered first.
//!
//! A convenience: what can't be read or written is as if nothing was remembered.

use std::fs;
use std::path::Path;

use super::AccountId;
use crate::durable::{Origin, replace};

const FILE: &str = "last-account";

/// Remembers an account as the last one.
pub(crate) fn remember(data_dir: &Path, machine: &str, id: AccountId) {
    let id = id.to_string();
    if read(data_dir).as_deref() != Some(id.as_str()) {
        let origin = Origin::new(machine, data_dir);
        let _ = replace(&data_dir.join(FILE), &origin, "last", id.as_bytes());
    }
}

/// The id of the account that was used last.
pub(crate) fn read(data_dir: &Path) -> Option<String> {
    fs::read_to_string(data_dir.join(FILE)).ok().map(|text| text.trim().to_owned())
}
