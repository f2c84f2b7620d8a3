//! What the first page shows: how safe the notes are, where archives go, which ones there are.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use backstop_model::TimeMs;

use super::Session;
use crate::api::{
    ArchiveCard, BackupResult, ChangeCounts, Code, Effort, FolderChoice, OpenArchive, Overview, Problem,
    UndoOffer,
};
use crate::lock::{AccountLock, LockKind};
use crate::repository::{CatalogFile, Entry, FolderListing, Head, Repository, archives_folder, look};
use crate::restore::safety_path;
use crate::runs::{Begin, Trigger};
use crate::schedule::Due;
use crate::settings::LIBRARY;

/// What is said when the last backup is later than the clock says it is now.
const CLOCK_SET_BACK: &str = "The newest backup is from a later time than this computer shows: its clock was set back. The next backup by itself counts from that later time. Check the date, or make a backup by hand.";

impl Session {
    /// Everything the first page shows.
    ///
    /// # Errors
    /// Settings, history or library can't be read.
    pub fn overview(&self) -> Result<Overview, Problem> {
        let settings = self.settings()?;
        let folder = archives_folder(&settings.backups_folder);
        let copies = settings.copies_folder.as_deref();
        // Before the library is held: what a broken restore did is asked of it too.
        let undo = self.undo_offer()?;
        let library = self.library()?;
        Ok(Overview {
            status: self.status()?,
            interval: settings.backups,
            interval_full: settings.backups_full,
            paused_until: self.paused_until()?.map(|until| until.0),
            reminders: settings.reminders,
            keep: settings.keep,
            keep_agreed: settings.keep_agreed,
            deleting_paused: self.deleting_paused(&settings)?,
            skip_unchanged: settings.skip_unchanged,
            recheck: settings.recheck,
            battery_limit: settings.battery_limit,
            notices_on_success: settings.notices_on_success,
            encryption: settings.encryption,
            format: settings.format_of(LIBRARY),
            folder: folder.to_string_lossy().into_owned(),
            folder_warnings: self.warnings_of_now(&settings.backups_folder)?,
            copies_warnings: copies.map(|folder| self.folder_warnings(folder)).unwrap_or_default(),
            copies_folder: copies.map(|folder| archives_folder(folder).to_string_lossy().into_owned()),
            notes: library.notes().map_err(super::of_store)?,
            attachments: library.attachments().map_err(super::of_store)?,
            proof_due: self.proof_is_due()?,
            recovery_key_unconfirmed: !self.keys().recovery_key_is_confirmed(),
            on_close: settings.on_close,
            undo,
        })
    }

    /// The last restore that can be taken back: its safety archive is there.
    fn undo_offer(&self) -> Result<Option<UndoOffer>, Problem> {
        let folder = self.safety_folder();
        let history = self.runs().read()?;
        let running = AccountLock::is_held(&self.folder, LockKind::Job)?;
        let broken =
            history.broken_off(running).filter(|run| safety_path(&folder, run.begin.run.as_str()).exists());
        if let Some(offer) = broken.and_then(|run| self.offer_of_broken(&run.begin)) {
            return Ok(Some(offer));
        }
        let end = history.undoable(|run| safety_path(&folder, run.as_str()).exists());
        Ok(end.map(|end| UndoOffer {
            run: end.run.as_str().to_owned(),
            at: end.ended.0,
            items: ChangeCounts {
                added: end.counts.added,
                updated: end.counts.updated,
                removed: end.counts.removed,
                identical: end.counts.identical,
                kept: end.counts.kept,
                failed: end.counts.failed,
            },
            notes: end.counts.notes,
            attachments: end.counts.attachments,
        }))
    }

    /// What a restore did whose process died before it could say: what taking it back would do tells. None
    /// if that is nothing, or if its safety archive can't be read: then it is not offered.
    fn offer_of_broken(&self, begin: &Begin) -> Option<UndoOffer> {
        let plan = self.plan_undo(begin.run.as_str()).ok()?;
        let back = plan.summary(self, String::new()).ok()?;
        let items = ChangeCounts { added: back.items.removed, removed: back.items.added, ..back.items };
        let notes = back.notes.added + back.notes.updated + back.notes.removed;
        (items.added + items.updated + items.removed > 0).then(|| UndoOffer {
            run: begin.run.as_str().to_owned(),
            at: begin.started.0,
            items,
            notes,
            attachments: 0,
        })
    }

    /// The folder that archives go into.
    ///
    /// # Errors
    /// The settings can't be read.
    pub fn archives_folder(&self) -> Result<PathBuf, Problem> {
        Ok(archives_folder(&self.settings()?.backups_folder))
    }

    /// What using a folder for archives would mean. Creates nothing.
    #[must_use]
    pub fn folder_choice(&self, chosen: &Path, token: String) -> FolderChoice {
        let folder = archives_folder(chosen);
        let nearest = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(chosen);
        let free_bytes = crate::system::disk_of(nearest).ok().and_then(|disk| disk.free_bytes);
        FolderChoice {
            token,
            path: folder.to_string_lossy().into_owned(),
            free_bytes,
            warnings: self.folder_warnings(chosen),
        }
    }

    /// The folder for archives unless another is chosen: the user's documents.
    #[must_use]
    pub fn default_folder(&self) -> PathBuf {
        self.world.documents.clone()
    }

    /// Makes a folder ready that the user has just chosen.
    pub(in crate::api) fn probe_folder(&self, chosen: &Path) -> Result<(), Problem> {
        Repository::prepare(chosen, &self.world.data_dir, &self.origin)?;
        Ok(())
    }

    fn folder_warnings(&self, chosen: &Path) -> Vec<String> {
        let folder = archives_folder(chosen);
        let Some(nearest) = folder.ancestors().find(|folder| folder.is_dir()) else { return Vec::new() };
        let warnings = Repository::risks(nearest, &self.world.data_dir).unwrap_or_default();
        warnings.iter().map(crate::repository::FolderWarning::sentence).collect()
    }

    /// The same, and whether its newest backup is from a time that has not come yet.
    fn warnings_of_now(&self, chosen: &Path) -> Result<Vec<String>, Problem> {
        let mut warnings = self.folder_warnings(chosen);
        let dues = self.dues(&self.conditions())?;
        if [dues.notes, dues.full].iter().any(|due| matches!(due, Due::Not { clock_changed: true, .. })) {
            warnings.push(CLOCK_SET_BACK.to_owned());
        }
        Ok(warnings)
    }

    /// Known archives, newest first. Looks into the folder, and into files that are new there.
    ///
    /// # Errors
    /// The catalog can't be written.
    pub fn archives(&self) -> Result<Vec<ArchiveCard>, Problem> {
        let folder = self.archives_folder()?;
        let copies = self.settings()?.copies_folder.as_deref().map(archives_folder);
        let catalog = self.catalog();
        let entries = catalog.change(|catalog| {
            let mut folders = catalog.folders();
            folders.insert(folder.clone());
            folders.extend(copies.clone());
            let listings: Vec<_> = folders.iter().map(|folder| FolderListing::of(folder)).collect();
            catalog.refresh(&listings, &mut |file| head_of(&file.path));
            let entries = catalog.newest_first();
            let mut cards: Vec<ArchiveCard> = entries.iter().map(|entry| archive_card(entry)).collect();
            tell_copies(&mut cards, &entries, copies.as_deref());
            cards
        })?;
        Ok(entries)
    }

    /// Where a known archive is, by its id in the catalog.
    ///
    /// # Errors
    /// `not_found`.
    pub fn archive_path(&self, id: &str) -> Result<PathBuf, Problem> {
        if let Some((place, id)) = id.split_once('/') {
            return self.path_in_place(place, id);
        }
        let catalog = self.catalog().load().unwrap_or_default();
        let entry = catalog.find(id).map(|entry| entry.path.clone());
        entry.ok_or_else(|| Problem::of(Code::NotFound))
    }

    /// Puts a new archive into the catalog. The catalog is a cache: if that fails, the next listing
    /// finds the file.
    pub(super) fn remember(&self, result: &BackupResult, trigger: Trigger) {
        let history = self.runs().read().unwrap_or_default();
        let run = history.runs.iter().find(|run| run.begin.run.as_str() == result.run);
        let made = run.and_then(|run| run.end.as_ref()).and_then(|end| end.archives.first());
        let (Some(made), Ok(file)) = (made, look(Path::new(&result.path))) else { return };
        let account = self.account().id;
        let now: TimeMs = self.now();
        let _ = self.catalog().change(|catalog| catalog.record(made, &file, now, &account, trigger));
    }

    pub(super) fn catalog(&self) -> CatalogFile {
        CatalogFile::new(&self.folder, &self.origin)
    }
}

pub(super) fn head_of(path: &Path) -> Result<Head, Problem> {
    let archive = OpenArchive::open(path, Effort::Usual)?;
    let head = archive.head();
    Ok(Head {
        archive: head.archive_id.clone(),
        account: None,
        created: head.created,
        attachments_included: head.attachments_included,
        encrypted: head.encrypted,
        notes: None,
    })
}

pub(super) fn archive_card(entry: &Entry) -> ArchiveCard {
    ArchiveCard {
        id: entry.id.clone(),
        name: entry.name.clone(),
        path: entry.path.to_string_lossy().into_owned(),
        format: extension_of(&entry.path),
        place: entry.place.clone(),
        created: entry.created.or(Some(entry.modified)).map(|time| time.0),
        attachments_included: entry.attachments_included,
        encrypted: entry.encrypted,
        notes: entry.notes,
        bytes: entry.bytes,
        verified: entry.verified,
        verified_at: entry.verified_at.map(|time| time.0),
        pinned: entry.pinned,
        automatic: entry.automatic,
        copy: false,
        copied: false,
        newer: entry.is_newer(),
    }
}

/// Says of each archive whether it is a copy, and whether it has one.
fn tell_copies(cards: &mut [ArchiveCard], entries: &[&Entry], copies: Option<&Path>) {
    let Some(copies) = copies else { return };
    let is_copy = |entry: &Entry| entry.path.parent() == Some(copies);
    let inside: HashSet<&str> = entries
        .iter()
        .filter(|entry| is_copy(entry) && entry.present)
        .filter_map(|entry| entry.archive.as_deref())
        .collect();
    for (card, entry) in cards.iter_mut().zip(entries) {
        card.copy = is_copy(entry);
        card.copied = !card.copy && entry.archive.as_deref().is_some_and(|id| inside.contains(id));
    }
}

/// The format of a file as its name says, in small letters. What is in it, opening it tells.
fn extension_of(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default()
}
