//! What happens to one item: a pure decision.

use backstop_model::{Fingerprint, TimeMs};

use crate::store::StoreError;

/// How a restore treats what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Of two versions the newer one stays.
    Merge,
    /// The archive's version stays.
    Overwrite,
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
        Mode::Overwrite => Change::Updated,
        Mode::Merge if archive.modified > here.modified => Change::Updated,
        Mode::Merge => Change::Kept,
    }
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
        use Mode::{Merge, Overwrite};
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
        ];
        for (mode, archive, here, expected) in rows {
            assert_eq!(decide(mode, archive, here), expected, "{mode:?} {archive:?} {here:?}");
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
