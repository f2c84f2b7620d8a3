//! Adding as new: every item of the stage gets an id of its own, and whatever points to it follows.
//!
//! Notes, notebooks, their texts and earlier versions, reminders and relations are new. What belongs
//! to the whole account is shared with what is there: a tag or colour of the same name is the one of
//! the library, attachments are found by their hash, and vaults, settings, keys and kinds that nobody
//! knows keep their ids and never replace anything.

use std::cell::RefCell;
use std::path::Path;

use backstop_model::{App, Job, Kind};
use rusqlite::{OptionalExtension as _, Statement};

use super::RestoreError;
use crate::library::Library;
use crate::stage::{Keep, Stage};
use crate::store::{Packer, Rows, Store, StoreError, StoredItem, app_code, kind_code};

/// The ids that change. Random ones have the form of Notesnook's own: 24 hex digits.
const TABLE: &str = "
CREATE TABLE stage.new_ids (
  kind INTEGER NOT NULL, id TEXT NOT NULL, new TEXT NOT NULL, PRIMARY KEY (kind, id)
) STRICT;
";

/// A stage with the same items under new ids.
pub(super) fn renamed(
    library: &Library,
    from: &Stage,
    scratch: &Path,
    job: &Job,
) -> Result<Stage, RestoreError> {
    let mut to = Stage::empty(scratch)?;
    let store = &library.store;
    store.attach_unfinished(from.store.path(), from.key(), "stage")?;
    let done = store
        .db
        .execute_batch(TABLE)
        .map_err(RestoreError::from)
        .and_then(|()| store.in_transaction(|| choose_ids(store)))
        .and_then(|()| copy(store, &to, job));
    store.let_go(&["stage"], done)?;
    to.take_findings_of(from);
    Ok(to)
}

fn choose_ids(store: &Store) -> Result<(), RestoreError> {
    let app = app_code(App::Notesnook);
    let code = |kind| kind_code(kind);
    let (note, body, revision, revision_body) =
        (code(Kind::Note), code(Kind::Body), code(Kind::Revision), code(Kind::RevisionBody));
    let (notebook, reminder) = (code(Kind::Notebook), code(Kind::Reminder));
    let (tag, color) = (code(Kind::Tag), code(Kind::Color));
    store.db.execute_batch(&format!(
        "INSERT OR IGNORE INTO stage.new_ids
           SELECT kind, id, lower(hex(randomblob(12))) FROM stage.items
           WHERE app = {app} AND kind IN ({note}, {body}, {notebook}, {reminder});
         INSERT OR IGNORE INTO stage.new_ids
           SELECT s.kind, s.id, min(l.id) FROM stage.items s
             JOIN main.items l ON l.kind = s.kind AND l.app = s.app AND l.title = s.title
           WHERE s.app = {app} AND s.kind IN ({tag}, {color})
             AND NOT EXISTS (SELECT 1 FROM main.items k WHERE k.kind = s.kind AND k.app = s.app AND k.id = s.id)
           GROUP BY s.kind, s.id;
         INSERT OR IGNORE INTO stage.new_ids
           SELECT s.kind, s.id,
             CASE WHEN substr(s.id, 1, length(n.id) + 1) = n.id || '_'
                  THEN n.new || substr(s.id, length(n.id) + 1) ELSE lower(hex(randomblob(12))) END
           FROM stage.items s JOIN stage.new_ids n ON n.kind = {note} AND n.id = s.owner
           WHERE s.app = {app} AND s.kind = {revision};
         INSERT OR IGNORE INTO stage.new_ids
           SELECT {revision_body}, s.id, r.new || '_content'
           FROM stage.items s JOIN stage.new_ids r ON r.kind = {revision} AND r.id = s.owner
           WHERE s.app = {app} AND s.kind = {revision_body};"
    ))?;
    Ok(())
}

/// Puts every item into the new stage, renamed.
fn copy(store: &Store, to: &Stage, job: &Job) -> Result<(), RestoreError> {
    to.store.db.execute_batch("BEGIN")?;
    let mut packer = Packer::new()?;
    let mut rows = Rows::new(&to.store.db, Keep::Rows)?;
    let ids = Ids {
        find: RefCell::new(store.db.prepare("SELECT new FROM stage.new_ids WHERE kind = ?1 AND id = ?2")?),
        failed: RefCell::new(None),
    };
    let mut all = store.db.prepare("SELECT kind, id, app, version, row FROM stage.items ORDER BY rowid")?;
    let mut items = all.query([])?;
    while let Some(row) = items.next()? {
        job.check()?;
        let item = StoredItem::from_row(row, 0)?.unpack(&mut packer)?;
        let renamed = backstop_formats::renamed(&item, &|kind, id| ids.of(kind, id));
        let renamed = renamed.map_err(backstop_model::FlowError::from)?;
        if let Some(error) = ids.failed.borrow_mut().take() {
            return Err(StoreError::Database(error).into());
        }
        rows.put(&renamed)?;
    }
    copy_bytes(store, to)?;
    to.store.db.execute_batch("COMMIT")?;
    Ok(())
}

/// Which attachments have their bytes in the archive.
fn copy_bytes(store: &Store, to: &Stage) -> Result<(), RestoreError> {
    let mut all = store.db.prepare("SELECT name, hash, sha256, size_bytes FROM stage.blobs")?;
    let mut put = to.store.db.prepare("INSERT OR REPLACE INTO blobs VALUES (?1, ?2, ?3, ?4)")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        put.execute((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, Vec<u8>>(2)?,
            row.get::<_, i64>(3)?,
        ))?;
    }
    Ok(())
}

/// Looks new ids up; what goes wrong is kept for whoever asked.
struct Ids<'db> {
    find: RefCell<Statement<'db>>,
    failed: RefCell<Option<rusqlite::Error>>,
}

impl Ids<'_> {
    fn of(&self, kind: Kind, id: &str) -> Option<String> {
        let found = self.find.borrow_mut().query_row((kind_code(kind), id), |row| row.get(0)).optional();
        found.unwrap_or_else(|error| {
            *self.failed.borrow_mut() = Some(error);
            None
        })
    }
}
