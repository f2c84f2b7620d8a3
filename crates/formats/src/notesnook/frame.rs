//! Whether an archive of ours is whole: what its rows `begin` and `end` say against what was read.

use std::collections::BTreeMap;

use backstop_model::{Fault, FaultCode, FlowError, Severity};

use super::carrier::{Begin, End};
use super::chunk::Packed;
use super::reader::Reading;
use super::wire::OWN_TYPE;

/// The types that are counted by name; others, which only foreign archives have, together.
const COUNTED: [&str; 16] = [
    "note",
    "trash",
    "notebook",
    "tiptap",
    "tiny",
    "session",
    "sessioncontent",
    "color",
    "tag",
    "settingitem",
    "shortcut",
    "reminder",
    "relation",
    "attachment",
    "vault",
    OWN_TYPE,
];

/// The name under which rows of a type are counted.
pub(super) fn counted_as(r#type: &str) -> &'static str {
    COUNTED.iter().find(|known| **known == r#type).copied().unwrap_or("other")
}

/// One chunk that was opened.
struct Seen {
    number: Option<u64>,
    md5: String,
    encrypted: bool,
}

/// What the frame says, and what was read.
#[derive(Default)]
pub(super) struct Frame {
    begin: Option<Begin>,
    end: Option<End>,
    repeated: bool,
    counts: BTreeMap<String, u64>,
    chunks: Vec<Seen>,
}

impl Frame {
    pub(super) fn begin(&mut self, begin: Begin) {
        self.repeated |= self.begin.replace(begin).is_some();
    }

    pub(super) fn end(&mut self, end: End) {
        self.repeated |= self.end.replace(end).is_some();
    }

    pub(super) fn chunk(&mut self, number: Option<u64>, packed: &Packed<'_>) {
        self.chunks.push(Seen { number, md5: packed.md5.clone(), encrypted: packed.encrypted });
    }

    pub(super) fn count(&mut self, r#type: &str) {
        *self.counts.entry(counted_as(r#type).to_owned()).or_default() += 1;
    }

    /// How many rows of a type were read.
    pub(super) fn seen(&self, r#type: &str) -> u64 {
        self.counts.get(r#type).copied().unwrap_or(0)
    }

    /// The list of attachments, if there is one.
    pub(super) fn stated(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// What does not fit. `damaged`: parts could not be read, so what they held is not missing too.
    fn faults(&self, damaged: bool) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut found = |code, message: &str| faults.push(Fault::new(code, message));
        if self.repeated {
            found(FaultCode::ChunkRepeated, "The backup has two beginnings or two ends.");
        }
        match (&self.begin, &self.end) {
            (Some(begin), None) if begin.expects_end && !damaged => {
                found(FaultCode::ChunkMissing, "The last part of the backup is missing.");
            }
            (_, None) => {}
            (None, Some(_)) if !damaged => {
                found(FaultCode::ChunkMissing, "The first part of the backup is missing.");
            }
            (_, Some(end)) => {
                if self.begin.as_ref().is_some_and(|begin| begin.archive != end.archive) {
                    found(FaultCode::EntryMismatch, "The parts of the backup come from different backups.");
                }
                if !damaged && self.counts != end.counts {
                    found(
                        FaultCode::EntryMismatch,
                        "The backup does not hold as many items as it was made with.",
                    );
                }
                faults.extend(self.chunk_faults(end, damaged));
            }
        }
        if self.begin.as_ref().is_some_and(|begin| begin.encrypted)
            && self.chunks.iter().any(|seen| !seen.encrypted)
        {
            let message = "A part is not encrypted in a backup that was made encrypted; it was exchanged.";
            faults.push(Fault::new(FaultCode::EntryMismatch, message));
        }
        faults
    }

    fn chunk_faults(&self, end: &End, damaged: bool) -> Vec<Fault> {
        let expected = end.chunks.len() as u64;
        let mut faults = Vec::new();
        for (number, md5) in (0_u64..).zip(&end.chunks) {
            let seen = self.chunks.iter().find(|seen| seen.number == Some(number));
            match seen {
                None if damaged => {}
                None => faults.push(Fault::new(
                    FaultCode::ChunkMissing,
                    format!("Part {number} of the backup is missing."),
                )),
                Some(seen) if seen.md5 != *md5 => {
                    let message = format!("Part {number} is not the one that the backup was made with.");
                    faults.push(Fault::new(FaultCode::EntryMismatch, message));
                }
                Some(_) => {}
            }
        }
        if self.chunks.iter().any(|seen| seen.number.is_none_or(|number| number > expected)) {
            let message = "A part was added that the backup was not made with.";
            faults.push(Fault::new(FaultCode::EntryMismatch, message));
        }
        faults
    }
}

impl Reading<'_> {
    /// Compares an archive of ours with what it says of itself.
    pub(super) fn check_frame(&mut self) -> Result<(), FlowError> {
        let faults = self.frame.faults(self.damaged);
        faults.into_iter().try_for_each(|fault| self.report(Severity::Damage, fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(begin: Option<&str>, end: Option<&str>, chunks: &[(u64, &str)]) -> Frame {
        let begin = begin.map(|archive| Begin {
            archive: archive.into(),
            expects_end: true,
            encrypted: false,
            created_by: String::new(),
        });
        let end =
            end.map(|archive| End { archive: archive.into(), chunks: vec!["a".into()], ..End::default() });
        let chunks = chunks.iter().map(|(number, md5)| Seen {
            number: Some(*number),
            md5: (*md5).into(),
            encrypted: true,
        });
        Frame { begin, end, chunks: chunks.collect(), ..Frame::default() }
    }

    #[test]
    fn what_does_not_fit_is_told_apart() {
        use FaultCode::{ChunkMissing, EntryMismatch};
        let whole: &[(u64, &str)] = &[(0, "a"), (1, "b")];
        for (begin, end, chunks, damaged, expected) in [
            (None, None, whole, false, &[][..]),
            (Some("x"), Some("x"), whole, false, &[]),
            (Some("x"), None, whole, false, &[ChunkMissing]),
            (Some("x"), None, whole, true, &[]),
            (None, Some("x"), whole, false, &[ChunkMissing]),
            (Some("x"), Some("y"), whole, false, &[EntryMismatch]),
            (Some("x"), Some("x"), &[(1, "b")], false, &[ChunkMissing]),
            (Some("x"), Some("x"), &[(1, "b")], true, &[]),
            (Some("x"), Some("x"), &[(0, "c"), (1, "b")], false, &[EntryMismatch]),
            (Some("x"), Some("x"), &[(0, "a"), (1, "b"), (2, "c")], false, &[EntryMismatch]),
        ] {
            let faults = frame(begin, end, chunks).faults(damaged);
            let codes: Vec<FaultCode> = faults.iter().map(|fault| fault.code).collect();
            assert_eq!(codes, expected, "{begin:?} {end:?} {chunks:?} {damaged}");
        }
        let mut counted = frame(Some("x"), Some("x"), whole);
        counted.count("note");
        assert_eq!(counted.faults(false).len(), 1);
        let mut sealed = frame(Some("x"), Some("x"), whole);
        sealed.begin.as_mut().expect("begun").encrypted = true;
        assert!(sealed.faults(false).is_empty());
        sealed.chunks[0].encrypted = false;
        assert_eq!(sealed.faults(false).len(), 1);
    }
}
