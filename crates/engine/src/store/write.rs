//! Putting items into a store one by one, as a reader pushes them.

use backstop_model::{Body, Item};
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest, Sha256};

use super::{Packer, StoreError, app_code, kind_code};

/// Which parts of an item are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Heads and relations: enough for an inventory.
    Heads,
    /// The rows too: enough to restore, show and search.
    Rows,
}

/// Puts items into a store's tables. Its owner holds the transaction.
pub struct Rows<'db> {
    db: &'db Connection,
    keep: Keep,
    packer: Packer,
}

impl<'db> Rows<'db> {
    pub(crate) fn new(db: &'db Connection, keep: Keep) -> Result<Self, StoreError> {
        Ok(Self { db, keep, packer: Packer::new()? })
    }

    /// Puts one item; one that bears the same key is replaced, as Notesnook does: the last wins.
    ///
    /// Tells whether a key came twice.
    pub(crate) fn put(&mut self, item: &Item) -> Result<bool, StoreError> {
        let known = self.rowid_of(item)?;
        if let Some(rowid) = known {
            self.forget(rowid)?;
        }
        let rowid = self.insert(item, known)?;
        for relation in &item.relations {
            self.db.prepare_cached("INSERT INTO relations VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
                rowid,
                kind_code(relation.from.kind),
                relation.from.id.as_str(),
                kind_code(relation.to.kind),
                relation.to.id.as_str()
            ])?;
        }
        if let Some(head) = &item.attachment {
            let size = i64::try_from(head.size_bytes)
                .map_err(|_| StoreError::Damaged("an attachment's size is beyond counting".to_owned()))?;
            let hash = head.hash.as_ref().map(|hash| hash.hex.as_str());
            self.db
                .prepare_cached("INSERT INTO attachments VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![rowid, head.name, head.mime, size, hash])?;
        }
        Ok(known.is_some())
    }

    fn rowid_of(&self, item: &Item) -> Result<Option<i64>, StoreError> {
        let mut query =
            self.db.prepare_cached("SELECT rowid FROM items WHERE kind = ?1 AND id = ?2 AND app = ?3")?;
        let key = (kind_code(item.key.kind), item.key.id.as_str(), app_code(item.key.app));
        Ok(query.query_row(key, |row| row.get(0)).optional()?)
    }

    fn forget(&self, rowid: i64) -> Result<(), StoreError> {
        self.db.prepare_cached("DELETE FROM relations WHERE item = ?1")?.execute([rowid])?;
        self.db.prepare_cached("DELETE FROM attachments WHERE item = ?1")?.execute([rowid])?;
        self.db.prepare_cached("DELETE FROM items WHERE rowid = ?1")?.execute([rowid])?;
        Ok(())
    }

    fn insert(&mut self, item: &Item, rowid: Option<i64>) -> Result<i64, StoreError> {
        let fingerprint = backstop_formats::fingerprint(item);
        let text_sha256 = match &item.body {
            Some(Body::Text { text, .. }) => Some(Sha256::digest(text.as_bytes()).to_vec()),
            Some(Body::Locked) | None => None,
        };
        let row = match self.keep {
            Keep::Heads => None,
            Keep::Rows => Some(self.packer.pack(&item.native.json)?),
        };
        self.db
            .prepare_cached(
                "INSERT INTO items(rowid, kind, id, app, title, created_ms, edited_ms, modified_ms, flags,
                   owner, fingerprint, text_sha256, version, row)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(params![
                rowid,
                kind_code(item.key.kind),
                item.key.id.as_str(),
                app_code(item.key.app),
                item.title,
                item.created.map(|time| time.0),
                item.edited.map(|time| time.0),
                item.modified.map(|time| time.0),
                item.flags.to_bits(),
                item.owner.as_ref().map(backstop_model::ItemId::as_str),
                fingerprint.0,
                text_sha256,
                item.native.version,
                row,
            ])?;
        Ok(self.db.last_insert_rowid())
    }
}
