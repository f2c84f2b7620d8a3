//! Making a plan: a comparison of a stage with the library, item by item.

use std::path::Path;

use backstop_model::{FaultCode, Fingerprint, FlowError, Job, Kind, Reader, Severity, TimeMs};

use super::copies::renamed;
use super::merge::merge;
use super::only::keep_only;
use super::{Change, Mode, RestoreError, Version, decide, decide_absent, leaves_open};
use crate::library::{Library, LibraryState};
use crate::stage::{Bytes, Keep, Reading, Stage, Tolerance};
use crate::store::{Store, StoreError, kind_code, kind_of};

/// How many items meet which change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// New.
    pub added: u64,
    /// Replaced.
    pub updated: u64,
    /// Removed.
    pub removed: u64,
    /// The same.
    pub identical: u64,
    /// Different and left alone.
    pub kept: u64,
}

impl Counts {
    pub(super) fn add(&mut self, change: Change, count: u64) {
        match change {
            Change::Added => self.added += count,
            Change::Updated => self.updated += count,
            Change::Removed => self.removed += count,
            Change::Identical => self.identical += count,
            Change::Kept => self.kept += count,
        }
    }

    /// Changes that write to the library.
    #[must_use]
    pub fn writes(self) -> u64 {
        self.added + self.updated + self.removed
    }
}

/// One item of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// What happens to it.
    pub change: Change,
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Its title, empty if it has none.
    pub title: String,
}

/// What a restore would do to a library.
pub struct Plan {
    /// Whether it takes what is whole out of damaged archives.
    pub(super) salvage: bool,
    pub(super) stage: Stage,
    pub(super) destination: LibraryState,
    /// All items.
    pub items: Counts,
    /// Notes only; a note whose body changes counts as updated.
    pub notes: Counts,
    /// Notes of the library that the plan does not name.
    pub only_here: u64,
    /// Attachments whose bytes would be added.
    pub attachments: u64,
}

/// The table that a plan adds to its stage. `here` is the rowid in the library, also of items that
/// are yet to be added: nothing else can take it while the library is in the state planned for.
pub(super) const PLAN_TABLE: &str = "
CREATE TABLE stage.plan (here INTEGER PRIMARY KEY, change INTEGER NOT NULL, item INTEGER) STRICT;
CREATE TABLE stage.dropped_blobs (name TEXT PRIMARY KEY) STRICT;
";

/// What to restore, and how.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// How what is there is treated.
    pub mode: Mode,
    /// Ids of the only items to restore, with what belongs to them; empty: everything.
    pub only: &'a [String],
    /// Whether the archives are ones with the bytes of their attachments.
    pub attachments_included: bool,
    /// Whether damage is gone on from.
    pub salvage: bool,
}

/// Reads an archive for a plan.
///
/// # Errors
/// What the reader meets, any damage included unless it is salvaged; damage too if nothing at all is
/// whole; a cancel.
pub fn read(
    scratch: &Path,
    reader: &mut dyn Reader,
    salvage: bool,
    job: &Job,
) -> Result<Stage, RestoreError> {
    let (tolerance, bytes) = if salvage {
        // A plan must say which files are lost, and never count on one that is.
        (Tolerance::List, Bytes::Check)
    } else {
        (Tolerance::Strict, Bytes::Pass)
    };
    let stage = Stage::fill(scratch, reader, Reading { keep: Keep::Rows, tolerance, bytes }, job)?;
    let damage = stage.findings().iter().find(|finding| finding.severity == Severity::Damage);
    match damage {
        Some(damage) if stage.holds_nothing() => Err(FlowError::Archive(damage.fault.clone()).into()),
        _ => Ok(stage),
    }
}

/// Compares what archives hold, merged into one, with the library. Of versions that are as new, those
/// of earlier archives count.
///
/// # Errors
/// What [`RestoreError`] says an order can't be; what the library meets; a cancel.
pub fn plan(
    library: &Library,
    scratch: &Path,
    stages: Vec<Stage>,
    order: &Order<'_>,
    job: &Job,
) -> Result<Plan, RestoreError> {
    let mut stages = stages.into_iter();
    let mut stage = stages.next().map_or_else(|| Stage::empty(scratch), Ok)?;
    for next in stages {
        merge(library, &mut stage, &next, job)?;
    }
    let files_known = check_order(order, &stage)?;
    if !order.only.is_empty() {
        attached(library, &stage, || library.store.in_transaction(|| keep_only(&library.store, order.only)))?;
    }
    if order.mode == Mode::Copy {
        stage = renamed(library, &stage, scratch, job)?;
    }
    let destination = library.state()?;
    attached(library, &stage, || {
        library.store.db.execute_batch(PLAN_TABLE)?;
        library.store.in_transaction(|| {
            compare(&library.store, order.mode, job)?;
            remove_absent(&library.store, order.mode, files_known)
        })
    })?;
    let plan = finish(library, stage, destination)?;
    Ok(Plan { salvage: order.salvage, ..plan })
}

/// Refuses what would remove too much, and tells whether the archives account for every attachment.
fn check_order(order: &Order<'_>, stage: &Stage) -> Result<bool, RestoreError> {
    if order.mode != Mode::Exact {
        return Ok(false);
    }
    if !order.only.is_empty() {
        return Err(RestoreError::ExactPart);
    }
    if order.salvage {
        return Err(RestoreError::ExactSalvage);
    }
    if let Some(open) = stage.findings().iter().find(|finding| leaves_open(finding.fault.code)) {
        return Err(RestoreError::NotExact(open.fault.clone()));
    }
    let missing = stage.findings().iter().any(|one| one.fault.code == FaultCode::AttachmentMissing);
    Ok(order.attachments_included && !missing)
}

/// Plans to remove what the archive does not hold, and the bytes that no attachment has any more.
fn remove_absent(store: &Store, mode: Mode, files_known: bool) -> Result<(), RestoreError> {
    let removed = Change::Removed.code();
    let kinds: Vec<String> = Kind::all()
        .filter(|kind| decide_absent(mode, *kind, files_known) == Some(Change::Removed))
        .map(|kind| kind_code(kind).to_string())
        .collect();
    if kinds.is_empty() {
        return Ok(());
    }
    store.db.execute_batch(&format!(
        "INSERT INTO stage.plan(here, change, item)
         SELECT l.rowid, {removed}, NULL FROM main.items l
         WHERE l.kind IN ({}) AND NOT EXISTS (
           SELECT 1 FROM stage.items s WHERE s.kind = l.kind AND s.id = l.id AND s.app = l.app);",
        kinds.join(", ")
    ))?;
    if files_known {
        let updated = Change::Updated.code();
        store.db.execute_batch(&format!(
            "INSERT INTO stage.dropped_blobs SELECT b.name FROM main.blobs b
             WHERE NOT EXISTS (SELECT 1 FROM stage.attachments a WHERE a.hash = b.hash)
               AND NOT EXISTS (SELECT 1 FROM main.attachments a WHERE a.hash = b.hash AND a.item NOT IN (
                 SELECT here FROM stage.plan WHERE change IN ({updated}, {removed})));"
        ))?;
    }
    Ok(())
}

/// Runs `work` with the stage attached to the library as `stage`.
fn attached<T, E: From<StoreError>>(
    library: &Library,
    stage: &Stage,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    library.store.attach_unfinished(stage.store.path(), stage.key(), "stage")?;
    let done = work();
    // What was done is done, or failed for a better reason; nobody else will attach to this connection.
    let _ = library.store.detach("stage");
    done
}

fn compare(store: &Store, mode: Mode, job: &Job) -> Result<(), RestoreError> {
    let mut pairs = store.db.prepare(
        "SELECT s.rowid, s.fingerprint, s.modified_ms, l.rowid, l.fingerprint, l.modified_ms
         FROM stage.items s LEFT JOIN main.items l ON l.kind = s.kind AND l.id = s.id AND l.app = s.app
         ORDER BY s.rowid",
    )?;
    let mut put = store.db.prepare("INSERT INTO stage.plan(here, change, item) VALUES (?1, ?2, ?3)")?;
    let mut next_free: i64 =
        store.db.query_row("SELECT coalesce(max(rowid), 0) + 1 FROM main.items", [], |row| row.get(0))?;
    let mut rows = pairs.query([])?;
    while let Some(row) = rows.next()? {
        job.check()?;
        let archive = Version {
            fingerprint: Fingerprint(row.get(1)?),
            modified: row.get::<_, Option<i64>>(2)?.map(TimeMs),
        };
        let rowid_here: Option<i64> = row.get(3)?;
        let here = match row.get::<_, Option<[u8; 32]>>(4)? {
            Some(fingerprint) => Some(Version {
                fingerprint: Fingerprint(fingerprint),
                modified: row.get::<_, Option<i64>>(5)?.map(TimeMs),
            }),
            None => None,
        };
        let change = decide(mode, archive, here);
        let rowid = rowid_here.unwrap_or_else(|| {
            next_free += 1;
            next_free - 1
        });
        put.execute((rowid, change.code(), row.get::<_, i64>(0)?))?;
    }
    Ok(())
}

/// Counts what the plan's table holds and makes a plan of it.
pub(super) fn finish(
    library: &Library,
    stage: Stage,
    destination: LibraryState,
) -> Result<Plan, RestoreError> {
    let mut plan = Plan {
        salvage: false,
        stage,
        destination,
        items: Counts::default(),
        notes: Counts::default(),
        only_here: 0,
        attachments: 0,
    };
    let (items, notes, only_here, attachments) = plan.attached::<_, RestoreError>(library, || {
        let store = &library.store;
        Ok((count_items(store)?, count_notes(store)?, count_only_here(store)?, count_bytes(store)?))
    })?;
    (plan.items, plan.notes, plan.only_here, plan.attachments) = (items, notes, only_here, attachments);
    Ok(plan)
}

fn count_items(store: &Store) -> Result<Counts, RestoreError> {
    let mut groups = store.db.prepare("SELECT change, count(*) FROM stage.plan GROUP BY change")?;
    let mut rows = groups.query([])?;
    let mut counts = Counts::default();
    while let Some(row) = rows.next()? {
        counts.add(Change::of(row.get(0)?)?, unsigned(row.get(1)?));
    }
    Ok(counts)
}

fn count_only_here(store: &Store) -> Result<u64, RestoreError> {
    let note = kind_code(Kind::Note);
    let only_here = format!(
        "SELECT count(*) FROM main.items n WHERE n.kind = {note}
         AND n.rowid NOT IN (SELECT here FROM stage.plan)"
    );
    Ok(unsigned(store.db.query_row(&only_here, [], |row| row.get(0))?))
}

fn count_bytes(store: &Store) -> Result<u64, RestoreError> {
    Ok(unsigned(store.db.query_row(
        "SELECT count(DISTINCT hash) FROM stage.blobs WHERE hash NOT IN (SELECT hash FROM main.blobs)",
        [],
        |row| row.get(0),
    )?))
}

/// A note is updated when its own row or its body is.
fn count_notes(store: &Store) -> Result<Counts, RestoreError> {
    let (note, body) = (kind_code(Kind::Note), kind_code(Kind::Body));
    let (added, updated) = (Change::Added.code(), Change::Updated.code());
    let mut query = store.db.prepare(&format!(
        "SELECT CASE WHEN p.change IN ({added}, {updated}) THEN p.change
                     WHEN EXISTS (SELECT 1 FROM stage.items b JOIN stage.plan bp ON bp.item = b.rowid
                                  WHERE b.kind = {body} AND b.owner = n.id AND b.app = n.app
                                    AND bp.change IN ({added}, {updated})) THEN {updated}
                     ELSE p.change END AS word, count(*)
         FROM stage.plan p JOIN stage.items n ON n.rowid = p.item WHERE n.kind = {note} GROUP BY word
         UNION ALL
         SELECT p.change, count(*) FROM stage.plan p JOIN main.items n ON n.rowid = p.here
         WHERE p.item IS NULL AND n.kind = {note} GROUP BY p.change"
    ))?;
    let mut counts = Counts::default();
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        counts.add(Change::of(row.get(0)?)?, unsigned(row.get(1)?));
    }
    Ok(counts)
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

impl Plan {
    /// What was odd about the archive.
    #[must_use]
    pub fn findings(&self) -> &[backstop_model::Finding] {
        self.stage.findings()
    }

    /// The items that a change happens to, at most `limit`, in the archive's order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn lines(
        &self,
        library: &Library,
        change: Change,
        kinds: &[Kind],
        limit: u32,
    ) -> Result<Vec<PlanLine>, StoreError> {
        let mut lines = Vec::new();
        self.each_line(library, change, kinds, limit, &mut |line| {
            lines.push(line);
            true
        })?;
        Ok(lines)
    }

    /// Hands over the items that a change happens to, one by one, until `each` says `false`: a list of
    /// everything in a large archive is not for memory.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn each_line(
        &self,
        library: &Library,
        change: Change,
        kinds: &[Kind],
        limit: u32,
        each: &mut dyn FnMut(PlanLine) -> bool,
    ) -> Result<(), StoreError> {
        let kinds: Vec<String> = kinds.iter().map(|kind| kind_code(*kind).to_string()).collect();
        let source = if change == Change::Removed {
            "main.items i ON i.rowid = p.here"
        } else {
            "stage.items i ON i.rowid = p.item"
        };
        let sql = format!(
            "SELECT i.kind, i.id, coalesce(i.title, '') FROM stage.plan p JOIN {source}
             WHERE p.change = {} AND i.kind IN ({}) ORDER BY p.here LIMIT {limit}",
            change.code(),
            kinds.join(", ")
        );
        self.attached(library, || library.store.each_plan_line(&sql, change, each))
    }

    /// Runs `work` with the plan's stage attached to the library as `stage`.
    pub(super) fn attached<T, E: From<StoreError>>(
        &self,
        library: &Library,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        attached(library, &self.stage, work)
    }
}

impl Store {
    fn each_plan_line(
        &self,
        sql: &str,
        change: Change,
        each: &mut dyn FnMut(PlanLine) -> bool,
    ) -> Result<(), StoreError> {
        let mut query = self.db.prepare(sql)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let line = PlanLine { change, kind: kind_of(row.get(0)?)?, id: row.get(1)?, title: row.get(2)? };
            if !each(line) {
                break;
            }
        }
        Ok(())
    }

    /// Runs `work` in a transaction that is taken back if it fails.
    pub(crate) fn in_transaction<E: From<StoreError>>(
        &self,
        work: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        self.db.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from)?;
        let done = work().and_then(|()| Ok(self.db.execute_batch("COMMIT").map_err(StoreError::from)?));
        if done.is_err() && !self.db.is_autocommit() {
            // A disk that refuses this too is no news, and what went wrong first is what to tell; a
            // transaction that nobody ended ends with its connection.
            let _ = self.db.execute_batch("ROLLBACK");
        }
        done
    }
}
