//! Checking archives again by themselves, those of the places too: one at a time, in the background of
//! everything else.
//!
//! The file is read without the account's lock, so that no backup ever waits for it; a backup that comes
//! due meanwhile stops it. The reading thread asks the system for the lowest priority: on Linux that is
//! its niceness, which the usual disk schedulers follow; on other systems it runs like any other.

use std::path::Path;
use std::thread;
use std::time::Duration;

use backstop_formats::Effort;
use backstop_model::Job;

use super::take_in::{Found, FoundAll};
use super::{Record, RunOrder, Session};
use crate::api::{CheckResult, Code, Conditions, OpenArchive, Problem, Warning};
use crate::places::Place;
use crate::repository::{Entry, Verified, look};
use crate::runs::{RunId, RunKind, Trigger};
use crate::verify::stale::{Stale, stale, waits};

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
    /// What the place it lies in is called, if it is not one of Backstop's own.
    pub place: Option<String>,
}

/// A file that is to be checked again, and the place it lies in if it is not one of Backstop's own.
pub(super) struct Again {
    entry: Entry,
    place: Option<Place>,
}

impl Session {
    /// The file that is to be checked again now: of all that are known the one that waited longest.
    pub(super) fn stale_archive(&self, conditions: &Conditions) -> Result<Option<Again>, Problem> {
        if conditions.running || !self.settings()?.recheck {
            return Ok(None);
        }
        let now = self.now();
        let by_hand = conditions.awake_for.is_none();
        if !by_hand && waits(self.last_recheck()?, now) {
            return Ok(None);
        }
        // On battery only what can't be put off any longer.
        let urgent = |stale: &Stale<'_>| stale.late || conditions.battery.is_none();
        let own = self.catalog().load().unwrap_or_default();
        let mut oldest = stale(&own.entries, now)
            .filter(urgent)
            .map(|found| (found.age_ms, Again { entry: found.entry.clone(), place: None }));
        for place in self.places_file().load()?.places {
            let mut files = self.catalog_of(&place).load().unwrap_or_default().entries;
            // What was never read in full is new, and taken in as such.
            files.retain(|entry| entry.verified == Verified::Full);
            let Some(found) = stale(&files, now).filter(urgent) else { continue };
            if oldest.as_ref().is_none_or(|(age, _)| found.age_ms > *age) {
                oldest = Some((found.age_ms, Again { entry: found.entry.clone(), place: Some(place) }));
            }
        }
        Ok(oldest.map(|(_, again)| again))
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
        let Some(mut again) = self.stale_archive(conditions)? else { return Ok(None) };
        if !is_as_listed(&again.entry) {
            // Deleted, changed or away: the list learns of it, and something else may be there to check.
            match &again.place {
                None => self.archives().map(drop)?,
                Some(place) => self.refresh_place(place).map(drop)?,
            }
            match self.stale_archive(conditions)? {
                Some(other) if is_as_listed(&other.entry) => again = other,
                _ => return Ok(None),
            }
        }
        match again.place {
            None => {
                let entry = &again.entry;
                let read = self.quietly(conditions, gives_way, job, |quiet| self.read_own(entry, quiet));
                self.note_own(entry, read).map(Some)
            }
            Some(place) => {
                let entry = &again.entry;
                let found =
                    self.quietly(conditions, gives_way, job, |quiet| self.check_file(&place, entry, quiet));
                self.note_of_place(&place, entry, found)
            }
        }
    }

    /// As of a new file of the place, but for one that could not be read: that is tried again hours later.
    fn note_of_place(
        &self,
        place: &Place,
        entry: &Entry,
        found: Result<Option<Found>, Problem>,
    ) -> Result<Option<Rechecked>, Problem> {
        let found = match found {
            Ok(found) => found,
            Err(problem) => {
                let places = vec![place.id.to_string()];
                let failed = |_: &RunId| Err::<(FoundAll, Record), _>(problem);
                return self.run_on(places, RunOrder::check_by_itself(), failed).map(|_| None);
            }
        };
        let noted = self.note_checked(place, &[entry], &mut |_| Ok(found.clone()))?;
        let sound = noted.files.first().map(|found| found.check.sound);
        let place = Some(place.title.clone());
        Ok(sound.map(|sound| Rechecked { archive: entry.id.clone(), sound, place }))
    }

    fn note_own(
        &self,
        entry: &Entry,
        read: Result<(CheckResult, Option<String>), Problem>,
    ) -> Result<Rechecked, Problem> {
        let result = self.run(RunOrder::check_by_itself(), |_| {
            let (result, archive) = read?;
            let verification = self.note_check(&entry.path, &result, archive)?;
            let mut warnings: Vec<_> =
                result.findings.iter().map(|finding| finding.message.clone()).collect();
            if !result.full {
                warnings.push(ONLY_QUICK.to_owned());
            }
            Ok((result, Record { warnings, verifications: vec![verification], ..Record::default() }))
        })?;
        Ok(Rechecked { archive: entry.id.clone(), sound: result.sound, place: None })
    }

    /// Reads on a thread of low priority, until that is done, stopped, or in the way of a backup.
    fn quietly<T: Send>(
        &self,
        conditions: &Conditions,
        gives_way: bool,
        job: &Job,
        read: impl FnOnce(&Job) -> Result<T, Problem> + Send,
    ) -> Result<T, Problem> {
        let quiet = Job::new();
        thread::scope(|scope| {
            let reading = scope.spawn(|| {
                crate::system::lower_priority();
                read(&quiet)
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
            message: match &self.place {
                None => {
                    "A backup was checked again and is damaged. A fresh one is made in its place.".to_owned()
                }
                Some(title) => format!(
                    "A backup in {title} was checked again and is damaged. Backstop left it as it is."
                ),
            },
            item: Some(self.archive.clone()),
        })
    }
}
