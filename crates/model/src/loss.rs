//! What a destination can't hold, named before it is lost.

use serde::{Deserialize, Serialize};

use crate::ItemKey;

/// One thing a writer could not carry over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// The item it belongs to.
    pub item: ItemKey,
    /// What is lost, in words for a person.
    pub what: String,
}
