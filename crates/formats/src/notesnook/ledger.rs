//! Attachments on their way into an archive: which key file it gets and which row has which key.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read, Seek, Write};
use std::ops::Range;

use backstop_crypto::Key;
use backstop_crypto::secretstream::{HEADER_BYTES, StreamWriter, encrypted_len};
use backstop_model::{AttachmentHead, Fault, FlowError, Source};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::attachments::{AttachmentsKey, FOLDER, FileRow, KEY_FILE, Sums};
use super::carrier::EndAttachment;
use super::cipher;
use super::pack::{Encryption, MODE, zip_failed};
use super::wire::Row;
use crate::limits;

/// Bytes read from a source at a time.
const BUFFER_BYTES: usize = 64 * 1024;

/// From this size on an entry is written with ZIP64 sizes.
const WIDE_FROM_BYTES: u64 = 0xFFFF_0000;

/// What becomes of an attachment row.
pub(super) enum RowFate {
    /// It goes in as it is.
    Kept,
    /// It goes in with its key wrapped under the archive's key.
    Rewrapped(String),
    /// Its key can't be opened: beside a key file it would break the whole restore.
    Shut,
}

/// The keys known to a writer, and what it knows of every file.
#[derive(Default)]
pub(super) struct Ledger {
    keys: Vec<AttachmentsKey>,
    files: HashMap<Box<str>, FileRow>,
    written: BTreeMap<Box<str>, EndAttachment>,
    key_file_written: bool,
}

impl Ledger {
    /// Takes a key; true if it is new. The first is the archive's own.
    pub(super) fn add_key(&mut self, key: AttachmentsKey) -> bool {
        let new = self.keys.len() < limits::ATTACHMENT_KEYS
            && !self.keys.iter().any(|known| known.id() == key.id());
        if new {
            self.keys.push(key);
        }
        new
    }

    /// The key of the archive's key file: the first that was known.
    pub(super) fn archive_key(&self) -> Option<&AttachmentsKey> {
        self.keys.first()
    }

    /// What has been written, by name.
    pub(super) fn written(&self) -> impl Iterator<Item = &EndAttachment> {
        self.written.values()
    }

    /// Decides over a row and remembers its key for the bytes.
    pub(super) fn row(
        &mut self,
        json: &str,
        row: &Row<'_>,
        head: &AttachmentHead,
    ) -> Result<RowFate, FlowError> {
        let Some((archive_key, others)) = self.keys.split_first() else { return Ok(RowFate::Kept) };
        let Some(wrapped) = row.object("key") else { return Ok(RowFate::Shut) };
        let fate = if archive_key.open_file_key(wrapped).is_some() {
            RowFate::Kept
        } else if let Some(file_key) = others.iter().find_map(|key| key.open_file_key(wrapped)) {
            let json = replaced(json, wrapped, &rewrapped(&file_key, archive_key)?);
            json.map_or(RowFate::Shut, RowFate::Rewrapped)
        } else {
            RowFate::Shut
        };
        if !matches!(fate, RowFate::Shut) {
            self.files.insert(head.id.as_str().into(), FileRow::read(head, row, &self.keys));
        }
        Ok(fate)
    }

    /// The name of an attachment's entry, if it is known and can be written.
    pub(super) fn entry_name(&self, head: &AttachmentHead) -> Option<Box<str>> {
        let file = self.files.get(head.id.as_str())?;
        (file.key.is_some() && file.header.is_some()).then_some(())?;
        Some(file.head.hash.as_ref()?.hex.as_str().into())
    }

    pub(super) fn is_written(&self, name: &str) -> bool {
        self.written.contains_key(name)
    }

    /// Writes the key file, once.
    pub(super) fn write_key_file<W: Write + Seek>(
        &mut self,
        encryption: Option<&Encryption>,
        zip: &mut ZipWriter<W>,
    ) -> Result<(), FlowError> {
        let Some(key) = self.keys.first().filter(|_| !self.key_file_written) else { return Ok(()) };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(MODE);
        zip.start_file(KEY_FILE, options).map_err(zip_failed)?;
        let json = key.expose_json();
        match encryption {
            Some(Encryption { key, salt, .. }) => cipher::seal(json.as_bytes().to_vec(), key, salt, zip)?,
            None => zip.write_all(json.as_bytes()).map_err(FlowError::from_write)?,
        }
        self.key_file_written = true;
        Ok(())
    }

    /// Encrypts and writes the bytes of one attachment. After an error the entry is taken back and
    /// the archive can go on without it.
    pub(super) fn write_bytes<W: Write + Seek>(
        &mut self,
        name: &str,
        head: &AttachmentHead,
        body: &dyn Source,
        zip: &mut ZipWriter<W>,
    ) -> Result<(), FlowError> {
        let Some(file) = self.files.get(head.id.as_str()) else { return Ok(()) };
        let (Some(key), Some(header)) = (&file.key, &file.header) else { return Ok(()) };
        let packed = encrypted_len(file.head.size_bytes, file.piece_bytes as u64);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(packed >= WIDE_FROM_BYTES)
            .unix_permissions(MODE);
        zip.start_file(format!("{FOLDER}{name}"), options).map_err(zip_failed)?;
        match encrypt(file, key, header, body, zip) {
            Ok(mut sums) => {
                let (entry, size) = (name.to_owned(), sums.size_bytes);
                let sha256 = sums.take_sha256().unwrap_or_default();
                self.written.insert(name.into(), EndAttachment { entry, size, sha256 });
                Ok(())
            }
            Err(error) => {
                zip.abort_file().map_err(zip_failed)?;
                Err(error)
            }
        }
    }
}

fn encrypt<W: Write + Seek>(
    file: &FileRow,
    key: &Key,
    header: &[u8; HEADER_BYTES],
    body: &dyn Source,
    zip: &mut ZipWriter<W>,
) -> Result<Sums, FlowError> {
    let mut bytes = body.open().map_err(FlowError::from_read)?;
    let mut stream = StreamWriter::new(zip, key, header, file.piece_bytes)
        .map_err(|error| FlowError::from_write(error.into()))?;
    let mut sums = Sums::with_sha256();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let read = match bytes.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(FlowError::from_read(error)),
        };
        let part = buffer.get(..read).unwrap_or_default();
        sums.add(part);
        stream.write_all(part).map_err(FlowError::from_write)?;
    }
    // The header was made for these very bytes; other bytes under it would give the key away.
    if let Some((code, message)) = sums.differs_from(&file.head) {
        return Err(Fault::at(code, file.head.id.as_str(), message).into());
    }
    stream.finish().map_err(FlowError::from_write)?;
    Ok(sums)
}

/// A file's key, wrapped under the archive's key as Notesnook does it.
fn rewrapped(file_key: &AttachmentsKey, archive_key: &AttachmentsKey) -> Result<String, FlowError> {
    let mut json = Vec::new();
    let plain = file_key.expose_json().as_bytes().to_vec();
    cipher::seal(plain, &archive_key.key, &archive_key.salt, &mut json)?;
    String::from_utf8(json).map_err(|error| FlowError::Write(io::Error::other(error)))
}

/// `json` with one of its own parts exchanged.
fn replaced(json: &str, part: &str, by: &str) -> Option<String> {
    let Range { start, end } = range_of(json, part)?;
    Some(format!("{}{by}{}", json.get(..start)?, json.get(end..)?))
}

/// Where a slice lies in the text it was taken from.
fn range_of(whole: &str, part: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    let range = start..start.checked_add(part.len())?;
    (whole.get(range.clone())? == part).then_some(range)
}
