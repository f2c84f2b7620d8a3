//! `backstop verify`

use std::io::{self, Write};
use std::path::Path;

use backstop_engine::api::{Backstop, Effort, Problem, VerifyLevel, VerifyReport, Warning};
use serde::Serialize;

use crate::args::Verify;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::output::documents::ErrorBody;
use crate::output::words::{count, one_line, size, warning, whole};

/// What became of one file.
enum Checked {
    Read(VerifyReport),
    Unreadable(String, Problem),
}

/// One file among several.
#[derive(Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Read(&'a VerifyReport),
    Unreadable { path: &'a str, ok: bool, error: ErrorBody<'a> },
}

/// Checks files; one is answered by its report, several by a list of theirs.
pub(super) fn verify(desk: &Desk, order: &Verify) -> Result<Exit, Problem> {
    let backstop = desk.backstop()?;
    let level = if order.quick { VerifyLevel::Quick } else { VerifyLevel::Full };
    let mut checked = Vec::with_capacity(order.files.len());
    for file in &order.files {
        checked.push(match check(desk, &backstop, file, level) {
            Ok(report) => Checked::Read(report),
            Err(problem) if order.files.len() == 1 || desk.job.check().is_err() => return Err(problem),
            Err(problem) => Checked::Unreadable(file.display().to_string(), problem),
        });
    }
    let text = |out: &mut dyn Write| checked.iter().try_for_each(|checked| print(out, checked));
    match checked.as_slice() {
        [Checked::Read(report)] => desk.output.answer(report, text)?,
        several => desk.output.answer(&several.iter().map(Line::of).collect::<Vec<_>>(), text)?,
    }
    Ok(checked.iter().fold(Exit::DONE, |before, checked| before.and(exit(checked))))
}

fn check(desk: &Desk, backstop: &Backstop, file: &Path, level: VerifyLevel) -> Result<VerifyReport, Problem> {
    let mut archive = match level {
        VerifyLevel::Full => desk.open(backstop, None, file, Effort::Whole)?,
        VerifyLevel::Quick => desk.open_if_possible(backstop, file)?,
    };
    desk.watch(|job| backstop.verify(&mut archive, level, job))
}

fn exit(checked: &Checked) -> Exit {
    match checked {
        Checked::Read(report) if report.ok => Exit::warned(!report.findings.is_empty()),
        Checked::Read(_) => Exit::DAMAGED,
        Checked::Unreadable(_, problem) => problem.into(),
    }
}

impl<'a> Line<'a> {
    fn of(checked: &'a Checked) -> Self {
        match checked {
            Checked::Read(report) => Self::Read(report),
            Checked::Unreadable(path, problem) => {
                Self::Unreadable { path, ok: false, error: ErrorBody::of(problem) }
            }
        }
    }
}

fn print(out: &mut dyn Write, checked: &Checked) -> io::Result<()> {
    match checked {
        Checked::Unreadable(path, problem) => {
            writeln!(out, "{}: {}: {}", one_line(path), problem.code.as_str(), one_line(&problem.message))
        }
        Checked::Read(report) => {
            let state = if report.ok { "whole" } else { "DAMAGED" };
            let path = one_line(&report.path.to_string_lossy());
            write!(
                out,
                "{path}: {state}; read {} and {}",
                size(report.bytes_read),
                count(report.items_read, "item")
            )?;
            match report.not_read {
                0 => writeln!(out),
                left => writeln!(out, "; {} not read", size(left)),
            }?;
            if let Some(recovery) = &report.recovery {
                writeln!(out, "  {}", whole(recovery))?;
            }
            report.findings.iter().try_for_each(|finding: &Warning| writeln!(out, "  {}", warning(finding)))
        }
    }
}
