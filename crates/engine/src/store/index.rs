//! The index of words: which notes hold which words, in title and text.

use backstop_model::{Body, FlowError, Job, Kind};
use rusqlite::Connection;

use super::read::StoredItem;
use super::{Packer, StoreError, kind_code};
use crate::show::plain_text;

/// Indexes the notes whose rowids are in the temporary table `touched`, in the caller's
/// transaction. Notes that are gone leave the index.
///
/// # Errors
/// [`FlowError`] of the database, or a cancel.
pub(crate) fn index_notes(db: &Connection, job: &Job) -> Result<(), FlowError> {
    forget_touched(db)?;
    let mut packer = Packer::new()?;
    let body = kind_code(Kind::Body);
    let note = kind_code(Kind::Note);
    // CROSS JOIN keeps `touched` outermost: its order needs no sorting, which would hold every row.
    let mut notes = db
        .prepare(&format!(
            "SELECT items.rowid, items.title, body.kind, body.id, body.app, body.version, body.row
             FROM temp.touched CROSS JOIN items ON items.rowid = touched.note
             LEFT JOIN items AS body ON body.owner = items.id AND body.kind = {body} AND body.app = items.app
             WHERE items.kind = {note} ORDER BY touched.note"
        ))
        .map_err(StoreError::from)?;
    let mut put = db
        .prepare_cached("INSERT OR REPLACE INTO note_words(rowid, title, body) VALUES (?1, ?2, ?3)")
        .map_err(StoreError::from)?;
    let mut rows = notes.query([]).map_err(StoreError::from)?;
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        job.check()?;
        let rowid: i64 = row.get(0).map_err(StoreError::from)?;
        let title: Option<String> = row.get(1).map_err(StoreError::from)?;
        let text = body_text(row, &mut packer)?;
        put.execute((rowid, title.unwrap_or_default(), text)).map_err(StoreError::from)?;
        job.add_items(1);
    }
    Ok(())
}

fn forget_touched(db: &Connection) -> Result<(), StoreError> {
    db.execute("DELETE FROM note_words WHERE rowid IN (SELECT note FROM temp.touched WHERE was_there)", [])?;
    Ok(())
}

/// The words of the body in columns 2 to 6, empty for a locked note or one without a body.
fn body_text(row: &rusqlite::Row<'_>, packer: &mut Packer) -> Result<String, StoreError> {
    if row.get::<_, Option<i64>>(2)?.is_none() {
        return Ok(String::new());
    }
    let stored = StoredItem::from_row(row, 2)?;
    match stored.unpack(packer)?.body {
        Some(Body::Text { markup, text }) => Ok(plain_text(markup, &text)),
        Some(Body::Locked) | None => Ok(String::new()),
    }
}

/// A full-text query for all of the words, each a prefix: `reg str` finds "Regatta straps".
pub(crate) fn words_query(words: &str) -> String {
    let quoted = words.split_whitespace().map(|word| format!("\"{}\"*", word.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::words_query;

    #[test]
    fn words_are_never_query_language() {
        assert_eq!(words_query("reg  str"), r#""reg"* "str"*"#);
        assert_eq!(words_query(r#"a" OR b:*"#), r#""a"""* "OR"* "b:*"*"#);
        assert_eq!(words_query("  "), "");
    }
}
