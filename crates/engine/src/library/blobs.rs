//! Sealed bytes of attachments, one file for each different content.
//!
//! A blob's name is its content's SHA-256 under a key of the account, so that equal files are kept
//! once and a name says nothing. The file is one sealed stream.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read};
use std::path::{Path, PathBuf};

use backstop_crypto::sealed::{SealedReader, SealedWriter};
use backstop_crypto::{Digest, Key};
use backstop_model::{Fault, FaultCode, FlowError, Job, Source};
use rusqlite::Row;
use tempfile::TempPath;

use crate::stage::copy_through;
use crate::store::StoreError;
use crate::system;

/// What the streams of blobs are bound to, besides their key.
const INFO: &str = "backstop blob v1";

/// The folder of blobs.
pub struct Blobs {
    folder: PathBuf,
    sealing: Key,
    naming: Key,
}

/// One blob, as the library's table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRecord {
    /// File name.
    pub name: String,
    /// The content's hash as its app names it.
    pub hash: String,
    /// SHA-256 of the plain bytes.
    pub sha256: [u8; 32],
    /// Size of the plain bytes.
    pub size_bytes: u64,
}

impl BlobRecord {
    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            name: row.get(0)?,
            hash: row.get(1)?,
            sha256: row.get(2)?,
            size_bytes: u64::try_from(row.get::<_, i64>(3)?).unwrap_or_default(),
        })
    }
}

impl Blobs {
    pub(super) fn open(library: &Path, key: &Key) -> Result<Self, StoreError> {
        let folder = library.join("blobs");
        system::create_folders(&folder)?;
        Ok(Self { folder, sealing: key.derive("blob sealing"), naming: key.derive("blob names") })
    }

    /// Seals the bytes of `source` into a file and syncs it. No row names it yet.
    ///
    /// # Errors
    /// [`FlowError`] of the source or of the disk, or a cancel.
    pub fn add(&self, hash: &str, source: &dyn Source, job: &Job) -> Result<BlobRecord, FlowError> {
        let (file, part) = self.new_part().map_err(FlowError::Write)?;
        let mut plain =
            Hashing { inner: source.open().map_err(FlowError::from_read)?, sha256: Digest::default() };
        let mut sealed = SealedWriter::new(BufWriter::new(file), &self.sealing, INFO)
            .map_err(|error| FlowError::Write(io::Error::other(error)))?;
        let size_bytes = copy_through(&mut job.watch(&mut plain), &mut sealed)?;
        let buffered = sealed.finish().map_err(FlowError::Write)?;
        let file = buffered.into_inner().map_err(|error| FlowError::Write(error.into_error()))?;
        file.sync_all().map_err(FlowError::Write)?;
        drop(file);
        let sha256: [u8; 32] = plain.sha256.finish();
        let name = self.name_of(&sha256);
        match part.persist_noclobber(self.folder.join(&name)) {
            Ok(()) => {}
            // The same content is here already; its file is as good as this one.
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(FlowError::Write(error.error)),
        }
        Ok(BlobRecord { name, hash: hash.to_owned(), sha256, size_bytes })
    }

    /// A file that goes away with its path, unless it gets a name. Opened here, so that what the disk
    /// answers keeps its number: the library for temporary files puts it into words.
    fn new_part(&self) -> io::Result<(File, TempPath)> {
        let path = self.folder.join(format!(".blob-{}.part", system::unlikely_name()?));
        let file = system::private_and_new().open(&path)?;
        Ok((file, TempPath::try_from_path(path)?))
    }

    /// Makes the names of all added blobs durable.
    ///
    /// # Errors
    /// [`FlowError::Write`].
    pub fn sync(&self) -> Result<(), FlowError> {
        system::sync_folder(&self.folder).map_err(FlowError::Write)
    }

    /// Removes the files of blobs that nothing refers to: neither a row nor `kept`. The caller holds
    /// the job lock, so no job is about to refer to one.
    ///
    /// # Errors
    /// The folder can't be read.
    pub fn sweep(&self, kept: &BTreeSet<String>) -> io::Result<usize> {
        let mut swept = 0;
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            if !kept.contains(entry.file_name().to_string_lossy().as_ref()) {
                std::fs::remove_file(entry.path())?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// The bytes of a blob, opened when read.
    #[must_use]
    pub fn source(&self, record: BlobRecord) -> BlobSource<'_> {
        BlobSource { blobs: self, record }
    }

    fn name_of(&self, sha256: &[u8; 32]) -> String {
        use std::fmt::Write as _;
        let name = self.naming.derive_salted(Some(sha256), b"name");
        name.expose().iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// The bytes of one blob.
pub struct BlobSource<'blobs> {
    blobs: &'blobs Blobs,
    record: BlobRecord,
}

impl Source for BlobSource<'_> {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        let path = self.blobs.folder.join(&self.record.name);
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(io::Error::other(FlowError::from(Fault::at(
                    FaultCode::ChunkMissing,
                    self.record.hash.as_str(),
                    "The file of an attachment is missing from the library.",
                ))));
            }
            other => other?,
        };
        let sealed = SealedReader::new(BufReader::new(file), &self.blobs.sealing, INFO)?;
        Ok(Box::new(sealed))
    }
}

struct Hashing<R> {
    inner: R,
    sha256: Digest,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.sha256.update(buf.get(..read).unwrap_or_default());
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use backstop_model::BytesSource;

    use super::*;

    fn blobs(folder: &Path) -> Blobs {
        Blobs::open(folder, &Key::from_bytes([3; 32])).expect("a folder of blobs")
    }

    #[test]
    fn equal_content_is_kept_once_and_sealed() {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = blobs(folder.path());
        let source = BytesSource(b"canary in the coal mine".repeat(5000));
        let first = blobs.add("aa", &source, &Job::new()).expect("added");
        let second = blobs.add("bb", &source, &Job::new()).expect("added again");
        assert_eq!(first.name, second.name);
        let files: Vec<_> = std::fs::read_dir(folder.path().join("blobs")).expect("listed").collect();
        assert_eq!(files.len(), 1);
        let sealed = std::fs::read(folder.path().join("blobs").join(&first.name)).expect("read");
        assert!(!sealed.windows(6).any(|bytes| bytes == b"canary"));
        let mut plain = Vec::new();
        let source_again = blobs.source(first);
        source_again.open().expect("opens").read_to_end(&mut plain).expect("reads");
        assert_eq!(plain, source.0);
    }

    #[test]
    fn a_missing_blob_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = blobs(folder.path());
        let record = blobs.add("aa", &BytesSource(vec![1]), &Job::new()).expect("added");
        std::fs::remove_file(folder.path().join("blobs").join(&record.name)).expect("removed");
        let source = blobs.source(record);
        let error = source.open().err().map(FlowError::from_read).expect("missing");
        assert_eq!(error.fault().map(|fault| fault.code), Some(FaultCode::ChunkMissing));
    }
}
