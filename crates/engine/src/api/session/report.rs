//! The report for whoever helps: versions, settings, runs and the log, and nothing that is the owner's own.
//!
//! It holds no name, no title, no text, no password and no path: of a folder it says whether there is one.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use super::Session;
use crate::api::{Code, Problem};
use crate::durable::{NewFile, SyncedFile};
use crate::lock::{AccountLock, LockKind};
use crate::logbook::{Ran, line};
use crate::repository::{Catalog, Verified};
use crate::runs::{History, MadeArchive, Outcome, Run, RunState, Trigger};

/// Runs that a report lists.
const RUNS: usize = 50;

impl Session {
    /// The report as text.
    ///
    /// # Errors
    /// Settings or history can't be read.
    pub fn report(&self) -> Result<String, Problem> {
        let running = AccountLock::is_held(&self.folder, LockKind::Job)?;
        let history = self.runs().read()?;
        let catalog = self.catalog().load().unwrap_or_default();
        let library = self.library()?;
        let (notes, attachments) = (library.notes(), library.attachments());
        drop(library);
        let counts = [notes.map_err(super::of_store)?, attachments.map_err(super::of_store)?];
        let mut text = String::new();
        // Writing into a text can't fail.
        let _ = writeln!(
            text,
            "Backstop report\n\nmade: {}\nversion: {}\nsystem: {} {}\nnotes: {}\nattachments: {}\n\nSettings",
            crate::time::rfc3339(self.now().0),
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH,
            counts[0],
            counts[1]
        );
        for (key, value) in self.all_settings()? {
            let _ = writeln!(text, "{key}: {}", harmless(key, &value));
        }
        text.push_str(&of_archives(&catalog));
        text.push_str(&of_runs(&history, running));
        text.push_str("\nLog\n");
        for line in self.world.logbook().tail() {
            let _ = writeln!(text, "{line}");
        }
        Ok(text)
    }

    /// What whoever helps is to know of one run, as text: numbers and words of this program, and nothing else.
    /// Sentences that were written for the owner are left out, since they may name a file or a folder.
    ///
    /// # Errors
    /// `not_found`; the history can't be read.
    pub fn run_details(&self, run: &str) -> Result<String, Problem> {
        let running = AccountLock::is_held(&self.folder, LockKind::Job)?;
        let history = self.runs().read()?;
        let run = history.runs.iter().find(|known| known.begin.run.as_str() == run);
        run.map(|run| details_of(run, running)).ok_or_else(|| Problem::of(Code::NotFound))
    }

    /// Writes the report into a new file.
    ///
    /// # Errors
    /// As [`Session::report`]; the file is there already, or can't be written.
    pub fn save_report(&self, path: &Path) -> Result<(), Problem> {
        let text = self.report()?;
        let mut file = NewFile::create(path, &self.origin, "report").map_err(Problem::writing)?;
        file.write_all(text.as_bytes()).map_err(Problem::writing)?;
        file.sync().and_then(SyncedFile::commit).map_err(Problem::writing)?;
        Ok(())
    }
}

/// The value of a setting; of a folder only whether there is one.
fn harmless<'a>(key: &str, value: &'a str) -> &'a str {
    match (key.contains("folder"), value) {
        (true, "" | "none") => "none",
        (true, _) => "chosen",
        (false, value) => value,
    }
}

fn of_archives(catalog: &Catalog) -> String {
    let count = |state| catalog.entries.iter().filter(|entry| entry.verified == state).count();
    let bytes: u64 = catalog.entries.iter().map(|entry| entry.bytes).sum();
    let out_of_reach = catalog.entries.iter().filter(|entry| !entry.present).count();
    format!(
        "\nBackups\nknown: {}\nbytes: {bytes}\nverified: {}\nchecked quickly: {}\nnot checked: {}\ndamaged: {}\nout of reach: {out_of_reach}\n",
        catalog.entries.len(),
        count(Verified::Full),
        count(Verified::Quick),
        count(Verified::Never),
        count(Verified::Damaged)
    )
}

/// A line for each thing that is known.
fn details_of(run: &Run, running: bool) -> String {
    let (begin, state) = (&run.begin, run.state(running));
    let moment = |time: backstop_model::TimeMs| crate::time::rfc3339(time.0);
    let (outcome, about) = match state {
        RunState::Running => ("running", None),
        RunState::LeftRunning => ("left_running", None),
        RunState::Ended(outcome @ Outcome::Failed { code, .. }) => {
            (outcome.as_str(), Some(("code", code.as_str().to_owned())))
        }
        RunState::Ended(outcome @ Outcome::CompletedWithWarnings { warnings }) => {
            (outcome.as_str(), Some(("warnings", warnings.len().to_string())))
        }
        RunState::Ended(outcome @ Outcome::NothingNew { since }) => {
            (outcome.as_str(), Some(("since", moment(*since))))
        }
        RunState::Ended(outcome) => (outcome.as_str(), None),
    };
    let trigger = if begin.trigger == Trigger::Automatic { "automatic" } else { "manual" };
    let mut lines = vec![
        ("Backstop", env!("CARGO_PKG_VERSION").to_owned()),
        ("system", format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)),
        ("run", begin.run.as_str().to_owned()),
        ("kind", begin.kind.as_str().to_owned()),
        ("trigger", trigger.to_owned()),
        ("outcome", outcome.to_owned()),
    ];
    lines.extend(about);
    lines.push(("started", moment(begin.started)));
    if let Some(end) = &run.end {
        let counts = &end.counts;
        lines.push(("ended", moment(end.ended)));
        lines.extend(
            [("bytes", counts.bytes), ("notes", counts.notes), ("attachments", counts.attachments)]
                .map(|(name, number)| (name, number.to_string())),
        );
        lines.extend(end.archives.iter().map(|made| ("archive", archive_line(made))));
    }
    lines.iter().map(|(name, value)| format!("{name}: {value}\n")).collect()
}

/// An archive by its form: its name and folder are its owner's.
fn archive_line(made: &MadeArchive) -> String {
    let form = made.path.extension().and_then(|extension| extension.to_str());
    // What a person called a file is no form.
    let form = form.filter(|form| ["nnbackupz", "backstop"].contains(form)).unwrap_or("other");
    let sealed = if made.encrypted { "encrypted" } else { "plain" };
    let verified = if made.verified { "verified" } else { "not verified" };
    format!("{form}, {} bytes, {sealed}, {verified}", made.bytes)
}

fn of_runs(history: &History, running: bool) -> String {
    let mut text = "\nRuns, newest first\n".to_owned();
    for run in history.runs.iter().take(RUNS) {
        let begin = &run.begin;
        match &run.end {
            Some(end) => {
                let (kind, trigger, started_ms) = (begin.kind, begin.trigger, begin.started.0);
                text.push_str(&line(&Ran { kind, trigger, started_ms, end }));
            }
            None => {
                let state = if run.state(running) == RunState::Running { "running" } else { "left_running" };
                let started = crate::time::rfc3339(begin.started.0);
                let _ = writeln!(text, "{started} {} {state} run={}", begin.kind.as_str(), begin.run);
            }
        }
    }
    text
}
