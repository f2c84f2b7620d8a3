//! Undo: a plan made from a safety archive.

use std::path::Path;

use super::plan::{PLAN_TABLE, finish};
use super::safety::ITEM_COLUMNS;
use super::{Change, Plan, RestoreError, Safety};
use crate::library::Library;
use crate::stage::Stage;
use crate::store::Store;

/// Plans to give back what the library held before `run`. What changed since is kept.
///
/// # Errors
/// [`RestoreError::NothingToUndo`] if there is no safety archive of that run and this library.
pub fn plan_undo(
    library: &Library,
    scratch: &Path,
    safety: &Safety<'_>,
    run: &str,
) -> Result<Plan, RestoreError> {
    let path = safety.path_of(run);
    if !path.exists() {
        return Err(RestoreError::NothingToUndo);
    }
    let stage = Stage::empty(scratch)?;
    let destination = library.state()?;
    let store = &library.store;
    store.attach(&path, safety.key(), "safety")?;
    store.attach_unfinished(stage.store.path(), stage.key(), "stage")?;
    let planned = if store.meta("safety", "library")?.as_deref() == Some(destination.id.as_str()) {
        store.in_transaction(|| lay_out(store, destination.generation))
    } else {
        Err(RestoreError::NothingToUndo)
    };
    store.let_go(&["stage", "safety"], planned)?;
    finish(library, stage, destination)
}

/// Copies the before-images into the stage and decides about each change the run made.
///
/// An item is put back only if it is still as the run left it. One that is gone already needs
/// nothing; any other was changed since and is kept.
fn lay_out(store: &Store, generation_now: u64) -> Result<(), RestoreError> {
    let (added, updated, removed) = (Change::Added.code(), Change::Updated.code(), Change::Removed.code());
    let (identical, kept) = (Change::Identical.code(), Change::Kept.code());
    store.db.execute_batch(&format!(
        "{PLAN_TABLE}
         INSERT INTO stage.items(rowid, {ITEM_COLUMNS}) SELECT rowid, {ITEM_COLUMNS} FROM safety.items;
         INSERT INTO stage.relations SELECT * FROM safety.relations;
         INSERT INTO stage.attachments SELECT * FROM safety.attachments;
         INSERT INTO stage.blobs SELECT * FROM safety.blobs;
         INSERT INTO stage.plan(here, change, item)
           SELECT u.here,
             CASE WHEN u.change = {removed} AND m.rowid IS NULL THEN {identical}
                  WHEN u.change = {removed} AND m.fingerprint = u.after THEN {removed}
                  WHEN u.change = {updated} AND m.fingerprint = u.after THEN {updated}
                  WHEN u.change = {added} AND m.rowid IS NULL AND NOT EXISTS (
                    SELECT 1 FROM main.items t WHERE t.kind = s.kind AND t.id = s.id AND t.app = s.app)
                    THEN {added}
                  ELSE {kept} END,
             s.rowid
           FROM safety.undo u LEFT JOIN main.items m ON m.rowid = u.here
             LEFT JOIN safety.items s ON s.rowid = u.here;"
    ))?;
    // Bytes that came with the run go with it, unless something else was written in between: then
    // other rows may count on them, and bytes too many are better than bytes lost.
    let generation_after: Option<u64> =
        store.meta("safety", "generation")?.and_then(|text| text.parse().ok());
    if generation_after == Some(generation_now) {
        store.db.execute("INSERT INTO stage.dropped_blobs SELECT name FROM safety.added_blobs", [])?;
    }
    Ok(())
}
