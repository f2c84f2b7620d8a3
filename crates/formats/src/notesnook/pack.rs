//! Packing rows into chunk files: the way of `chunk` back.

use std::io::{self, Seek, Write};

use backstop_crypto::{Key, Keyslot};
use backstop_model::{FlowError, TimeMs};
use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::write::EncoderWriter;
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest as _, Md5};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::cipher::{self, Salt};
use super::envelope::{VERSION_TEXT, hex};
use crate::limits;
pub(super) use crate::zip_failed::zip_failed;

/// The level Notesnook packs its rows with.
const GZIP_LEVEL: u32 = 6;

/// Deflate level of chunk files in the zip. They are base64 of packed bytes: only the coding of
/// its 64 characters can be gained, and searching for repetitions costs five times as much time.
const ZIP_LEVEL: i64 = 2;

/// Mode of every entry, as Notesnook writes it.
pub(super) const MODE: u32 = 0o644;

/// How an archive is encrypted.
pub struct Encryption {
    /// The key of every chunk: [`super::derive_key`] of the password in its written spelling.
    pub key: Key,
    /// The salt it was derived with, the same for the whole archive and for later ones.
    pub salt: Salt,
    /// The key again, wrapped for the recovery key; may be empty.
    pub slots: Vec<Keyslot>,
}

/// Collects packed text and its hash.
#[derive(Default)]
struct Collected {
    text: Vec<u8>,
    md5: Md5,
}

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        self.md5.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

type Gzip = GzEncoder<EncoderWriter<'static, GeneralPurpose, Collected>>;

/// A chunk that takes rows. Only their packed form is kept in memory.
pub(super) struct OpenChunk {
    gzip: Gzip,
    rows: u64,
    utf16_units: u64,
}

/// A chunk that is packed: `z` and its MD5.
pub(super) struct PackedChunk {
    z: Vec<u8>,
    pub(super) md5: String,
}

impl OpenChunk {
    pub(super) fn new() -> Self {
        let base64 = EncoderWriter::new(Collected::default(), &STANDARD);
        Self { gzip: GzEncoder::new(base64, Compression::new(GZIP_LEVEL)), rows: 0, utf16_units: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds a row; true once the chunk is full.
    pub(super) fn add(&mut self, json: &str) -> Result<bool, FlowError> {
        let before: &[u8] = if self.rows == 0 { b"[" } else { b"," };
        self.gzip.write_all(before).map_err(FlowError::from_write)?;
        self.gzip.write_all(json.as_bytes()).map_err(FlowError::from_write)?;
        self.rows += 1;
        self.utf16_units += super::reader::utf16_units(json);
        Ok(self.utf16_units >= limits::CHUNK_CLOSES_AT)
    }

    pub(super) fn pack(mut self) -> Result<PackedChunk, FlowError> {
        let finish = || {
            self.gzip.write_all(b"]")?;
            self.gzip.finish()?.finish()
        };
        let Collected { text, md5 } = finish().map_err(FlowError::from_write)?;
        Ok(PackedChunk { z: text, md5: hex(&md5.finalize()) })
    }
}

impl PackedChunk {
    /// Writes the chunk file into the zip. `slots` go beside the first chunk only.
    pub(super) fn write<W: Write + Seek>(
        self,
        number: u64,
        date: TimeMs,
        encryption: Option<&Encryption>,
        zip: &mut ZipWriter<W>,
    ) -> Result<(), FlowError> {
        let kind = if encryption.is_some() { "encrypted" } else { "plain" };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(ZIP_LEVEL))
            .unix_permissions(MODE);
        zip.start_file(format!("{number}-{kind}-{}", self.md5), options).map_err(zip_failed)?;
        let slots = encryption.map_or(&[][..], |encryption| &encryption.slots).iter();
        let slots: Vec<&Keyslot> = slots.filter(|_| number == 0).collect();
        let head = head(date, &slots).map_err(|error| FlowError::Write(io::Error::other(error)))?;
        zip.write_all(head.as_bytes()).map_err(FlowError::from_write)?;
        match encryption {
            Some(Encryption { key, salt, .. }) => cipher::seal(self.z, key, salt, zip)?,
            None => write_quoted(&self.z, zip).map_err(FlowError::from_write)?,
        }
        let encrypted = encryption.is_some();
        let hash = &self.md5;
        write!(
            zip,
            ",\n\"hash\": \"{hash}\",\n\"hash_type\": \"md5\",\n\"compressed\": true,\n\"encrypted\": {encrypted}\n}}"
        )
        .map_err(FlowError::from_write)
    }
}

fn head(date: TimeMs, slots: &[&Keyslot]) -> serde_json::Result<String> {
    let date = date.0;
    let slots = match slots {
        [] => String::new(),
        slots => format!("\"backstop\": {{\"v\":1,\"slots\":{}}},\n", serde_json::to_string(slots)?),
    };
    Ok(format!("{{\n\"version\": {VERSION_TEXT},\n\"type\": \"node\",\n\"date\": {date},\n{slots}\"data\": "))
}

fn write_quoted(base64: &[u8], to: &mut impl Write) -> io::Result<()> {
    to.write_all(b"\"")?;
    to.write_all(base64)?;
    to.write_all(b"\"")
}
