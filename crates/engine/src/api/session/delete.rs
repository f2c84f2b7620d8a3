//! Deleting one archive because a person says so. The policy deletes in [`super::keep`].

use std::path::Path;

use super::{Record, RunOrder, Session, Warned};
use crate::api::{DeletedArchive, Deletion, Problem, Verified, Warning};
use crate::problem::Code;
use crate::repository::{Catalog, Entry, look};
use crate::runs::{Counts, RunKind, TouchedArchive, Trigger};
use crate::system::{Removed, Trash};

impl Session {
    /// What deleting an archive, by its id, would mean. Touches nothing.
    ///
    /// # Errors
    /// `not_found`; `usage` for a file that is not Backstop's to delete.
    pub fn deletion(&self, archive: &str) -> Result<Deletion, Problem> {
        self.archives()?;
        let (entry, last_verified) = self.deletable(archive)?;
        Ok(Deletion {
            id: entry.id.clone(),
            to_trash: Trash::of_user().takes(&entry.path),
            created: entry.created.or(Some(entry.modified)).map(|time| time.0),
            bytes: entry.bytes,
            attachments_included: entry.attachments_included,
            pinned: entry.pinned,
            last_verified,
            name: entry.name,
        })
    }

    /// Deletes an archive, by its id: into the trash where there is one. The last verified one of its kind
    /// only goes if `even_the_last` says so.
    ///
    /// # Errors
    /// `not_found`; `usage` for the last one, or a file that is not Backstop's to delete;
    /// `destination_changed` if it is another file by now; `busy`; what the disk says. The file is there then.
    pub fn delete_archive(&self, archive: &str, even_the_last: bool) -> Result<DeletedArchive, Problem> {
        let order = RunOrder {
            kind: RunKind::Prune,
            trigger: Trigger::Manual,
            attachments: false,
            undoes: None,
            folder: None,
        };
        self.archives()?;
        // Asked before the run too: what is refused is no run.
        may_go(self.deletable(archive)?.1, even_the_last)?;
        let result = self.run(order, |run| {
            self.archives()?;
            let (entry, last_verified) = self.deletable(archive)?;
            may_go(last_verified, even_the_last)?;
            let in_trash = self.take_away(&entry)? == Removed::ToTrash;
            let deleted = vec![TouchedArchive {
                archive: entry.archive.clone(),
                path: entry.path.clone(),
                bytes: entry.bytes,
            }];
            let counts = Counts { removed: 1, bytes: entry.bytes, ..Counts::default() };
            let run = run.as_str().to_owned();
            let done = DeletedArchive { run, in_trash, warnings: Vec::new() };
            Ok((done, Record { counts, deleted, ..Record::default() }))
        });
        // The catalog is a cache: what it does not learn now, the next listing finds.
        let _ = self.archives();
        result
    }

    /// A known archive that is there and may be deleted, and whether it is the last verified one.
    fn deletable(&self, archive: &str) -> Result<(Entry, bool), Problem> {
        let (settings, catalog) = (self.settings()?, self.catalog().load().unwrap_or_default());
        let entry = catalog.find(archive).filter(|entry| entry.present).cloned();
        let entry = entry.ok_or_else(|| Problem::of(Code::NotFound))?;
        let on_shelf = self.shelves(&settings).iter().any(|(folder, _)| entry.path.parent() == Some(folder));
        if !on_shelf && !self.is_made_here(&entry.path)? {
            let message = "This file is in a folder that Backstop only reads. It was not touched.";
            return Err(Problem::new(Code::Usage, message).with_hint("Delete it where it comes from."));
        }
        let last = is_last_verified(&catalog, &entry);
        Ok((entry, last))
    }

    fn is_made_here(&self, path: &Path) -> Result<bool, Problem> {
        let history = self.runs().read()?;
        let ends = history.runs.iter().filter_map(|run| run.end.as_ref());
        Ok(ends.flat_map(|end| &end.archives).any(|made| made.path == path))
    }

    fn take_away(&self, entry: &Entry) -> Result<Removed, Problem> {
        let now = look(&entry.path).map_err(Problem::reading)?;
        let is_file = std::fs::symlink_metadata(&entry.path).is_ok_and(|about| about.is_file());
        if !is_file || (now.bytes, now.modified) != (entry.bytes, entry.modified) {
            let message = "This file has changed since it was listed. It was not touched.";
            return Err(Problem::new(Code::DestinationChanged, message).with_hint("Look at it again."));
        }
        Trash::of_user().remove(&entry.path, &self.zoned_now()).map_err(Problem::writing)
    }
}

fn may_go(last_verified: bool, even_the_last: bool) -> Result<(), Problem> {
    if last_verified && !even_the_last {
        let message = "This is the last verified backup of its kind. It was not deleted.";
        return Err(Problem::new(Code::Usage, message).with_hint("Make another backup first."));
    }
    Ok(())
}

/// Whether no other verified archive of the place is left that holds as much: one with attachments also
/// stands for those without.
fn is_last_verified(catalog: &Catalog, entry: &Entry) -> bool {
    let stands_for = |other: &&Entry| {
        other.present
            && other.id != entry.id
            && other.verified == Verified::Full
            && other.place == entry.place
            && (other.attachments_included || !entry.attachments_included)
    };
    entry.verified == Verified::Full && !catalog.entries.iter().any(|other| stands_for(&other))
}

impl Warned for DeletedArchive {
    fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }
}
