//! What is known of each archive. Pure: listings and looks inside come in, a list comes out.
//!
//! A file is known again by path, size and time of its last write. One that vanished here and
//! appeared there with the same size and time was moved, and keeps what was learned of it; a file
//! whose size or time changed is another file, and nothing learned of it holds any more.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use backstop_model::TimeMs;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use specta::Type;

use super::listing::{FolderListing, Listed};
use super::name::parse_name;
use crate::problem::{Code, Problem};
use crate::runs::{History, Level, MadeArchive, Trigger, Verification};

/// What was last found out about an archive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Verified {
    /// Every byte and item was read back.
    Full,
    /// Only its structure was read.
    Quick,
    /// Never checked.
    #[default]
    Never,
    /// It is damaged.
    Damaged,
}

/// What a look at an archive tells without its password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The random id inside it, if it can be read.
    pub archive: Option<String>,
    /// The account that made it, if it says so.
    pub account: Option<String>,
    /// When it was made.
    pub created: Option<TimeMs>,
    /// Whether attachment bytes are in it.
    pub attachments_included: bool,
    /// Whether its notes are encrypted.
    pub encrypted: bool,
    /// Notes in it, if they can be counted.
    pub notes: Option<u64>,
}

/// One known archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id in the catalog: the one inside it where that is known, else one made from its name,
    /// size and time.
    pub id: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its file name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was last written to.
    pub modified: TimeMs,
    /// Whether its folder could be reached at the last look.
    pub present: bool,
    /// The id inside it, if known.
    pub archive: Option<String>,
    /// The account that made it, if known.
    pub account: Option<String>,
    /// The place it is a backup of: recorded by our own run, else as its name says.
    pub place: Option<String>,
    /// When it was made.
    pub created: Option<TimeMs>,
    /// Whether attachment bytes are in it.
    pub attachments_included: bool,
    /// Whether its notes are encrypted.
    pub encrypted: bool,
    /// Notes in it, if known.
    pub notes: Option<u64>,
    /// What was last found out about it.
    pub verified: Verified,
    /// When that was.
    pub verified_at: Option<TimeMs>,
    /// Why it could not be read, if it could not.
    pub problem: Option<Code>,
    /// Made by the schedule or by a person, if a run of ours made it.
    pub automatic: Option<bool>,
    /// Never deleted by itself.
    pub pinned: bool,
}

/// Every known archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// [`Catalog::VERSION`] when written.
    pub(super) version: u32,
    /// Grows with each write, so that a stale copy is noticed.
    pub generation: u64,
    /// In no particular order; see [`Catalog::newest_first`].
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
        changes.gone = missing.0.values().map(Vec::len).sum();
        self.name_apart();
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
        let mut new = Self { generation: old.generation, ..Self::default() };
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
            entry.pinned = pinned.contains(&entry.content());
            if let Some((trigger, ended, made)) = made.get(&file) {
                entry.fill_from(made, *trigger, *ended);
            }
            if let Some(check) = checks.get(&file) {
                entry.note(check);
            }
        }
        new
    }
}

/// Files that are not where they were, by size and time.
#[derive(Debug, Default)]
struct Missing(HashMap<(u64, TimeMs), Vec<Entry>>);

impl Missing {
    fn put(&mut self, entry: Entry) {
        self.0.entry((entry.bytes, entry.modified)).or_default().push(entry);
    }

    /// Finds out for each file which one it was: the one of its name, else the only one of its size
    /// and time if it is itself the only file of that size and time, else none.
    fn match_up<'file>(&mut self, files: Vec<&'file Listed>) -> Vec<(&'file Listed, Option<Entry>)> {
        let by_name =
            |file| (file, self.take(file, |alike, file| alike.iter().position(|e| e.name == file.name)));
        let matched: Vec<_> = files.into_iter().map(by_name).collect();
        let mut left: HashMap<(u64, TimeMs), usize> = HashMap::new();
        for (file, _) in matched.iter().filter(|(_, entry)| entry.is_none()) {
            *left.entry((file.bytes, file.modified)).or_default() += 1;
        }
        let only = |(file, entry): (&'file Listed, Option<Entry>)| {
            let alone = left.get(&(file.bytes, file.modified)) == Some(&1);
            let entry =
                entry.or_else(|| self.take(file, |alike, _| (alone && alike.len() == 1).then_some(0)));
            (file, entry)
        };
        matched.into_iter().map(only).collect()
    }

    fn take(&mut self, file: &Listed, choose: impl Fn(&[Entry], &Listed) -> Option<usize>) -> Option<Entry> {
        let alike = self.0.get_mut(&(file.bytes, file.modified))?;
        choose(alike, file).map(|place| alike.swap_remove(place))
    }
}

impl Entry {
    fn bare(file: &Listed) -> Self {
        Self {
            id: String::new(),
            path: file.path.clone(),
            name: file.name.clone(),
            bytes: file.bytes,
            modified: file.modified,
            present: true,
            archive: None,
            account: None,
            place: None,
            created: None,
            attachments_included: false,
            encrypted: false,
            notes: None,
            verified: Verified::Never,
            verified_at: None,
            problem: None,
            automatic: None,
            pinned: false,
        }
    }

    fn inspected(file: &Listed, inspect: &mut dyn FnMut(&Listed) -> Result<Head, Problem>) -> Self {
        let named = parse_name(&file.name);
        let bare = Self { place: named.as_ref().map(|named| named.place.clone()), ..Self::bare(file) };
        match inspect(file) {
            Ok(head) => Self {
                archive: head.archive,
                account: head.account,
                created: head.created,
                attachments_included: head.attachments_included,
                encrypted: head.encrypted,
                notes: head.notes,
                ..bare
            },
            // A disk that went away says nothing about the archive.
            Err(problem) if problem.code.exit_code() == 15 => {
                Self { present: false, problem: Some(problem.code), ..bare }
            }
            Err(problem) => Self {
                verified: Verified::Damaged,
                problem: Some(problem.code),
                attachments_included: named.is_some_and(|named| named.full),
                ..bare
            },
        }
    }

    fn is(&self, file: &Listed) -> bool {
        self.content() == (file.bytes, file.modified)
            && self.problem.is_none_or(|code| code.exit_code() != 15)
    }

    fn content(&self) -> (u64, TimeMs) {
        (self.bytes, self.modified)
    }

    fn note(&mut self, check: &Verification) {
        self.verified = match (check.sound, check.level) {
            (false, _) => Verified::Damaged,
            (true, Level::Full) => Verified::Full,
            (true, Level::Quick) => Verified::Quick,
        };
        self.verified_at = Some(check.at);
        self.problem = self.problem.filter(|_| !check.sound);
    }

    /// What a run recorded of it, unless a look inside says that it is damaged now.
    fn fill_from(&mut self, made: &MadeArchive, trigger: Trigger, ended: TimeMs) {
        self.archive.get_or_insert_with(|| made.archive.clone());
        self.place = Some(made.place.clone());
        self.created.get_or_insert(ended);
        self.notes.get_or_insert(made.notes);
        self.automatic = Some(trigger == Trigger::Automatic);
        if made.verified && self.verified == Verified::Never {
            (self.verified, self.verified_at) = (Verified::Full, Some(ended));
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Twelve hex digits from name, size and time; more rounds until it is free.
fn derived_id(entry: &Entry, taken: &HashSet<String>) -> String {
    let id = |round: u64| {
        let mut hash = Sha256::new();
        hash.update(entry.name.as_bytes());
        hash.update(entry.bytes.to_be_bytes());
        hash.update(entry.modified.0.to_be_bytes());
        hash.update(round.to_be_bytes());
        hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    (0..).map(id).find(|id| !taken.contains(id)).unwrap_or_default()
}

#[cfg(test)]
#[path = "catalog_tests.rs"]
mod tests;
