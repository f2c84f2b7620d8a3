//! The store: items as rows of an encrypted SQLite database.
//!
//! The library is a store with a permanent key, a stage one with a random key that lives for one
//! job, a safety archive one that holds before-images. They share one schema, so that a plan is a
//! join and a restore is a copy between them. Rows keep each app's JSON text exactly as it was.
//!
//! Touches: the database file it is given. Bytes of attachments are [`crate::library`]'s.

mod browse;
mod codes;
mod error;
mod index;
mod pack;
mod read;
mod schema;
mod write;

pub use browse::{AttachedLine, NoteFilter, NoteLine, NotebookLine};
pub use error::StoreError;
pub use read::StoredItem;
pub use schema::{Lifetime, Store};
pub use write::{Keep, Rows};

pub(crate) use codes::{app_code, app_of, kind_code, kind_of};
pub(crate) use index::index_notes;
pub(crate) use pack::Packer;
