//! Safety archives: exactly what a restore is about to overwrite or remove.
//!
//! A store under a key of its own account, one file for each run that wrote to the library. It
//! appears under its final name only after it was written, synced, read back and counted.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use backstop_crypto::Key;
use backstop_model::TimeMs;

use super::{Change, Plan, RestoreError};
use crate::library::Library;
use crate::store::{Lifetime, Store};

/// The extension of safety archives.
pub const SAFETY_EXTENSION: &str = "safety";

/// The extension of one that is being written; SQLite's own files beside it add a dash and a word.
const UNFINISHED: &str = "part";

/// How long an undo is offered: 30 days.
const KEPT_MS: i64 = 30 * 24 * 3_600_000;

const UNDO_TABLES: &str = "
CREATE TABLE safety.undo (here INTEGER PRIMARY KEY, change INTEGER NOT NULL, after BLOB) STRICT;
CREATE TABLE safety.added_blobs (name TEXT PRIMARY KEY) STRICT;
";

/// The columns of `items` besides the rowid.
pub(super) const ITEM_COLUMNS: &str = "kind, id, app, title, created_ms, edited_ms, modified_ms, flags, \
     owner, fingerprint, text_sha256, version, row";

/// Where the safety archive of a run is in the folder of safety archives, whether it exists or not.
#[must_use]
pub fn safety_path(folder: &Path, run: &str) -> PathBuf {
    // A run id comes from outside (command line, window): its name must stay in the folder.
    let name: String = run.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    folder.join(format!("{name}.{SAFETY_EXTENSION}"))
}

/// The safety archives of one library.
pub struct Safety<'key> {
    folder: PathBuf,
    key: &'key Key,
}

impl<'key> Safety<'key> {
    /// The safety archives in `folder`, under `key`.
    ///
    /// # Errors
    /// The folder can't be made.
    pub fn open(folder: &Path, key: &'key Key) -> Result<Self, RestoreError> {
        crate::system::create_folders(folder)?;
        Ok(Self { folder: folder.to_owned(), key })
    }

    /// Where the safety archive of a run is, whether it exists or not.
    #[must_use]
    pub fn path_of(&self, run: &str) -> PathBuf {
        safety_path(&self.folder, run)
    }

    /// Removes what runs that failed or died left of their safety archives. Best effort: what stays is
    /// tried again at the next run. The caller holds the account's job lock.
    pub fn clear_unfinished(&self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            let unfinished = path.extension().is_some_and(|extension| {
                extension == UNFINISHED || extension.to_string_lossy().starts_with("part-")
            });
            if unfinished {
                let _ = std::fs::remove_file(path);
            }
        }
    }

    /// Removes safety archives that nobody has needed for [`KEPT_MS`]; tells how many.
    ///
    /// # Errors
    /// The folder can't be read, or a file not removed.
    pub fn expire(&self, now: TimeMs) -> Result<usize, RestoreError> {
        let mut expired = 0;
        for path in self.archives()? {
            let written = std::fs::metadata(&path)?.modified()?;
            let written_ms = written.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis());
            let age_ms = i128::from(now.0) - i128::try_from(written_ms).unwrap_or(i128::MAX);
            if age_ms > i128::from(KEPT_MS) {
                std::fs::remove_file(&path)?;
                expired += 1;
            }
        }
        Ok(expired)
    }

    /// Names of the blobs that an undo may bring back.
    ///
    /// # Errors
    /// A safety archive can't be read: then nothing is known to be superfluous.
    pub fn kept_blobs(&self) -> Result<BTreeSet<String>, RestoreError> {
        let mut names = BTreeSet::new();
        for path in self.archives()? {
            let store = Store::open(&path, self.key, Lifetime::WriteOnce)?;
            let mut query = store.db.prepare("SELECT name FROM blobs")?;
            for name in query.query_map([], |row| row.get(0))? {
                names.insert(name?);
            }
        }
        Ok(names)
    }

    fn archives(&self) -> Result<Vec<PathBuf>, RestoreError> {
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == SAFETY_EXTENSION) {
                paths.push(path);
            }
        }
        Ok(paths)
    }

    pub(super) fn key(&self) -> &Key {
        self.key
    }

    /// Writes and verifies the safety archive of a plan that is about to run. The stage is attached.
    pub(super) fn write(
        &self,
        library: &Library,
        plan: &Plan,
        run: &str,
        added_blobs: &[String],
    ) -> Result<PathBuf, RestoreError> {
        let path = self.path_of(run);
        let part = path.with_extension(UNFINISHED);
        let made = self.write_part(library, plan, run, added_blobs, (&part, &path));
        if made.is_err() {
            self.clear_unfinished();
        }
        made.map(|()| path)
    }

    fn write_part(
        &self,
        library: &Library,
        plan: &Plan,
        run: &str,
        added_blobs: &[String],
        (part, path): (&Path, &Path),
    ) -> Result<(), RestoreError> {
        library.store.attach_new(part, self.key, "safety")?;
        let written = library.store.in_transaction(|| copy_before_images(library, plan, run, added_blobs));
        library.store.let_go(&["safety"], written)?;
        std::fs::File::open(part)?.sync_all()?;
        self.verify(part, plan)?;
        if path.exists() {
            return Err(RestoreError::DestinationChanged);
        }
        rename_into_place(part, path)?;
        Ok(crate::system::sync_folder(&self.folder)?)
    }

    fn verify(&self, part: &Path, plan: &Plan) -> Result<(), RestoreError> {
        let store = Store::open(part, self.key, Lifetime::WriteOnce)?;
        store.check()?;
        let undo: i64 = store.db.query_row("SELECT count(*) FROM undo", [], |row| row.get(0))?;
        let images = store.count("1")?;
        let expected = (plan.items.writes(), plan.items.updated + plan.items.removed);
        let found = (u64::try_from(undo).unwrap_or_default(), images);
        if found != expected {
            return Err(RestoreError::Miscounted {
                expected: expected.0 + expected.1,
                done: found.0 + found.1,
            });
        }
        Ok(())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "its own folder, under the job lock, after a check for the name"
)]
fn rename_into_place(part: &Path, path: &Path) -> Result<(), RestoreError> {
    Ok(std::fs::rename(part, path)?)
}

fn copy_before_images(
    library: &Library,
    plan: &Plan,
    run: &str,
    added_blobs: &[String],
) -> Result<(), RestoreError> {
    let (added, updated, removed) = (Change::Added.code(), Change::Updated.code(), Change::Removed.code());
    let gone = format!("SELECT here FROM stage.plan WHERE change IN ({updated}, {removed})");
    library.store.db.execute_batch(&format!(
        "{UNDO_TABLES}
         INSERT INTO safety.items(rowid, {ITEM_COLUMNS})
           SELECT rowid, {ITEM_COLUMNS} FROM main.items WHERE rowid IN ({gone});
         INSERT INTO safety.relations SELECT * FROM main.relations WHERE item IN ({gone});
         INSERT INTO safety.attachments SELECT * FROM main.attachments WHERE item IN ({gone});
         INSERT INTO safety.blobs
           SELECT * FROM main.blobs WHERE name IN (SELECT name FROM stage.dropped_blobs);
         INSERT INTO safety.undo
           SELECT p.here, CASE p.change WHEN {added} THEN {removed} WHEN {removed} THEN {added} ELSE {updated} END,
                  s.fingerprint
           FROM stage.plan p LEFT JOIN stage.items s ON s.rowid = p.item
           WHERE p.change IN ({added}, {updated}, {removed});"
    ))?;
    for name in added_blobs {
        library
            .store
            .db
            .prepare_cached("INSERT OR IGNORE INTO safety.added_blobs VALUES (?1)")?
            .execute([name])?;
    }
    let store = &library.store;
    store.set_meta("safety", "run", run)?;
    store.set_meta("safety", "library", &plan.destination.id)?;
    store.set_meta("safety", "generation", &(plan.destination.generation + 1).to_string())?;
    Ok(())
}
