//! The log: what ran, when, how it ended, how long it took and how much it wrote. For reports.
//!
//! One line for each run, in `logs/backstop.log` of the data folder; at 512 KiB the file becomes
//! `backstop.1.log` and a new one begins. Nothing of a note, no password, no title, no name and no path is
//! ever handed to it: it takes numbers and the words of this program only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::durable::{self, Origin};
use crate::runs::{End, Outcome, RunKind, Trigger};
use crate::time::rfc3339;

/// A file that is longer than this is put aside.
const LONGEST_BYTES: u64 = 512 * 1024;

/// The most that a report takes from it.
const TAIL_LINES: usize = 200;

/// The log of a data folder. Writing never fails aloud: a log is no reason to stop a backup.
#[derive(Debug, Clone)]
pub struct Logbook {
    folder: PathBuf,
}

/// What a line tells of a run, beside its end.
#[derive(Debug, Clone, Copy)]
pub struct Ran<'a> {
    /// What it did.
    pub kind: RunKind,
    /// Who started it.
    pub trigger: Trigger,
    /// When it began, in milliseconds since 1970.
    pub started_ms: i64,
    /// How it ended.
    pub end: &'a End,
}

impl Logbook {
    /// The log of a data folder.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self { folder: data_dir.join("logs") }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("backstop.log")
    }

    fn older(&self) -> PathBuf {
        self.folder.join("backstop.1.log")
    }

    /// Writes the line of a run that ended.
    pub fn ran(&self, ran: &Ran<'_>, origin: &Origin) {
        let _ = self.append(&line(ran), origin);
    }

    fn append(&self, line: &str, origin: &Origin) -> io::Result<()> {
        crate::system::create_folders(&self.folder)?;
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(self.path())?;
        file.lock()?;
        if file.metadata()?.len() > LONGEST_BYTES {
            let mut all = Vec::new();
            file.rewind()?;
            file.read_to_end(&mut all)?;
            durable::replace(&self.older(), origin, "log", &all)?;
            file.set_len(0)?;
        }
        file.write_all(line.as_bytes())
    }

    /// The newest lines, oldest of them first.
    #[must_use]
    pub fn tail(&self) -> Vec<String> {
        let read = |path: &Path| {
            let mut text = String::new();
            File::open(path).and_then(|mut file| file.read_to_string(&mut text)).map(|_| text)
        };
        let mut lines: Vec<String> = [self.older(), self.path()]
            .iter()
            .filter_map(|path| read(path).ok())
            .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        lines.split_off(lines.len().saturating_sub(TAIL_LINES))
    }

    /// Bytes that the log takes on the disk.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let length = |path: PathBuf| fs::metadata(path).map_or(0, |about| about.len());
        length(self.path()) + length(self.older())
    }
}

/// Everything that is told of a run: words of ours and numbers.
pub(crate) fn line(ran: &Ran<'_>) -> String {
    let Ran { kind, trigger, started_ms, end } = ran;
    let who = match trigger {
        Trigger::Manual => "manual",
        Trigger::Automatic => "automatic",
    };
    let detail = match &end.outcome {
        Outcome::Failed { code, .. } => format!(" code={}", code.as_str()),
        Outcome::CompletedWithWarnings { warnings } => format!(" warnings={}", warnings.len()),
        _ => String::new(),
    };
    let seconds = end.ended.0.saturating_sub(*started_ms).max(0) / 1000;
    let counts = &end.counts;
    format!(
        "{} {} {who} {}{detail} seconds={seconds} bytes={} notes={} attachments={} run={}\n",
        rfc3339(end.ended.0),
        kind.as_str(),
        end.outcome.as_str(),
        counts.bytes,
        counts.notes,
        counts.attachments,
        end.run
    )
}

#[cfg(test)]
mod tests {
    use backstop_model::TimeMs;

    use super::*;
    use crate::problem::Code;
    use crate::runs::RunId;

    fn ran(outcome: Outcome) -> End {
        let run: RunId = "20261122-080315-k3f9".parse().expect("an id");
        End::new(&run, TimeMs(1_795_307_854_004), outcome)
    }

    fn put(log: &Logbook, end: &End, origin: &Origin) {
        let started_ms = end.ended.0 - 12_500;
        log.ran(&Ran { kind: RunKind::Backup, trigger: Trigger::Automatic, started_ms, end }, origin);
    }

    #[test]
    fn a_line_says_what_how_and_how_long_and_no_text() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, origin) = (Logbook::new(folder.path()), Origin::new("m", folder.path()));
        assert_eq!(log.tail(), Vec::<String>::new());
        let message = "canary /home/olive".to_owned();
        put(&log, &ran(Outcome::Completed), &origin);
        put(&log, &ran(Outcome::Failed { code: Code::NoSpace, message: message.clone() }), &origin);
        put(&log, &ran(Outcome::CompletedWithWarnings { warnings: vec![message] }), &origin);
        let when = "2026-11-22T00:37:34.004Z backup automatic";
        let numbers = "seconds=12 bytes=0 notes=0 attachments=0 run=20261122-080315-k3f9";
        let expected = ["completed", "failed code=no_space", "completed_with_warnings warnings=1"];
        assert_eq!(log.tail(), expected.map(|outcome| format!("{when} {outcome} {numbers}")));
    }

    #[test]
    fn it_is_rotated_and_never_grows_beyond_two_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, origin) = (Logbook::new(folder.path()), Origin::new("m", folder.path()));
        put(&log, &ran(Outcome::Completed), &origin);
        let filler = "x".repeat(99) + "\n";
        for _ in 0..2 {
            let mut file = OpenOptions::new().append(true).open(log.path()).expect("opened");
            file.write_all(filler.repeat(5_300).as_bytes()).expect("written");
            put(&log, &ran(Outcome::Cancelled), &origin);
            assert!(log.older().exists() && fs::metadata(log.path()).expect("there").len() < 1_000);
        }
        assert!(log.bytes() < 2 * (LONGEST_BYTES + 1_000));
        let tail = log.tail();
        assert_eq!(tail.len(), TAIL_LINES);
        assert!(tail.last().is_some_and(|line| line.contains("cancelled")));
    }
}
