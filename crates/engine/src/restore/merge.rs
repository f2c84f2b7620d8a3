//! Several archives as one: of each item the newest version counts.

use backstop_model::{Fingerprint, Job, TimeMs};

use super::safety::ITEM_COLUMNS;
use super::{Change, Mode, RestoreError, Version, decide};
use crate::library::Library;
use crate::stage::Stage;
use crate::store::Store;

/// Puts into `first` what `next` has newer or alone. Of two that are as new, the one in `first` stays.
pub(super) fn merge(
    library: &Library,
    first: &mut Stage,
    next: &Stage,
    job: &Job,
) -> Result<(), RestoreError> {
    let store = &library.store;
    store.attach_unfinished(first.store.path(), first.key(), "stage")?;
    store.attach_unfinished(next.store.path(), next.key(), "other")?;
    let merged = store.in_transaction(|| choose(store, job).and_then(|()| take(store)));
    store.let_go(&["other", "stage"], merged)?;
    first.take_findings_of(next);
    Ok(())
}

/// Notes which rows of the other stage win, and the row in whose place each comes.
fn choose(store: &Store, job: &Job) -> Result<(), RestoreError> {
    store.db.execute_batch(
        "DROP TABLE IF EXISTS temp.winners;
         CREATE TEMP TABLE winners(item INTEGER PRIMARY KEY, place INTEGER NOT NULL);",
    )?;
    let mut next_free: i64 =
        store.db.query_row("SELECT coalesce(max(rowid), 0) + 1 FROM stage.items", [], |row| row.get(0))?;
    let mut put = store.db.prepare("INSERT INTO winners VALUES (?1, ?2)")?;
    let mut pairs = store.db.prepare(
        "SELECT o.rowid, o.fingerprint, o.modified_ms, s.rowid, s.fingerprint, s.modified_ms
         FROM other.items o LEFT JOIN stage.items s ON s.kind = o.kind AND s.id = o.id AND s.app = o.app
         ORDER BY o.rowid",
    )?;
    let mut rows = pairs.query([])?;
    while let Some(row) = rows.next()? {
        job.check()?;
        let version = |fingerprint, modified: Option<i64>| Version {
            fingerprint: Fingerprint(fingerprint),
            modified: modified.map(TimeMs),
        };
        let other = version(row.get(1)?, row.get(2)?);
        let modified: Option<i64> = row.get(5)?;
        let here = row.get::<_, Option<[u8; 32]>>(4)?.map(|fingerprint| version(fingerprint, modified));
        match decide(Mode::Merge, other, here) {
            Change::Added => {
                put.execute((row.get::<_, i64>(0)?, next_free))?;
                next_free += 1;
            }
            Change::Updated => {
                put.execute((row.get::<_, i64>(0)?, row.get::<_, i64>(3)?))?;
            }
            Change::Removed | Change::Identical | Change::Kept => {}
        }
    }
    Ok(())
}

fn take(store: &Store) -> Result<(), RestoreError> {
    let columns: Vec<String> =
        ITEM_COLUMNS.split(", ").map(|column| format!("o.{}", column.trim())).collect();
    let columns = columns.join(", ");
    let places = "SELECT place FROM winners";
    store.db.execute_batch(&format!(
        "DELETE FROM stage.relations WHERE item IN ({places});
         DELETE FROM stage.attachments WHERE item IN ({places});
         DELETE FROM stage.items WHERE rowid IN ({places});
         INSERT INTO stage.items(rowid, {ITEM_COLUMNS})
           SELECT w.place, {columns} FROM winners w JOIN other.items o ON o.rowid = w.item ORDER BY w.place;
         INSERT INTO stage.relations
           SELECT w.place, r.from_kind, r.from_id, r.to_kind, r.to_id
           FROM winners w JOIN other.relations r ON r.item = w.item;
         INSERT INTO stage.attachments
           SELECT w.place, a.name, a.mime, a.size_bytes, a.hash
           FROM winners w JOIN other.attachments a ON a.item = w.item;
         INSERT OR IGNORE INTO stage.blobs SELECT * FROM other.blobs;
         DROP TABLE temp.winners;"
    ))?;
    Ok(())
}
