//! What of the log was read already. A log only grows, so that whoever looks again reads what is new:
//! after years it has tens of thousands of lines, and the tray looks at it every minute.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::history::History;
use super::log::whole_bytes;

/// How much of the end of what was read is compared, to see that the file is still the same one.
const MARK: u64 = 256;

/// The runs up to a place in the file.
#[derive(Debug, Default)]
pub(super) struct Known {
    read: u64,
    mark: Vec<u8>,
    history: Arc<History>,
}

impl Known {
    /// Reads what was added since, or all of it if the file is another one.
    ///
    /// # Errors
    /// Of the file.
    pub(super) fn catch_up(&mut self, file: &mut File) -> io::Result<Arc<History>> {
        let length = file.metadata()?.len();
        if !self.is_start_of(file, length)? {
            *self = Self::default();
        }
        if length > self.read {
            let added = bytes_from(file, self.read, u64::MAX)?;
            let whole = added.get(..whole_bytes(&added)).unwrap_or_default();
            if !whole.is_empty() {
                Arc::make_mut(&mut self.history).extend(whole.split(|byte| *byte == b'\n'));
                self.read += whole.len() as u64;
                self.mark = bytes_from(file, self.read.saturating_sub(MARK), self.read.min(MARK))?;
            }
        }
        Ok(Arc::clone(&self.history))
    }

    fn is_start_of(&self, file: &mut File, length: u64) -> io::Result<bool> {
        if length < self.read {
            return Ok(false);
        }
        let there = bytes_from(file, self.read.saturating_sub(MARK), self.read.min(MARK))?;
        Ok(there == self.mark)
    }
}

fn bytes_from(file: &mut File, from: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
