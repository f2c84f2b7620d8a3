//! The stage: what an archive holds, laid out so that it can be asked.
//!
//! Readers push in their own order; a plan, an inventory or a search needs heads, relations and
//! bodies side by side. A stage is a store under a random key that exists only in memory; its file
//! is in a folder of its own and goes with it.

mod fill;

use std::path::Path;

use backstop_crypto::Key;
use backstop_model::{Finding, FlowError, Job, Kind, Reader};

pub(crate) use fill::copy_through;
pub use fill::{Bytes, Reading, Tolerance};

use crate::alive::Alive;
pub use crate::store::Keep;
use crate::store::{Lifetime, Store, StoreError, kind_code};

/// A filled stage.
pub struct Stage {
    pub(crate) store: Store,
    key: Key,
    findings: Vec<Finding>,
    bytes_read: u64,
    items_read: u64,
    // Last, so that the database is closed before its folder goes.
    _folder: Alive,
}

impl Stage {
    /// An empty stage in a new folder under `parent`.
    ///
    /// # Errors
    /// [`StoreError`] if the folder or the database can't be made.
    pub fn empty(parent: &Path) -> Result<Self, StoreError> {
        let folder = Alive::new(parent)?;
        let key = Key::random().map_err(|error| StoreError::Damaged(error.to_string()))?;
        let store = Store::open(&folder.path().join("stage.db"), &key, Lifetime::Ephemeral)?;
        Ok(Self { store, key, findings: Vec::new(), bytes_read: 0, items_read: 0, _folder: folder })
    }

    /// Reads all of `reader` into a new stage.
    ///
    /// # Errors
    /// What the reader meets; with [`Tolerance::Strict`] also the first damage it finds.
    pub fn fill(parent: &Path, reader: &mut dyn Reader, how: Reading, job: &Job) -> Result<Self, FlowError> {
        let mut stage = Self::empty(parent)?;
        let filled = fill::fill(&stage.store, reader, how, job)?;
        stage.findings = filled.findings;
        stage.bytes_read = filled.bytes_read;
        stage.items_read = filled.items_read;
        Ok(stage)
    }

    /// Indexes every note, so that the stage can be searched.
    ///
    /// # Errors
    /// [`FlowError`] of the database, or a cancel.
    pub fn index_words(self, job: &Job) -> Result<Self, FlowError> {
        let Self { store, key, findings, bytes_read, items_read, _folder } = self;
        let store = store.with_text_index()?;
        store.touch_every_note()?;
        crate::store::index_notes(&store.db, job)?;
        Ok(Self { store, key, findings, bytes_read, items_read, _folder })
    }

    /// Takes over what was odd about another one, whose items came along.
    pub(crate) fn take_findings_of(&mut self, other: &Self) {
        self.findings.extend(other.findings.iter().cloned());
        self.bytes_read += other.bytes_read;
        self.items_read += other.items_read;
    }

    /// What was wrong or odd on the way.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Items that were read.
    #[must_use]
    pub fn items_read(&self) -> u64 {
        self.items_read
    }

    /// Whether nothing came out; a key that opens nothing does not count.
    #[must_use]
    pub fn holds_nothing(&self) -> bool {
        let items = format!("kind <> {}", kind_code(Kind::AttachmentsKey));
        self.store.count(&items).is_ok_and(|items| items == 0)
    }

    /// Plain bytes of attachments that were read.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }
}
