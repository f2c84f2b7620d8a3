//! A sink that keeps everything it is handed.

use std::io::Read as _;

use backstop_model::{AttachmentHead, FaultCode, Finding, FlowError, Item, Kind, Severity, Sink, Source};

/// An attachment as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectedAttachment {
    /// Its facts.
    pub head: AttachmentHead,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Keeps items, attachments and findings in the order they came. For tests: it keeps all in memory.
#[derive(Debug, Default)]
pub struct CollectingSink {
    /// The items.
    pub items: Vec<Item>,
    /// The attachments with their bytes, unless [`CollectingSink::skip_bytes`].
    pub attachments: Vec<CollectedAttachment>,
    /// The findings, those about unreadable attachment bytes included.
    pub findings: Vec<Finding>,
    /// Whether sources are left closed.
    pub skip_bytes: bool,
    /// Whether damage ends the flow, as in a writer.
    pub strict: bool,
}

impl CollectingSink {
    /// A sink that takes every finding.
    #[must_use]
    pub fn tolerant() -> Self {
        Self::default()
    }

    /// A sink that refuses damage.
    #[must_use]
    pub fn strict() -> Self {
        Self { strict: true, ..Self::default() }
    }

    /// The items of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.key.kind == kind)
    }

    /// The codes of all findings of one severity.
    #[must_use]
    pub fn codes(&self, severity: Severity) -> Vec<FaultCode> {
        let of_severity = self.findings.iter().filter(|finding| finding.severity == severity);
        of_severity.map(|finding| finding.fault.code).collect()
    }
}

impl Sink for CollectingSink {
    fn item(&mut self, item: Item) -> Result<(), FlowError> {
        self.items.push(item);
        Ok(())
    }

    fn attachment(&mut self, head: &AttachmentHead, body: &dyn Source) -> Result<(), FlowError> {
        let mut bytes = Vec::new();
        if !self.skip_bytes {
            let read = body.open().and_then(|mut body| body.read_to_end(&mut bytes));
            match read.map_err(FlowError::from_read) {
                Ok(_) => {}
                Err(FlowError::Archive(fault)) => {
                    return self.finding(Finding { severity: Severity::Damage, fault });
                }
                Err(other) => return Err(other),
            }
        }
        self.attachments.push(CollectedAttachment { head: head.clone(), bytes });
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), FlowError> {
        if self.strict && finding.severity == Severity::Damage {
            return Err(FlowError::Archive(finding.fault));
        }
        self.findings.push(finding);
        Ok(())
    }
}
