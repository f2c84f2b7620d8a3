//! Lines on their way into frames of 4 MiB, each an entry of its own.

use std::io::{Seek, Write};

use backstop_model::{FlowError, Item};

use super::index::{Index, Place};
use super::line::{Attached, add_item};
use super::put::Entries;
use super::{FRAME_BYTES, ITEMS, numbered};

/// The open frame and the index of all of them.
pub(super) struct Frames {
    plain: Vec<u8>,
    closed: u64,
    index: Index,
}

impl Frames {
    pub(super) fn new() -> Result<Self, FlowError> {
        Ok(Self { plain: Vec::with_capacity(FRAME_BYTES), closed: 0, index: Index::new()? })
    }

    pub(super) fn item<W: Write + Seek>(
        &mut self,
        item: &Item,
        entries: &mut Entries<W>,
    ) -> Result<(), FlowError> {
        let place = self.add(entries, |plain| add_item(item, plain))?;
        self.index.item(item, place)?;
        self.close_if_full(entries)
    }

    pub(super) fn attached<W: Write + Seek>(
        &mut self,
        attached: &Attached,
        entries: &mut Entries<W>,
    ) -> Result<(), FlowError> {
        let place = self.add(entries, |plain| attached.add(plain))?;
        self.index.attached(attached, place)?;
        self.close_if_full(entries)
    }

    /// Adds a line. One that would make the frame too long begins the next one.
    fn add<W: Write + Seek>(
        &mut self,
        entries: &mut Entries<W>,
        line: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    ) -> Result<Place, FlowError> {
        let at = self.plain.len();
        line(&mut self.plain).map_err(|error| FlowError::Write(error.into()))?;
        if at == 0 || self.plain.len() <= FRAME_BYTES {
            return Ok(Place { frame: self.closed, at });
        }
        let line = self.plain.split_off(at);
        self.close(entries)?;
        self.plain.extend_from_slice(&line);
        Ok(Place { frame: self.closed, at: 0 })
    }

    fn close_if_full<W: Write + Seek>(&mut self, entries: &mut Entries<W>) -> Result<(), FlowError> {
        if self.plain.len() >= FRAME_BYTES { self.close(entries) } else { Ok(()) }
    }

    fn close<W: Write + Seek>(&mut self, entries: &mut Entries<W>) -> Result<(), FlowError> {
        if self.plain.is_empty() {
            return Ok(());
        }
        entries.put(&numbered(ITEMS, self.closed), &self.plain)?;
        self.closed += 1;
        self.plain.clear();
        // A single long line must not keep its memory for the rest of the run.
        self.plain.shrink_to(FRAME_BYTES);
        Ok(())
    }

    /// Closes the last frame and hands over the index.
    pub(super) fn finish<W: Write + Seek>(mut self, entries: &mut Entries<W>) -> Result<Index, FlowError> {
        self.close(entries)?;
        Ok(self.index)
    }
}
