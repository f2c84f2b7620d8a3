//! What leaves the program: the result on the standard output, everything else on the error output.
//!
//! Nothing else in this crate writes to either. With `--json` the result is exactly one JSON document,
//! and an error is one too. Results are streamed, so that a list of 100,000 notes takes no memory.

pub(crate) mod documents;
mod progress;
pub(crate) mod words;

use std::cell::Cell;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::sync::Arc;

use backstop_engine::api::{Job, Problem, Warning};
use serde::Serialize;

use crate::exit::Exit;
use documents::ErrorDocument;
use words::one_line;

/// How much is said beside the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Loudness {
    /// Only errors.
    Quiet,
    /// Remarks, warnings and progress.
    Usual,
    /// The details of problems too.
    Verbose,
}

/// The two outputs of the program.
pub(crate) struct Output {
    json: bool,
    loudness: Loudness,
    /// Whether the result was printed: then an error can't be a second document.
    answered: Cell<bool>,
}

impl Output {
    /// As the options say.
    pub(crate) fn new(json: bool, loudness: Loudness) -> Self {
        Self { json, loudness, answered: Cell::new(false) }
    }

    /// Prints the result: `document` with `--json`, else what `text` writes.
    ///
    /// # Errors
    /// What making or writing the result met. A reader that has seen enough (`| head`) is no error.
    pub(crate) fn answer(
        &self,
        document: &impl Serialize,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Problem> {
        self.answered.set(true);
        let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
        let written = if self.json {
            serde_json::to_writer(&mut out, document).map_err(io::Error::from).and_then(|()| writeln!(out))
        } else {
            text(&mut out)
        };
        match written.and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(Problem::writing),
        }
    }

    /// A remark for a person, on the error output.
    pub(crate) fn remark(&self, text: &str) {
        if self.loudness > Loudness::Quiet {
            err_line(text);
        }
    }

    /// Warnings for a person. With `--json` they are in the document.
    pub(crate) fn warnings(&self, warnings: &[Warning]) {
        if !self.json {
            for warning in warnings {
                self.remark(&words::warning(warning));
            }
        }
    }

    /// Ends with an error.
    pub(crate) fn problem(&self, problem: &Problem) -> Exit {
        if self.json && !self.answered.get() {
            let document = ErrorDocument::of(problem);
            // Nothing is left to be told if this fails too.
            let _ = self.answer(&document, |_| Ok(()));
        } else {
            err_line(&format!("backstop: {}", one_line(&problem.message)));
            if let Some(hint) = &problem.hint {
                err_line(&one_line(hint));
            }
        }
        if self.loudness == Loudness::Verbose {
            problem.details.iter().for_each(|detail| err_line(&format!("  {}", one_line(detail))));
        }
        problem.into()
    }

    /// Does something long while a bar shows how far it is, if the error output is a terminal.
    pub(crate) fn watch<T>(&self, job: &Arc<Job>, work: impl FnOnce(&Job) -> T) -> T {
        let bar = self.loudness > Loudness::Quiet && io::stderr().is_terminal();
        if bar { progress::beside(job, work) } else { work(job) }
    }
}

/// One line on the error output. If that is closed there is nobody to tell.
fn err_line(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
