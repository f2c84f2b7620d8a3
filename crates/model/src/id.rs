//! What an item is called: its app, its kind and its id there.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The app whose words an item speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum App {
    /// Notesnook.
    Notesnook,
    /// Joplin.
    Joplin,
    /// A folder of Markdown files.
    Markdown,
    /// Backstop itself.
    Backstop,
}

impl App {
    const NAMES: [(Self, &'static str); 4] = [
        (Self::Notesnook, "notesnook"),
        (Self::Joplin, "joplin"),
        (Self::Markdown, "markdown"),
        (Self::Backstop, "backstop"),
    ];

    /// The name in files and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        name_of(&Self::NAMES, self)
    }
}

/// What sort of thing an item is, in the field's common words.
///
/// An app may keep several items under one id as long as their kinds differ (a Notesnook shortcut
/// bears the id of its target), so the kind is part of an item's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A key that opens the attachments of its app's rows. Readers push it before all else.
    AttachmentsKey,
    /// A note, live or in the trash.
    Note,
    /// A notebook (Joplin: folder), live or in the trash.
    Notebook,
    /// The body of a note, where its app keeps it apart from the note.
    Body,
    /// An earlier version of a note (Notesnook: session).
    Revision,
    /// The body of a revision, where its app keeps it apart.
    RevisionBody,
    /// A colour that marks notes.
    Color,
    /// A tag.
    Tag,
    /// One of the app's settings that belongs to the notes rather than to a device.
    Setting,
    /// A shortcut to a notebook or tag.
    Shortcut,
    /// A reminder.
    Reminder,
    /// A link between two items.
    Relation,
    /// What is known of an attached file (Joplin: resource); its bytes travel apart.
    Attachment,
    /// A vault: the lock of locked notes.
    Vault,
    /// A kind this version does not know, carried with its app's words.
    Opaque,
}

impl Kind {
    const NAMES: [(Self, &'static str); 15] = [
        (Self::AttachmentsKey, "attachments_key"),
        (Self::Note, "note"),
        (Self::Notebook, "notebook"),
        (Self::Body, "body"),
        (Self::Revision, "revision"),
        (Self::RevisionBody, "revision_body"),
        (Self::Color, "color"),
        (Self::Tag, "tag"),
        (Self::Setting, "setting"),
        (Self::Shortcut, "shortcut"),
        (Self::Reminder, "reminder"),
        (Self::Relation, "relation"),
        (Self::Attachment, "attachment"),
        (Self::Vault, "vault"),
        (Self::Opaque, "opaque"),
    ];

    /// Every kind, in the order in which a library is written out.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::NAMES.iter().map(|(kind, _)| *kind)
    }

    /// The name in files and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        name_of(&Self::NAMES, self)
    }
}

/// A name that none of the known values bears.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown name {0:?}")]
pub struct UnknownName(pub String);

fn name_of<T: Copy + PartialEq>(names: &[(T, &'static str)], value: T) -> &'static str {
    names.iter().find(|(named, _)| *named == value).map_or("", |(_, name)| name)
}

fn value_of<T: Copy>(names: &[(T, &'static str)], name: &str) -> Result<T, UnknownName> {
    let found = names.iter().find(|(_, known)| *known == name);
    found.map(|(value, _)| *value).ok_or_else(|| UnknownName(name.to_owned()))
}

impl std::str::FromStr for App {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        value_of(&Self::NAMES, name)
    }
}

impl std::str::FromStr for Kind {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        value_of(&Self::NAMES, name)
    }
}

/// Why a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdError {
    /// An id has at least one character.
    #[error("an id can't be empty")]
    Empty,
    /// Longer than [`ItemId::MAX_BYTES`].
    #[error("an id of {0} bytes is longer than {max}", max = ItemId::MAX_BYTES)]
    TooLong(usize),
    /// A control character, which no app writes and some tools cut at.
    #[error("an id can't hold a control character")]
    Control,
}

/// The id an app gave an item. Any app's: it is compared, never taken apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ItemId(String);

impl ItemId {
    /// Longest id accepted, in bytes. The longest any app writes is below 80.
    pub const MAX_BYTES: usize = 1024;

    /// Checks `text` and takes it as an id.
    ///
    /// # Errors
    /// [`IdError`] if it is empty, too long or holds control characters.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        if text.is_empty() {
            Err(IdError::Empty)
        } else if text.len() > Self::MAX_BYTES {
            Err(IdError::TooLong(text.len()))
        } else if text.chars().any(char::is_control) {
            Err(IdError::Control)
        } else {
            Ok(Self(text))
        }
    }

    /// The id as its app wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ItemId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        Self::new(text)
    }
}

impl From<ItemId> for String {
    fn from(id: ItemId) -> Self {
        id.0
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What makes an item one item within a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemKey {
    /// The app it comes from.
    pub app: App,
    /// Its kind.
    pub kind: Kind,
    /// Its id there.
    pub id: ItemId,
}

/// One end of a relation: an item of the same app.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ref {
    /// The kind of the item.
    pub kind: Kind,
    /// Its id.
    pub id: ItemId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_there_and_back() {
        for kind in Kind::all() {
            assert_eq!(kind.as_str().parse::<Kind>(), Ok(kind));
        }
        for (app, name) in App::NAMES {
            assert_eq!((app.as_str(), name.parse::<App>()), (name, Ok(app)));
        }
        assert_eq!("topic".parse::<Kind>(), Err(UnknownName("topic".to_owned())));
    }

    #[test]
    fn an_id_is_checked_where_it_is_born() {
        assert_eq!(ItemId::new(""), Err(IdError::Empty));
        assert_eq!(ItemId::new("a\0b"), Err(IdError::Control));
        assert_eq!(ItemId::new("x".repeat(1025)), Err(IdError::TooLong(1025)));
        assert!(serde_json::from_str::<ItemId>("\"\"").is_err(), "the serde door is closed too");
        assert_eq!(ItemId::new("6b02").expect("a plain id").as_str(), "6b02");
    }
}
