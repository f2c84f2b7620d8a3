//! The second folder: every finished archive is copied there, checked, and kept by the same policy.
//!
//! A folder that is away fails no backup: what it lacks is copied when it is back, the newest first.

use std::path::{Path, PathBuf};

use backstop_model::{Job, Stage, TimeMs};

use super::keep::PLACES;
use super::{Record, RunOrder, Session, Warned};
use crate::api::{
    Backstop, BackupResult, Code, CopiesState, CopyResult, Effort, OpenArchive, OutcomeWord, Problem, Warning,
};
use crate::copies::{copy, missing};
use crate::repository::{Entry, Repository, Verified, archives_folder, look};
use crate::retention::{Keep, Origins};
use crate::runs::{Counts, History, Level, RunId, RunKind, TouchedArchive, Trigger, Verification};
use crate::settings::Settings;

/// How long copying by itself rests after it failed, unless a new backup was made.
const REST_MS: i64 = 3_600_000;

/// What was copied, or why not.
struct Copied {
    made: TouchedArchive,
    verification: Option<Verification>,
}

impl Session {
    /// Copies every archive that the second folder lacks. None if there is no such folder or it lacks none.
    ///
    /// # Errors
    /// `disk_gone` if the folder is away, `usage` if it is the one of the backups, `busy`. What goes wrong
    /// with a single archive is a warning.
    pub fn copy_archives(&self, automatic: bool, job: &Job) -> Result<Option<CopyResult>, Problem> {
        let settings = self.settings()?;
        let Some(chosen) = settings.copies_folder.clone() else { return Ok(None) };
        self.archives()?;
        if self.uncopied(&settings)?.is_empty() {
            return Ok(None);
        }
        let trigger = if automatic { Trigger::Automatic } else { Trigger::Manual };
        let folder = Some(archives_folder(&chosen));
        let order = RunOrder { kind: RunKind::Copy, trigger, undoes: None, folder, attachments: false };
        let copied = self.run(order, |run| {
            let repository = Repository::open(&chosen, &self.world.data_dir, &self.origin)?;
            apart(&archives_folder(&settings.backups_folder), repository.folder())?;
            Ok(self.copy_all(&self.uncopied(&settings)?, &repository, run, job))
        });
        copied.map(Some)
    }

    /// The step that runs by itself. A folder that is away is no trouble: whoever made the backup said so.
    pub(super) fn catch_up_with_copies(&self, job: &Job) -> Result<Option<CopyResult>, Problem> {
        if self.has_copies_to_make()? { self.copy_archives(true, job) } else { Ok(None) }
    }

    /// Whether copies are missing that could be made now. Cheap, and writes nothing.
    pub(super) fn has_copies_to_make(&self) -> Result<bool, Problem> {
        let settings = self.settings()?;
        let reachable =
            settings.copies_folder.as_deref().is_some_and(|folder| archives_folder(folder).is_dir());
        if !reachable || failed_lately(&*self.runs().read()?, self.now()) {
            return Ok(false);
        }
        Ok(!self.uncopied(&settings)?.is_empty())
    }

    /// How the second folder stands, if there is one. Cheap, and writes nothing.
    pub(super) fn copies_state(&self, settings: &Settings) -> Result<Option<CopiesState>, Problem> {
        let Some(chosen) = settings.copies_folder.as_deref() else { return Ok(None) };
        let missing = u32::try_from(self.uncopied(settings)?.len()).unwrap_or(u32::MAX);
        Ok(Some(CopiesState { away: !archives_folder(chosen).is_dir(), missing }))
    }

    /// Copies what a backup has just made. Nothing about that can fail the backup.
    pub(super) fn copy_after(&self, result: &mut BackupResult, trigger: Trigger, job: &Job) {
        match self.copy_archives(trigger == Trigger::Automatic, job) {
            Ok(copied) => {
                copied
                    .into_iter()
                    .flat_map(|copied| copied.warnings)
                    .for_each(|warning| result.warn(warning));
            }
            // Another job goes first, or somebody stopped it; the next look comes back to it.
            Err(problem) if matches!(problem.code, Code::Busy) => {}
            Err(problem) => {
                let message = format!(
                    "It is not in the folder for copies yet, and will be copied later. {}",
                    problem.message
                );
                result.warn(Warning { code: problem.code.as_str().to_owned(), message, item: None });
            }
        }
    }

    /// The archives that the second folder lacks, as the catalog knows it, newest first.
    pub(super) fn uncopied(&self, settings: &Settings) -> Result<Vec<Entry>, Problem> {
        let Some(copies) = settings.copies_folder.as_deref().map(archives_folder) else {
            return Ok(Vec::new());
        };
        let backups = archives_folder(&settings.backups_folder);
        let (history, catalog) = (self.runs().read()?, self.catalog().load().unwrap_or_default());
        let origins = Origins::of(&history, &PLACES);
        let shelf = |folder: &Path| -> Vec<&Entry> {
            catalog.entries.iter().filter(|entry| entry.path.parent() == Some(folder)).collect()
        };
        let keep = Some(settings.keep).filter(|keep| settings.keep_agreed && *keep != Keep::All);
        let missing = missing(&shelf(&backups), &shelf(&copies), &origins, keep, &self.zoned_now());
        Ok(missing.into_iter().cloned().collect())
    }

    fn copy_all(
        &self,
        originals: &[Entry],
        repository: &Repository,
        run: &RunId,
        job: &Job,
    ) -> (CopyResult, Record) {
        let mut result = CopyResult {
            run: run.as_str().to_owned(),
            outcome: OutcomeWord::Completed,
            copied: Vec::new(),
            bytes: 0,
            warnings: Vec::new(),
        };
        let mut record = Record::default();
        for original in originals {
            match self.copy_one(original, repository, run, job) {
                Ok(Copied { made, verification }) => {
                    result.copied.push(made.path.to_string_lossy().into_owned());
                    result.bytes += made.bytes;
                    record.copied.push(made);
                    record.verifications.extend(verification);
                }
                Err(problem) => {
                    let item = Some(original.name.clone());
                    result.warn(Warning { item, ..Warning::of_problem(&problem) });
                    // What the folder itself can't take now, it can't for the next one either.
                    if problem.code.exit_code() == Code::DiskGone.exit_code() || job.check().is_err() {
                        break;
                    }
                }
            }
        }
        record.counts =
            Counts { items: record.copied.len() as u64, bytes: result.bytes, ..Counts::default() };
        record.warnings = result.warnings.iter().map(|warning| warning.message.clone()).collect();
        (result, record)
    }

    fn copy_one(
        &self,
        original: &Entry,
        repository: &Repository,
        run: &RunId,
        job: &Job,
    ) -> Result<Copied, Problem> {
        job.check()?;
        repository.check_space(original.bytes)?;
        job.enter(Stage::Writing, 1, original.bytes.saturating_mul(2));
        let target = repository.folder().join(&original.name);
        let mut checked = false;
        let mut check = |part: &Path| {
            checked = self.read_whole(part, job)?;
            Ok(())
        };
        let path = copy(&original.path, &target, (&self.origin, run.as_str()), &mut check, job)?;
        let file = look(&path).map_err(Problem::reading)?;
        let now = self.now();
        let verification = checked.then(|| Verification {
            archive: original.archive.clone(),
            manifest_sha256: None,
            name: file.name.clone(),
            bytes: file.bytes,
            level: Level::Full,
            sound: true,
            at: now,
        });
        let state = if checked { Verified::Full } else { Verified::Never };
        let made = TouchedArchive { archive: original.archive.clone(), path, bytes: file.bytes };
        // A cache: what it does not learn now, the next listing finds.
        let _ = self.catalog().change(|catalog| catalog.record_copy(original, &file, state, now));
        Ok(Copied { made, verification })
    }

    /// Reads every byte and item of a copy; false if it is under keys that this account has no more.
    fn read_whole(&self, path: &Path, job: &Job) -> Result<bool, Problem> {
        let mut archive = OpenArchive::open(path, Effort::Usual)?;
        if archive.is_locked() && !self.unlock_own(&mut archive, job)? {
            return Ok(false);
        }
        let checked = Backstop { world: self.world.clone() }.check(&mut archive, true, job)?;
        if checked.sound {
            return Ok(true);
        }
        Err(Problem::new(
            Code::ChecksumMismatch,
            "This backup is damaged, so it was not copied. Those that are copied already are as they were.",
        )
        .with_hint("Check it, and make a new backup."))
    }
}

/// Refuses a folder that would be lost together with the other one.
fn apart(backups: &Path, copies: &Path) -> Result<(), Problem> {
    let real = |folder: &Path| -> PathBuf { folder.canonicalize().unwrap_or_else(|_| folder.to_owned()) };
    let (backups, copies) = (real(backups), real(copies));
    if copies.starts_with(&backups) || backups.starts_with(&copies) {
        return Err(Problem::new(
            Code::Usage,
            "The folder for copies is the one of the backups, or inside of it, and would be lost together with it. Nothing was copied.",
        )
        .with_hint("Choose another folder for copies, best on another disk."));
    }
    Ok(())
}

/// Whether copying was tried within the last hour and did not do all of its work.
fn failed_lately(history: &History, now: TimeMs) -> bool {
    let newest = history.runs.iter().find(|run| run.begin.kind == RunKind::Copy);
    newest.and_then(|run| run.end.as_ref()).is_some_and(|end| {
        end.outcome != crate::runs::Outcome::Completed && (0..REST_MS).contains(&(now.0 - end.ended.0))
    })
}

impl Warned for CopyResult {
    fn warn(&mut self, warning: Warning) {
        self.outcome = OutcomeWord::CompletedWithWarnings;
        self.warnings.push(warning);
    }
}
