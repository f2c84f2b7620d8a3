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
        // The damage may have hit the very name of a text's note.
        let owner = item.owner.as_ref().unwrap_or(&item.key.id);
        let note = match item.key.kind {
            Kind::Note => Some(item.key.id.as_str()),
            Kind::Body | Kind::Revision => Some(ItemId::as_str(owner)),
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

#[cfg(test)]
mod tests {
    use backstop_model::{App, ItemKey, Native};

    use super::*;
    use crate::interpret::bare_item;

    #[test]
    fn a_text_is_named_by_its_note_or_by_itself() {
        let named = |text: &str| ItemId::new(text).expect("an id");
        let item = |kind, id, owner: Option<&str>| {
            let key = ItemKey { app: App::Notesnook, kind, id: named(id) };
            let native = Native { version: "6.1".into(), json: "{}".into() };
            Item { owner: owner.map(named), ..bare_item(key, native) }
        };
        let mut doubt = Doubt::default();
        doubt.note(&item(Kind::Body, "text", Some("note")));
        doubt.note(&item(Kind::Body, "stray", None));
        doubt.note(&item(Kind::Tag, "tag", None));
        let parts: Vec<_> = doubt.findings("part").into_iter().filter_map(|one| one.fault.part).collect();
        assert_eq!(parts, ["note", "stray", "part"]);
    }
}
