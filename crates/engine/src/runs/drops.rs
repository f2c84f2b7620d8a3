//! Backups that are much smaller than those before them. Pure.

use std::collections::HashMap;

use backstop_model::TimeMs;

use super::{History, MadeArchive, RunKind};

/// By how much archives fell, by the id inside them.
#[derive(Debug, Default)]
pub struct Drops<'a>(HashMap<&'a str, u8>);

impl Drops<'_> {
    /// By how many of a hundred this archive has fewer notes or bytes than those before it, if that is 30
    /// or more.
    #[must_use]
    pub fn of(&self, archive: &str) -> Option<u8> {
        self.0.get(archive).copied()
    }
}

impl History {
    /// The verified archives that runs made of a place and kind, oldest first, and when.
    pub fn made<'a>(
        &'a self,
        place: &'a str,
        full: bool,
    ) -> impl Iterator<Item = (TimeMs, &'a MadeArchive)> + 'a {
        self.all_made().filter(move |(_, made)| made.place == place && made.attachments_included == full)
    }

    fn all_made(&self) -> impl Iterator<Item = (TimeMs, &MadeArchive)> {
        let backups = self.runs.iter().rev().filter(|run| run.begin.kind == RunKind::Backup);
        let ended = backups.filter_map(|run| run.end.as_ref()).filter(|end| end.outcome.is_done());
        let made = ended.flat_map(|end| end.archives.iter().map(|made| (end.ended, made)));
        made.filter(|(_, made)| made.verified)
    }

    /// Every archive that was 30 % or more below the last one of its place and kind that was not.
    #[must_use]
    pub fn drops(&self) -> Drops<'_> {
        let mut marks: HashMap<(&str, bool), Marks<'_>> = HashMap::new();
        let mut drops = Drops::default();
        for (_, made) in self.all_made() {
            let marks = marks.entry((made.place.as_str(), made.attachments_included)).or_default();
            if let Some(per_cent) = marks.take(made) {
                drops.0.insert(made.archive.as_str(), per_cent);
            }
        }
        drops
    }
}

/// What the archives of one place and kind were like, told from the oldest on.
#[derive(Debug, Default)]
pub struct Marks<'a> {
    /// How many notes they had.
    pub notes: HighMark,
    /// How large they were.
    pub bytes: HighMark,
    form: Option<(&'a str, bool)>,
}

impl<'a> Marks<'a> {
    /// The next archive. By how many of a hundred it fell, if that is 30 or more.
    pub fn take(&mut self, made: &'a MadeArchive) -> Option<u8> {
        let extension = made.path.extension().and_then(|extension| extension.to_str());
        let form = Some((extension.unwrap_or_default(), made.encrypted));
        if self.form != form {
            // Another format or encryption has another size for the same notes.
            (self.form, self.bytes) = (form, HighMark::default());
        }
        self.notes.take(made.notes).max(self.bytes.take(made.bytes))
    }

    /// What came before is no measure any more: somebody has seen what comes next, and accepts it.
    pub fn accept(&mut self) {
        (self.notes, self.bytes) = (HighMark::default(), HighMark::default());
    }
}

/// What a number was before it fell by 30 % or more, and what it is since. A slow decline moves the mark along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HighMark {
    /// Before.
    pub high: u64,
    /// Since, until it grows back.
    pub fallen_to: Option<u64>,
}

impl HighMark {
    fn take(&mut self, now: u64) -> Option<u8> {
        let fallen = fall(self.high, now);
        if fallen.is_some() {
            self.fallen_to = Some(now);
        } else {
            *self = Self { high: now, fallen_to: None };
        }
        fallen
    }
}

/// The fall in whole parts of a hundred, if it is 30 or more of them. The one place that decides it.
fn fall(before: u64, now: u64) -> Option<u8> {
    if before == 0 {
        return None;
    }
    let left = (u128::from(now) * 100).div_ceil(u128::from(before));
    u8::try_from(100_u128.checked_sub(left)?).ok().filter(|fallen| *fallen >= 30)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::{Begin, End, Outcome, Run, Trigger};

    fn run(at: i64, bytes: u64, notes: u64, name: &str, full: bool) -> Run {
        let made = MadeArchive {
            archive: format!("a{at}"),
            place: "library".to_owned(),
            path: name.into(),
            bytes,
            notes,
            attachments: 0,
            attachments_included: full,
            encrypted: true,
            verified: true,
            state: None,
        };
        let id: crate::runs::RunId = format!("r{at}").parse().expect("an id");
        let begin = Begin {
            run: id.clone(),
            kind: RunKind::Backup,
            trigger: Trigger::Automatic,
            started: TimeMs(at),
            places: vec!["library".to_owned()],
            undoes: None,
            folder: None,
            attachments: full,
        };
        let end = End { archives: vec![made], ..End::new(&id, TimeMs(at), Outcome::Completed) };
        Run { begin, safety: None, end: Some(end) }
    }

    #[test]
    fn a_fall_counts_from_thirty_of_a_hundred() {
        for (before, now, fallen) in [
            (0, 0, None),
            (0, 5, None),
            (100, 71, None),
            (1000, 701, None),
            (100, 70, Some(30)),
            (10, 7, Some(30)),
            (3, 2, Some(33)),
            (u64::MAX, u64::MAX, None),
            (100, 50, Some(50)),
            (7, 0, Some(100)),
            (100, 200, None),
            (u64::MAX, 1, Some(99)),
        ] {
            assert_eq!(fall(before, now), fallen, "{before} to {now}");
        }
    }

    #[test]
    fn a_fall_is_told_of_each_archive_until_it_grows_back() {
        let rows = [
            (1, 1000, 100, "x.nnbackupz", false, None),
            (2, 990, 99, "x.nnbackupz", false, None),
            (3, 980, 60, "x.nnbackupz", false, Some(39)),
            (4, 600, 98, "x.nnbackupz", false, Some(38)),
            (5, 990, 98, "x.nnbackupz", false, None),
            (6, 100, 98, "x.backstop", false, None),
            (7, 100, 20, "x.nnbackupz", true, None),
            (8, 99, 97, "x.backstop", false, None),
        ];
        let runs =
            rows.iter().rev().map(|(at, bytes, notes, name, full, _)| run(*at, *bytes, *notes, name, *full));
        let history = History { runs: runs.collect(), unreadable_lines: 0 };
        let drops = history.drops();
        for (at, _, _, _, _, fallen) in rows {
            assert_eq!(drops.of(&format!("a{at}")), fallen, "archive {at}");
        }
        let full: Vec<i64> = history.made("library", true).map(|(at, _)| at.0).collect();
        assert_eq!(full, [7]);
        assert_eq!(history.made("elsewhere", true).count(), 0);
    }
}
