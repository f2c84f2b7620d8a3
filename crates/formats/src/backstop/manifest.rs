//! The manifest: written last, it lists what must be there.

use std::collections::BTreeMap;

use backstop_model::TimeMs;
use serde::{Deserialize, Serialize};

use super::facts::Facts;
use crate::bounded;

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The archive's id, as in its header.
    pub(super) archive: String,
    /// When it was made.
    pub(super) created: TimeMs,
    /// Program and version, as `Backstop 0.1.0`.
    pub(super) created_by: String,
    /// The place it is a backup of, empty for a converted file.
    pub(super) place: String,
    /// Whether attachments were wanted.
    pub(super) attachments_included: bool,
    /// Items by kind, and attachments whose bytes are here as `attached`.
    #[serde(deserialize_with = "bounded::map")]
    pub(super) counts: BTreeMap<String, u64>,
    /// What was left out, and why.
    #[serde(deserialize_with = "bounded::list")]
    pub(super) left_out: Vec<LeftOut>,
    /// Every entry but this one, in the order of the file.
    #[serde(deserialize_with = "bounded::list")]
    pub(super) entries: Vec<Listed>,
}

/// One sort of thing that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LeftOut {
    /// What, as `attachments`.
    pub(super) what: String,
    /// Why, in words for a person.
    pub(super) why: String,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// Its name.
    pub(super) name: Box<str>,
    /// Its plain bytes.
    #[serde(flatten)]
    pub(super) facts: Facts,
}
