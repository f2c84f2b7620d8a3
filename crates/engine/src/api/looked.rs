//! What crosses the door of archives that are looked into and checked. The rules of `types` hold.

use backstop_formats::Stated;
use backstop_model::{Finding, Severity};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::Warning;

/// A note out of a backup that a secret was proved to open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ProvedNote {
    /// The file name of the backup.
    pub archive: String,
    /// When it was made.
    pub created: Option<i64>,
    /// Live notes that were read.
    pub notes: u64,
    /// The title of one of them, chosen by chance; empty if there is none.
    pub title: String,
    /// How its text begins; `null` if its own vault locks it.
    pub preview: Option<String>,
    /// What of the backup could not be read.
    pub warnings: Vec<Warning>,
}

/// A file that belongs to a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct NoteAttachment {
    /// The id of its row; names it in later calls.
    pub id: String,
    /// Its name, as the note's app has it.
    pub name: String,
    /// Its MIME type, as the note's app has it.
    pub mime: String,
    /// Its size.
    pub bytes: u64,
    /// Whether its bytes are there: a backup may have been made without attachments.
    pub here: bool,
}

/// How much of a damaged archive is whole. All of it comes out; what does not is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Recovery {
    /// Notes that come out, live and trashed.
    pub notes: u64,
    /// Notes that the archive says it was made with, `null` if that is not known.
    pub notes_stated: Option<u64>,
    /// Attachments whose bytes come out.
    pub attachments: u64,
    /// Attachments whose bytes it was made with, `null` if that is not known.
    pub attachments_stated: Option<u64>,
    /// How many of a hundred notes come out, rounded down, `null` if it is not known how many there were.
    pub percent: Option<u8>,
    /// What is lost, and each note that may have been changed: a part's name or an item's id with each.
    pub lost: Vec<Warning>,
}

impl Recovery {
    /// The figures of one archive; nothing if it is not damaged.
    pub(super) fn of(notes: u64, attachments: u64, stated: Stated, findings: &[Finding]) -> Option<Self> {
        let damage = findings.iter().filter(|finding| finding.severity == Severity::Damage);
        let lost: Vec<Warning> = damage.map(Warning::of).collect();
        if lost.is_empty() {
            return None;
        }
        let mut recovery = Self {
            notes,
            notes_stated: stated.notes,
            attachments,
            attachments_stated: stated.attachments,
            percent: None,
            lost,
        };
        recovery.count();
        Some(recovery)
    }

    /// The figures of several archives together.
    pub(super) fn and(self, other: Self) -> Self {
        let sum = |one: Option<u64>, two: Option<u64>| Some(one? + two?);
        let mut both = Self {
            notes: self.notes + other.notes,
            notes_stated: sum(self.notes_stated, other.notes_stated),
            attachments: self.attachments + other.attachments,
            attachments_stated: sum(self.attachments_stated, other.attachments_stated),
            percent: None,
            lost: self.lost.into_iter().chain(other.lost).collect(),
        };
        both.count();
        both
    }

    fn count(&mut self) {
        let of = |stated: u64| u128::from(self.notes) * 100 / u128::from(stated.max(1));
        let stated = self.notes_stated.filter(|stated| *stated > 0);
        self.percent = stated.map(|stated| u8::try_from(of(stated).min(100)).unwrap_or(100));
    }
}

/// What is in an archive that was opened to be looked at.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct ContentsCard {
    /// Notes in it, live and trashed.
    pub notes: u64,
    /// Notebooks in it.
    pub notebooks: u64,
    /// Attachments whose bytes are in it.
    pub attachments: u64,
    /// Items that could not be read, and what is odd about the rest.
    pub warnings: Vec<Warning>,
    /// Whether any part could not be read.
    pub damaged: bool,
    /// How much of a damaged archive is whole.
    pub recovery: Option<Recovery>,
}

/// Where a note of an archive is: what ticks on notes and notebooks stand on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct NotePlace {
    /// The note's id.
    pub id: String,
    /// Ids of the notebooks that it is directly in.
    pub notebooks: Vec<String>,
    /// In the trash.
    pub trashed: bool,
}

/// What a check of an archive found, for the window.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[must_use = "a check that nobody reads is not a check"]
pub struct CheckResult {
    /// The file's name.
    pub name: String,
    /// Whether every byte and item was read, or only its structure.
    pub full: bool,
    /// Whether all that was read is whole.
    pub sound: bool,
    /// Items that came out whole.
    pub items_read: u64,
    /// Notes among them.
    pub notes: u64,
    /// Attachments that came out whole.
    pub attachments: u64,
    /// Bytes of the file that were not read.
    pub not_read: u64,
    /// How much of a damaged archive is whole; known after a full check.
    pub recovery: Option<Recovery>,
    /// What is damaged or odd.
    pub findings: Vec<Warning>,
}

impl CheckResult {
    /// The result of a check before it has read anything.
    pub(super) fn nothing_read(name: String, full: bool) -> Self {
        Self {
            name,
            full,
            sound: false,
            items_read: 0,
            notes: 0,
            attachments: 0,
            not_read: 0,
            recovery: None,
            findings: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use backstop_model::{Fault, FaultCode};

    use super::*;

    fn recovery(notes: u64, stated: Option<u64>) -> Recovery {
        let fault = Fault::new(FaultCode::ArchiveCut, "cut");
        let stated = Stated { notes: stated, attachments: Some(0) };
        Recovery::of(notes, 0, stated, &[Finding { severity: Severity::Damage, fault }]).expect("damaged")
    }

    #[test]
    fn figures_claim_no_more_than_is_known() {
        for (notes, stated, percent) in [
            (96, Some(100), Some(96)),
            (999, Some(1000), Some(99)),
            (7, Some(7), Some(100)),
            (0, Some(3), Some(0)),
            (0, Some(0), None),
            (8, Some(7), Some(100)),
            (5, None, None),
        ] {
            assert_eq!(recovery(notes, stated).percent, percent, "{notes} of {stated:?}");
        }
        let both = recovery(50, Some(100)).and(recovery(100, Some(100)));
        assert_eq!((both.notes, both.percent, both.lost.len()), (150, Some(75), 2));
        assert_eq!(recovery(50, Some(100)).and(recovery(1, None)).percent, None);
        assert_eq!(Recovery::of(5, 0, Stated::default(), &[]), None);
    }
}
