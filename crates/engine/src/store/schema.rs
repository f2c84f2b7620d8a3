//! Opening a store, and its schema.
//!
//! Rowid tables throughout: random text ids as primary keys without rowids insert seven times
//! slower. The numbers of kinds and apps are in `codes`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use backstop_crypto::Key;
use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::StoreError;

/// The schema written here. A newer one is refused, never guessed at.
const SCHEMA_VERSION: i64 = 1;

/// 16 MiB of pages in memory, so that 100,000 notes take the memory of a small library.
const CACHE_KIB: i64 = 16 * 1024;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS {db}.items (
  rowid INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  id TEXT NOT NULL,
  app INTEGER NOT NULL,
  title TEXT,
  created_ms INTEGER,
  edited_ms INTEGER,
  modified_ms INTEGER,
  flags INTEGER NOT NULL,
  owner TEXT,
  fingerprint BLOB NOT NULL,
  text_sha256 BLOB,
  version TEXT NOT NULL,
  row BLOB
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS {db}.items_by_key ON items(kind, id, app);
CREATE INDEX IF NOT EXISTS {db}.items_by_owner ON items(owner, kind) WHERE owner IS NOT NULL;
CREATE TABLE IF NOT EXISTS {db}.relations (
  item INTEGER NOT NULL,
  from_kind INTEGER NOT NULL,
  from_id TEXT NOT NULL,
  to_kind INTEGER NOT NULL,
  to_id TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS {db}.relations_by_item ON relations(item);
CREATE INDEX IF NOT EXISTS {db}.relations_from ON relations(from_kind, from_id);
CREATE INDEX IF NOT EXISTS {db}.relations_to ON relations(to_kind, to_id);
CREATE TABLE IF NOT EXISTS {db}.attachments (
  item INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  mime TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  hash TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS {db}.attachments_by_hash ON attachments(hash);
CREATE TABLE IF NOT EXISTS {db}.blobs (
  name TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  size_bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS {db}.blobs_by_hash ON blobs(hash);
CREATE TABLE IF NOT EXISTS {db}.meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
";

/// The words of notes, by the rowid of the note. Contentless: the text is in the rows already.
const TEXT_INDEX: &str = "
CREATE VIRTUAL TABLE IF NOT EXISTS {db}.note_words USING fts5(
  title, body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2'
);
";

/// How long a store is meant to live, which decides what its writes cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// Survives a power cut at any moment.
    Permanent,
    /// Written once, then only read; its owner syncs it.
    WriteOnce,
    /// Gone with its job.
    Ephemeral,
}

impl Lifetime {
    fn pragmas(self) -> &'static str {
        match self {
            Self::Permanent => "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
            Self::WriteOnce => "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;",
            // What undoes a write stays in memory: without it a full disk would look like a damaged store.
            // Pages that are new are not in it, so filling a store costs nothing.
            Self::Ephemeral => "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;",
        }
    }
}

/// An open store.
#[derive(Debug)]
pub struct Store {
    pub(crate) db: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens the store at `path`, creating it if there is none.
    ///
    /// # Errors
    /// [`StoreError::NotOpened`] for the wrong key, [`StoreError::Newer`] for a newer schema.
    pub fn open(path: &Path, key: &Key, lifetime: Lifetime) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags)?;
        let pragma = Zeroizing::new(format!("PRAGMA key = \"{}\";", *raw_key(key)));
        db.execute_batch(&pragma)?;
        db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
            .map_err(opening)?;
        db.execute_batch(lifetime.pragmas())?;
        db.execute_batch(&format!("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{CACHE_KIB};"))?;
        db.busy_timeout(std::time::Duration::from_secs(5))?;
        db.set_prepared_statement_cache_capacity(64);
        let store = Self { db, path: path.to_owned() };
        store.prepare_schema()?;
        Ok(store)
    }

    fn prepare_schema(&self) -> Result<(), StoreError> {
        let found: i64 = self.db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if found > SCHEMA_VERSION {
            return Err(StoreError::Newer(found));
        }
        if found < SCHEMA_VERSION {
            let create = TABLES.replace("{db}", "main");
            self.db.execute_batch(&format!(
                "BEGIN IMMEDIATE; {create} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            ))?;
        }
        Ok(())
    }

    /// Adds the index of words.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn with_text_index(self) -> Result<Self, StoreError> {
        self.db.execute_batch(&TEXT_INDEX.replace("{db}", "main"))?;
        Ok(self)
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Attaches another store under `name`, for copies between the two.
    pub(crate) fn attach(&self, path: &Path, key: &Key, name: &str) -> Result<(), StoreError> {
        let path = path.to_str().ok_or_else(|| StoreError::Damaged("its path is not text".to_owned()))?;
        self.db.execute(&format!("ATTACH ?1 AS {name} KEY ?2"), (path, raw_key(key).as_str()))?;
        self.db
            .query_row(&format!("SELECT count(*) FROM {name}.sqlite_schema"), [], |row| row.get::<_, i64>(0))
            .map_err(opening)?;
        Ok(())
    }

    /// Attaches a store whose file nobody needs after a crash: a stage, or a store that gets its name only
    /// later. What undoes a broken-off transaction in it stays in memory, and nothing waits for the disk.
    pub(crate) fn attach_unfinished(&self, path: &Path, key: &Key, name: &str) -> Result<(), StoreError> {
        self.attach(path, key, name)?;
        self.db.execute_batch(&format!(
            "PRAGMA {name}.journal_mode = MEMORY; PRAGMA {name}.synchronous = OFF;"
        ))?;
        Ok(())
    }

    /// Attaches a new store under `name`, unfinished, and gives it the schema.
    pub(crate) fn attach_new(&self, path: &Path, key: &Key, name: &str) -> Result<(), StoreError> {
        self.attach_unfinished(path, key, name)?;
        let create = TABLES.replace("{db}", name);
        self.db.execute_batch(&format!("{create} PRAGMA {name}.user_version = {SCHEMA_VERSION};"))?;
        Ok(())
    }

    /// Lets attached stores go when the work with them is done. What went wrong in it is told before what
    /// goes wrong here: on a disk that fails, this only fails after it, and calls the store damaged.
    pub(crate) fn let_go<T, E: From<StoreError>>(&self, names: &[&str], done: Result<T, E>) -> Result<T, E> {
        // Each of them is tried.
        let detached: Vec<_> = names.iter().map(|name| self.detach(name)).collect();
        let value = done?;
        detached.into_iter().collect::<Result<(), StoreError>>()?;
        Ok(value)
    }

    /// Lets an attached store go.
    pub(crate) fn detach(&self, name: &str) -> Result<(), StoreError> {
        self.db.flush_prepared_statement_cache();
        self.db.execute_batch(&format!("DETACH {name}"))?;
        Ok(())
    }

    pub(crate) fn meta(&self, db: &str, key: &str) -> Result<Option<String>, StoreError> {
        use rusqlite::OptionalExtension as _;
        let mut query = self.db.prepare_cached(&format!("SELECT value FROM {db}.meta WHERE key = ?1"))?;
        Ok(query.query_row([key], |row| row.get(0)).optional()?)
    }

    pub(crate) fn set_meta(&self, db: &str, key: &str, value: &str) -> Result<(), StoreError> {
        let mut put = self
            .db
            .prepare_cached(&format!("INSERT OR REPLACE INTO {db}.meta(key, value) VALUES (?1, ?2)"))?;
        put.execute((key, value))?;
        Ok(())
    }

    /// Reads every page back and compares it with its seal, and the rows with their indexes.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with the first thing found.
    pub fn check(&self) -> Result<(), StoreError> {
        for pragma in ["PRAGMA cipher_integrity_check", "PRAGMA integrity_check(1)"] {
            let mut query = self.db.prepare(pragma)?;
            let found = query.query_map([], |row| row.get::<_, String>(0))?.next().transpose()?;
            if let Some(found) = found.filter(|text| text != "ok") {
                return Err(StoreError::Damaged(found));
            }
        }
        Ok(())
    }
}

/// A wrong key makes the first page unreadable, which SQLite calls "not a database".
fn opening(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => StoreError::NotOpened,
        _ => StoreError::Database(error),
    }
}

/// SQLCipher's form of a raw key: it skips its own derivation, since ours is done.
fn raw_key(key: &Key) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(67));
    text.push_str("x'");
    for byte in key.expose() {
        let _ = write!(text, "{byte:02x}");
    }
    text.push('\'');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_key_opens_a_store() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("library.db");
        let key = Key::from_bytes([7; 32]);
        let store = Store::open(&path, &key, Lifetime::Permanent).expect("new");
        store.set_meta("main", "id", "x").expect("written");
        drop(store);
        let other = Store::open(&path, &Key::from_bytes([8; 32]), Lifetime::Permanent);
        assert!(matches!(other, Err(StoreError::NotOpened)));
        let again = Store::open(&path, &key, Lifetime::Permanent).expect("opens");
        assert_eq!(again.meta("main", "id").expect("read"), Some("x".to_owned()));
        again.check().expect("sound");
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("library.db");
        let key = Key::from_bytes([7; 32]);
        let store = Store::open(&path, &key, Lifetime::Permanent).expect("new");
        store.db.execute_batch("PRAGMA user_version = 2").expect("set");
        drop(store);
        assert!(matches!(Store::open(&path, &key, Lifetime::Permanent), Err(StoreError::Newer(2))));
    }
}
