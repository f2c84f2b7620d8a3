//! Keys and bytes of attachments.
//!
//! The key file holds the attachments key; with it each row's `key` opens to the file's own key;
//! with that, and the row's `iv` as header, the bytes are a secretstream. Read and checked piece by
//! piece: nothing is given out that is not authentic, and size and hashes are compared at the end.

use std::fmt;
use std::io::{self, Read};

use backstop_crypto::secretstream::{HEADER_BYTES, StreamError, StreamReader};
use backstop_crypto::{Digest, Key, Zeroizing};
use backstop_model::{
    App, AttachmentHead, Fault, FaultCode, FlowError, HashAlgorithm, Item, ItemId, ItemKey, Job, Kind,
    Native, Source,
};
use sha2::{Digest as _, Sha256};
use xxhash_rust::xxh64::Xxh64;

use super::carrier::bare_item;
use super::cipher::{Cipher, SALT_BYTES, Salt, decode_array, encode};
use super::envelope::{VERSION_TEXT, hex};
use super::wire::Row;
use crate::limits;
use crate::zipscan::{Entry, EntryReader, SharedInput};

/// The folder of attachments in the zip.
pub(crate) const FOLDER: &str = "attachments/";
/// The entry that holds the attachments key.
pub(crate) const KEY_FILE: &str = "attachments/.attachments_key";
/// Plain bytes of a piece, where a row does not say otherwise.
pub(crate) const PIECE_BYTES: usize = 524_288;

/// The key of an account's attachments: it wraps the keys of the files.
pub(crate) struct AttachmentsKey {
    pub(crate) key: Key,
    pub(crate) salt: Salt,
}

impl fmt::Debug for AttachmentsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AttachmentsKey({})", self.id())
    }
}

impl AttachmentsKey {
    #[cfg(test)]
    pub(crate) fn new(key: [u8; 32], salt: Salt) -> Self {
        Self { key: Key::from_bytes(key), salt }
    }

    /// Reads `{"key":…,"salt":…}`.
    pub(crate) fn parse(json: &str) -> Option<Self> {
        let row = Row::parse(json)?;
        let key = Zeroizing::new(decode_array::<32>(&row.text("key")?)?);
        let salt = row.text("salt").and_then(|salt| decode_array(&salt)).unwrap_or([0; SALT_BYTES]);
        Some(Self { key: Key::from_bytes(*key), salt })
    }

    /// Its name among items: the first 16 hex digits of the key's SHA-256.
    pub(crate) fn id(&self) -> String {
        hex(Sha256::digest(self.key.expose()).get(..8).unwrap_or_default())
    }

    /// As it stands in a key file, in the form Notesnook writes.
    pub(crate) fn expose_json(&self) -> Zeroizing<String> {
        let key = Zeroizing::new(encode(self.key.expose()));
        Zeroizing::new(format!(r#"{{"key":"{}","salt":"{}"}}"#, &*key, encode(&self.salt)))
    }

    /// The key as an item, so that a library keeps it for its next backup.
    pub(crate) fn to_item(&self) -> Option<Item> {
        let key =
            ItemKey { app: App::Notesnook, kind: Kind::AttachmentsKey, id: ItemId::new(self.id()).ok()? };
        let native = Native { version: VERSION_TEXT.to_owned(), json: self.expose_json().to_string() };
        Some(bare_item(key, native))
    }

    /// The key of a file that a row's `key` wraps, with the salt beside it.
    pub(crate) fn open_file_key(&self, wrapped: &str) -> Option<Self> {
        let plain = Zeroizing::new(Cipher::parse(wrapped)?.open(&self.key).ok()?);
        Self::parse(std::str::from_utf8(&plain).ok()?)
    }
}

/// What an attachment row says of its bytes.
pub(crate) struct FileRow {
    pub(crate) head: AttachmentHead,
    /// The file's key, if a known attachments key opens it.
    pub(crate) key: Option<Key>,
    /// The header of its stream.
    pub(crate) header: Option<[u8; HEADER_BYTES]>,
    pub(crate) piece_bytes: usize,
}

impl FileRow {
    /// Reads a row; `keys` are the attachments keys known so far.
    pub(crate) fn read(head: &AttachmentHead, row: &Row<'_>, keys: &[AttachmentsKey]) -> Self {
        let wrapped = row.object("key");
        let key = wrapped.and_then(|wrapped| keys.iter().find_map(|known| known.open_file_key(wrapped)));
        let pieces = row.number("chunkSize").and_then(|bytes| usize::try_from(bytes).ok());
        Self {
            head: head.clone(),
            key: key.map(|known| known.key),
            header: row.text("iv").and_then(|iv| decode_array(&iv)),
            piece_bytes: pieces
                .filter(|bytes| (1..=limits::ATTACHMENT_PIECE_BYTES).contains(bytes))
                .unwrap_or(PIECE_BYTES),
        }
    }
}

impl FileRow {
    /// The row's bytes in an entry, if the row says enough to read them.
    pub(crate) fn stored<'a>(
        &'a self,
        input: &'a SharedInput,
        entry: &'a Entry,
        job: &'a Job,
        sha256: Option<&'a str>,
    ) -> Option<StoredAttachment<'a>> {
        let (key, header) = (self.key.as_ref()?, self.header.as_ref()?);
        let (head, piece_bytes) = (&self.head, self.piece_bytes);
        Some(StoredAttachment { input, entry, job, head, key, header, piece_bytes, sha256 })
    }
}

/// The bytes of one attachment in a zip.
#[derive(Clone, Copy)]
pub(crate) struct StoredAttachment<'a> {
    pub(crate) input: &'a SharedInput,
    pub(crate) entry: &'a Entry,
    pub(crate) job: &'a Job,
    pub(crate) head: &'a AttachmentHead,
    pub(crate) key: &'a Key,
    pub(crate) header: &'a [u8; HEADER_BYTES],
    pub(crate) piece_bytes: usize,
    /// SHA-256 that an archive of ours states, in hex.
    pub(crate) sha256: Option<&'a str>,
}

impl StoredAttachment<'_> {
    /// Whether the first piece opens with this key.
    pub(crate) fn first_piece_opens(&self) -> bool {
        self.stream().is_ok_and(|mut stream| stream.read(&mut [0]).is_ok())
    }

    fn stream(&self) -> io::Result<StreamReader<EntryReader<'_>>> {
        let bytes = EntryReader::new(self.input, self.entry, self.job);
        Ok(StreamReader::new(bytes, self.key, self.header, self.piece_bytes)?)
    }

    fn fault(&self, code: FaultCode, message: &str) -> io::Error {
        io::Error::other(FlowError::Archive(Fault::at(code, self.head.id.as_str(), message)))
    }

    /// What a failing stream means: a wrong checksum is damage of the file, whatever fails first.
    fn explain(&self, error: io::Error) -> io::Error {
        if StreamError::of(&error).is_none() {
            return error;
        }
        let mut bytes = EntryReader::new(self.input, self.entry, self.job);
        match io::copy(&mut bytes, &mut io::sink()) {
            Err(error) => error,
            Ok(_) => self.fault(FaultCode::DecryptionFailed, "The bytes of this attachment do not decrypt."),
        }
    }
}

impl Source for StoredAttachment<'_> {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        let stream = self.stream().map_err(|error| self.explain(error))?;
        let sums = if self.sha256.is_some() { Sums::with_sha256() } else { Sums::default() };
        Ok(Box::new(CheckedBytes { stream, of: self, sums, sha256_hex: String::new() }))
    }
}

/// Size and hashes of bytes that pass by.
#[derive(Default)]
pub(crate) struct Sums {
    pub(crate) size_bytes: u64,
    xxh64: Xxh64,
    sha256: Option<Digest>,
}

impl Sums {
    /// Also sums up SHA-256.
    pub(crate) fn with_sha256() -> Self {
        Self { sha256: Some(Digest::default()), ..Self::default() }
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.size_bytes += bytes.len() as u64;
        self.xxh64.update(bytes);
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(bytes);
        }
    }

    /// SHA-256 in hex, once, if it was asked for.
    pub(crate) fn take_sha256(&mut self) -> Option<String> {
        self.sha256.take().map(|sha256| hex(&sha256.finish()))
    }

    /// What does not fit to the row.
    pub(crate) fn differs_from(&self, head: &AttachmentHead) -> Option<(FaultCode, &'static str)> {
        if self.size_bytes != head.size_bytes {
            return Some((FaultCode::EntryMismatch, "The attachment does not have the size its row states."));
        }
        let hash = head.hash.as_ref()?;
        let fits = match hash.algorithm {
            HashAlgorithm::Xxh64 => hash.hex == format!("{:016x}", self.xxh64.digest()),
            // Notesnook's rows name no SHA-256; that of an archive of ours is compared beside this.
            HashAlgorithm::Sha256 | HashAlgorithm::Other => true,
        };
        (!fits).then_some((FaultCode::ChecksumMismatch, "The attachment's checksum does not fit its row."))
    }
}

struct CheckedBytes<'a> {
    stream: StreamReader<EntryReader<'a>>,
    of: &'a StoredAttachment<'a>,
    sums: Sums,
    /// Known once the stream has ended, if an archive of ours states it.
    sha256_hex: String,
}

impl CheckedBytes<'_> {
    /// Whoever reads on after the end is told the same again.
    fn end(&mut self) -> io::Result<usize> {
        self.sha256_hex = self.sums.take_sha256().unwrap_or_else(|| std::mem::take(&mut self.sha256_hex));
        if let Some((code, message)) = self.sums.differs_from(self.of.head) {
            return Err(self.of.fault(code, message));
        }
        if self.of.sha256.is_some_and(|stated| stated != self.sha256_hex) {
            return Err(self
                .of
                .fault(FaultCode::ChecksumMismatch, "The attachment is not the one that was backed up."));
        }
        Ok(0)
    }
}

impl Read for CheckedBytes<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let read = self.stream.read(buf).map_err(|error| self.of.explain(error))?;
        if read == 0 {
            return self.end();
        }
        self.sums.add(buf.get(..read).unwrap_or_default());
        Ok(read)
    }
}
