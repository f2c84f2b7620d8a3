//! Reading through the one door, and what that keeps to whatever the file is.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _};

use backstop_formats::{
    Archive, ArchiveSecret, Contents, Effort, ReadSeek, fingerprint, interpret, open, open_with,
};
use backstop_model::{
    App, ArchiveHead, AttachmentHead, Fault, FaultCode, Finding, Fingerprint, FingerprintBuilder, FlowError,
    Item, Job, Kind, Severity, Sink, Source,
};
use backstop_testkit::RawZip;

/// Longest message or name of a part that is still readable by a person.
const LONGEST_TOLD_CHARS: usize = 1100;

/// What came of a file. Nothing is kept of what was in it but its sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) items: usize,
    pub(crate) damage: Vec<FaultCode>,
    each: Vec<Fingerprint>,
    sum: Fingerprint,
}

impl Read {
    /// Whether it holds every item of another reading.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        let here: BTreeSet<&[u8]> = self.each.iter().map(|one| one.0.as_slice()).collect();
        other.each.iter().all(|one| here.contains(one.0.as_slice()))
    }
}

/// Opens a file of any format, tries the secrets on it, looks it over and reads it twice.
///
/// `Err` is how the file was refused. A file is never taken for a failing disk, nothing is said in
/// words that a terminal could obey, and the second reading gives what the first gave.
pub(crate) fn read(bytes: Vec<u8>, secrets: &[ArchiveSecret]) -> Result<Read, FaultCode> {
    read_with(bytes, secrets, Effort::Usual)
}

/// As [`read`], going as far as that with a damaged file.
pub(crate) fn read_with(
    bytes: Vec<u8>,
    secrets: &[ArchiveSecret],
    effort: Effort,
) -> Result<Read, FaultCode> {
    let file: Box<dyn ReadSeek> = Box::new(Cursor::new(bytes));
    let mut archive = open_with(file, effort).map_err(|error| refusal(&error))?;
    check_head(archive.head());
    let job = Job::new();
    let mut told = if archive.is_locked() { Err(FaultCode::SecretRequired) } else { Ok(()) };
    for secret in secrets {
        if !archive.is_locked() {
            break;
        }
        told = archive.unlock(secret, &job).map_err(|error| refusal(&error));
    }
    look_over(&mut *archive);
    if archive.is_locked() {
        let read = archive.read_into(&mut Weighing::default(), &job);
        assert_eq!(read.map_err(|error| refusal(&error)), Err(FaultCode::SecretRequired));
        return Err(told.err().unwrap_or(FaultCode::SecretRequired));
    }
    let first = weighed(&mut *archive)?;
    assert_eq!(Ok(&first), weighed(&mut *archive).as_ref(), "the second reading gives something else");
    if let Some(contents) = archive.contents() {
        reach(contents, &first);
    }
    Ok(first)
}

/// What the index leads to is in the archive, however it was found.
fn reach(contents: &dyn Contents, read: &Read) {
    let mut sink = Weighing::default();
    let job = Job::new();
    for reached in
        [contents.items(&|_| true, &mut sink, &job), contents.attachment("a", &mut sink, &job).map(drop)]
    {
        if let Err(error) = reached {
            refusal(&error);
        }
    }
    let known = |one: &Fingerprint| read.each.contains(one);
    assert!(sink.each.iter().all(known), "the index leads to an item that a full reading does not find");
}

/// Opens a zip of raw entries.
pub(crate) fn read_zip(zip: &RawZip, secrets: &[ArchiveSecret]) -> Result<Read, FaultCode> {
    read(zip.bytes(), secrets)
}

pub(crate) fn opened(bytes: Vec<u8>) -> Result<Box<dyn Archive>, FlowError> {
    let file: Box<dyn ReadSeek> = Box::new(Cursor::new(bytes));
    open(file)
}

/// The code of a refusal. Bytes in memory do not fail to be read: only the file can be at fault.
pub(crate) fn refusal(error: &FlowError) -> FaultCode {
    let fault = error.fault();
    assert!(fault.is_some(), "the file is called a failing disk: {error:?}");
    fault.map_or(FaultCode::NotAnArchive, |fault| {
        check_words(fault);
        fault.code
    })
}

fn check_head(head: &ArchiveHead) {
    let known = [("nnbackupz", App::Notesnook), ("nnbackup", App::Notesnook), ("backstop", App::Backstop)];
    assert!(known.contains(&(head.format.as_str(), head.app)), "{head:?}");
    let short = |text: &str| text.chars().count() < 200;
    assert!(short(&head.format_version) && head.archive_id.as_deref().is_none_or(short), "{head:?}");
}

/// Looking over names what does not fit; the file itself never makes it fail.
fn look_over(archive: &mut dyn Archive) {
    let looked = archive.look_over(&Job::new());
    assert!(looked.is_ok(), "a look over it fails: {looked:?}");
    if let Ok(Some(looked)) = looked {
        looked.findings.iter().for_each(|finding| check_words(&finding.fault));
    }
}

/// What is told can be shown on any terminal.
fn check_words(fault: &Fault) {
    for text in fault.part.iter().chain([&fault.message]) {
        assert!(!text.chars().any(char::is_control), "{fault:?}");
        assert!(text.chars().count() <= LONGEST_TOLD_CHARS, "{fault:?}");
    }
    assert!(!fault.message.is_empty());
}

fn weighed(archive: &mut dyn Archive) -> Result<Read, FaultCode> {
    let mut sink = Weighing::default();
    archive.read_into(&mut sink, &Job::new()).map_err(|error| refusal(&error))?;
    Ok(Read { items: sink.items, damage: sink.damage, each: sink.each, sum: sink.sum.finish() })
}

/// Weighs what it is handed and forgets it.
#[derive(Default)]
struct Weighing {
    items: usize,
    damage: Vec<FaultCode>,
    each: Vec<Fingerprint>,
    sum: FingerprintBuilder,
}

impl Sink for Weighing {
    fn item(&mut self, item: Item) -> Result<(), FlowError> {
        self.items += 1;
        let print = fingerprint(&item);
        self.each.push(print);
        self.sum.part(item.key.id.as_str(), &print.0);
        self.sum.part(&item.native.version, item.native.json.as_bytes());
        check_item(&item);
        Ok(())
    }

    fn attachment(&mut self, head: &AttachmentHead, body: &dyn Source) -> Result<(), FlowError> {
        let mut bytes = Vec::new();
        let read = body.open().and_then(|mut body| body.read_to_end(&mut bytes));
        match read.map_err(FlowError::from_read) {
            Ok(_) => {
                self.sum.part(head.id.as_str(), &bytes);
                Ok(())
            }
            Err(error) => {
                self.damage.push(refusal(&error));
                Ok(())
            }
        }
    }

    fn finding(&mut self, finding: Finding) -> Result<(), FlowError> {
        check_words(&finding.fault);
        if finding.severity == Severity::Damage {
            self.damage.push(finding.fault.code);
        }
        self.sum.part(finding.fault.code.as_str(), finding.fault.message.as_bytes());
        Ok(())
    }
}

/// An item that a library keeps by its row alone is the item that was read.
fn check_item(item: &Item) {
    let rereads = item.key.app == App::Notesnook && item.key.kind != Kind::AttachmentsKey;
    if rereads && item.native.version == "6.1" {
        let again = interpret(item.key.clone(), item.native.clone());
        assert_eq!(&again, item, "the kept row is not the item that was read");
    }
}
