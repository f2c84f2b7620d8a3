//! The sink that reads everything and keeps nothing.

use std::io;

use backstop_model::{
    AttachmentHead, Finding, FlowError, Item, Job, Reader, Severity, Sink, Source, Stage as StageWord,
};

use super::Tally;
use crate::stage::copy_through;

/// What a full read of an archive found.
#[derive(Debug, Clone)]
#[must_use = "a check that nobody reads is not a check"]
pub struct Checked {
    /// What came out whole.
    pub tally: Tally,
    /// What did not, and what is odd.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Whether every part was read and is whole.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity == Severity::Warning)
    }
}

/// Reads every item and every attachment of an archive.
///
/// # Errors
/// Only what keeps the whole archive from being read; damage in parts is among the findings.
pub fn check_archive(reader: &mut dyn Reader, bytes_total: u64, job: &Job) -> Result<Checked, FlowError> {
    job.enter(StageWord::Checking, 0, bytes_total);
    let mut checking = Checking { job, checked: Checked { tally: Tally::default(), findings: Vec::new() } };
    reader.read_into(&mut checking, job)?;
    Ok(checking.checked)
}

struct Checking<'job> {
    job: &'job Job,
    checked: Checked,
}

impl Sink for Checking<'_> {
    fn item(&mut self, item: Item) -> Result<(), FlowError> {
        self.job.check()?;
        self.checked.tally.item(&item);
        Ok(())
    }

    fn attachment(&mut self, head: &AttachmentHead, body: &dyn Source) -> Result<(), FlowError> {
        let read = body
            .open()
            .map_err(FlowError::from_read)
            .and_then(|mut bytes| copy_through(&mut bytes, &mut io::sink()));
        match read {
            Ok(_) => {
                self.checked.tally.attachment(head);
                Ok(())
            }
            Err(FlowError::Archive(fault)) => self.finding(Finding { severity: Severity::Damage, fault }),
            Err(other) => Err(other),
        }
    }

    fn finding(&mut self, finding: Finding) -> Result<(), FlowError> {
        self.checked.findings.push(finding);
        Ok(())
    }
}
