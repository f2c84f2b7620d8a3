//! What leaves the program: the result on the standard output, everything else on the error output.
//!
//! Nothing else in this crate writes to either. With `--json` the result is exactly one JSON document,
//! and an error is one too. Results are streamed, so that a list of 100,000 notes takes no memory.

pub(crate) mod documents;
mod json;
pub(crate) mod places;
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
        let mut out =
            BufWriter::with_capacity(64 * 1024, UntilClosed { inner: io::stdout().lock(), closed: false });
        let written = if self.json {
            json::write(document, &mut out).and_then(|()| writeln!(out))
        } else {
            text(&mut out)
        };
        written.and_then(|()| out.flush()).map_err(Problem::writing)
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

/// An output whose reader may leave: what is written after that goes nowhere.
struct UntilClosed<W> {
    inner: W,
    closed: bool,
}

impl<W: Write> UntilClosed<W> {
    fn or_closed<T>(&mut self, done: io::Result<T>, instead: T) -> io::Result<T> {
        match done {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(instead)
            }
            other => other,
        }
    }
}

impl<W: Write> Write for UntilClosed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let written = self.inner.write(bytes);
        self.or_closed(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let flushed = self.inner.flush();
        self.or_closed(flushed, ())
    }
}

/// One line on the error output. If that is closed there is nobody to tell.
fn err_line(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes, then says that nobody reads any more, or that the disk is full.
    struct Leaving(usize, io::ErrorKind);

    impl Write for Leaving {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(self.1.into());
            }
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_leaves_is_no_error_and_a_full_disk_is_one() {
        for (kind, well) in [(io::ErrorKind::BrokenPipe, true), (io::ErrorKind::StorageFull, false)] {
            let mut out = UntilClosed { inner: Leaving(3, kind), closed: false };
            assert_eq!(out.write_all(b"more than three").is_ok(), well);
            assert_eq!(out.write_all(b"and more").is_ok(), well);
            assert!(out.flush().is_ok());
        }
    }
}
