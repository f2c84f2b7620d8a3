//! Where in a file the signatures of a zip stand: one pass that keeps no more than their places.

use std::io::{Read, Seek, SeekFrom};

use backstop_model::{FaultCode, FlowError};
use memchr::memmem::Finder;

use crate::limits;

const WINDOW_BYTES: usize = 256 * 1024;
/// What each signature begins with, and how long all of them are.
const BEGINNING: &[u8] = b"PK";
const SIGNATURE_BYTES: usize = 4;
/// More signatures than this are no backup: four for each entry that is accepted.
const MOST: u64 = 4 * limits::ZIP_ENTRIES;

/// The places of signatures, ascending. Some may be chance, or part of a zip that is an attachment.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Of local headers.
    pub(super) headers: Vec<u64>,
    /// Of records of a central directory.
    pub(super) records: Vec<u64>,
    /// Of end records, ZIP64 ones too.
    pub(super) ends: Vec<u64>,
}

impl Places {
    /// Looks through the file.
    ///
    /// # Errors
    /// [`FaultCode::LimitExceeded`] for more signatures than any backup has, and read errors.
    pub(super) fn find<R: Read + Seek>(input: &mut R) -> Result<Self, FlowError> {
        input.seek(SeekFrom::Start(0)).map_err(FlowError::from_read)?;
        let finder = Finder::new(BEGINNING);
        let mut places = Self::default();
        let mut window = Vec::new();
        let mut before = 0_u64;
        loop {
            let wanted = (WINDOW_BYTES - window.len()) as u64;
            let read = input.by_ref().take(wanted).read_to_end(&mut window).map_err(FlowError::from_read)?;
            // A signature that the window cuts is found whole in the next one.
            let kept = if read == 0 { 0 } else { (SIGNATURE_BYTES - 1).min(window.len()) };
            let until = window.len() - kept;
            for at in finder.find_iter(&window).take_while(|at| *at < until) {
                places.note(before + at as u64, window.get(at..at + SIGNATURE_BYTES).unwrap_or_default());
            }
            if read == 0 {
                return Ok(places);
            }
            if (places.headers.len() + places.records.len() + places.ends.len()) as u64 > MOST {
                let message = "The file looks like a zip of more parts than any backup has.";
                return Err(FlowError::archive(FaultCode::LimitExceeded, message));
            }
            window.drain(..until);
            before += until as u64;
        }
    }

    fn note(&mut self, at: u64, signature: &[u8]) {
        match signature {
            b"PK\x03\x04" => self.headers.push(at),
            b"PK\x01\x02" => self.records.push(at),
            b"PK\x05\x06" | b"PK\x06\x06" => self.ends.push(at),
            _ => {}
        }
    }

    /// Whether something begins at `at` that may follow the bytes of an entry.
    pub(super) fn begins(&self, at: u64) -> bool {
        [&self.headers, &self.records, &self.ends].into_iter().any(|places| places.binary_search(&at).is_ok())
    }

    /// Where the next thing begins that may follow the bytes of an entry, at `from` or behind.
    pub(super) fn next(&self, from: u64) -> Option<u64> {
        let first = |places: &Vec<u64>| places.get(places.partition_point(|at| *at < from)).copied();
        [&self.headers, &self.records, &self.ends].into_iter().filter_map(first).min()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn signatures_are_found_across_the_edges_of_a_window() {
        for edge in WINDOW_BYTES - 5..WINDOW_BYTES + 2 {
            let mut bytes = vec![b'P'; 2 * WINDOW_BYTES];
            bytes[edge..edge + 4].copy_from_slice(b"PK\x03\x04");
            bytes[10..14].copy_from_slice(b"PK\x01\x02");
            let end = bytes.len();
            bytes[end - 4..].copy_from_slice(b"PK\x05\x06");
            let places = Places::find(&mut Cursor::new(bytes)).expect("in memory");
            assert_eq!(
                (&*places.headers, &*places.records, &*places.ends),
                (&[edge as u64][..], &[10][..], &[end as u64 - 4][..])
            );
            assert!(places.begins(10) && !places.begins(11));
            assert_eq!((places.next(11), places.next(end as u64)), (Some(edge as u64), None));
        }
    }

    #[test]
    fn more_signatures_than_any_backup_has_are_refused() {
        let many = b"PK\x03\x04".repeat(usize::try_from(MOST).expect("small") + 1);
        assert!(Places::find(&mut Cursor::new(many)).is_err());
    }
}
