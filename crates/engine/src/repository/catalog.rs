//! What is known of each archive. Pure: listings and looks inside come in, a list comes out.
//!
//! A file is known again by path, size and time of its last write. One that vanished here and
//! appeared there with the same size and time was moved, and keeps what was learned of it; a file
//! whose size or time changed is another file, and nothing learned of it holds any more.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use backstop_model::TimeMs;
use serde::{Deserialize, Serialize};

use super::entry::{Entry, Head, Verified, derived_id};
use super::listing::{FolderListing, Listed};
use super::moved::Missing;
use crate::problem::Problem;
use crate::runs::{History, MadeArchive, Trigger, Verification};

/// Every known archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// [`Catalog::VERSION`] when written.
    pub(super) version: u32,
    /// Grows with each write, so that a stale copy is noticed.
    pub generation: u64,
    /// In the order of their paths; see [`Catalog::newest_first`].
    pub entries: Vec<Entry>,
}

impl Default for Catalog {
    fn default() -> Self {
        Self { version: Self::VERSION, generation: 0, entries: Vec::new() }
    }
}

/// What a refresh found, as numbers of files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// New ones.
    pub added: usize,
    /// Known ones under another path.
    pub moved: usize,
    /// Known paths with other content.
    pub changed: usize,
    /// Known ones that are not there any more.
    pub gone: usize,
}

impl Catalog {
    /// The only version so far. A catalog of another is rebuilt.
    pub const VERSION: u32 = 1;

    /// Newest first, by the moment they were made, else last written.
    #[must_use]
    pub fn newest_first(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        entries.sort_by(|a, b| {
            let key = |entry: &Entry| entry.created.unwrap_or(entry.modified);
            key(b).cmp(&key(a)).then_with(|| b.name.cmp(&a.name))
        });
        entries
    }

    /// An archive by its id, its file name or its path.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Entry> {
        let by_id = self.entries.iter().find(|entry| entry.id == text);
        by_id
            .or_else(|| self.entries.iter().find(|entry| entry.name == text || entry.path == Path::new(text)))
    }

    /// The folders of all known archives, to be listed for a refresh.
    #[must_use]
    pub fn folders(&self) -> BTreeSet<PathBuf> {
        self.entries.iter().filter_map(|entry| entry.path.parent()).map(Path::to_owned).collect()
    }

    /// Brings the catalog in line with what is in `listings`. `inspect` is asked only for files
    /// that are new or changed; one it can't read is listed as damaged.
    pub fn refresh(
        &mut self,
        listings: &[FolderListing],
        inspect: &mut dyn FnMut(&Listed) -> Result<Head, Problem>,
    ) -> Changes {
        let mut changes = Changes::default();
        let mut known: HashMap<PathBuf, Entry> =
            self.entries.drain(..).map(|entry| (entry.path.clone(), entry)).collect();
        let mut unknown = Vec::new();
        for file in listings.iter().filter_map(|listing| listing.files.as_deref()).flatten() {
            match known.remove(&file.path) {
                Some(entry) if entry.is(file) => self.entries.push(Entry { present: true, ..entry }),
                Some(entry) => {
                    changes.changed += 1;
                    let pinned = entry.pinned;
                    self.entries.push(Entry { pinned, ..Entry::inspected(file, inspect) });
                }
                None => unknown.push(file),
            }
        }
        let mut missing = self.keep_out_of_reach(known, listings);
        for (file, entry) in missing.match_up(unknown) {
            if let Some(entry) = entry {
                changes.moved += 1;
                let (path, name) = (file.path.clone(), file.name.clone());
                self.entries.push(Entry { path, name, present: true, ..entry });
            } else {
                changes.added += 1;
                self.entries.push(Entry::inspected(file, inspect));
            }
        }
        changes.gone = missing.count();
        self.name_apart();
        // One order for one content: what did not change is not written again.
        self.entries.sort_by(|a, b| a.path.cmp(&b.path));
        changes
    }

    /// Keeps what was not looked for, or could not be; returns what was looked for and not found.
    fn keep_out_of_reach(&mut self, known: HashMap<PathBuf, Entry>, listings: &[FolderListing]) -> Missing {
        let mut missing = Missing::default();
        for (path, entry) in known {
            let listing = listings.iter().find(|listing| path.parent() == Some(&listing.folder));
            match listing {
                Some(FolderListing { files: Some(_), .. }) => missing.put(entry),
                Some(_) => self.entries.push(Entry { present: false, ..entry }),
                None => self.entries.push(entry),
            }
        }
        missing
    }

    /// Gives every entry an id of its own; copies of one archive bear the same id inside.
    fn name_apart(&mut self) {
        let mut taken: HashSet<String> =
            self.entries.iter().filter(|entry| !entry.id.is_empty()).map(|entry| entry.id.clone()).collect();
        for entry in self.entries.iter_mut().filter(|entry| entry.id.is_empty()) {
            let inside = entry.archive.clone().filter(|id| !taken.contains(id));
            entry.id = inside.unwrap_or_else(|| derived_id(entry, &taken));
            taken.insert(entry.id.clone());
        }
    }

    /// Gives each file the id that it had, so that whoever wrote it down finds it again; else the one inside.
    fn name_as_before(&mut self, old: &Self) {
        let ids: HashMap<_, _> =
            old.entries.iter().map(|entry| ((&entry.path, entry.content()), &entry.id)).collect();
        for entry in &mut self.entries {
            let before = ids.get(&(&entry.path, entry.content()));
            entry.id = before.map(|id| (*id).clone()).unwrap_or_default();
        }
        self.name_apart();
    }

    /// Adds an archive that a run of ours has just made and read back, or replaces what was known
    /// of its path.
    pub fn record(
        &mut self,
        made: &MadeArchive,
        file: &Listed,
        created: TimeMs,
        account: &str,
        trigger: Trigger,
    ) {
        self.entries.retain(|entry| entry.path != file.path);
        let verified = if made.verified { Verified::Full } else { Verified::Never };
        self.entries.push(Entry {
            archive: Some(made.archive.clone()),
            account: Some(account.to_owned()),
            place: Some(made.place.clone()),
            created: Some(created),
            attachments_included: made.attachments_included,
            encrypted: made.encrypted,
            notes: Some(made.notes),
            verified,
            verified_at: made.verified.then_some(created),
            automatic: Some(trigger == Trigger::Automatic),
            ..Entry::bare(file)
        });
        self.name_apart();
        self.entries.sort_by(|a, b| a.path.cmp(&b.path));
    }

    /// Adds a copy of a known archive, or replaces what was known of its path.
    pub fn record_copy(&mut self, of: &Entry, file: &Listed, verified: Verified, now: TimeMs) {
        self.entries.retain(|entry| entry.path != file.path);
        let bare = Entry::bare(file);
        let (id, path, name) = (bare.id, bare.path, bare.name);
        self.entries.push(Entry {
            id,
            path,
            name,
            bytes: file.bytes,
            modified: file.modified,
            present: true,
            verified,
            verified_at: (verified == Verified::Full).then_some(now),
            problem: None,
            pinned: false,
            ..of.clone()
        });
        self.name_apart();
    }

    /// Notes the result of a check of the archive at `path`; false if it is not known.
    pub fn note_check(&mut self, path: &Path, check: &Verification) -> bool {
        let entry = self.entries.iter_mut().find(|entry| entry.path == path);
        entry.map(|entry| entry.note(check)).is_some()
    }

    /// Pins or unpins; false if there is no such archive.
    pub fn set_pinned(&mut self, id: &str, pinned: bool) -> bool {
        let entry = self.entries.iter_mut().find(|entry| entry.id == id);
        entry.map(|entry| entry.pinned = pinned).is_some()
    }

    /// A new catalog from the folders alone, filled up with what the runs recorded. Pins are the
    /// user's and come over from the old one.
    #[must_use]
    pub fn rebuild(
        old: &Self,
        listings: &[FolderListing],
        history: &History,
        inspect: &mut dyn FnMut(&Listed) -> Result<Head, Problem>,
    ) -> Self {
        // Of a folder that can't be reached nothing can be learned anew, and nothing is forgotten.
        let away = |entry: &&Entry| {
            let of_its_folder =
                |listing: &&FolderListing| entry.path.parent() == Some(listing.folder.as_path());
            listings.iter().find(of_its_folder).is_none_or(|listing| listing.files.is_none())
        };
        let entries = old.entries.iter().filter(away).cloned().collect();
        let mut new = Self { generation: old.generation, entries, ..Self::default() };
        new.refresh(listings, inspect);
        let pinned: HashSet<_> =
            old.entries.iter().filter(|entry| entry.pinned).map(Entry::content).collect();
        // Oldest first, so that the newest record is the last word.
        let runs = || history.runs.iter().rev().filter_map(|run| Some((run, run.end.as_ref()?)));
        let made: HashMap<_, _> = runs()
            .flat_map(|(run, end)| end.archives.iter().map(move |made| (run, end, made)))
            .map(|(run, end, made)| {
                ((file_name(&made.path), made.bytes), (run.begin.trigger, end.ended, made))
            })
            .collect();
        let checks: HashMap<_, _> = runs()
            .flat_map(|(_, end)| &end.verifications)
            .map(|check| ((check.name.clone(), check.bytes), check))
            .collect();
        for entry in &mut new.entries {
            let file = (entry.name.clone(), entry.bytes);
            entry.pinned |= pinned.contains(&entry.content());
            if let Some((trigger, ended, made)) = made.get(&file) {
                entry.fill_from(made, *trigger, *ended);
            }
            if let Some(check) = checks.get(&file) {
                entry.note(check);
            }
        }
        new.name_as_before(old);
        new
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
#[path = "catalog_tests.rs"]
mod tests;
