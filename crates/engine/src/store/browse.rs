//! Lists for people: notebooks, notes, search.

use rusqlite::{Row, ToSql};

use backstop_model::{Flags, Kind};

use super::index::words_query;
use super::{Store, StoreError, app_of, kind_code};

/// A notebook in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotebookLine {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The notebook it is in.
    pub parent: Option<String>,
    /// Whether it is in the trash.
    pub trashed: bool,
    /// Live notes directly in it.
    pub notes: u64,
}

/// A note in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteLine {
    /// Its id.
    pub id: String,
    /// Its app.
    pub app: backstop_model::App,
    /// Its title.
    pub title: String,
    /// When it was last edited.
    pub edited_ms: Option<i64>,
    /// Its switches.
    pub flags: Flags,
}

/// An attachment of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedLine {
    /// The id of its row.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its MIME type.
    pub mime: String,
    /// Its size.
    pub size_bytes: u64,
    /// The hash its app names its bytes by.
    pub hash: Option<String>,
    /// Whether its bytes are known to be there.
    pub here: bool,
}

/// Which notes to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoteFilter {
    /// Only those directly in this notebook.
    pub notebook: Option<String>,
    /// Those in the trash; else the live ones.
    pub trashed: bool,
    /// Only those with all of these words.
    pub words: Option<String>,
}

/// The first bit of [`Flags::to_bits`].
const TRASHED: i64 = 1;
/// The second. A note is locked when its body is.
const LOCKED: i64 = 2;

impl Store {
    /// Every notebook, by title.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn notebooks(&self) -> Result<Vec<NotebookLine>, StoreError> {
        let (notebook, note) = (kind_code(Kind::Notebook), kind_code(Kind::Note));
        let mut query = self.db.prepare_cached(&format!(
            "SELECT b.id, coalesce(b.title, ''), b.flags & {TRASHED},
               (SELECT r.from_id FROM relations r
                WHERE r.to_kind = {notebook} AND r.to_id = b.id AND r.from_kind = {notebook} LIMIT 1),
               (SELECT count(*) FROM relations r JOIN items n ON n.kind = {note} AND n.id = r.to_id
                WHERE r.from_kind = {notebook} AND r.from_id = b.id AND r.to_kind = {note}
                  AND n.flags & {TRASHED} = 0)
             FROM items b WHERE b.kind = {notebook} ORDER BY b.title COLLATE NOCASE, b.id"
        ))?;
        let lines = query.query_map([], |row| {
            Ok(NotebookLine {
                id: row.get(0)?,
                title: row.get(1)?,
                trashed: row.get::<_, i64>(2)? != 0,
                parent: row.get(3)?,
                notes: u64::try_from(row.get::<_, i64>(4)?).unwrap_or_default(),
            })
        })?;
        Ok(lines.collect::<Result<_, _>>()?)
    }

    /// A page of notes, newest edit first, and how many there are in all.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn notes(
        &self,
        filter: &NoteFilter,
        offset: u32,
        limit: u32,
    ) -> Result<(u64, Vec<NoteLine>), StoreError> {
        let words = filter.words.as_deref().map(words_query).filter(|query| !query.is_empty());
        let mut conditions = vec![
            format!("n.kind = {}", kind_code(Kind::Note)),
            format!("n.flags & {TRASHED} = {}", if filter.trashed { TRASHED } else { 0 }),
        ];
        let mut values: Vec<&dyn ToSql> = Vec::new();
        if let Some(notebook) = &filter.notebook {
            values.push(notebook);
            conditions.push(format!(
                "n.id IN (SELECT to_id FROM relations WHERE from_kind = {} AND from_id = ?{} AND to_kind = {})",
                kind_code(Kind::Notebook),
                values.len(),
                kind_code(Kind::Note)
            ));
        }
        if let Some(words) = &words {
            values.push(words);
            conditions.push(format!(
                "n.rowid IN (SELECT rowid FROM note_words WHERE note_words MATCH ?{})",
                values.len()
            ));
        }
        let source = format!("FROM items n WHERE {}", conditions.join(" AND "));
        let total: i64 =
            self.db.query_row(&format!("SELECT count(*) {source}"), values.as_slice(), |row| row.get(0))?;
        let mut query = self.db.prepare(&format!(
            "SELECT n.id, n.app, coalesce(n.title, ''), n.edited_ms,
               n.flags | coalesce((SELECT b.flags & {LOCKED} FROM items b
                                   WHERE b.owner = n.id AND b.kind = {body} AND b.app = n.app LIMIT 1), 0)
             {source} ORDER BY n.edited_ms DESC, n.id LIMIT {limit} OFFSET {offset}",
            body = kind_code(Kind::Body)
        ))?;
        let mut rows = query.query(values.as_slice())?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            lines.push(note_line(row)?);
        }
        Ok((u64::try_from(total).unwrap_or_default(), lines))
    }

    /// Hands over each note's id, a notebook that it is in, and whether it is in the trash: once for each
    /// of its notebooks, one after the other, and once without any if it is in none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn each_note_place(
        &self,
        mut each: impl FnMut(String, Option<String>, bool),
    ) -> Result<(), StoreError> {
        let (notebook, note) = (kind_code(Kind::Notebook), kind_code(Kind::Note));
        let mut query = self.db.prepare(&format!(
            "SELECT n.id, r.from_id, n.flags & {TRASHED} FROM items n
             LEFT JOIN relations r ON r.to_kind = {note} AND r.to_id = n.id AND r.from_kind = {notebook}
             WHERE n.kind = {note} ORDER BY n.id, r.from_id"
        ))?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            each(row.get(0)?, row.get(1)?, row.get::<_, i64>(2)? != 0);
        }
        Ok(())
    }

    /// The attachments of a note, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn attachments_of(&self, note: &str) -> Result<Vec<AttachedLine>, StoreError> {
        let (from, to) = (kind_code(Kind::Note), kind_code(Kind::Attachment));
        self.attached(
            &format!(
                "i.id IN (SELECT to_id FROM relations WHERE from_kind = {from} AND from_id = ?1 AND to_kind = {to})"
            ),
            note,
        )
    }

    /// The attachment with this id, or whose bytes bear this hash.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn attachment(&self, id_or_hash: &str) -> Result<Option<AttachedLine>, StoreError> {
        Ok(self.attached("(i.id = ?1 OR a.hash = ?1)", id_or_hash)?.into_iter().next())
    }

    /// Attachments whose bytes are known to be there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn attachments_here(&self) -> Result<u64, StoreError> {
        let count: i64 = self.db.query_row(
            "SELECT count(*) FROM attachments WHERE hash IN (SELECT hash FROM blobs)",
            [],
            |row| row.get(0),
        )?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    fn attached(&self, condition: &str, of: &str) -> Result<Vec<AttachedLine>, StoreError> {
        let mut query = self.db.prepare_cached(&format!(
            "SELECT i.id, a.name, a.mime, a.size_bytes, a.hash,
               EXISTS (SELECT 1 FROM blobs b WHERE b.hash = a.hash)
             FROM items i JOIN attachments a ON a.item = i.rowid
             WHERE i.kind = {kind} AND {condition} ORDER BY a.name COLLATE NOCASE, i.id",
            kind = kind_code(Kind::Attachment)
        ))?;
        let lines = query.query_map([of], |row| {
            Ok(AttachedLine {
                id: row.get(0)?,
                name: row.get(1)?,
                mime: row.get(2)?,
                size_bytes: u64::try_from(row.get::<_, i64>(3)?).unwrap_or_default(),
                hash: row.get(4)?,
                here: row.get(5)?,
            })
        })?;
        Ok(lines.collect::<Result<_, _>>()?)
    }

    /// Ids of the items of kind `from` that have a relation to `to`.
    pub(crate) fn related_from(&self, from: Kind, to: Kind, to_id: &str) -> Result<Vec<String>, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT DISTINCT from_id FROM relations WHERE to_kind = ?1 AND to_id = ?2 AND from_kind = ?3
             ORDER BY from_id",
        )?;
        let ids = query.query_map((kind_code(to), to_id, kind_code(from)), |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// Ids of the items of kind `to` that `from` has a relation to.
    pub(crate) fn related_to(&self, from: Kind, from_id: &str, to: Kind) -> Result<Vec<String>, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT DISTINCT to_id FROM relations WHERE from_kind = ?1 AND from_id = ?2 AND to_kind = ?3
             ORDER BY to_id",
        )?;
        let ids = query.query_map((kind_code(from), from_id, kind_code(to)), |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}

fn note_line(row: &Row<'_>) -> Result<NoteLine, StoreError> {
    Ok(NoteLine {
        id: row.get(0)?,
        app: app_of(row.get(1)?)?,
        title: row.get(2)?,
        edited_ms: row.get(3)?,
        flags: Flags::from_bits(row.get(4)?),
    })
}
