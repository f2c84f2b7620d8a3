//! One thing that flows: a note, a notebook, a tag, a relation and so on.

use serde::{Deserialize, Serialize};

use crate::{AttachmentHead, ItemId, ItemKey, Ref, TimeMs};

/// An item: the fields all rooms understand, and its app's own row as it was.
///
/// The common fields are a reading of `native`, for plans, lists and search. `native` is the truth
/// and is what a writer of the same app puts back, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What makes it this item.
    pub key: ItemKey,
    /// Title as the user sees it, if its kind has one.
    pub title: Option<String>,
    /// When it was made, as the user sees it.
    pub created: Option<TimeMs>,
    /// When the user last edited it.
    pub edited: Option<TimeMs>,
    /// When any of its fields last changed, as its app's own sync sees it. Decides which is newer.
    pub modified: Option<TimeMs>,
    /// What is switched on.
    pub flags: Flags,
    /// The note a body or revision belongs to, the revision a revision body belongs to.
    pub owner: Option<ItemId>,
    /// The text, if this item carries one.
    pub body: Option<Body>,
    /// The relations that this item states.
    pub relations: Vec<Relation>,
    /// The facts of an attachment row.
    pub attachment: Option<AttachmentHead>,
    /// The row as its app wrote it.
    pub native: Native,
}

/// Flags that lists and filters show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "these are the apps' own independent switches")]
pub struct Flags {
    /// In the trash.
    pub trashed: bool,
    /// Its text is encrypted under a vault password.
    pub locked: bool,
    /// Pinned to the top.
    pub pinned: bool,
    /// A favourite.
    pub favorite: bool,
    /// Archived: kept out of the main list.
    pub archived: bool,
    /// Read-only.
    pub readonly: bool,
    /// Two versions wait for the user's decision.
    pub conflicted: bool,
    /// Never synced by its app.
    pub local_only: bool,
}

impl Flags {
    /// The flags as bits, in the order of the fields. The order is part of the library's schema.
    #[must_use]
    pub fn to_bits(self) -> i64 {
        let bits = [
            self.trashed,
            self.locked,
            self.pinned,
            self.favorite,
            self.archived,
            self.readonly,
            self.conflicted,
            self.local_only,
        ];
        bits.iter().rev().fold(0, |sum, on| sum << 1 | i64::from(*on))
    }

    /// The flags from [`Flags::to_bits`].
    #[must_use]
    pub fn from_bits(bits: i64) -> Self {
        let on = |place: u32| bits >> place & 1 == 1;
        Self {
            trashed: on(0),
            locked: on(1),
            pinned: on(2),
            favorite: on(3),
            archived: on(4),
            readonly: on(5),
            conflicted: on(6),
            local_only: on(7),
        }
    }
}

/// How a body is marked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Markup {
    /// HTML.
    Html,
    /// Markdown.
    Markdown,
    /// No markup.
    Text,
}

/// The text of an item as its source wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Readable text.
    Text {
        /// Its markup.
        markup: Markup,
        /// The text, unchanged.
        text: String,
    },
    /// Encrypted under a vault password; the ciphertext is in the native row.
    Locked,
}

/// A link between two items of one app.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Relation {
    /// Where it starts: the parent, the tag, the note that links.
    pub from: Ref,
    /// Where it leads.
    pub to: Ref,
}

/// An app's own row: the JSON text exactly as it was read, unknown fields and all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Native {
    /// The version of the app's format, as its file states it.
    pub version: String,
    /// One JSON object.
    pub json: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_keep_their_bits() {
        for bits in 0..256 {
            assert_eq!(Flags::from_bits(bits).to_bits(), bits);
        }
        assert_eq!(Flags { trashed: true, ..Flags::default() }.to_bits(), 1);
        assert_eq!(Flags { local_only: true, ..Flags::default() }.to_bits(), 128);
    }
}
