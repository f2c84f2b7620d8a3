//! Items under new ids, each by the rules of its own app.

use backstop_model::{App, Fault, Item};

use crate::notesnook::{self, NewIds};

/// The item under its new id, and with it everything in it that points to items that get new ones:
/// relations, links in texts. An item of which nothing changes is the same byte for byte.
///
/// # Errors
/// [`backstop_model::FaultCode::InvalidContent`] if its row is not one of its app.
pub fn renamed(item: &Item, new: &NewIds<'_>) -> Result<Item, Fault> {
    match item.key.app {
        App::Notesnook => notesnook::renamed(item, new),
        App::Joplin | App::Markdown | App::Backstop => Ok(item.clone()),
    }
}
