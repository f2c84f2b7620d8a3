//! What is known of an attached file apart from its bytes.

use serde::{Deserialize, Serialize};

use crate::ItemId;

/// How an app names the content of an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HashAlgorithm {
    /// xxHash64 with seed 0, 16 lower-case hex digits (Notesnook). Finds accidents, not forgery.
    Xxh64,
    /// SHA-256, 64 lower-case hex digits (Backstop).
    Sha256,
    /// Any other that an app names. It is carried along and never compared.
    Other,
}

/// The hash of an attachment's plain bytes as its row states it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ContentHash {
    /// Which hash.
    pub algorithm: HashAlgorithm,
    /// Lower-case hex.
    pub hex: String,
}

/// The facts of one attachment row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentHead {
    /// The id of its row.
    pub id: ItemId,
    /// File name as the user sees it; never joined to a path.
    pub name: String,
    /// MIME type as the app wrote it.
    pub mime: String,
    /// Size of the plain bytes as stated, checked when they are read.
    pub size_bytes: u64,
    /// Hash of the plain bytes as stated, checked when they are read unless it is [`HashAlgorithm::Other`].
    pub hash: Option<ContentHash>,
}
