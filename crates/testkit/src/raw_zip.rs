//! A zip of any shape, also of shapes that no honest program writes.
//!
//! Source: PKWARE APPNOTE.TXT 6.3.10. The `zip` crate refuses to write what these tests need:
//! repeated names, headers that contradict each other, entries that share their bytes.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

const DEFLATED: u16 = 8;

/// One entry, ready to be changed before it is written.
#[derive(Debug, Clone)]
pub struct RawEntry {
    /// Name in the directory.
    pub name: String,
    /// Name in the local header.
    pub local_name: String,
    /// Packing method.
    pub method: u16,
    /// General-purpose flags.
    pub flags: u16,
    /// CRC-32 in the directory.
    pub crc32: u32,
    /// CRC-32 in the local header.
    pub local_crc32: u32,
    /// Size in both headers.
    pub size_bytes: u32,
    /// The packed bytes.
    pub packed: Vec<u8>,
    /// Whether the local header leaves sizes and CRC to a descriptor behind the bytes, as zip.js
    /// does.
    pub descriptor: bool,
    /// Where the directory says the local header is, if it lies.
    pub header_at: Option<u32>,
}

impl RawEntry {
    /// An honest entry, stored.
    #[must_use]
    pub fn stored(name: &str, bytes: &[u8]) -> Self {
        Self::packed(name, 0, bytes, bytes.to_vec())
    }

    /// An honest entry, deflated.
    ///
    /// # Panics
    /// Never: it packs in memory.
    #[must_use]
    pub fn deflated(name: &str, bytes: &[u8]) -> Self {
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
        let packed = deflate.write_all(bytes).and_then(|()| deflate.finish()).unwrap_or_default();
        Self::packed(name, DEFLATED, bytes, packed)
    }

    /// An honest entry for a folder; `name` ends in `/`.
    #[must_use]
    pub fn directory(name: &str) -> Self {
        Self::stored(name, &[])
    }

    fn packed(name: &str, method: u16, bytes: &[u8], packed: Vec<u8>) -> Self {
        let mut crc = Crc::new();
        crc.update(bytes);
        Self {
            name: name.to_owned(),
            local_name: name.to_owned(),
            method,
            flags: 1 << 11,
            crc32: crc.sum(),
            local_crc32: crc.sum(),
            size_bytes: narrow(bytes.len()),
            packed,
            descriptor: false,
            header_at: None,
        }
    }

    fn flags(&self) -> u16 {
        self.flags | u16::from(self.descriptor) << 3
    }

    fn local_header(&self) -> Vec<u8> {
        let (crc, packed, size) = if self.descriptor {
            (0, 0, 0)
        } else {
            (self.local_crc32, narrow(self.packed.len()), self.size_bytes)
        };
        let mut header = b"PK\x03\x04".to_vec();
        put16(&mut header, &[45, self.flags(), self.method, 0, 0x21]);
        put32(&mut header, &[crc, packed, size]);
        put16(&mut header, &[narrow16(self.local_name.len()), 0]);
        header.extend_from_slice(self.local_name.as_bytes());
        header
    }

    fn record(&self, header_at: u32) -> Vec<u8> {
        let mut record = b"PK\x01\x02".to_vec();
        put16(&mut record, &[45, 45, self.flags(), self.method, 0, 0x21]);
        put32(&mut record, &[self.crc32, narrow(self.packed.len()), self.size_bytes]);
        put16(&mut record, &[narrow16(self.name.len()), 0, 0, 0, 0]);
        put32(&mut record, &[0, self.header_at.unwrap_or(header_at)]);
        record.extend_from_slice(self.name.as_bytes());
        record
    }
}

/// A zip made of raw entries.
#[derive(Debug, Clone, Default)]
pub struct RawZip {
    /// The entries, in order.
    pub entries: Vec<RawEntry>,
    /// The comment of the zip.
    pub comment: Vec<u8>,
}

impl RawZip {
    /// A zip of these entries.
    #[must_use]
    pub fn of(entries: impl IntoIterator<Item = RawEntry>) -> Self {
        Self { entries: entries.into_iter().collect(), comment: Vec::new() }
    }

    /// The bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut directory = Vec::new();
        for entry in &self.entries {
            directory.extend(entry.record(narrow(file.len())));
            file.extend(entry.local_header());
            file.extend_from_slice(&entry.packed);
            if entry.descriptor {
                put32(&mut file, &[entry.crc32, narrow(entry.packed.len()), 0, entry.size_bytes, 0]);
            }
        }
        let directory_at = narrow(file.len());
        let count = narrow16(self.entries.len());
        file.extend_from_slice(&directory);
        file.extend_from_slice(b"PK\x05\x06");
        put16(&mut file, &[0, 0, count, count]);
        put32(&mut file, &[narrow(directory.len()), directory_at]);
        put16(&mut file, &[narrow16(self.comment.len())]);
        file.extend_from_slice(&self.comment);
        file
    }
}

fn put16(to: &mut Vec<u8>, numbers: &[u16]) {
    numbers.iter().for_each(|number| to.extend_from_slice(&number.to_le_bytes()));
}

fn put32(to: &mut Vec<u8>, numbers: &[u32]) {
    numbers.iter().for_each(|number| to.extend_from_slice(&number.to_le_bytes()));
}

fn narrow(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn narrow16(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}
