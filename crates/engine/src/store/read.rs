//! Taking items out of a store as they were put in.

use backstop_model::{Flags, Item, ItemId, ItemKey, Kind, Native};
use rusqlite::{OptionalExtension as _, Row};

use super::{Packer, Store, StoreError, app_code, app_of, kind_code, kind_of};

/// An item of the store, before its row is unpacked and read.
#[derive(Debug, Clone)]
pub struct StoredItem {
    /// Its key.
    pub key: ItemKey,
    /// Its format version.
    version: String,
    /// Its packed row.
    packed: Vec<u8>,
}

/// What is known of a body without reading it.
#[derive(Debug, Clone)]
pub(crate) struct BodyHead {
    pub(crate) locked: bool,
    pub(crate) text_sha256: Option<Vec<u8>>,
}

/// What is known of an attachment, and the SHA-256 of its bytes if they were read.
#[derive(Debug, Clone)]
pub(crate) struct AttachmentLine {
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) size_bytes: i64,
    pub(crate) hash: Option<String>,
    pub(crate) sha256: Option<Vec<u8>>,
}

/// The columns [`StoredItem::from_row`] reads, in its order.
pub(crate) const STORED: &str = "kind, id, app, version, row";

impl StoredItem {
    /// Reads the columns [`STORED`], which begin at column `first`.
    pub(crate) fn from_row(row: &Row<'_>, first: usize) -> Result<Self, StoreError> {
        let id: String = row.get(first + 1)?;
        let packed: Option<Vec<u8>> = row.get(first + 4)?;
        Ok(Self {
            key: ItemKey {
                kind: kind_of(row.get(first)?)?,
                id: ItemId::new(id).map_err(|error| StoreError::Damaged(error.to_string()))?,
                app: app_of(row.get(first + 2)?)?,
            },
            version: row.get(first + 3)?,
            packed: packed.ok_or_else(|| StoreError::Damaged("it holds heads only".to_owned()))?,
        })
    }

    /// Unpacks the row and reads its common fields again.
    pub(crate) fn unpack(self, packer: &mut Packer) -> Result<Item, StoreError> {
        let native = Native { version: self.version, json: packer.unpack(&self.packed)? };
        Ok(backstop_formats::interpret(self.key, native))
    }
}

impl Store {
    /// The item under a key.
    ///
    /// # Errors
    /// [`StoreError`] if it can't be read.
    pub fn item(&self, key: &ItemKey) -> Result<Option<Item>, StoreError> {
        let mut query = self.db.prepare_cached(&format!(
            "SELECT {STORED} FROM items WHERE kind = ?1 AND id = ?2 AND app = ?3"
        ))?;
        let key = (kind_code(key.kind), key.id.as_str(), app_code(key.app));
        self.unpack_first(query.query_row(key, |row| Ok(StoredItem::from_row(row, 0))).optional()?)
    }

    /// The first item of a kind that belongs to `owner`, as a note's body.
    ///
    /// # Errors
    /// [`StoreError`] if it can't be read.
    pub fn owned(&self, owner: &ItemKey, kind: Kind) -> Result<Option<Item>, StoreError> {
        let mut query = self.db.prepare_cached(&format!(
            "SELECT {STORED} FROM items WHERE owner = ?1 AND kind = ?2 AND app = ?3 ORDER BY rowid LIMIT 1"
        ))?;
        let key = (owner.id.as_str(), kind_code(kind), app_code(owner.app));
        self.unpack_first(query.query_row(key, |row| Ok(StoredItem::from_row(row, 0))).optional()?)
    }

    fn unpack_first(
        &self,
        stored: Option<Result<StoredItem, StoreError>>,
    ) -> Result<Option<Item>, StoreError> {
        stored.transpose()?.map(|stored| stored.unpack(&mut Packer::new()?)).transpose()
    }

    /// What is known of a note's body without reading it.
    pub(crate) fn body_head(&self, note: &str) -> Result<Option<BodyHead>, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT flags, text_sha256 FROM items WHERE owner = ?1 AND kind = ?2 ORDER BY rowid LIMIT 1",
        )?;
        let body = query.query_row((note, kind_code(Kind::Body)), |row| {
            Ok(BodyHead { locked: Flags::from_bits(row.get(0)?).locked, text_sha256: row.get(1)? })
        });
        Ok(body.optional()?)
    }

    /// How many earlier versions of a note there are.
    pub(crate) fn revisions_of(&self, note: &str) -> Result<u64, StoreError> {
        let mut query =
            self.db.prepare_cached("SELECT count(*) FROM items WHERE owner = ?1 AND kind = ?2")?;
        let count: i64 = query.query_row((note, kind_code(Kind::Revision)), |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Titles of items, in the order of their ids; those that are not there are passed over.
    pub(crate) fn titles_of(&self, kind: Kind, ids: &[String]) -> Result<Vec<String>, StoreError> {
        let mut query = self.db.prepare_cached("SELECT title FROM items WHERE kind = ?1 AND id = ?2")?;
        let mut titles = Vec::with_capacity(ids.len());
        for id in ids {
            let title: Option<Option<String>> =
                query.query_row((kind_code(kind), id), |row| row.get(0)).optional()?;
            titles.extend(title.flatten());
        }
        Ok(titles)
    }

    /// What is known of the attachment whose row is `item`.
    pub(crate) fn attachment_head(&self, item: i64) -> Result<AttachmentLine, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT a.name, a.mime, a.size_bytes, a.hash, b.sha256 FROM attachments a
             LEFT JOIN blobs b ON b.hash = a.hash WHERE a.item = ?1 LIMIT 1",
        )?;
        Ok(query.query_row([item], |row| {
            Ok(AttachmentLine {
                name: row.get(0)?,
                mime: row.get(1)?,
                size_bytes: row.get(2)?,
                hash: row.get(3)?,
                sha256: row.get(4)?,
            })
        })?)
    }

    /// Counts rows of `items` that satisfy a condition of ours.
    pub(crate) fn count(&self, condition: &str) -> Result<u64, StoreError> {
        let count: i64 =
            self.db
                .query_row(&format!("SELECT count(*) FROM items WHERE {condition}"), [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}
