//! The library as a reader: the source of every backup and export.

use std::io::{self, Read};

use backstop_model::{
    App, AttachmentHead, ContentHash, FlowError, HashAlgorithm, ItemId, ItemKey, Job, Kind, Reader, Sink,
    Source, Stage,
};
use rusqlite::Row;

use super::Library;
use super::blobs::BlobSource;
use crate::store::{Packer, StoreError, StoredItem, app_of, kind_code};

/// Pushes every item, in the order of kinds, and then the attachments.
pub struct LibraryReader<'library> {
    library: &'library Library,
    with_attachments: bool,
}

impl<'library> LibraryReader<'library> {
    pub(super) fn new(library: &'library Library, with_attachments: bool) -> Self {
        Self { library, with_attachments }
    }

    fn items_into(&self, sink: &mut dyn Sink, job: &Job) -> Result<(), FlowError> {
        let mut packer = Packer::new()?;
        let db = &self.library.store.db;
        // Sorted by their heads alone: a sort that carried the rows would hold the whole library.
        let mut order =
            db.prepare("SELECT rowid FROM items ORDER BY kind, created_ms, id").map_err(StoreError::from)?;
        let mut fetch = db
            .prepare("SELECT kind, id, app, version, row FROM items WHERE rowid = ?1")
            .map_err(StoreError::from)?;
        let mut rows = order.query([]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            job.check()?;
            let rowid: i64 = row.get(0).map_err(StoreError::from)?;
            let stored = fetch.query_row([rowid], |row| Ok(StoredItem::from_row(row, 0)));
            sink.item(stored.map_err(StoreError::from)??.unpack(&mut packer)?)?;
            job.add_items(1);
        }
        Ok(())
    }

    fn attachments_into(&self, sink: &mut dyn Sink, job: &Job) -> Result<(), FlowError> {
        let db = &self.library.store.db;
        let mut query = db
            .prepare(
                "SELECT items.id, items.app, a.name, a.mime, a.size_bytes, a.hash
                 FROM attachments a JOIN items ON items.rowid = a.item
                 WHERE items.kind = ?1 AND a.hash IN (SELECT hash FROM blobs) GROUP BY a.hash ORDER BY items.id",
            )
            .map_err(StoreError::from)?;
        let mut rows = query.query([kind_code(Kind::Attachment)]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            job.check()?;
            let head = self.attachment_head(row)?;
            let hash = head.hash.as_ref().map_or("", |hash| hash.hex.as_str());
            if let Some(record) = self.library.blob_of(hash)? {
                let source = Watched { source: self.library.blobs.source(record), job };
                sink.attachment(&head, &source)?;
                job.add_items(1);
            }
        }
        Ok(())
    }

    /// What a row of an app that we read says itself; of others what the table of attachments has.
    fn attachment_head(&self, row: &Row<'_>) -> Result<AttachmentHead, StoreError> {
        let id: String = row.get(0)?;
        let id = ItemId::new(id).map_err(|error| StoreError::Damaged(error.to_string()))?;
        let app = app_of(row.get(1)?)?;
        if app == App::Notesnook {
            // The table does not name the hash's algorithm, and not every row's is the usual one.
            let key = ItemKey { app, kind: Kind::Attachment, id: id.clone() };
            if let Some(head) = self.library.store.item(&key)?.and_then(|item| item.attachment) {
                return Ok(head);
            }
        }
        let hash: Option<String> = row.get(5)?;
        Ok(AttachmentHead {
            id,
            name: row.get(2)?,
            mime: row.get(3)?,
            size_bytes: u64::try_from(row.get::<_, i64>(4)?).unwrap_or_default(),
            hash: hash.map(|hex| ContentHash { algorithm: HashAlgorithm::Sha256, hex }),
        })
    }
}

/// The bytes of an attachment, counted as they are read.
struct Watched<'a> {
    source: BlobSource<'a>,
    job: &'a Job,
}

impl Source for Watched<'_> {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.job.watch(self.source.open()?)))
    }
}

impl Reader for LibraryReader<'_> {
    fn read_into(&mut self, sink: &mut dyn Sink, job: &Job) -> Result<(), FlowError> {
        job.enter(Stage::Reading, self.library.store.count("1")?, 0);
        self.items_into(sink, job)?;
        if self.with_attachments {
            job.enter(Stage::Encrypting, 0, self.library.attachment_bytes()?);
            self.attachments_into(sink, job)?;
        }
        Ok(())
    }
}

impl Library {
    /// Plain bytes of all attachments that are here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn attachment_bytes(&self) -> Result<u64, StoreError> {
        let sum: i64 =
            self.store
                .db
                .query_row("SELECT coalesce(sum(size_bytes), 0) FROM blobs", [], |row| row.get(0))?;
        Ok(u64::try_from(sum).unwrap_or_default())
    }

    /// Attachments whose bytes are here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn attachments(&self) -> Result<u64, StoreError> {
        self.store.attachments_here()
    }

    /// Notes here, live and in the trash.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn notes(&self) -> Result<u64, StoreError> {
        self.store.count(&format!("kind = {}", kind_code(Kind::Note)))
    }
}
