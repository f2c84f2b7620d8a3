//! Random access: the index leads to single items and attachments, and nothing else is read.
//!
//! An index is a shortcut, not a source: whatever it leads to is compared with what it was to be.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read as _};

use backstop_model::{App, Fault, FaultCode, FlowError, Job, Kind, Sink};
use memchr::memchr;
use serde::Deserialize;

use super::facts::Facts;
use super::line::{self, Line};
use super::open::BackstopArchive;
use super::stored::Stored;
use super::{INDEX, ITEMS, numbered};
use crate::zipscan::shown;
use crate::{Contents, Heading, limits};

/// One line of the index.
#[derive(Deserialize)]
struct IndexLine<'a> {
    app: Option<App>,
    kind: Option<Kind>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow)]
    owner: Option<Cow<'a, str>>,
    #[serde(borrow)]
    attachment: Option<Cow<'a, str>>,
    frame: u64,
    at: usize,
}

impl IndexLine<'_> {
    fn heading(&self) -> Option<Heading<'_>> {
        Some(Heading {
            app: self.app?,
            kind: self.kind?,
            id: self.id.as_deref()?,
            title: self.title.as_deref(),
            owner: self.owner.as_deref(),
        })
    }
}

/// Wanted lines: where they begin in each frame, and the id that each must bear.
type Places = BTreeMap<u64, Vec<(usize, Box<str>)>>;

impl Contents for BackstopArchive {
    fn items(
        &self,
        wanted: &dyn Fn(&Heading<'_>) -> bool,
        sink: &mut dyn Sink,
        job: &Job,
    ) -> Result<(), FlowError> {
        let mut places = Places::new();
        self.each_line(job, &mut |line| {
            if let Some(heading) = line.heading().filter(wanted) {
                places.entry(line.frame).or_default().push((line.at, heading.id.into()));
            }
        })?;
        self.lines_at(places, job, &mut |line, id| match line {
            Line::Item(item) if item.key.id.as_str() == id => sink.item(*item),
            _ => Err(misled()),
        })
    }

    fn attachment(&self, id: &str, sink: &mut dyn Sink, job: &Job) -> Result<bool, FlowError> {
        let mut places = Places::new();
        self.each_line(job, &mut |line| {
            if line.attachment.as_deref() == Some(id) && places.is_empty() {
                places.insert(line.frame, vec![(line.at, id.into())]);
            }
        })?;
        let found = !places.is_empty();
        self.lines_at(places, job, &mut |line, id| {
            let Line::Attached(attached) = line else { return Err(misled()) };
            let stated = self.stated(&attached.entry).filter(|stated| *stated == attached.facts);
            let here = self.entry(&attached.entry).filter(|_| attached.attachment.id.as_str() == id);
            let (Some(facts), Some(entry)) = (stated, here) else { return Err(misled()) };
            sink.attachment(&attached.attachment, &Stored { from: self.access(job), entry, facts })
        })?;
        Ok(found)
    }
}

impl BackstopArchive {
    /// What the manifest states of an entry.
    fn stated(&self, name: &str) -> Option<Facts> {
        let listed = self.manifest.as_ref()?.entries.iter().find(|listed| &*listed.name == name)?;
        Some(listed.facts)
    }

    /// Hands over every line of the index, whose checksum is compared at the end.
    fn each_line(&self, job: &Job, each: &mut dyn FnMut(&IndexLine<'_>)) -> Result<(), FlowError> {
        let entry = self.entry(INDEX).ok_or_else(|| missing(INDEX))?;
        let plain = self.access(job).stream(entry, self.stated(INDEX)).map_err(FlowError::from_read)?;
        let mut plain = BufReader::new(plain);
        let mut line = Vec::new();
        loop {
            job.check()?;
            line.clear();
            let limit = limits::CONTAINER_FRAME_BYTES as u64;
            plain.by_ref().take(limit).read_until(b'\n', &mut line).map_err(FlowError::from_read)?;
            if line.is_empty() {
                return Ok(());
            }
            let read = serde_json::from_slice(&line).map_err(|_| {
                Fault::at(FaultCode::InvalidContent, INDEX, "The index of the backup can't be read.")
            })?;
            each(&read);
        }
    }

    /// Reads the frames that lines lie in, and hands the lines over.
    fn lines_at(
        &self,
        places: Places,
        job: &Job,
        each: &mut dyn FnMut(Line, &str) -> Result<(), FlowError>,
    ) -> Result<(), FlowError> {
        for (frame, mut places) in places {
            job.check()?;
            // A lying index could name one long line a million times.
            places.sort_unstable();
            places.dedup_by_key(|(at, _)| *at);
            let name = numbered(ITEMS, frame);
            let entry = self.entry(&name).ok_or_else(|| missing(&name))?;
            let stated = self.stated(&name);
            let plain = self.access(job).whole(entry, stated.as_ref(), limits::CONTAINER_FRAME_BYTES)?;
            for (at, id) in places {
                let rest = plain.get(at..).unwrap_or_default();
                let end = memchr(b'\n', rest).unwrap_or(rest.len());
                let line = rest.get(..end).and_then(line::read).ok_or_else(misled)?;
                each(line, &id)?;
            }
        }
        Ok(())
    }
}

fn missing(name: &str) -> FlowError {
    Fault::at(FaultCode::ChunkMissing, shown(name), "This part was in the backup and is gone.").into()
}

fn misled() -> FlowError {
    let message = "The index of the backup leads to something else than it says.";
    Fault::at(FaultCode::EntryMismatch, INDEX, message).into()
}
