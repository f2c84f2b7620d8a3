//! Carrying out a plan: safety archive first, then one transaction.

use std::cell::Cell;
use std::path::PathBuf;

use backstop_model::{Job, Kind, Reader, Stage as StageWord};

use super::safety::ITEM_COLUMNS;
use super::{Change, Plan, RestoreError, Safety, bytes};
use crate::library::{BlobRecord, Library};
use crate::store::{Store, index_notes, kind_code};

/// A plan that may be carried out: what it will overwrite is safe, and the bytes it needs are here.
pub struct Secured {
    /// The safety archive that an undo stands on.
    pub safety_archive: PathBuf,
    blobs: Vec<BlobRecord>,
}

/// Brings in the bytes of attachments and writes the safety archive. The library's rows stay as
/// they are. The caller holds the account's job lock until after [`commit`].
///
/// `readers` give the archives once more, for the bytes of attachments; an undo needs none.
///
/// # Errors
/// [`RestoreError`]; nothing has changed then.
pub fn secure(
    plan: &Plan,
    library: &Library,
    safety: &Safety<'_>,
    run: &str,
    readers: &mut [&mut dyn Reader],
    job: &Job,
) -> Result<Secured, RestoreError> {
    if library.state()? != plan.destination {
        return Err(RestoreError::DestinationChanged);
    }
    plan.attached(library, || {
        let blobs = if readers.is_empty() {
            Vec::new()
        } else {
            bytes::bring(library, readers, bytes::wanted(&library.store)?, plan.salvage, job)?
        };
        let names: Vec<String> = blobs.iter().map(|blob| blob.name.clone()).collect();
        let safety_archive = safety.write(library, plan, run, &names)?;
        Ok(Secured { safety_archive, blobs })
    })
}

/// Carries out a secured plan in one transaction.
///
/// # Errors
/// [`RestoreError`]; the library is then as it was, but for [`RestoreError::Unsure`]. A cancel is honoured
/// until the commit.
pub fn commit(plan: &Plan, library: &Library, secured: &Secured, job: &Job) -> Result<(), RestoreError> {
    if library.state()? != plan.destination {
        return Err(RestoreError::DestinationChanged);
    }
    job.check()?;
    job.enter(StageWord::Writing, 0, 0);
    let committing = Cell::new(false);
    let done = plan.attached(library, || {
        library.store.in_transaction(|| {
            touch_notes_before(&library.store)?;
            write_items(&library.store, plan)?;
            write_blobs(&library.store, &secured.blobs)?;
            touch_notes_after(&library.store)?;
            job.enter(StageWord::Writing, touched_notes(&library.store)?, 0);
            index_notes(&library.store.db, job)?;
            library.mark_written(plan.destination.generation + 1)?;
            committing.set(true);
            Ok::<_, RestoreError>(())
        })
    });
    match done {
        Err(RestoreError::Store(error)) if committing.get() => return Err(RestoreError::Unsure(error)),
        other => other?,
    }
    // The plan is carried out and on the disk. A log that can't be emptied now is emptied another time.
    let _ = library.store.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    Ok(())
}

/// Takes out what goes and what is replaced, and puts in what comes.
fn write_items(store: &Store, plan: &Plan) -> Result<(), RestoreError> {
    let (added, updated, removed) = (Change::Added.code(), Change::Updated.code(), Change::Removed.code());
    let gone = format!("SELECT here FROM stage.plan WHERE change IN ({updated}, {removed})");
    let comes = format!("p.change IN ({added}, {updated})");
    store.db.execute_batch(&format!(
        "DELETE FROM main.relations WHERE item IN ({gone});
         DELETE FROM main.attachments WHERE item IN ({gone});"
    ))?;
    let out = store.db.execute(&format!("DELETE FROM main.items WHERE rowid IN ({gone})"), [])?;
    let columns = ITEM_COLUMNS.split(", ").map(|column| format!("s.{}", column.trim()));
    let columns = columns.collect::<Vec<_>>().join(", ");
    let into = store.db.execute(
        &format!(
            "INSERT INTO main.items(rowid, {ITEM_COLUMNS}) SELECT p.here, {columns}
             FROM stage.plan p JOIN stage.items s ON s.rowid = p.item WHERE {comes} ORDER BY p.here"
        ),
        [],
    )?;
    let expected = plan.items.updated + plan.items.removed + plan.items.added + plan.items.updated;
    let done = (out + into) as u64;
    if done != expected {
        return Err(RestoreError::Miscounted { expected, done });
    }
    store.db.execute_batch(&format!(
        "INSERT INTO main.relations SELECT p.here, r.from_kind, r.from_id, r.to_kind, r.to_id
           FROM stage.plan p JOIN stage.relations r ON r.item = p.item WHERE {comes};
         INSERT INTO main.attachments SELECT p.here, a.name, a.mime, a.size_bytes, a.hash
           FROM stage.plan p JOIN stage.attachments a ON a.item = p.item WHERE {comes};"
    ))?;
    Ok(())
}

fn write_blobs(store: &Store, blobs: &[BlobRecord]) -> Result<(), RestoreError> {
    store.db.execute("DELETE FROM main.blobs WHERE name IN (SELECT name FROM stage.dropped_blobs)", [])?;
    // An undo brings back blobs that are still on the disk; an archive's are only heads here.
    store.db.execute(
        "INSERT OR IGNORE INTO main.blobs SELECT * FROM stage.blobs WHERE length(sha256) = 32",
        [],
    )?;
    for blob in blobs {
        let size = i64::try_from(blob.size_bytes).unwrap_or(i64::MAX);
        store.db.prepare_cached("INSERT OR IGNORE INTO main.blobs VALUES (?1, ?2, ?3, ?4)")?.execute((
            &blob.name,
            &blob.hash,
            blob.sha256.as_slice(),
            size,
        ))?;
    }
    Ok(())
}

/// Notes whose words will change, while the old rows are still there.
fn touch_notes_before(store: &Store) -> Result<(), RestoreError> {
    let (note, body) = (kind_code(Kind::Note), kind_code(Kind::Body));
    let (updated, removed) = (Change::Updated.code(), Change::Removed.code());
    store.db.execute_batch(&format!(
        "DROP TABLE IF EXISTS temp.touched;
         CREATE TEMP TABLE touched(note INTEGER PRIMARY KEY, was_there INTEGER NOT NULL);
         INSERT OR IGNORE INTO touched
           SELECT i.rowid, 1 FROM stage.plan p JOIN main.items i ON i.rowid = p.here
           WHERE i.kind = {note} AND p.change IN ({updated}, {removed});
         INSERT OR IGNORE INTO touched
           SELECT n.rowid, 1 FROM stage.plan p JOIN main.items b ON b.rowid = p.here
             JOIN main.items n ON n.kind = {note} AND n.id = b.owner AND n.app = b.app
           WHERE b.kind = {body} AND p.change IN ({updated}, {removed});"
    ))?;
    Ok(())
}

/// Notes whose words have changed, now that the new rows are there.
fn touch_notes_after(store: &Store) -> Result<(), RestoreError> {
    let (note, body) = (kind_code(Kind::Note), kind_code(Kind::Body));
    let (added, updated) = (Change::Added.code(), Change::Updated.code());
    store.db.execute_batch(&format!(
        "INSERT OR IGNORE INTO touched
           SELECT i.rowid, 0 FROM stage.plan p JOIN main.items i ON i.rowid = p.here
           WHERE i.kind = {note} AND p.change = {added};
         INSERT OR IGNORE INTO touched
           SELECT n.rowid, 1 FROM stage.plan p JOIN main.items b ON b.rowid = p.here
             JOIN main.items n ON n.kind = {note} AND n.id = b.owner AND n.app = b.app
           WHERE b.kind = {body} AND p.change IN ({added}, {updated});"
    ))?;
    Ok(())
}

/// Notes whose words will be indexed.
fn touched_notes(store: &Store) -> Result<u64, RestoreError> {
    let note = kind_code(Kind::Note);
    let count: i64 = store.db.query_row(
        &format!(
            "SELECT count(*) FROM touched JOIN main.items i ON i.rowid = touched.note AND i.kind = {note}"
        ),
        [],
        |row| row.get(0),
    )?;
    Ok(u64::try_from(count).unwrap_or_default())
}
