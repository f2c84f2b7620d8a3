//! Which files of a place are looked at now, and which are merged. Pure.

use backstop_model::TimeMs;
use serde::{Deserialize, Serialize};

use crate::problem::Code;
use crate::repository::{Entry, Listed, Verified};

/// A file is left alone until nobody has written to it for so long.
const SETTLE_MS: i64 = 5_000;
/// A file that was written so shortly ago and is damaged may be one that is still being copied: it is read
/// again before anybody is alarmed.
const YOUNG_MS: i64 = 60_000;
/// One run reads so much at most, but always one file: a due backup must not wait for an hour.
const BATCH_BYTES: u64 = 1024 * 1024 * 1024;
/// A merge that failed, and a file that could not be read, are tried again after so long.
const RETRY_MS: i64 = 3_600_000;

/// One file as it was merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was last written to.
    pub modified: TimeMs,
}

impl Mark {
    fn of(entry: &Entry) -> Self {
        Self { name: entry.name.clone(), bytes: entry.bytes, modified: entry.modified }
    }
}

/// What of a place was merged last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// When.
    pub at: TimeMs,
    /// The newest verified file then, and the newest one with attachments.
    pub files: Vec<Mark>,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Code>,
}

impl Merged {
    /// These files, merged or not.
    #[must_use]
    pub fn of(files: &[&Entry], at: TimeMs, problem: Option<Code>) -> Self {
        Self { at, files: files.iter().map(|entry| Mark::of(entry)).collect(), problem }
    }
}

/// How long ago a file was last written to. Of a time that has not come yet: as long as it is off, because
/// some clock is wrong, and not this file new.
fn age_ms(modified: TimeMs, now: TimeMs) -> u64 {
    now.0.abs_diff(modified.0)
}

/// Whether nobody seems to be writing to a file any more.
#[must_use]
pub fn is_settled(file: &Listed, now: TimeMs) -> bool {
    age_ms(file.modified, now) >= SETTLE_MS.unsigned_abs()
}

/// Whether damage of this file may only mean that it is not whole yet.
#[must_use]
pub fn is_young(modified: TimeMs, now: TimeMs) -> bool {
    age_ms(modified, now) < YOUNG_MS.unsigned_abs()
}

/// Whether a file is not tried now: it stays closed until there is another password, or another Backstop; or
/// it could not be read a short while ago.
fn is_put_off(entry: &Entry, now: TimeMs) -> bool {
    match (entry.verified, entry.problem) {
        (Verified::Damaged, _) | (_, None) => false,
        (
            _,
            Some(Code::WrongSecret | Code::SecretRequired | Code::NewerVersion | Code::UnsupportedVersion),
        ) => true,
        (_, Some(_)) => {
            entry.verified_at.is_some_and(|tried| now.0.abs_diff(tried.0) < RETRY_MS.unsigned_abs())
        }
    }
}

/// The files that must still be checked in full, the newest first, as many as fit into one run.
#[must_use]
pub fn to_check<'a>(newest_first: &[&'a Entry], now: TimeMs) -> Vec<&'a Entry> {
    let open = |entry: &&&Entry| {
        let unread = match entry.verified {
            Verified::Never | Verified::Quick => true,
            // A look at its head found it damaged; a check says so in the history.
            Verified::Damaged => entry.verified_at.is_none(),
            Verified::Full => false,
        };
        entry.present && unread && !is_put_off(entry, now)
    };
    let mut bytes = 0u64;
    let fits = |entry: &&Entry| {
        let room = bytes == 0 || bytes.saturating_add(entry.bytes) <= BATCH_BYTES;
        bytes = bytes.saturating_add(entry.bytes).max(1);
        room
    };
    newest_first.iter().filter(open).copied().take_while(fits).collect()
}

/// The files to merge now: the newest that was verified, and the newest with attachments if it is an older
/// one. None if those were merged already, or failed a short while ago.
#[must_use]
pub fn to_merge<'a>(newest_first: &[&'a Entry], merged: Option<&Merged>, now: TimeMs) -> Vec<&'a Entry> {
    let sound: Vec<&Entry> = newest_first
        .iter()
        .copied()
        .filter(|entry| entry.present && entry.verified == Verified::Full)
        .collect();
    let newest = sound.first().copied();
    let full = sound.iter().copied().find(|entry| entry.attachments_included);
    let older_full = full.filter(|full| newest.is_some_and(|newest| newest.path != full.path));
    let wanted: Vec<&Entry> = newest.into_iter().chain(older_full).collect();
    let marks: Vec<Mark> = wanted.iter().map(|entry| Mark::of(entry)).collect();
    match merged {
        Some(merged) if merged.files == marks => {
            let again = merged.problem.is_some() && now.0.abs_diff(merged.at.0) >= RETRY_MS.unsigned_abs();
            if again { wanted } else { Vec::new() }
        }
        _ => wanted,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::repository::{Catalog, FolderListing, Head};

    const NOW: TimeMs = TimeMs(1_795_334_595_000);

    fn listed(name: &str, bytes: u64, age_ms: i64) -> Listed {
        let modified = TimeMs(NOW.0 - age_ms);
        Listed { path: PathBuf::from("/b").join(name), name: name.to_owned(), bytes, modified }
    }

    /// Entries, the newest first.
    fn entries(files: &[(&str, u64)]) -> Vec<Entry> {
        let mut catalog = Catalog::default();
        let files: Vec<Listed> =
            (1..).zip(files).map(|(age, (name, bytes))| listed(name, *bytes, age * 1_000_000)).collect();
        catalog.refresh(&[FolderListing { folder: "/b".into(), files: Some(files) }], &mut |_| {
            Ok(Head::default())
        });
        catalog.newest_first().into_iter().cloned().collect()
    }

    fn names<'a>(entries: &[&'a Entry]) -> Vec<&'a str> {
        entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    #[test]
    fn a_file_is_left_alone_while_somebody_writes_to_it() {
        for (age_ms, settled, young) in [
            (0, false, true),
            (4_999, false, true),
            (5_000, true, true),
            (59_999, true, true),
            (60_000, true, false),
            // The clock of the other computer is ahead, or ours was set back.
            (-4_999, false, true),
            (-3_600_000, true, false),
        ] {
            let file = listed("a", 1, age_ms);
            assert_eq!((is_settled(&file, NOW), is_young(file.modified, NOW)), (settled, young), "{age_ms}");
        }
    }

    #[test]
    fn what_was_read_or_stays_closed_is_not_read_again() {
        let hour_ago = Some(TimeMs(NOW.0 - RETRY_MS));
        let (tried, cut) = (Some(TimeMs(NOW.0 - RETRY_MS + 1)), Some(Code::ArchiveCut));
        for (verified, problem, at, present, wanted) in [
            (Verified::Never, None, None, true, true),
            (Verified::Quick, None, tried, true, true),
            (Verified::Quick, Some(Code::SecretRequired), hour_ago, true, false),
            (Verified::Quick, Some(Code::WrongSecret), hour_ago, true, false),
            (Verified::Never, Some(Code::NewerVersion), None, true, false),
            (Verified::Never, Some(Code::UnsupportedVersion), None, true, false),
            (Verified::Never, Some(Code::NotFound), tried, true, false),
            (Verified::Never, Some(Code::NotFound), hour_ago, true, true),
            (Verified::Never, Some(Code::DiskGone), None, true, true),
            (Verified::Never, None, None, false, false),
            (Verified::Full, None, hour_ago, true, false),
            (Verified::Damaged, cut, None, true, true),
            (Verified::Damaged, cut, tried, true, false),
            (Verified::Damaged, cut, None, false, false),
        ] {
            let mut all = entries(&[("a", 1)]);
            for entry in &mut all {
                (entry.verified, entry.problem, entry.present) = (verified, problem, present);
                entry.verified_at = at;
            }
            let all: Vec<&Entry> = all.iter().collect();
            let some = !to_check(&all, NOW).is_empty();
            assert_eq!(some, wanted, "{verified:?} {problem:?} {at:?} {present}");
        }
    }

    #[test]
    fn one_run_reads_a_bounded_piece_and_at_least_one_file() {
        let giga = 1024 * 1024 * 1024;
        for (files, wanted) in [
            (&[("a", 1), ("b", 1), ("c", 1)][..], &["a", "b", "c"][..]),
            (&[("a", 5 * giga), ("b", 1)], &["a"]),
            (&[("a", giga / 2), ("b", giga / 2), ("c", 1)], &["a", "b"]),
            (&[("a", 0), ("b", giga), ("c", 1)], &["a"]),
        ] {
            let all = entries(files);
            assert_eq!(names(&to_check(&all.iter().collect::<Vec<_>>(), NOW)), wanted, "{files:?}");
        }
    }

    #[test]
    fn the_newest_verified_is_merged_once_with_the_attachments_of_an_older_one() {
        let mut all = entries(&[("new", 1), ("newer", 2), ("full", 3), ("old-full", 4)]);
        for entry in all.iter_mut().skip(1) {
            entry.verified = Verified::Full;
            entry.attachments_included = entry.name.contains("full");
        }
        let refs: Vec<&Entry> = all.iter().collect();
        let wanted = to_merge(&refs, None, NOW);
        assert_eq!(names(&wanted), ["newer", "full"]);
        let done = Merged::of(&wanted, NOW, None);
        assert!(to_merge(&refs, Some(&done), TimeMs(NOW.0 + 10 * RETRY_MS)).is_empty());
        let failed = Merged::of(&wanted, NOW, Some(Code::NoSpace));
        assert!(to_merge(&refs, Some(&failed), TimeMs(NOW.0 + RETRY_MS - 1)).is_empty());
        assert_eq!(to_merge(&refs, Some(&failed), TimeMs(NOW.0 + RETRY_MS)).len(), 2);
        let other = Merged::of(&wanted[..1], NOW, None);
        assert_eq!(to_merge(&refs, Some(&other), NOW).len(), 2, "another set of files is new");
        assert!(to_merge(&refs[..1], None, NOW).is_empty(), "nothing verified, nothing merged");
        assert_eq!(
            names(&to_merge(&refs[2..], None, NOW)),
            ["full"],
            "the newest has its attachments itself"
        );
    }
}
