//! The folder of archives: where it is, whether it can be written, what is in it.
//!
//! The archives on disk are the truth. The [`Catalog`] only remembers what was learned of them, so
//! that a list opens at once; it can be rebuilt at any time from the folder and the runs.

mod catalog;
mod catalog_file;
mod entry;
mod folder;
mod listing;
mod moved;
mod name;
mod whereabouts;

pub use catalog::{Catalog, Changes};
pub use catalog_file::{CatalogError, CatalogFile};
pub use entry::{Entry, Head, Verified};
pub use folder::{FolderError, FolderWarning, Repository, archives_folder};
pub use listing::{FolderListing, Listed, list, list_of, look};
pub use name::{NameParts, archive_name, parse_name};
pub use whereabouts::Finder;
