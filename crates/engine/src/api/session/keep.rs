//! Keeping and deleting archives: the plan for showing, and carrying it out.
//!
//! The decision is [`crate::retention`]'s. Here it gets the facts of the folders, and is carried out under
//! the job lock: only if nothing is different from what was shown, and each file only after it has proven
//! that a run of ours made it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use backstop_model::Job;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Record, RunOrder, Session, Warned};
use crate::api::{
    Effort, KeepReason, OpenArchive, OutcomeWord, PauseReason, Problem, PrunePlanCard, PruneResult,
    PrunedArchive, Warning,
};
use crate::problem::Code;
use crate::repository::{Entry, archives_folder, look};
use crate::retention::{Keep, MadeBy, Origins, Pause, Verdict, pause, plan};
use crate::runs::{Counts, History, Outcome, RunId, RunKind, TouchedArchive, Trigger};
use crate::settings::{LIBRARY, Settings};
use crate::system::{Removed, Trash};

/// The places whose archives this account makes.
pub(super) const PLACES: [&str; 1] = [LIBRARY];

/// How exactly file systems note when a file was written: FAT counts in two seconds.
const GRAIN_MS: i64 = 2_000;

/// Everything a plan is made of, and the plan.
struct Prospect {
    keep: Keep,
    agreed: bool,
    pause: Option<Pause>,
    lines: Vec<Line>,
}

/// One archive of a folder that backups go to.
struct Line {
    entry: Entry,
    verdict: Verdict,
    copy: bool,
}

impl Session {
    /// What the owner's policy would delete now, with the reasons. Touches nothing.
    ///
    /// # Errors
    /// Settings or history can't be read; the catalog can't be written.
    pub fn prune_plan(&self) -> Result<PrunePlanCard, Problem> {
        Ok(self.prospect()?.card())
    }

    /// Carries out the plan that was shown under `token`. Whoever asks for that has agreed to the policy.
    ///
    /// # Errors
    /// `destination_changed` if anything is different by now, `usage` while deletions are paused, `busy`;
    /// nothing is deleted then. What can't be deleted later on is a warning.
    pub fn prune(&self, token: &str, job: &Job) -> Result<PruneResult, Problem> {
        let shown = self.prospect()?;
        shown.may_be_carried_out(token)?;
        self.agree_to_keep(shown.keep)?;
        self.carry_out(token, Trigger::Manual, job)
    }

    /// Deletes what is to go, if the owner agreed to the policy and nothing speaks against it. None if
    /// there was nothing to do.
    ///
    /// # Errors
    /// As [`Session::prune`].
    pub fn prune_if_agreed(&self, job: &Job) -> Result<Option<PruneResult>, Problem> {
        if !self.has_archives_to_delete()? {
            return Ok(None);
        }
        let prospect = self.prospect()?;
        if prospect.is_idle() {
            return Ok(None);
        }
        self.carry_out(&prospect.token(), Trigger::Automatic, job).map(Some)
    }

    /// Whether the policy deletes something by itself now, as the catalog knows the folders. Cheap, and
    /// writes nothing.
    pub(super) fn has_archives_to_delete(&self) -> Result<bool, Problem> {
        let settings = self.settings()?;
        if !settings.keep_agreed || settings.keep == Keep::All {
            return Ok(false);
        }
        let history = self.runs().read()?;
        Ok(!pruned_since_the_last_backup(&history) && !self.prospect_of(&settings, &history).is_idle())
    }

    /// The owner has seen what the policy `keep` deletes, and agrees: from now on that happens by itself.
    ///
    /// # Errors
    /// `destination_changed` if the policy is another one by now; the settings can't be written.
    pub fn agree_to_keep(&self, keep: Keep) -> Result<(), Problem> {
        self.change(None, |settings| {
            if settings.keep != keep {
                return Err(changed());
            }
            settings.keep_agreed = true;
            Ok(())
        })
        .map(drop)
    }

    /// Why nothing is deleted for now. None where nothing would be anyway.
    pub(super) fn deleting_paused(&self, settings: &Settings) -> Result<Option<PauseReason>, Problem> {
        if settings.keep == Keep::All {
            return Ok(None);
        }
        let why = pause(&*self.runs().read()?, LIBRARY, &settings.drops_seen);
        Ok(why.as_ref().map(PauseReason::from))
    }

    /// The owner has seen that the newest backups are smaller, and finds that right.
    ///
    /// # Errors
    /// The settings can't be written.
    pub fn accept_drop(&self) -> Result<(), Problem> {
        let history = self.runs().read()?;
        let seen = newest_archives(&history);
        self.change(None, |settings| {
            settings.drops_seen.clone_from(&seen);
            Ok(())
        })
        .map(drop)
    }

    /// Pins an archive, by its id, name or path, so that it is never deleted by itself; or lets it go
    /// again. Its copies are meant too.
    ///
    /// # Errors
    /// `not_found`; the catalog can't be written.
    pub fn pin(&self, archive: &str, pinned: bool) -> Result<(), Problem> {
        self.archives()?;
        let found = self.catalog().change(|catalog| {
            let (id, inside) =
                catalog.find(archive).map(|entry| (entry.id.clone(), entry.archive.clone()))?;
            let same = |entry: &Entry| entry.id == id || (inside.is_some() && entry.archive == inside);
            let ids: Vec<String> =
                catalog.entries.iter().filter(|entry| same(entry)).map(|entry| entry.id.clone()).collect();
            for id in &ids {
                catalog.set_pinned(id, pinned);
            }
            Some(())
        })?;
        found.ok_or_else(|| {
            Problem::new(Code::NotFound, format!("There is no backup called {archive}. Nothing was changed."))
                .with_hint("List the backups with: backstop list")
        })
    }

    /// Where archives are kept and deleted by the policy: the folder of backups, and the one of copies.
    pub(super) fn shelves(&self, settings: &Settings) -> Vec<(PathBuf, bool)> {
        let copies = settings.copies_folder.as_deref().map(|folder| (archives_folder(folder), true));
        [(archives_folder(&settings.backups_folder), false)].into_iter().chain(copies).collect()
    }

    fn prospect(&self) -> Result<Prospect, Problem> {
        self.archives()?;
        Ok(self.prospect_of(&self.settings()?, &*self.runs().read()?))
    }

    /// The plan for what the catalog knows.
    fn prospect_of(&self, settings: &Settings, history: &History) -> Prospect {
        let origins = Origins::of(history, &PLACES);
        let entries = self.catalog().load().unwrap_or_default().entries;
        let pinned: HashSet<String> =
            entries.iter().filter(|entry| entry.pinned).filter_map(|entry| entry.archive.clone()).collect();
        let mut lines = Vec::new();
        for (folder, copy) in self.shelves(settings) {
            let shelf: Vec<Entry> = entries
                .iter()
                .filter(|entry| entry.path.parent() == Some(&folder))
                .cloned()
                .map(|entry| {
                    let pinned = entry.pinned || entry.archive.as_ref().is_some_and(|id| pinned.contains(id));
                    Entry { pinned, ..entry }
                })
                .collect();
            let known: Vec<_> = shelf.iter().map(|entry| origins.known(entry)).collect();
            let verdicts = plan(settings.keep, &known, &self.zoned_now());
            lines.extend(shelf.into_iter().zip(verdicts).map(|(entry, verdict)| Line {
                entry,
                verdict,
                copy,
            }));
        }
        lines.sort_by(|a, b| b.sort_key().cmp(&a.sort_key()));
        let pause = pause(history, LIBRARY, &settings.drops_seen);
        Prospect { keep: settings.keep, agreed: settings.keep_agreed, pause, lines }
    }

    fn carry_out(&self, token: &str, trigger: Trigger, job: &Job) -> Result<PruneResult, Problem> {
        let order =
            RunOrder { kind: RunKind::Prune, trigger, attachments: false, undoes: None, folder: None };
        let result = self.run(order, |run| {
            let prospect = self.prospect()?;
            prospect.may_be_carried_out(token)?;
            let history = self.runs().read()?;
            Ok(self.delete_doomed(&prospect, &history, run, job))
        });
        // The catalog is a cache: what it does not learn now, the next listing finds.
        let _ = self.archives();
        result
    }

    /// Deletes the oldest first, so that whatever interrupts it leaves what the policy wants more.
    fn delete_doomed(
        &self,
        prospect: &Prospect,
        history: &History,
        run: &RunId,
        job: &Job,
    ) -> (PruneResult, Record) {
        let (origins, trash) = (Origins::of(history, &PLACES), Trash::of_user());
        let (mut deleted, mut warnings, mut in_trash) = (Vec::new(), Vec::new(), 0);
        for line in prospect.doomed() {
            if job.check().is_err() {
                warnings.push(warning(Code::Cancelled, "You stopped it. The rest goes the next time.", None));
                break;
            }
            let entry = &line.entry;
            match self.delete_one(entry, origins.maker(entry), &trash, job) {
                Ok(removed) => {
                    in_trash += u32::from(removed == Removed::ToTrash);
                    deleted.push(TouchedArchive {
                        archive: entry.archive.clone(),
                        path: entry.path.clone(),
                        bytes: entry.bytes,
                    });
                }
                Err(problem) => warnings.push(warning(problem.code, &problem.message, Some(&entry.name))),
            }
        }
        let bytes_freed = deleted.iter().map(|one| one.bytes).sum();
        let outcome =
            if warnings.is_empty() { OutcomeWord::Completed } else { OutcomeWord::CompletedWithWarnings };
        let record = Record {
            counts: Counts { removed: deleted.len() as u64, bytes: bytes_freed, ..Counts::default() },
            warnings: warnings.iter().map(|warning| warning.message.clone()).collect(),
            deleted: deleted.clone(),
            ..Record::default()
        };
        let deleted = deleted.iter().map(|one| one.path.to_string_lossy().into_owned()).collect();
        let run = run.as_str().to_owned();
        (PruneResult { run, outcome, deleted, in_trash, bytes_freed, warnings }, record)
    }

    fn delete_one(
        &self,
        entry: &Entry,
        maker: Option<MadeBy<'_>>,
        trash: &Trash,
        job: &Job,
    ) -> Result<Removed, Problem> {
        let now = look(&entry.path).map_err(Problem::reading)?;
        let is_file = std::fs::symlink_metadata(&entry.path).is_ok_and(|about| about.is_file());
        let unchanged = is_file && (now.bytes, now.modified) == (entry.bytes, entry.modified);
        match maker.filter(|_| unchanged) {
            Some(by) if self.is_proven(entry, by, job)? => {
                trash.remove(&entry.path, &self.zoned_now()).map_err(Problem::writing)
            }
            _ => Err(Problem::new(
                Code::DestinationChanged,
                format!("{} is not the backup that was to go, so it was not touched.", entry.name),
            )),
        }
    }

    /// Whether what is inside says that this run made it. An archive under keys that this account does not
    /// have any more says nothing; then the time of its last write must be within the run.
    fn is_proven(&self, entry: &Entry, by: MadeBy<'_>, job: &Job) -> Result<bool, Problem> {
        let mut archive = OpenArchive::open(&entry.path, Effort::Usual)?;
        if archive.is_locked() && !self.unlock_own(&mut archive, job)? {
            let (from, to) = (by.started.0 - GRAIN_MS, by.ended.0 + GRAIN_MS);
            return Ok((from..=to).contains(&entry.modified.0));
        }
        Ok(archive.head().archive_id.as_ref() == Some(&by.made.archive))
    }
}

impl Prospect {
    /// Whether nothing is deleted now.
    fn is_idle(&self) -> bool {
        self.pause.is_some() || self.doomed().next().is_none()
    }

    /// What goes, oldest first.
    fn doomed(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().rev().filter(|line| line.verdict.is_forget())
    }

    /// Names everything that the plan rests on.
    fn token(&self) -> String {
        #[derive(Serialize)]
        struct Fact<'a> {
            path: &'a Path,
            id: &'a str,
            bytes: u64,
            modified: i64,
            goes: bool,
        }
        let fact = |line: &Line| {
            let Entry { path, id, bytes, modified, .. } = &line.entry;
            let goes = line.verdict.is_forget();
            serde_json::to_vec(&Fact { path, id, bytes: *bytes, modified: modified.0, goes })
        };
        let mut hash = Sha256::new();
        hash.update(format!("{} {}\n", self.keep, self.pause.is_some()));
        for line in &self.lines {
            hash.update(fact(line).unwrap_or_default());
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn may_be_carried_out(&self, token: &str) -> Result<(), Problem> {
        if let Some(pause) = &self.pause {
            let hint = if PauseReason::from(pause).can_accept {
                "Look at the newest backup, and say so if it is right."
            } else {
                "Make a backup that succeeds."
            };
            return Err(Problem::new(Code::Usage, PauseReason::from(pause).message).with_hint(hint));
        }
        if self.token() == token { Ok(()) } else { Err(changed()) }
    }

    fn card(&self) -> PrunePlanCard {
        let archives: Vec<PrunedArchive> = self.lines.iter().map(Line::card).collect();
        let count = |goes: bool| archives.iter().filter(|archive| archive.delete == goes).count();
        PrunePlanCard {
            token: self.token(),
            keep: self.keep,
            agreed: self.agreed,
            paused: self.pause.as_ref().map(PauseReason::from),
            to_delete: u32::try_from(count(true)).unwrap_or(u32::MAX),
            to_keep: u32::try_from(count(false)).unwrap_or(u32::MAX),
            bytes_freed: self.doomed().map(|line| line.entry.bytes).sum(),
            archives,
        }
    }
}

impl Line {
    fn sort_key(&self) -> (i64, &str, bool) {
        (self.entry.created.unwrap_or(self.entry.modified).0, &self.entry.name, self.copy)
    }

    fn card(&self) -> PrunedArchive {
        let codes: Vec<KeepReason> = match &self.verdict {
            Verdict::Keep(reasons) => reasons.iter().map(|reason| KeepReason::Stays(*reason)).collect(),
            Verdict::Forget(surplus) => vec![KeepReason::Goes(*surplus)],
        };
        let entry = &self.entry;
        PrunedArchive {
            id: entry.id.clone(),
            name: entry.name.clone(),
            path: entry.path.to_string_lossy().into_owned(),
            place: entry.place.clone(),
            attachments_included: entry.attachments_included,
            copy: self.copy,
            created: entry.created.or(Some(entry.modified)).map(|time| time.0),
            bytes: entry.bytes,
            delete: self.verdict.is_forget(),
            reasons: codes.iter().map(|code| code.sentence().to_owned()).collect(),
            codes,
        }
    }
}

impl Warned for PruneResult {
    fn warn(&mut self, warning: Warning) {
        self.outcome = OutcomeWord::CompletedWithWarnings;
        self.warnings.push(warning);
    }
}

/// Whether something was deleted, or tried to be, since the last backup: by itself that happens once after
/// each, not whenever something else makes one archive more superfluous, and not again every minute.
fn pruned_since_the_last_backup(history: &History) -> bool {
    let since = history.runs.iter().take_while(|run| run.begin.kind != RunKind::Backup);
    let mut tried = since.filter(|run| run.begin.kind == RunKind::Prune).filter_map(|run| run.end.as_ref());
    tried.any(|end| end.outcome != Outcome::LeftRunning)
}

/// The newest archive of each place and kind.
fn newest_archives(history: &History) -> Vec<String> {
    let made = || history.runs.iter().filter_map(|run| run.end.as_ref()).flat_map(|end| &end.archives);
    let newest = |(place, full): (&str, bool)| {
        made().find(|made| made.place == place && made.attachments_included == full)
    };
    let kinds = PLACES.into_iter().flat_map(|place| [(place, false), (place, true)]);
    kinds.filter_map(newest).map(|made| made.archive.clone()).collect()
}

fn changed() -> Problem {
    Problem::new(
        Code::DestinationChanged,
        "Something is different from what was shown: a backup was made, removed or changed, or another choice was made. Nothing was deleted.",
    )
    .with_hint("Look at what would be deleted again.")
}

fn warning(code: Code, message: &str, item: Option<&str>) -> Warning {
    Warning { code: code.as_str().to_owned(), message: message.to_owned(), item: item.map(str::to_owned) }
}
