//! Reading: what the manifest lists is there, then the frames in the order of their numbers, each
//! attachment where its line stands, and last what no line led to.
//!
//! Always tolerant. What can't be read is a finding of its own; the sink decides whether to go on.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use backstop_model::{AttachmentHead, Fault, FaultCode, Finding, FlowError, Item, Job, Kind, Severity, Sink};
use memchr::{memchr, memrchr};
use xxhash_rust::xxh64::xxh64;

use super::facts::Facts;
use super::line::{self, Attached, Line};
use super::open::BackstopArchive;
use super::stored::Stored;
use super::take::Taken;
use super::{ATTACHMENTS, INDEX, ITEMS, MANIFEST, expected, is_header, number_in};
use crate::doubt::Doubt;
use crate::zipscan::{Entry, shown};
use crate::{Effort, limits};

/// One pass over an archive.
pub(super) struct Reading<'a> {
    archive: &'a BackstopArchive,
    sink: &'a mut dyn Sink,
    job: &'a Job,
    /// What the manifest states, by name.
    stated: HashMap<&'a str, Facts>,
    /// The entries that may be read, by name.
    here: HashMap<&'a str, &'a Entry>,
    /// Attachments' entries that no line has led to yet.
    unclaimed: HashSet<&'a str>,
    presence: Presence,
    damaged: bool,
    /// What comes out of a part that nothing proves to be whole, while that is read.
    doubt: Option<Doubt>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(archive: &'a BackstopArchive, sink: &'a mut dyn Sink, job: &'a Job) -> Self {
        let listed = archive.manifest.iter().flat_map(|manifest| &manifest.entries);
        let readable = archive.entries.iter().filter(|entry| entry.readable);
        let here: HashMap<&str, &Entry> = readable.map(|entry| (&*entry.name, entry)).collect();
        let unclaimed = here.keys().copied().filter(|name| number_in(name, ATTACHMENTS).is_some());
        Self {
            archive,
            sink,
            job,
            stated: listed.map(|listed| (&*listed.name, listed.facts)).collect(),
            unclaimed: unclaimed.collect(),
            here,
            presence: Presence::default(),
            damaged: false,
            doubt: None,
        }
    }

    pub(super) fn read(mut self) -> Result<(), FlowError> {
        for finding in &self.archive.findings {
            self.report(finding.severity, finding.fault.clone())?;
        }
        self.check_entries()?;
        let frames: BTreeMap<u64, &'a Entry> =
            self.here.iter().filter_map(|(name, entry)| Some((number_in(name, ITEMS)?, *entry))).collect();
        for entry in frames.into_values() {
            self.job.check()?;
            self.frame(entry)?;
        }
        self.check_others()?;
        self.check_unclaimed()?;
        self.check_presence()
    }

    fn report(&mut self, severity: Severity, fault: Fault) -> Result<(), FlowError> {
        self.damaged |= severity == Severity::Damage;
        self.sink.finding(Finding { severity, fault })
    }

    /// A fault of one part is a finding; anything else ends the reading.
    fn or_report<T>(&mut self, read: Result<T, FlowError>) -> Result<Option<T>, FlowError> {
        match read {
            Ok(value) => Ok(Some(value)),
            Err(FlowError::Archive(fault)) => self.report(Severity::Damage, fault).map(|()| None),
            Err(other) => Err(other),
        }
    }

    /// Whether every entry that was in the archive is here, and no other; those are not read.
    fn check_entries(&mut self) -> Result<(), FlowError> {
        let found = expected::findings(self.archive);
        found.into_iter().try_for_each(|finding| self.report(finding.severity, finding.fault))?;
        if self.archive.manifest.is_some() {
            let stated = &self.stated;
            self.here.retain(|name, _| stated.contains_key(name));
            self.unclaimed.retain(|name| stated.contains_key(name));
        }
        Ok(())
    }

    fn frame(&mut self, entry: &'a Entry) -> Result<(), FlowError> {
        let stated = self.stated.get(&*entry.name).copied();
        let from = self.archive.access(self.job);
        if self.archive.effort > Effort::Usual {
            let taken = from.salvage(entry, stated.as_ref(), limits::CONTAINER_FRAME_BYTES)?;
            return self.salvaged(entry, taken);
        }
        let plain = from.whole(entry, stated.as_ref(), limits::CONTAINER_FRAME_BYTES);
        let Some(plain) = self.or_report(plain)? else { return Ok(()) };
        self.lines(entry, &plain)
    }

    /// The lines of a frame that may be damaged: those that a seal or hash proves, and of the others by
    /// effort those that can be read, each note by name.
    fn salvaged(&mut self, entry: &Entry, taken: Taken) -> Result<(), FlowError> {
        let Taken { mut plain, fault, proven, complete } = taken;
        if !complete {
            // The last line is not a whole one.
            let end = memrchr(b'\n', &plain).map_or(0, |end| end + 1);
            plain.truncate(end);
        }
        let Some(fault) = fault else { return self.lines(entry, &plain) };
        let fault = Fault { part: fault.part.or_else(|| Some(shown(&entry.name))), ..fault };
        if proven && complete {
            let message = format!("{} Its notes prove to be whole all the same.", fault.message);
            self.sink.finding(Finding { severity: Severity::Damage, fault: Fault { message, ..fault } })?;
            return self.lines(entry, &plain);
        }
        self.report(Severity::Damage, fault)?;
        if proven {
            return self.lines(entry, &plain);
        }
        if self.archive.effort == Effort::Whole {
            return Ok(());
        }
        self.doubt = Some(Doubt::default());
        let read = self.lines(entry, &plain);
        let doubt = self.doubt.take().unwrap_or_default();
        let findings = doubt.findings(&shown(&entry.name));
        findings.into_iter().try_for_each(|one| self.report(one.severity, one.fault))?;
        read
    }

    fn lines(&mut self, entry: &Entry, plain: &[u8]) -> Result<(), FlowError> {
        let mut odd = 0_u64;
        let mut rest = plain;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            let (line, behind) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            rest = behind.get(1..).unwrap_or_default();
            match line::read(line) {
                Some(Line::Item(item)) => self.item(*item)?,
                Some(Line::Attached(attached)) => self.attached(&attached)?,
                None => odd += 1,
            }
        }
        if odd > 0 {
            let message = if odd == 1 {
                "1 line in it can't be read.".to_owned()
            } else {
                format!("{odd} lines in it can't be read.")
            };
            let fault = Fault::at(FaultCode::InvalidContent, shown(&entry.name), message);
            self.report(Severity::Damage, fault)?;
        }
        Ok(())
    }

    fn item(&mut self, item: Item) -> Result<(), FlowError> {
        self.job.check()?;
        self.presence.item(&item);
        if let Some(doubt) = &mut self.doubt {
            doubt.note(&item);
        }
        self.job.add_items(1);
        self.sink.item(item)
    }

    fn attached(&mut self, attached: &Attached) -> Result<(), FlowError> {
        self.job.check()?;
        self.unclaimed.remove(&*attached.entry);
        let Some(entry) = self.here.get(&*attached.entry).copied() else {
            // Its entry is gone or can't be read, and was told of; its row is known now.
            let message = "The bytes of this attachment are damaged or gone.";
            let fault = Fault::at(FaultCode::ChunkMissing, attached.attachment.id.as_str(), message);
            return self.report(Severity::Damage, fault);
        };
        if self.stated.get(&*attached.entry).is_some_and(|stated| *stated != attached.facts) {
            let message = "Its row and the list of contents contradict each other.";
            return self
                .report(Severity::Damage, Fault::at(FaultCode::EntryMismatch, shown(&entry.name), message));
        }
        self.presence.attached(&attached.attachment);
        let source = Stored { from: self.archive.access(self.job), entry, facts: attached.facts };
        self.sink.attachment(&attached.attachment, &source)
    }

    /// Reads what no sink asks for, so that a full check has read every byte.
    fn check_others(&mut self) -> Result<(), FlowError> {
        let known = |name: &str| {
            is_header(name)
                || name == MANIFEST
                || number_in(name, ITEMS).is_some()
                || number_in(name, ATTACHMENTS).is_some()
        };
        let others: Vec<&'a Entry> =
            self.here.iter().filter(|(name, _)| !known(name)).map(|(_, entry)| *entry).collect();
        for entry in others {
            let Some(stated) = self.stated.get(&*entry.name).copied() else { continue };
            let from = self.archive.access(self.job);
            let read = from
                .stream(entry, Some(stated))
                .and_then(|mut plain| io::copy(&mut plain, &mut io::sink()))
                .map_err(FlowError::from_read);
            self.or_report(read)?;
            if &*entry.name != INDEX {
                let message = "This version does not know what this part is for; it was passed over.";
                self.report(Severity::Warning, Fault::at(FaultCode::Stray, shown(&entry.name), message))?;
            }
        }
        Ok(())
    }

    /// Attachments whose line was in a frame that is lost.
    fn check_unclaimed(&mut self) -> Result<(), FlowError> {
        let mut names: Vec<&str> = self.unclaimed.iter().copied().collect();
        names.sort_unstable();
        names.into_iter().take(limits::FINDINGS).try_for_each(|name| {
            let message = "What this attachment is stood in a part that can't be read.";
            self.report(Severity::Damage, Fault::at(FaultCode::InvalidContent, shown(name), message))
        })
    }

    /// Attachments of which the archive never had the bytes. After damage that is no news.
    fn check_presence(&mut self) -> Result<(), FlowError> {
        if self.damaged || !self.archive.head.attachments_included {
            return Ok(());
        }
        let missing = self.presence.missing();
        let more = missing.len().saturating_sub(limits::FINDINGS);
        for id in missing.into_iter().take(limits::FINDINGS) {
            let message = "The bytes of this attachment are not in the backup.";
            self.report(Severity::Warning, Fault::at(FaultCode::AttachmentMissing, id, message))?;
        }
        if more > 0 {
            let message = format!("The bytes of {more} further attachments are not in the backup.");
            self.report(Severity::Warning, Fault::new(FaultCode::AttachmentMissing, message))?;
        }
        Ok(())
    }
}

/// Which attachments have rows and which have bytes. Rows of one hash share their bytes.
#[derive(Default)]
struct Presence {
    rows: Vec<(Box<str>, Option<u64>)>,
    here: HashSet<u64>,
}

impl Presence {
    fn item(&mut self, item: &Item) {
        if let Some(head) = item.attachment.as_ref().filter(|_| item.key.kind == Kind::Attachment) {
            let hash = head.hash.as_ref().map(|hash| short(&hash.hex));
            self.rows.push((head.id.as_str().into(), hash));
        }
    }

    fn attached(&mut self, head: &AttachmentHead) {
        self.here.insert(short(head.id.as_str()));
        self.here.extend(head.hash.as_ref().map(|hash| short(&hash.hex)));
    }

    fn missing(&self) -> Vec<String> {
        let is_here = |id: &str, hash: Option<u64>| {
            self.here.contains(&short(id)) || hash.is_some_and(|hash| self.here.contains(&hash))
        };
        let missing = self.rows.iter().filter(|(id, hash)| !is_here(id, *hash));
        missing.map(|(id, _)| id.to_string()).collect()
    }
}

/// Eight bytes of an id or hash: a warning needs no more.
fn short(text: &str) -> u64 {
    xxh64(text.as_bytes(), 0)
}
