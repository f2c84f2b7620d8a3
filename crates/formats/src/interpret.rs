//! Reading the common fields of a row again, as a library does with the rows it keeps.

use std::borrow::Cow;

use backstop_model::{App, Flags, Item, ItemKey, Kind, Native};

use crate::{limits, notesnook};

/// The item that a kept row is.
///
/// A row that says nothing is an item all the same: it came out of some archive, and one such row must
/// never keep a library from being read.
#[must_use]
pub fn interpret(key: ItemKey, native: Native) -> Item {
    match (key.app, key.kind) {
        (App::Notesnook, kind) if kind != Kind::AttachmentsKey => {
            notesnook::interpret(key, native).unwrap_or_else(|(key, native)| bare_item(key, native))
        }
        _ => bare_item(key, native),
    }
}

/// As much of a title or file name as anybody can be shown. Its row keeps all of it.
pub(crate) fn shown_title(text: Cow<'_, str>) -> String {
    if text.len() <= limits::TITLE_BYTES {
        return text.into_owned();
    }
    text.get(..text.floor_char_boundary(limits::TITLE_BYTES)).unwrap_or_default().to_owned()
}

/// An item of which only the row is known.
pub(crate) fn bare_item(key: ItemKey, native: Native) -> Item {
    Item {
        key,
        title: None,
        created: None,
        edited: None,
        modified: None,
        flags: Flags::default(),
        owner: None,
        body: None,
        relations: Vec::new(),
        attachment: None,
        native,
    }
}

#[cfg(test)]
mod tests {
    use backstop_model::{ItemId, ItemKey};

    use super::*;

    #[test]
    fn a_kept_row_is_the_item_that_was_read() {
        // Of a type that nobody knows too: what its reader saw in it is compared after every backup.
        for (r#type, kind) in [("note", Kind::Note), ("tag", Kind::Tag), ("x-later", Kind::Opaque)] {
            let json = format!(
                r#"{{"id":"a","type":"{type}","title":"x","dateCreated":5,"dateModified":6,"pinned":true}}"#
            );
            let key = ItemKey { app: App::Notesnook, kind, id: ItemId::new("a").unwrap() };
            let item = interpret(key.clone(), Native { version: "6.1".into(), json: json.clone() });
            assert_eq!((item.key, item.native.json), (key, json));
            assert_eq!((item.title.as_deref(), item.flags.pinned), (Some("x"), true), "{type}");
            assert_eq!(item.modified, Some(backstop_model::TimeMs(6)), "{type}");
        }
    }

    #[test]
    fn a_title_is_cut_between_two_letters() {
        for (title, shown) in
            [(0, 0), (1, 4), (16 * 1024, limits::TITLE_BYTES), (17 * 1024, limits::TITLE_BYTES)]
        {
            assert_eq!(shown_title("\u{1f6a3}".repeat(title).into()).len(), shown);
        }
        let odd = format!("x{}", "\u{1f6a3}".repeat(17 * 1024));
        assert_eq!(shown_title(odd.into()).len(), limits::TITLE_BYTES - 3);
    }

    #[test]
    fn a_row_that_says_nothing_is_an_item() {
        for json in ["{}", "not JSON", r#"{"id":"a"}"#, r#"{"id":"a","type":"note","deleted":true}"#, ""] {
            let key = ItemKey { app: App::Notesnook, kind: Kind::Note, id: ItemId::new("a").unwrap() };
            let native = Native { version: "6.1".into(), json: json.into() };
            assert_eq!(interpret(key.clone(), native.clone()), bare_item(key, native), "{json}");
        }
    }
}
