//! Moments as the apps write them.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 00:00 UTC, as Notesnook and Joplin write every date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeMs(pub i64);
