//! What happens to one item: a pure decision.

use backstop_model::{FaultCode, Fingerprint, Kind, TimeMs};

use crate::store::StoreError;

/// How a restore treats what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Of two versions the newer one stays.
    Merge,
    /// The archive's version stays.
    Overwrite,
    /// Everything of the archive is added beside what is there, under ids of its own.
    Copy,
    /// The library becomes what the archive holds.
    Exact,
}

/// What happens to one item of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It is new.
    Added,
    /// It replaces what is there.
    Updated,
    /// It goes.
    Removed,
    /// Both sides are the same.
    Identical,
    /// They differ, and what is there stays.
    Kept,
}

impl Change {
    const CODES: [(i64, Self); 5] =
        [(0, Self::Added), (1, Self::Updated), (2, Self::Removed), (3, Self::Identical), (4, Self::Kept)];

    /// The number in a plan's table.
    pub(super) fn code(self) -> i64 {
        Self::CODES.iter().find(|(_, change)| *change == self).map_or(-1, |(code, _)| *code)
    }

    pub(super) fn of(code: i64) -> Result<Self, StoreError> {
        let found = Self::CODES.iter().find(|(known, _)| *known == code);
        found.map(|(_, change)| *change).ok_or_else(|| StoreError::Damaged(format!("change {code}")))
    }
}

/// One side of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// What it is.
    pub fingerprint: Fingerprint,
    /// When it last changed. One that does not say is older than any that does.
    pub modified: Option<TimeMs>,
}

/// What becomes of an item that the archive holds.
#[must_use]
pub fn decide(mode: Mode, archive: Version, here: Option<Version>) -> Change {
    let Some(here) = here else { return Change::Added };
    if here.fingerprint == archive.fingerprint {
        return Change::Identical;
    }
    match mode {
        Mode::Overwrite | Mode::Exact => Change::Updated,
        Mode::Merge if archive.modified > here.modified => Change::Updated,
        // What copies share with the library, as a tag, is never changed by them.
        Mode::Merge | Mode::Copy => Change::Kept,
    }
}

/// What becomes of an item that the archive does not hold; `attachments_included` says whether the
/// archive is one with the bytes of all its attachments.
#[must_use]
pub fn decide_absent(mode: Mode, kind: Kind, attachments_included: bool) -> Option<Change> {
    let about_files = matches!(kind, Kind::Attachment | Kind::AttachmentsKey);
    match mode {
        Mode::Merge | Mode::Overwrite | Mode::Copy => None,
        // An archive without attachments knows nothing of those that are here.
        Mode::Exact if about_files && !attachments_included => None,
        Mode::Exact => Some(Change::Removed),
    }
}

/// Whether something odd about an archive leaves it open what was in it. Then nothing may be removed
/// for not being there.
#[must_use]
pub fn leaves_open(code: FaultCode) -> bool {
    !matches!(code, FaultCode::Stray | FaultCode::AttachmentMissing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(content: u8, modified: Option<i64>) -> Version {
        Version { fingerprint: Fingerprint([content; 32]), modified: modified.map(TimeMs) }
    }

    #[test]
    fn the_table() {
        use Change::{Added, Identical, Kept, Updated};
        use Mode::{Copy, Exact, Merge, Overwrite};
        let rows = [
            (Merge, version(1, Some(5)), None, Added),
            (Overwrite, version(1, None), None, Added),
            (Merge, version(1, Some(5)), Some(version(1, Some(9))), Identical),
            (Overwrite, version(1, Some(5)), Some(version(1, Some(9))), Identical),
            (Merge, version(1, Some(9)), Some(version(2, Some(5))), Updated),
            (Merge, version(1, Some(5)), Some(version(2, Some(9))), Kept),
            (Merge, version(1, Some(5)), Some(version(2, Some(5))), Kept),
            (Merge, version(1, Some(5)), Some(version(2, None)), Updated),
            (Merge, version(1, None), Some(version(2, Some(5))), Kept),
            (Merge, version(1, None), Some(version(2, None)), Kept),
            (Overwrite, version(1, Some(5)), Some(version(2, Some(9))), Updated),
            (Overwrite, version(1, None), Some(version(2, Some(9))), Updated),
            (Copy, version(1, None), None, Added),
            (Copy, version(1, Some(5)), Some(version(1, Some(9))), Identical),
            (Copy, version(1, Some(9)), Some(version(2, Some(5))), Kept),
            (Exact, version(1, None), None, Added),
            (Exact, version(1, Some(5)), Some(version(1, Some(9))), Identical),
            (Exact, version(1, Some(5)), Some(version(2, Some(9))), Updated),
        ];
        for (mode, archive, here, expected) in rows {
            assert_eq!(decide(mode, archive, here), expected, "{mode:?} {archive:?} {here:?}");
        }
    }

    #[test]
    fn only_exactly_removes_and_never_files_that_the_archive_is_silent_about() {
        use Mode::{Copy, Exact, Merge, Overwrite};
        for kind in Kind::all() {
            for (mode, full, expected) in [
                (Merge, true, None),
                (Overwrite, true, None),
                (Copy, true, None),
                (Exact, true, Some(Change::Removed)),
            ] {
                assert_eq!(decide_absent(mode, kind, full), expected, "{mode:?} {kind:?}");
            }
            let about_files = [Kind::Attachment, Kind::AttachmentsKey].contains(&kind);
            assert_eq!(decide_absent(Exact, kind, false).is_none(), about_files, "{kind:?}");
        }
        for (code, open) in [
            (FaultCode::Stray, false),
            (FaultCode::AttachmentMissing, false),
            (FaultCode::Empty, true),
            (FaultCode::InvalidContent, true),
            (FaultCode::EntryMismatch, true),
        ] {
            assert_eq!(leaves_open(code), open, "{code:?}");
        }
    }

    #[test]
    fn changes_keep_their_numbers() {
        for (code, change) in Change::CODES {
            assert_eq!((change.code(), Change::of(code).expect("known")), (code, change));
        }
        assert!(Change::of(5).is_err());
    }
}
