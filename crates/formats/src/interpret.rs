//! Reading the common fields of a row again, as a library does with the rows it keeps.

use backstop_model::{App, Fault, Flags, Item, ItemKey, Kind, Native};

use crate::notesnook;

/// The item that a kept row is.
///
/// # Errors
/// [`backstop_model::FaultCode::InvalidContent`] if the row is not one of its app.
pub fn interpret(key: ItemKey, native: Native) -> Result<Item, Fault> {
    match (key.app, key.kind) {
        (App::Notesnook, kind) if kind != Kind::AttachmentsKey => notesnook::interpret(key, native),
        _ => Ok(bare_item(key, native)),
    }
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
            let item = interpret(key.clone(), Native { version: "6.1".into(), json: json.clone() }).unwrap();
            assert_eq!((item.key, item.native.json), (key, json));
            assert_eq!((item.title.as_deref(), item.flags.pinned), (Some("x"), true), "{type}");
            assert_eq!(item.modified, Some(backstop_model::TimeMs(6)), "{type}");
        }
    }
}
