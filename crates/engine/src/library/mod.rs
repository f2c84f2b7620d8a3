//! The library: a store with a permanent key, and the sealed bytes of its attachments.
//!
//! Rows are in `library.db`, bytes in `blobs/`. A blob is written and synced before any row names
//! it, so that a row never points at nothing. Its key comes from the account key; another process
//! may hold it open too, so who writes holds the account's job lock.

mod blobs;
mod reader;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use backstop_crypto::Key;
use rusqlite::OptionalExtension as _;

pub use blobs::{BlobRecord, Blobs};
pub use reader::LibraryReader;

use crate::store::{Lifetime, Store, StoreError};

/// An open library.
pub struct Library {
    pub(crate) store: Store,
    pub(crate) blobs: Blobs,
    folder: PathBuf,
}

/// What a library looked like when a plan was made for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryState {
    /// Its random id.
    pub id: String,
    /// How often it has been written.
    pub generation: u64,
}

impl Library {
    /// Opens the library in `folder`, creating it if there is none.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::NotOpened`] for the wrong key.
    pub fn open(folder: &Path, library_key: &Key, blob_key: &Key) -> Result<Self, StoreError> {
        let store =
            Store::open(&folder.join("library.db"), library_key, Lifetime::Permanent)?.with_text_index()?;
        let library = Self { store, blobs: Blobs::open(folder, blob_key)?, folder: folder.to_owned() };
        if library.store.meta("main", "id")?.is_none() {
            library.store.set_meta("main", "id", &uuid::Uuid::new_v4().to_string())?;
        }
        Ok(library)
    }

    /// Its id and generation: the fingerprint of a destination.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn state(&self) -> Result<LibraryState, StoreError> {
        let generation = self.store.meta("main", "generation")?.map_or(Ok(0), |text| {
            text.parse().map_err(|_| StoreError::Damaged("its generation is no number".to_owned()))
        })?;
        let id = self.store.meta("main", "id")?.unwrap_or_default();
        Ok(LibraryState { id, generation })
    }

    /// What it holds, as a short text: another one after each transaction that wrote items, also after one
    /// that wrote into a copy of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn content_state(&self) -> Result<String, StoreError> {
        let LibraryState { id, generation } = self.state()?;
        let stamp = self.store.meta("main", "stamp")?.unwrap_or_default();
        Ok(format!("{id} {generation} {stamp}"))
    }

    /// Marks its content as another than before. Part of every transaction that writes items.
    ///
    /// The number tells how often it was written; the stamp tells two libraries apart that went on
    /// differently from one copy.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn mark_written(&self, generation: u64) -> Result<(), StoreError> {
        self.store.set_meta("main", "generation", &generation.to_string())?;
        self.store.set_meta("main", "stamp", &uuid::Uuid::new_v4().to_string())
    }

    /// Where safety archives, stages and the rest of this library's files lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads everything in the library, with the bytes of attachments if wished.
    #[must_use]
    pub fn reader(&self, with_attachments: bool) -> LibraryReader<'_> {
        LibraryReader::new(self, with_attachments)
    }

    /// Names of all blobs that rows refer to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn blob_names(&self) -> Result<BTreeSet<String>, StoreError> {
        let mut query = self.store.db.prepare("SELECT name FROM blobs")?;
        let names = query.query_map([], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// The blob of an attachment, by the id of its row or by its hash.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn blob_of_attachment(&self, id_or_hash: &str) -> Result<Option<BlobRecord>, StoreError> {
        let mut query = self.store.db.prepare_cached(
            "SELECT name, hash, sha256, size_bytes FROM blobs WHERE hash = ?1 OR hash IN (
               SELECT a.hash FROM attachments a JOIN items i ON i.rowid = a.item WHERE i.id = ?1) LIMIT 1",
        )?;
        Ok(query.query_row([id_or_hash], BlobRecord::from_row).optional()?)
    }

    /// The blob that holds the bytes with this hash, as its app names them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn blob_of(&self, hash: &str) -> Result<Option<BlobRecord>, StoreError> {
        let mut query = self
            .store
            .db
            .prepare_cached("SELECT name, hash, sha256, size_bytes FROM blobs WHERE hash = ?1 LIMIT 1")?;
        Ok(query.query_row([hash], BlobRecord::from_row).optional()?)
    }
}
