//! Which part of an archive is restored: the items that were named, and what belongs to them.
//!
//! A notebook takes its notebooks and notes; a note takes its text, its earlier versions, its
//! attachments with the key that opens them, its tags, colours, reminders and its vault. A relation
//! comes along if both of its ends do, or are in the library already.

use backstop_model::Kind;

use super::RestoreError;
use crate::store::{Store, kind_code};

/// Takes everything else out of the stage, which is attached.
pub(super) fn keep_only(store: &Store, ids: &[String]) -> Result<(), RestoreError> {
    store.db.execute_batch(
        "DROP TABLE IF EXISTS temp.chosen;
         CREATE TEMP TABLE chosen(item INTEGER PRIMARY KEY);",
    )?;
    // The kinds are named so that the index is used, whose first column they are.
    let kinds: Vec<Kind> = Kind::all().collect();
    let choose = format!(
        "INSERT OR IGNORE INTO chosen SELECT rowid FROM stage.items WHERE kind IN ({}) AND id = ?1",
        list(&kinds)
    );
    let mut choose = store.db.prepare(&choose)?;
    for id in ids {
        if choose.execute([id])? == 0 && !is_chosen(store, id)? {
            return Err(RestoreError::NotInArchive(id.clone()));
        }
    }
    drop(choose);
    with_contents_of_notebooks(store)?;
    with_what_belongs_to_notes(store)?;
    with_relations(store)?;
    take_the_rest_out(store)
}

fn is_chosen(store: &Store, id: &str) -> Result<bool, RestoreError> {
    let chosen =
        "SELECT EXISTS (SELECT 1 FROM stage.items WHERE id = ?1 AND rowid IN (SELECT item FROM chosen))";
    Ok(store.db.query_row(chosen, [id], |row| row.get(0))?)
}

fn with_contents_of_notebooks(store: &Store) -> Result<(), RestoreError> {
    let (notebook, note) = (kind_code(Kind::Notebook), kind_code(Kind::Note));
    let deeper = format!(
        "INSERT OR IGNORE INTO chosen
         SELECT inner_item.rowid FROM chosen c
           JOIN stage.items book ON book.rowid = c.item AND book.kind = {notebook}
           JOIN stage.relations r ON r.from_kind = {notebook} AND r.from_id = book.id
           JOIN stage.items inner_item ON inner_item.kind = r.to_kind AND inner_item.id = r.to_id
         WHERE r.to_kind IN ({notebook}, {note})"
    );
    while store.db.execute(&deeper, [])? > 0 {}
    Ok(())
}

fn with_what_belongs_to_notes(store: &Store) -> Result<(), RestoreError> {
    let code = kind_code;
    let note = code(Kind::Note);
    let owned = |owner: i64, kinds: &[Kind]| {
        format!(
            "INSERT OR IGNORE INTO chosen
             SELECT o.rowid FROM chosen c
               JOIN stage.items i ON i.rowid = c.item AND i.kind = {owner}
               JOIN stage.items o ON o.owner = i.id AND o.app = i.app AND o.kind IN ({});",
            list(kinds)
        )
    };
    let marks = list(&[Kind::Tag, Kind::Color, Kind::Vault]);
    let parts = list(&[Kind::Attachment, Kind::Reminder]);
    let sql = [
        owned(note, &[Kind::Body, Kind::Revision]),
        owned(code(Kind::Revision), &[Kind::RevisionBody]),
        format!(
            "INSERT OR IGNORE INTO chosen
             SELECT mark.rowid FROM chosen c
               JOIN stage.items n ON n.rowid = c.item AND n.kind = {note}
               JOIN stage.relations r ON r.to_kind = {note} AND r.to_id = n.id AND r.from_kind IN ({marks})
               JOIN stage.items mark ON mark.kind = r.from_kind AND mark.id = r.from_id;"
        ),
        format!(
            "INSERT OR IGNORE INTO chosen
             SELECT part.rowid FROM chosen c
               JOIN stage.items n ON n.rowid = c.item AND n.kind = {note}
               JOIN stage.relations r ON r.from_kind = {note} AND r.from_id = n.id AND r.to_kind IN ({parts})
               JOIN stage.items part ON part.kind = r.to_kind AND part.id = r.to_id;"
        ),
        format!(
            "INSERT OR IGNORE INTO chosen
             SELECT rowid FROM stage.items WHERE kind = {key} AND EXISTS (
               SELECT 1 FROM chosen c JOIN stage.items a ON a.rowid = c.item AND a.kind = {attachment});",
            key = code(Kind::AttachmentsKey),
            attachment = code(Kind::Attachment)
        ),
    ];
    store.db.execute_batch(&sql.concat())?;
    Ok(())
}

fn list(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| kind_code(*kind).to_string()).collect::<Vec<_>>().join(", ")
}

fn with_relations(store: &Store) -> Result<(), RestoreError> {
    let chosen = |end: &str| {
        format!(
            "EXISTS (SELECT 1 FROM stage.items e JOIN chosen c ON c.item = e.rowid
                     WHERE e.kind = r.{end}_kind AND e.id = r.{end}_id)"
        )
    };
    let here = |end: &str| {
        format!("EXISTS (SELECT 1 FROM main.items e WHERE e.kind = r.{end}_kind AND e.id = r.{end}_id)")
    };
    let (from, to) = (chosen("from"), chosen("to"));
    store.db.execute_batch(&format!(
        "INSERT OR IGNORE INTO chosen
         SELECT r.item FROM stage.relations r
         WHERE ({from} OR {to}) AND ({from} OR {}) AND ({to} OR {});",
        here("from"),
        here("to")
    ))?;
    Ok(())
}

fn take_the_rest_out(store: &Store) -> Result<(), RestoreError> {
    let attachment = kind_code(Kind::Attachment);
    store.db.execute_batch(&format!(
        "DELETE FROM stage.relations WHERE item NOT IN (SELECT item FROM chosen);
         DELETE FROM stage.attachments WHERE item NOT IN (SELECT item FROM chosen);
         DELETE FROM stage.items WHERE rowid NOT IN (SELECT item FROM chosen);
         DELETE FROM stage.blobs
           WHERE name NOT IN (SELECT id FROM stage.items WHERE kind = {attachment})
             AND hash NOT IN (SELECT hash FROM stage.attachments WHERE hash IS NOT NULL);
         DROP TABLE temp.chosen;"
    ))?;
    Ok(())
}
