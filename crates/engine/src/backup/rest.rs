//! Rest: whether an archive that is there already is what a backup would make now. Pure.
//!
//! Everything that would make another archive is part of one short text, the state: what the library
//! holds, the keys of the account, the format, whether it is encrypted, and the version of the program.
//! It is recorded with each archive and compared; nothing of the notes is read for that.

use std::path::Path;

use backstop_model::TimeMs;
use sha2::{Digest, Sha256};

use crate::repository::{Entry, Listed, Verified};
use crate::runs::{History, MadeArchive, RunKind};

/// A backup that would be made now.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Of this place.
    pub place: &'a str,
    /// Into this folder.
    pub folder: &'a Path,
    /// With attachments.
    pub attachments: bool,
    /// What it would show.
    pub state: &'a str,
}

/// One text for all the parts of a state, none of which can run into the next.
#[must_use]
pub fn state_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The last archive of the place that holds as much as is asked for, and the end of the run that made it,
/// if a backup now would say the same.
///
/// Only the last one counts: an older one that happens to agree is not looked for.
#[must_use]
pub fn last_equal<'h>(history: &'h History, asked: &Asked<'_>) -> Option<(&'h MadeArchive, TimeMs)> {
    let ends = history.runs.iter().filter(|run| run.begin.kind == RunKind::Backup);
    let done = ends.filter_map(|run| run.end.as_ref()).filter(|end| end.outcome.is_done());
    let holds =
        |made: &&MadeArchive| made.place == asked.place && (made.attachments_included || !asked.attachments);
    let made = done.flat_map(|end| end.archives.iter().map(move |made| (made, end.ended)));
    let (last, at) = made.into_iter().find(|(made, _)| holds(made))?;
    let equal = last.verified
        && last.state.as_deref() == Some(asked.state)
        && last.path.parent() == Some(asked.folder);
    equal.then_some((last, at))
}

/// Whether the file is the one that the catalog knows as verified and whole.
#[must_use]
pub fn is_known_good(entry: Option<&Entry>, file: &Listed) -> bool {
    entry.is_some_and(|entry| {
        (entry.bytes, entry.modified) == (file.bytes, file.modified)
            && matches!(entry.verified, Verified::Full | Verified::Quick)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::{Begin, End, Outcome, Run, Trigger};

    fn made(path: &str, full: bool, state: Option<&str>) -> MadeArchive {
        MadeArchive {
            archive: path.to_owned(),
            place: "library".to_owned(),
            path: path.into(),
            bytes: 1,
            notes: 1,
            attachments: 0,
            attachments_included: full,
            encrypted: true,
            verified: true,
            state: state.map(str::to_owned),
        }
    }

    /// A history with these archives, the newest first.
    fn history(archives: &[MadeArchive]) -> History {
        let run = |(at, made): (usize, &MadeArchive)| {
            let run: crate::runs::RunId = format!("r{at}").parse().expect("an id");
            let begin = Begin {
                run: run.clone(),
                kind: RunKind::Backup,
                trigger: Trigger::Automatic,
                started: TimeMs(0),
                places: vec!["library".to_owned()],
                undoes: None,
                folder: None,
                attachments: made.attachments_included,
            };
            let end = End { archives: vec![made.clone()], ..End::new(&run, TimeMs(7), Outcome::Completed) };
            Run { begin, safety: None, end: Some(end) }
        };
        History { runs: archives.iter().enumerate().map(run).collect(), unreadable_lines: 0 }
    }

    #[test]
    fn only_the_last_archive_that_holds_enough_counts() {
        let (same, other) = (Some("now"), Some("then"));
        let unverified = MadeArchive { verified: false, ..made("/a/x", false, same) };
        let elsewhere = MadeArchive { place: "joplin".to_owned(), ..made("/a/x", false, same) };
        let rows = [
            (vec![], false, None),
            (vec![made("/a/x", false, same)], false, Some("/a/x")),
            (vec![made("/a/x", false, same)], true, None),
            (vec![made("/a/x", true, same)], true, Some("/a/x")),
            (vec![made("/a/x", true, same)], false, Some("/a/x")),
            (vec![made("/a/x", false, same), made("/a/y", true, same)], true, Some("/a/y")),
            (vec![made("/a/x", false, other), made("/a/y", false, same)], false, None),
            (vec![made("/a/x", false, None)], false, None),
            (vec![made("/b/x", false, same)], false, None),
            (vec![unverified], false, None),
            (vec![elsewhere, made("/a/y", false, same)], false, Some("/a/y")),
        ];
        for (row, (archives, attachments, expected)) in rows.into_iter().enumerate() {
            let asked = Asked { place: "library", folder: Path::new("/a"), attachments, state: "now" };
            let history = history(&archives);
            let found = last_equal(&history, &asked).map(|(made, at)| (made.archive.as_str(), at));
            assert_eq!(found, expected.map(|path| (path, TimeMs(7))), "row {row}");
        }
    }

    #[test]
    fn no_two_states_run_together() {
        assert_eq!(state_of(&["a", "b"]), state_of(&["a", "b"]));
        for other in [&["a", "c"][..], &["ab", ""], &["", "ab"], &["a"], &["a", "b", ""]] {
            assert_ne!(state_of(&["a", "b"]), state_of(other), "{other:?}");
        }
    }
}
