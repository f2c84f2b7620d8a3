//! Checking archives again: what is found goes into the history and into the list of known backups.

use std::path::Path;

use backstop_model::Job;

use super::{Record, RunOrder, Session, Warned};
use crate::api::{Backstop, CheckResult, OpenArchive, Problem, Warning};
use crate::problem::Code;
use crate::runs::{Level, RunKind, Trigger, Verification};

impl Session {
    /// Checks the archive at `path`, which `open` opens and unlocks. `full` reads every byte and item,
    /// else only its structure is read.
    ///
    /// An archive that can't be read at all is a result too: it is damaged.
    ///
    /// # Errors
    /// `secret_required` for a full check of an archive that stays locked; a cancel; `busy`; what the
    /// disk says. Nothing is noted then.
    pub fn check(
        &self,
        path: &Path,
        open: &mut dyn FnMut() -> Result<OpenArchive, Problem>,
        full: bool,
        job: &Job,
    ) -> Result<CheckResult, Problem> {
        let order = RunOrder {
            kind: RunKind::Verify,
            trigger: Trigger::Manual,
            undoes: None,
            folder: None,
            attachments: false,
        };
        self.run(order, |_| {
            // What is noted must be noted of the file as it is now: the list forgets what was found about
            // one that changed since.
            self.archives()?;
            let (result, archive) = self.check_now(path, open, full, job)?;
            let verification = self.note_check(path, &result, archive)?;
            let warnings = result.findings.iter().map(|finding| finding.message.clone()).collect();
            Ok((result, Record { warnings, verifications: vec![verification], ..Record::default() }))
        })
    }

    /// The result, and the id inside the archive if it was learned.
    pub(super) fn check_now(
        &self,
        path: &Path,
        open: &mut dyn FnMut() -> Result<OpenArchive, Problem>,
        full: bool,
        job: &Job,
    ) -> Result<(CheckResult, Option<String>), Problem> {
        let engine = Backstop { world: self.world.clone() };
        let checked = open().and_then(|mut archive| {
            let result = engine.check(&mut archive, full, job)?;
            Ok((result, archive.head().archive_id.clone()))
        });
        match checked {
            Err(problem) if is_damage(problem.code) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let finding =
                    Warning { code: problem.code.as_str().to_owned(), message: problem.message, item: None };
                Ok((CheckResult { findings: vec![finding], ..CheckResult::nothing_read(name, full) }, None))
            }
            other => other,
        }
    }

    pub(super) fn note_check(
        &self,
        path: &Path,
        result: &CheckResult,
        archive: Option<String>,
    ) -> Result<Verification, Problem> {
        let bytes = std::fs::metadata(path).map_err(Problem::reading)?.len();
        let verification = Verification {
            archive,
            manifest_sha256: None,
            name: result.name.clone(),
            bytes,
            level: if result.full { Level::Full } else { Level::Quick },
            sound: result.sound,
            at: self.now(),
        };
        if !self.catalog().change(|catalog| catalog.note_check(path, &verification))? {
            self.note_in_places(path, &verification)?;
        }
        Ok(verification)
    }
}

impl Warned for CheckResult {
    /// Whether the archive is whole is one thing, whether that could be noted is another.
    fn warn(&mut self, warning: Warning) {
        self.findings.push(warning);
    }
}

/// Whether the file is to blame, and no secret, disk or person.
fn is_damage(code: Code) -> bool {
    const DAMAGED: i32 = 13;
    i32::from(code.exit_code()) == DAMAGED || code == Code::NotAnArchive
}
