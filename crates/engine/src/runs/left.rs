//! What is left of the successes: an archive that was deleted or moved away by hand is no backup any more.
//!
//! Pure: where a file is comes in as a look at it. Asked for as few files as there are answers: in the usual
//! case for the newest one of each kind.

use std::collections::HashSet;
use std::path::Path;

use super::history::{History, Success, success_but};
use super::run::MadeArchive;
use crate::schedule::BackupKind;

/// Where the file of an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// Where it was written, or in another spot that is known.
    Here,
    /// Its folder can't be reached, which says nothing of the file.
    Away,
    /// Its folder is there, and the file is not.
    Gone,
}

/// What is left of the verified backups of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left<'runs> {
    /// The newest one whose file is not gone.
    pub success: Option<Success>,
    /// Its archive, if its folder can't be reached.
    pub away: Option<&'runs MadeArchive>,
    /// The newest one of all and its archive, if that is gone and nobody asked Backstop to delete it.
    pub gone: Option<(Success, &'runs MadeArchive)>,
}

/// What is left of both kinds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BothLeft<'runs> {
    /// Of backups of any kind.
    pub notes: Left<'runs>,
    /// Of those with attachments.
    pub full: Left<'runs>,
}

impl<'runs> BothLeft<'runs> {
    /// What is left of one kind.
    #[must_use]
    pub fn kind(&self, kind: BackupKind) -> &Left<'runs> {
        match kind {
            BackupKind::Notes => &self.notes,
            BackupKind::Full => &self.full,
        }
    }

    /// Whether a backup that counted as the newest is gone.
    #[must_use]
    pub fn is_something_gone(&self) -> bool {
        self.notes.gone.is_some() || self.full.gone.is_some()
    }
}

impl History {
    /// What is left of the verified backups of `place`.
    #[must_use]
    pub fn left(&self, place: &str, find: &dyn Fn(&MadeArchive) -> Whereabouts) -> BothLeft<'_> {
        let left = |kind| self.left_of(place, kind, find);
        BothLeft { notes: left(BackupKind::Notes), full: left(BackupKind::Full) }
    }

    fn left_of(&self, place: &str, kind: BackupKind, find: &dyn Fn(&MadeArchive) -> Whereabouts) -> Left<'_> {
        let damaged = self.damaged_names();
        let mut left = Left::default();
        // One file may stand for many runs that found nothing new.
        let mut sought = HashSet::new();
        for run in &self.runs {
            let Some((success, made)) = success_but(&damaged, run, place, kind) else { continue };
            if !sought.insert(made.path.as_path()) {
                continue;
            }
            match find(made) {
                Whereabouts::Gone => {
                    let newest = sought.len() == 1;
                    if newest && !self.deleted(&made.path) {
                        left.gone = Some((success, made));
                    }
                }
                found => {
                    left.away = (found == Whereabouts::Away).then_some(made);
                    left.success = Some(success);
                    break;
                }
            }
        }
        left
    }

    /// Whether a run deleted the file: its owner, or the policy that they agreed to, wanted it to go.
    fn deleted(&self, path: &Path) -> bool {
        let ends = self.runs.iter().filter_map(|run| run.end.as_ref());
        ends.flat_map(|end| &end.deleted).any(|gone| gone.path == path)
    }
}

#[cfg(test)]
#[path = "left_tests.rs"]
mod tests;
