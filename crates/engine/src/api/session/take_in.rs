//! New files of the places: checked in full, listed, recorded, and merged into the library if that is wished.
//! A folder without news costs a listing, and writes nothing.

use std::path::PathBuf;

use backstop_model::Job;

use super::overview::head_of;
use super::places::is_closed;
use super::{Record, RunOrder, Session, Warned};
use crate::api::{
    CheckResult, Effort, OpenArchive, Problem, RestoreMode, RestoreOrder, RestoreResult, TakenIn, Warning,
};
use crate::places::{
    Merged, NOTESNOOK_EXTENSIONS, Place, PlaceFolder, is_settled, is_young, to_check, to_merge,
};
use crate::problem::Code;
use crate::repository::{Entry, FolderListing, Listed, Verified, list_of, look};
use crate::runs::{Level, RunKind, Trigger, Verification};
use crate::settings::LIBRARY;

/// What was found about one file.
#[derive(Clone)]
pub(super) struct Found {
    entry: Entry,
    pub(super) check: Verification,
    notes: Option<u64>,
    /// Why it stays closed, if it does.
    closed: Option<Code>,
}

/// What was found about the files of one run.
#[derive(Default)]
pub(super) struct FoundAll {
    pub(super) files: Vec<Found>,
    /// Files that could not be read at all.
    unread: Vec<PathBuf>,
    warnings: Vec<Warning>,
}

impl Warned for FoundAll {
    fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }
}

impl Session {
    /// Looks for new files in every place, checks them, and merges what is to be merged. Only what had
    /// news is told.
    ///
    /// # Errors
    /// `busy` while another job runs; a cancel; the places or their catalogs can't be read or written. What
    /// goes wrong with one place is told with it, and the others go on.
    pub fn take_in(&self, job: &Job) -> Result<Vec<TakenIn>, Problem> {
        let places = self.places_file().load()?.places;
        let mut news = Vec::new();
        for place in &places {
            news.extend(self.take_in_place(place, job)?);
        }
        Ok(news)
    }

    /// As [`Session::take_in`], of one place and until nothing in it is new: one look reads a bounded piece.
    ///
    /// # Errors
    /// `not_found`; as [`Session::take_in`].
    pub fn take_in_all(&self, id: &str, job: &Job) -> Result<Vec<TakenIn>, Problem> {
        let mut all = Vec::new();
        loop {
            let places = self.places_file().load()?;
            let place = places.find(id).ok_or_else(|| Problem::of(Code::NotFound))?;
            let Some(news) = self.take_in_place(place, job)? else { return Ok(all) };
            let read = news.sound + news.closed > 0 || !news.damaged.is_empty();
            all.push(news);
            if !read {
                return Ok(all);
            }
        }
    }

    fn take_in_place(&self, place: &Place, job: &Job) -> Result<Option<TakenIn>, Problem> {
        let entries = self.refresh_place(place)?;
        let mut news = TakenIn {
            place: place.id.to_string(),
            title: place.title.clone(),
            sound: 0,
            damaged: Vec::new(),
            closed: 0,
            merged: None,
            warnings: Vec::new(),
        };
        let new = to_check(&entries.iter().collect::<Vec<_>>(), self.now());
        let any = !new.is_empty();
        if any {
            let found = self.note_checked(place, &new, &mut |entry| self.check_file(place, entry, job))?;
            news.warnings.extend(found.warnings);
            for file in found.files {
                match (file.closed, file.check.sound) {
                    (_, false) => news.damaged.push(file.check.name),
                    (Some(_), true) => news.closed += 1,
                    (None, true) => news.sound += 1,
                }
            }
        }
        match self.merge_place(place, job) {
            Ok(merged) => news.merged = merged,
            Err(problem) if matches!(problem.code, Code::Busy | Code::Cancelled) => return Err(problem),
            Err(problem) => news.warnings.push(Warning::of_problem(&problem)),
        }
        Ok((any || news.merged.is_some() || !news.warnings.is_empty()).then_some(news))
    }

    /// Whether [`Session::take_in`] would do anything. Cheap, and writes nothing.
    ///
    /// # Errors
    /// The list of places can't be read.
    pub(super) fn places_have_news(&self) -> Result<bool, Problem> {
        let places = self.places_file().load()?.places;
        Ok(places.iter().any(|place| self.has_news(place)))
    }

    fn has_news(&self, place: &Place) -> bool {
        let (now, listing) = (self.now(), listing_of(&place.folder));
        let catalog = self.catalog_of(place).load().unwrap_or_default();
        let entries = catalog.newest_first();
        let Some(files) = listing.files else { return entries.iter().any(|entry| entry.present) };
        let known = |file: &Listed| {
            let alike = entries.iter().find(|entry| entry.path == file.path);
            alike.is_some_and(|entry| entry.present && entry.is(file))
        };
        let gone = |entry: &Entry| !files.iter().any(|file| file.path == entry.path);
        files.iter().any(|file| is_settled(file, now) && !known(file))
            || entries.iter().any(|entry| gone(entry))
            || !to_check(&entries, now).is_empty()
            || (place.merge && !to_merge(&entries, place.merged.as_ref(), now).is_empty())
    }

    /// Brings what is known of a place in line with its folder, and gives it newest first. Files that
    /// somebody may still be writing to are left for later.
    pub(super) fn refresh_place(&self, place: &Place) -> Result<Vec<Entry>, Problem> {
        let now = self.now();
        let listing = listing_of(&place.folder);
        let entries = self.catalog_of(place).change(|catalog| {
            let known = |path: &std::path::Path| catalog.entries.iter().any(|entry| entry.path == path);
            let mut listing = listing.clone();
            if let Some(files) = &mut listing.files {
                files.retain(|file| is_settled(file, now) || known(&file.path));
            }
            catalog.refresh(&[listing], &mut |file| head_of(&file.path));
            catalog.entries.retain(|entry| {
                let failed = entry.verified == Verified::Damaged && entry.verified_at.is_none();
                !(failed && is_young(entry.modified, now))
            });
            for entry in &mut catalog.entries {
                entry.place = Some(place.id.to_string());
            }
            catalog.newest_first().into_iter().cloned().collect::<Vec<_>>()
        })?;
        Ok(entries)
    }

    /// Checks files in one run, and notes what is found of each.
    pub(super) fn note_checked(
        &self,
        place: &Place,
        files: &[&Entry],
        check: &mut dyn FnMut(&Entry) -> Result<Option<Found>, Problem>,
    ) -> Result<FoundAll, Problem> {
        self.run_on(vec![place.id.to_string()], RunOrder::check_by_itself(), |_| {
            let mut all = FoundAll::default();
            let checked = files.iter().try_for_each(|entry| -> Result<(), Problem> {
                match check(entry) {
                    Ok(found) => all.files.extend(found),
                    Err(problem) if problem.code == Code::Cancelled => return Err(problem),
                    // The disk is away, or the file is not for us: it is tried again later.
                    Err(problem) => {
                        all.unread.push(entry.path.clone());
                        let item = Some(entry.name.clone());
                        all.warnings.push(Warning { item, ..Warning::of_problem(&problem) });
                    }
                }
                Ok(())
            });
            // What was found before a cancel was found.
            self.note_found(place, &all)?;
            checked?;
            let damaged = all.files.iter().filter(|found| !found.check.sound);
            let record = Record {
                warnings: damaged
                    .map(|found| format!("{} is damaged.", found.check.name))
                    .chain(all.warnings.iter().map(|warning| warning.message.clone()))
                    .collect(),
                verifications: all.files.iter().map(|found| found.check.clone()).collect(),
                ..Record::default()
            };
            Ok((all, record))
        })
    }

    /// Checks one file; nothing if it changed meanwhile, or may not be whole yet.
    pub(super) fn check_file(
        &self,
        place: &Place,
        entry: &Entry,
        job: &Job,
    ) -> Result<Option<Found>, Problem> {
        let open = || OpenArchive::open(&entry.path, Effort::Usual);
        let mut unlocked = || {
            let mut archive = open()?;
            match self.unlock_for(place, &mut archive, job)? {
                None => Ok(archive),
                Some(code) => Err(Problem::of(code)),
            }
        };
        let (result, archive, closed) = match self.check_now(&entry.path, &mut unlocked, true, job) {
            Err(problem) if is_closed(problem.code) => {
                let (result, archive) = self.check_now(&entry.path, &mut || open(), false, job)?;
                (result, archive, Some(problem.code))
            }
            other => other.map(|(result, archive)| (result, archive, None))?,
        };
        let file = look(&entry.path).map_err(Problem::reading)?;
        let changed = (file.bytes, file.modified) != (entry.bytes, entry.modified);
        if changed || (!result.sound && is_young(entry.modified, self.now())) {
            return Ok(None);
        }
        let check = verification(&result, archive, entry, self.now());
        let notes = (result.full && result.sound).then_some(result.notes);
        Ok(Some(Found { entry: entry.clone(), check, notes, closed }))
    }

    fn note_found(&self, place: &Place, found: &FoundAll) -> Result<(), Problem> {
        let now = self.now();
        self.catalog_of(place).change(|catalog| {
            // One that was read before is only read again later.
            let unread =
                |entry: &&mut Entry| entry.verified != Verified::Full && found.unread.contains(&entry.path);
            for entry in catalog.entries.iter_mut().filter(unread) {
                (entry.problem, entry.verified_at) = (Some(Code::NotFound), Some(now));
            }
            for file in &found.files {
                catalog.note_check(&file.entry.path, &file.check);
                let entry = catalog.entries.iter_mut().find(|entry| entry.path == file.entry.path);
                if let Some(entry) = entry {
                    entry.notes = file.notes.or(entry.notes);
                    entry.problem = file.closed.filter(|_| file.check.sound).or(entry.problem);
                }
            }
        })?;
        Ok(())
    }

    /// Merges the newest verified files of a place into the library, if that is wished and they are new.
    fn merge_place(&self, place: &Place, job: &Job) -> Result<Option<RestoreResult>, Problem> {
        if !place.merge {
            return Ok(None);
        }
        let catalog = self.catalog_of(place).load().unwrap_or_default();
        let files = to_merge(&catalog.newest_first(), place.merged.as_ref(), self.now());
        if files.is_empty() {
            return Ok(None);
        }
        let merged = self.merge_files(place, &files, job);
        let problem = match &merged {
            Ok(_) => None,
            Err(problem) if matches!(problem.code, Code::Busy | Code::Cancelled) => return merged,
            Err(problem) => Some(problem.code),
        };
        let mark = Merged::of(&files, self.now(), problem);
        self.places_file().change(|places| {
            let known = places.places.iter_mut().find(|known| known.id == place.id);
            if let Some(known) = known {
                known.merged = Some(mark);
            }
            Ok(())
        })?;
        merged
    }

    fn merge_files(
        &self,
        place: &Place,
        files: &[&Entry],
        job: &Job,
    ) -> Result<Option<RestoreResult>, Problem> {
        let mut archives = Vec::with_capacity(files.len());
        for entry in files {
            let mut archive = OpenArchive::open(&entry.path, Effort::Usual)?;
            if let Some(code) = self.unlock_for(place, &mut archive, job)? {
                return Err(Problem::of(code));
            }
            archives.push(archive);
        }
        let order = RestoreOrder { mode: RestoreMode::Merge, only: &[], salvage: false };
        let prepared = self.plan_all(archives, &order, job)?;
        if prepared.is_nothing() {
            return Ok(None);
        }
        let order = RunOrder {
            kind: RunKind::Restore,
            trigger: Trigger::Automatic,
            undoes: None,
            folder: None,
            attachments: false,
        };
        let places = vec![LIBRARY.to_owned(), place.id.to_string()];
        self.run_on(places, order, |run| self.apply_as(prepared, run, job)).map(Some)
    }
}

fn listing_of(folder: &PlaceFolder) -> FolderListing {
    let folder = folder.as_path();
    FolderListing { folder: folder.to_owned(), files: list_of(folder, &NOTESNOOK_EXTENSIONS).ok() }
}

fn verification(
    result: &CheckResult,
    archive: Option<String>,
    entry: &Entry,
    at: backstop_model::TimeMs,
) -> Verification {
    Verification {
        archive,
        manifest_sha256: None,
        name: entry.name.clone(),
        bytes: entry.bytes,
        level: if result.full { Level::Full } else { Level::Quick },
        sound: result.sound,
        at,
    }
}
