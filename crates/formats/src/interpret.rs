//! Reading the common fields of a row again, as a library does with the rows it keeps.

use backstop_model::{App, Fault, Flags, Item, ItemKey, Kind, Native};

use crate::notesnook;

/// The item that a kept row is.
///
/// # Errors
/// [`backstop_model::FaultCode::InvalidContent`] if the row is not one of its app.
pub fn interpret(key: ItemKey, native: Native) -> Result<Item, Fault> {
    match (key.app, key.kind) {
        (App::Notesnook, kind) if kind != Kind::AttachmentsKey && kind != Kind::Opaque => {
            notesnook::interpret(key, native)
        }
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
