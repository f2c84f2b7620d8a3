//! Checking archives again by themselves: one at a time, in the background of everything else.
//!
//! The file is read without the account's lock, so that no backup ever waits for it; a backup that comes
//! due meanwhile stops it. The reading thread asks the system for the lowest priority: on Linux that is
//! its niceness, which the usual disk schedulers follow; on other systems it runs like any other.

use std::path::Path;
use std::thread;
use std::time::Duration;

use backstop_formats::Effort;
use backstop_model::Job;

use super::{Record, RunOrder, Session};
use crate::api::{CheckResult, Code, Conditions, OpenArchive, Problem, Warning};
use crate::repository::{Entry, look};
use crate::runs::{RunKind, Trigger};
use crate::verify::stale::{stale, waits};

/// How often a running check looks whether it is to stop.
const GLANCE: Duration = Duration::from_millis(50);

/// Every how many glances it looks whether a backup is due.
const GLANCES_PER_LOOK: u32 = 200;

/// Said of an archive that only its own password opens.
const ONLY_QUICK: &str = "This backup is sealed with another password, so only its structure was checked.";

/// What a check by itself ended in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rechecked {
    /// The archive, by its id in the catalog.
    pub archive: String,
    /// Whether it is whole.
    pub sound: bool,
}

impl Session {
    /// The archive that is to be checked again now.
    pub(super) fn stale_archive(&self, conditions: &Conditions) -> Result<Option<Entry>, Problem> {
        if conditions.running || !self.settings()?.recheck {
            return Ok(None);
        }
        let now = self.now();
        let by_hand = conditions.awake_for.is_none();
        let catalog = self.catalog().load().unwrap_or_default();
        let found = stale(&catalog.entries, now)
            // On battery only what can't be put off any longer.
            .filter(|stale| stale.late || conditions.battery.is_none());
        let Some(found) = found else { return Ok(None) };
        let waits = !by_hand && waits(self.last_recheck()?, now);
        Ok((!waits).then(|| found.entry.clone()))
    }

    /// When the last check by itself ended, and whether it did well.
    fn last_recheck(&self) -> Result<Option<(backstop_model::TimeMs, bool)>, Problem> {
        let history = self.runs().read()?;
        let last = history
            .runs
            .iter()
            .find(|run| run.begin.kind == RunKind::Verify && run.begin.trigger == Trigger::Automatic);
        Ok(last.map(|run| match &run.end {
            Some(end) => (end.ended, end.outcome.is_done()),
            None => (run.begin.started, false),
        }))
    }

    /// Checks the archive that was not checked for the longest time, if it is time for one. Where it gives way,
    /// it stops when a backup comes due.
    pub(super) fn recheck(
        &self,
        conditions: &Conditions,
        gives_way: bool,
        job: &Job,
    ) -> Result<Option<Rechecked>, Problem> {
        let Some(mut entry) = self.stale_archive(conditions)? else { return Ok(None) };
        if !is_as_listed(&entry) {
            // Deleted, changed or away: the list learns of it, and something else may be there to check.
            self.archives()?;
            match self.stale_archive(conditions)? {
                Some(other) if is_as_listed(&other) => entry = other,
                _ => return Ok(None),
            }
        }
        let read = self.read_quietly(&entry, conditions, gives_way, job);
        let order = RunOrder {
            kind: RunKind::Verify,
            trigger: Trigger::Automatic,
            undoes: None,
            folder: None,
            attachments: false,
        };
        let result = self.run(order, |_| {
            let (result, archive) = read?;
            let verification = self.note_check(&entry.path, &result, archive)?;
            let mut warnings: Vec<_> =
                result.findings.iter().map(|finding| finding.message.clone()).collect();
            if !result.full {
                warnings.push(ONLY_QUICK.to_owned());
            }
            Ok((result, Record { warnings, verifications: vec![verification], ..Record::default() }))
        })?;
        Ok(Some(Rechecked { archive: entry.id, sound: result.sound }))
    }

    /// Reads the archive on a thread of low priority, until it is done, stopped, or in the way of a backup.
    fn read_quietly(
        &self,
        entry: &Entry,
        conditions: &Conditions,
        gives_way: bool,
        job: &Job,
    ) -> Result<(CheckResult, Option<String>), Problem> {
        let quiet = Job::new();
        thread::scope(|scope| {
            let reading = scope.spawn(|| {
                crate::system::lower_priority();
                self.read_own(entry, &quiet)
            });
            let mut glances = 0_u32;
            while !reading.is_finished() {
                // The first look comes at once: until here, nobody has looked for a while.
                let looks = gives_way && glances.is_multiple_of(GLANCES_PER_LOOK);
                let in_the_way = looks && self.backup_is_due(conditions);
                glances = glances.wrapping_add(1);
                if job.check().is_err() || in_the_way {
                    quiet.cancel();
                }
                thread::sleep(GLANCE);
            }
            reading.join().unwrap_or_else(|_| Err(Problem::of(Code::Internal)))
        })
    }

    fn read_own(&self, entry: &Entry, job: &Job) -> Result<(CheckResult, Option<String>), Problem> {
        let opened = self.open_own(&entry.path, job);
        // Damage that shows at the door is a result of the full check too.
        let full = opened.as_ref().map_or(true, |(_, ours)| *ours);
        let mut archive = Some(opened.map(|(archive, _)| archive));
        let mut open = || archive.take().unwrap_or_else(|| Err(Problem::of(Code::Internal)));
        self.check_now(&entry.path, &mut open, full, job)
    }

    /// An archive, and whether it is open: to anyone, or by the keys of this account.
    pub(super) fn open_own(&self, path: &Path, job: &Job) -> Result<(OpenArchive, bool), Problem> {
        let mut archive = OpenArchive::open(path, Effort::Usual)?;
        let open = !archive.is_locked() || self.unlock_own(&mut archive, job)?;
        Ok((archive, open))
    }

    /// Whether a backup is to be made now.
    pub(super) fn backup_is_due(&self, conditions: &Conditions) -> bool {
        self.dues(conditions).is_ok_and(|dues| dues.notes.is_now() || dues.full.is_now())
    }
}

fn is_as_listed(entry: &Entry) -> bool {
    look(&entry.path).is_ok_and(|file| (file.bytes, file.modified) == (entry.bytes, entry.modified))
}

impl Rechecked {
    /// What the owner is to know of it.
    pub(super) fn warning(&self) -> Option<Warning> {
        (!self.sound).then(|| Warning {
            code: Code::ChecksumMismatch.as_str().to_owned(),
            message: "A backup was checked again and is damaged. A fresh one is made in its place."
                .to_owned(),
            item: Some(self.archive.clone()),
        })
    }
}
