//! Items that come out of a damaged part without a proof that they are as they were written: each
//! note among them is named.

use std::collections::BTreeSet;

use backstop_model::{Fault, FaultCode, Finding, Item, ItemId, Kind, Severity};

use crate::limits;

/// The items of a part that nothing proves to be as they were written.
#[derive(Debug, Default)]
pub(crate) struct Doubt {
    /// Notes that have a row or a text among them.
    notes: BTreeSet<Box<str>>,
    others: u64,
}

impl Doubt {
    pub(crate) fn note(&mut self, item: &Item) {
        let note = match item.key.kind {
            Kind::Note => Some(item.key.id.as_str()),
            Kind::Body | Kind::Revision => item.owner.as_ref().map(ItemId::as_str),
            _ => None,
        };
        match note {
            Some(id) if self.notes.len() < limits::FINDINGS && !self.notes.contains(id) => {
                self.notes.insert(id.into());
            }
            Some(id) if self.notes.contains(id) => {}
            _ => self.others += 1,
        }
    }

    /// A finding for each note, and one for the rest. `part` is the part that they were in.
    pub(crate) fn findings(self, part: &str) -> Vec<Finding> {
        let message = "This note comes out of a damaged part: it may have been changed.";
        let found = |fault| Finding { severity: Severity::Damage, fault };
        let note = |id: Box<str>| found(Fault::at(FaultCode::ChecksumMismatch, id, message));
        let rest = (self.others > 0).then(|| {
            let message = format!(
                "{} further items come out of a damaged part: they may have been changed.",
                self.others
            );
            found(Fault::at(FaultCode::ChecksumMismatch, part, message))
        });
        self.notes.into_iter().map(note).chain(rest).collect()
    }
}
