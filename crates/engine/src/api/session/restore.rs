//! Restoring into the library, and taking it back.

use backstop_model::{Job, Kind};

use super::{Record, RunOrder, Session, Warned, sweep_blobs};
use crate::api::{
    Change as ChangeWord, ChangeCounts, OpenArchive, OutcomeWord, PlanSummary, PlannedChange, Problem,
    Recovery, RestoreMode, RestoreResult, Warning, of_restore, of_store,
};
use crate::restore::{
    Change, Counts, Mode, Order, Plan, PlanLine, RestoreError, Safety, Secured, commit, plan, plan_undo,
    read, secure,
};
use crate::runs::{Counts as RunCounts, RunId, RunKind, SafetyArchive, Trigger};
use crate::store::kind_code;

/// The most changes that a summary lists.
const LISTED: u32 = 200;

/// A few notes to try everything with; made by `cargo run -p backstop-formats --example sample_notes`.
const SAMPLE_NOTES: &[u8] = include_bytes!("../../../assets/sample-notes.nnbackupz");

/// What to restore, and how.
#[derive(Debug, Clone, Copy)]
pub struct RestoreOrder<'a> {
    /// How what is there is treated.
    pub mode: RestoreMode,
    /// Ids of the only items to restore, with what belongs to them; empty: everything.
    pub only: &'a [String],
    /// Whether to take what is whole out of damaged archives, rather than to refuse them. Open those
    /// with [`Effort::Salvage`], so that their structure may be damaged too.
    ///
    /// [`Effort::Salvage`]: crate::api::Effort::Salvage
    pub salvage: bool,
}

/// A plan, with the archives it was made from.
pub struct PreparedRestore {
    plan: Plan,
    archives: Vec<OpenArchive>,
    undoes: Option<RunId>,
    recovery: Option<Recovery>,
}

impl PreparedRestore {
    /// Numbers and the first changes, for showing.
    ///
    /// # Errors
    /// The library can't be read.
    pub fn summary(&self, session: &Session, token: String) -> Result<PlanSummary, Problem> {
        let mut changes = Vec::new();
        for change in [Change::Added, Change::Updated, Change::Removed, Change::Kept] {
            let room = LISTED.saturating_sub(u32::try_from(changes.len()).unwrap_or(LISTED));
            changes.extend(self.changes(session, change, &[Kind::Note, Kind::Notebook], room)?);
        }
        Ok(PlanSummary {
            token,
            items: counts(self.plan.items),
            notes: counts(self.plan.notes),
            only_here: self.plan.only_here,
            attachments: self.plan.attachments,
            changes,
            recovery: self.recovery.clone(),
            warnings: self.warnings(),
        })
    }

    /// Hands over every item that a change happens to, one by one, until `each` says `false`.
    ///
    /// # Errors
    /// The library can't be read.
    pub fn each_line(
        &self,
        session: &Session,
        change: ChangeWord,
        each: &mut dyn FnMut(PlannedChange) -> bool,
    ) -> Result<(), Problem> {
        let kinds: Vec<Kind> = Kind::all().collect();
        let library = session.open_library()?;
        let mut each = |line| each(planned_change(line));
        let limit = u32::MAX >> 1;
        self.plan.each_line(&library, change_of(change), &kinds, limit, &mut each).map_err(of_store)
    }

    fn changes(
        &self,
        session: &Session,
        change: Change,
        kinds: &[Kind],
        limit: u32,
    ) -> Result<Vec<PlannedChange>, Problem> {
        let library = session.open_library()?;
        let lines = self.plan.lines(&library, change, kinds, limit).map_err(of_store)?;
        Ok(lines.into_iter().map(planned_change).collect())
    }

    /// Whether carrying it out would change nothing.
    pub(super) fn is_nothing(&self) -> bool {
        self.plan.items.writes() + self.plan.items.removed + self.plan.attachments == 0
    }

    fn warnings(&self) -> Vec<Warning> {
        self.plan.findings().iter().map(Warning::of).collect()
    }
}

impl Session {
    /// Compares an archive with the library. Touches nothing.
    ///
    /// # Errors
    /// As [`Session::plan_all`].
    pub fn plan(
        &self,
        archive: OpenArchive,
        mode: RestoreMode,
        job: &Job,
    ) -> Result<PreparedRestore, Problem> {
        self.plan_all(vec![archive], &RestoreOrder { mode, only: &[], salvage: false }, job)
    }

    /// Compares archives, merged into one in which the newest version of each item counts, with the
    /// library. Touches nothing.
    ///
    /// # Errors
    /// `secret_required` if one is locked; any damage, unless what is whole is salvaged and something is;
    /// `not_found` for an id that none of them has; `usage` for exactly a part of an archive, and for
    /// exactly what is left of one; a cancel.
    pub fn plan_all(
        &self,
        mut archives: Vec<OpenArchive>,
        order: &RestoreOrder<'_>,
        job: &Job,
    ) -> Result<PreparedRestore, Problem> {
        // Where two versions are as new, that of the newer archive counts.
        archives.sort_by_key(|archive| std::cmp::Reverse(archive.head().created));
        let mut stages = Vec::with_capacity(archives.len());
        let mut recovery: Option<Recovery> = None;
        for archive in &mut archives {
            let _ = archive.archive()?;
            let bytes = if order.salvage { archive.bytes() } else { archive.item_bytes() };
            job.enter(backstop_model::Stage::Reading, 0, bytes);
            let stage = read(self.scratch(), archive, order.salvage, job).map_err(of_restore)?;
            let notes = format!("kind = {}", kind_code(Kind::Note));
            let notes = stage.store.count(&notes).map_err(of_store)?;
            let attachments = stage.store.attachments_here().map_err(of_store)?;
            let of_this = Recovery::of(notes, attachments, archive.stated(), stage.findings());
            recovery = match (recovery, of_this) {
                (Some(before), Some(this)) => Some(before.and(this)),
                (before, this) => before.or(this),
            };
            stages.push(stage);
        }
        let order = Order {
            mode: mode_of(order.mode),
            only: order.only,
            attachments_included: archives.iter().all(|archive| archive.head().attachments_included),
            salvage: order.salvage,
        };
        let library = self.open_library()?;
        let plan = plan(&library, self.scratch(), stages, &order, job).map_err(of_restore)?;
        Ok(PreparedRestore { plan, archives, undoes: None, recovery })
    }

    /// Puts the sample notes into the library: a restore like any other.
    ///
    /// # Errors
    /// As [`Session::apply`].
    pub fn add_sample_notes(&self, job: &Job) -> Result<RestoreResult, Problem> {
        let archive = OpenArchive::built_in("sample-notes.nnbackupz", SAMPLE_NOTES)?;
        let prepared = self.plan(archive, RestoreMode::Merge, job)?;
        self.apply(prepared, job)
    }

    /// Plans to take back what a run did. Touches nothing.
    ///
    /// # Errors
    /// `not_found` if there is nothing to undo for that run.
    pub fn plan_undo(&self, run: &str) -> Result<PreparedRestore, Problem> {
        let undoes: RunId = run.to_owned().try_into().map_err(|_| of_restore(RestoreError::NothingToUndo))?;
        let library = self.open_library()?;
        let key = self.safety_key();
        let safety = Safety::open(&self.safety_folder(), &key).map_err(of_restore)?;
        let plan = plan_undo(&library, self.scratch(), &safety, run).map_err(of_restore)?;
        Ok(PreparedRestore { plan, archives: Vec::new(), undoes: Some(undoes), recovery: None })
    }

    /// Carries out a plan. On an error or a cancel the library is as it was.
    ///
    /// # Errors
    /// `destination_changed` if the library was written since; `busy` while another job runs.
    pub fn apply(&self, prepared: PreparedRestore, job: &Job) -> Result<RestoreResult, Problem> {
        let kind = if prepared.undoes.is_none() { RunKind::Restore } else { RunKind::Undo };
        let order = RunOrder {
            kind,
            trigger: Trigger::Manual,
            undoes: prepared.undoes.clone(),
            folder: None,
            attachments: false,
        };
        self.run(order, |run| self.apply_as(prepared, run, job))
    }

    pub(super) fn apply_as(
        &self,
        mut prepared: PreparedRestore,
        run: &RunId,
        job: &Job,
    ) -> Result<(RestoreResult, Record), Problem> {
        let library = self.open_library()?;
        let key = self.safety_key();
        let safety = Safety::open(&self.safety_folder(), &key).map_err(of_restore)?;
        let mut readers: Vec<&mut dyn backstop_model::Reader> =
            prepared.archives.iter_mut().map(|archive| archive as &mut dyn backstop_model::Reader).collect();
        let mut carry_out = || -> Result<Secured, Problem> {
            let plan = &prepared.plan;
            let secured =
                secure(plan, &library, &safety, run.as_str(), &mut readers, job).map_err(of_restore)?;
            let path = secured.safety_archive.clone();
            self.runs().safety(run, &SafetyArchive { archive: run.as_str().to_owned(), path })?;
            commit(plan, &library, &secured, job).map_err(of_restore)?;
            Ok(secured)
        };
        let secured = carry_out().inspect_err(|_| {
            // The bytes that were brought in are of no use now, and on a full disk they are in the way.
            let _ = sweep_blobs(&library, &safety);
        })?;
        Ok(result(&prepared, run, &secured))
    }
}

impl Warned for RestoreResult {
    fn warn(&mut self, warning: Warning) {
        self.outcome = OutcomeWord::CompletedWithWarnings;
        self.warnings.push(warning);
    }
}

fn result(prepared: &PreparedRestore, run: &RunId, secured: &Secured) -> (RestoreResult, Record) {
    let warnings = prepared.warnings();
    let items = prepared.plan.items;
    let record = Record {
        counts: RunCounts {
            notes: prepared.plan.notes.writes(),
            attachments: prepared.plan.attachments,
            items: items.writes(),
            added: items.added,
            updated: items.updated,
            removed: items.removed,
            identical: items.identical,
            kept: items.kept,
            ..RunCounts::default()
        },
        warnings: warnings.iter().map(|warning| warning.message.clone()).collect(),
        ..Record::default()
    };
    let outcome =
        if warnings.is_empty() { OutcomeWord::Completed } else { OutcomeWord::CompletedWithWarnings };
    let result = RestoreResult {
        run: run.as_str().to_owned(),
        outcome,
        items: counts(items),
        notes: counts(prepared.plan.notes),
        attachments: prepared.plan.attachments,
        recovery: prepared.recovery.clone(),
        safety_archive: Some(secured.safety_archive.to_string_lossy().into_owned()),
        warnings,
    };
    (result, record)
}

fn mode_of(mode: RestoreMode) -> Mode {
    match mode {
        RestoreMode::Merge => Mode::Merge,
        RestoreMode::Overwrite => Mode::Overwrite,
        RestoreMode::Copy => Mode::Copy,
        RestoreMode::Exact => Mode::Exact,
    }
}

fn counts(counts: Counts) -> ChangeCounts {
    ChangeCounts {
        added: counts.added,
        updated: counts.updated,
        removed: counts.removed,
        identical: counts.identical,
        kept: counts.kept,
        failed: 0,
    }
}

const WORDS: [(Change, ChangeWord); 5] = [
    (Change::Added, ChangeWord::Added),
    (Change::Updated, ChangeWord::Updated),
    (Change::Removed, ChangeWord::Removed),
    (Change::Identical, ChangeWord::Identical),
    (Change::Kept, ChangeWord::Kept),
];

fn change_of(word: ChangeWord) -> Change {
    WORDS.iter().find(|(_, known)| *known == word).map_or(Change::Kept, |(change, _)| *change)
}

fn planned_change(line: PlanLine) -> PlannedChange {
    let change =
        WORDS.iter().find(|(known, _)| *known == line.change).map_or(ChangeWord::Kept, |(_, word)| *word);
    PlannedChange { change, id: line.id, kind: line.kind.as_str().to_owned(), title: line.title }
}
