//! "Try a restore": a person proves that a secret still opens a backup, and sees one note from it.

use std::path::PathBuf;

use backstop_formats::{ArchiveSecret, Effort};
use backstop_model::{Job, TimeMs};

use super::{Record, RunOrder, Session, Warned, random};
use crate::api::{Backstop, Code, OpenArchive, Problem, ProvedNote, ShowAs, Warning, of_store};
use crate::repository::Verified;
use crate::runs::{Outcome, RunKind, Trigger};
use crate::settings::LIBRARY;
use crate::show;
use crate::store::NoteFilter;

/// A quarter of a year.
const QUARTER_MS: i64 = 91 * 24 * 3_600_000;

/// The most of a note that is shown.
const PREVIEW_LETTERS: usize = 400;

/// When a proof is due: a quarter after the last one, or after the first backup that could be proved.
#[must_use]
fn next_proof(first_backup: Option<TimeMs>, last_proof: Option<TimeMs>) -> Option<TimeMs> {
    let from = last_proof.or(first_backup)?;
    Some(TimeMs(from.0.saturating_add(QUARTER_MS)))
}

impl Session {
    /// When the owner is asked next to prove that a secret opens a backup; none without an encrypted backup.
    ///
    /// # Errors
    /// The history can't be read.
    pub fn next_proof_due(&self) -> Result<Option<i64>, Problem> {
        let history = self.runs().read()?;
        let ends = |kind| {
            let of_kind = history.runs.iter().filter(move |run| run.begin.kind == kind);
            of_kind.filter_map(|run| run.end.as_ref()).filter(|end| end.outcome.is_done())
        };
        let encrypted = |end: &&crate::runs::End| {
            end.archives.iter().any(|made| made.encrypted && made.verified && made.place == LIBRARY)
        };
        let first = ends(RunKind::Backup).rfind(encrypted).map(|end| end.ended);
        let last = ends(RunKind::Proof).find(|end| end.outcome == Outcome::Completed).map(|end| end.ended);
        Ok(next_proof(first, last).map(|at| at.0))
    }

    /// Whether that moment has come.
    pub(super) fn proof_is_due(&self) -> Result<bool, Problem> {
        let due = self.next_proof_due()?;
        Ok(due.is_some_and(|at| at <= self.now().0) && self.provable(None).is_ok())
    }

    /// Opens a backup with a secret that a person typed, and with nothing else, reads it, and gives one note
    /// of it, chosen by chance. Without an archive's id the newest encrypted one is taken.
    ///
    /// # Errors
    /// `wrong_secret`: nothing is recorded then. `not_found` without such a backup; `usage` for one that
    /// opens without a secret; what keeps it from being read.
    pub fn prove(
        &self,
        archive: Option<&str>,
        secret: &ArchiveSecret,
        job: &Job,
    ) -> Result<ProvedNote, Problem> {
        let path = self.provable(archive)?;
        let mut archive = OpenArchive::open(&path, Effort::Usual)?;
        if !archive.is_locked() {
            return Err(Problem::new(
                Code::Usage,
                "This backup opens without a password, so it proves nothing about yours.",
            ));
        }
        archive.unlock(secret, job)?;
        let order = RunOrder {
            kind: RunKind::Proof,
            trigger: Trigger::Manual,
            undoes: None,
            folder: None,
            attachments: false,
        };
        self.run(order, |_| {
            let note = self.any_note(&mut archive, job)?;
            let warnings = note.warnings.iter().map(|warning| warning.message.clone()).collect();
            Ok((note, Record { warnings, ..Record::default() }))
        })
    }

    /// The archive to prove it with.
    fn provable(&self, id: Option<&str>) -> Result<PathBuf, Problem> {
        if let Some(id) = id {
            return self.archive_path(id);
        }
        let catalog = self.catalog().load().unwrap_or_default();
        let mut newest = catalog.newest_first().into_iter().filter(|entry| {
            let ours = entry.place.as_deref() == Some(LIBRARY);
            ours && entry.encrypted && entry.present && entry.verified != Verified::Damaged
        });
        newest.next().map(|entry| entry.path.clone()).ok_or_else(|| Problem::of(Code::NotFound))
    }

    /// Reads all items of an archive and takes one of its live notes by chance.
    fn any_note(&self, archive: &mut OpenArchive, job: &Job) -> Result<ProvedNote, Problem> {
        let engine = Backstop { world: self.world.clone() };
        let (name, created) = (archive.name(), archive.head().created.map(|time| time.0));
        let stage = engine.staged(archive, job)?;
        let filter = NoteFilter::default();
        let (notes, _) = stage.store.notes(&filter, 0, 1).map_err(of_store)?;
        let chosen = u32::try_from(u64::from(random()?) % notes.max(1)).unwrap_or_default();
        let (_, page) = stage.store.notes(&filter, chosen, 1).map_err(of_store)?;
        let mut proved = ProvedNote {
            archive: name,
            created,
            notes,
            title: String::new(),
            preview: None,
            warnings: super::super::archives::damage_of(&stage),
        };
        let Some(line) = page.into_iter().next() else { return Ok(proved) };
        proved.title = line.title;
        // A note that its own vault locks shows its title only.
        if let Ok(shown) = show::show(&stage.store, &line.id, ShowAs::Text, None) {
            proved.preview = Some(shown.text.trim().chars().take(PREVIEW_LETTERS).collect());
        }
        Ok(proved)
    }
}

impl Warned for ProvedNote {
    fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_due_each_quarter_from_the_first_backup_on() {
        let at = |days: i64| TimeMs(days * 24 * 3_600_000);
        for (first, last, expected) in [
            (None, None, None),
            (Some(at(0)), None, Some(at(91))),
            (Some(at(0)), Some(at(100)), Some(at(191))),
            (None, Some(at(100)), Some(at(191))),
        ] {
            assert_eq!(next_proof(first, last), expected);
        }
    }
}
