//! Writing entries: compressed, sealed, summed up and listed for the manifest.

use std::io::{self, BufWriter, Read, Seek, Write};

use backstop_crypto::sealed::SealedWriter;
use backstop_model::FlowError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};
use zstd::bulk::Compressor;
use zstd::stream::write::Encoder;

use super::facts::{Facts, Sums};
use super::manifest::Listed;
use super::{Seal, ZSTD_MAGIC};
use crate::limits;
use crate::stay_failed::StayFailed;
use crate::zip_failed::zip_failed;

/// Between zstd's levels 1 and 3 notes differ by a twentieth in size, and by a third in time.
pub(super) const LEVEL: i32 = 1;
const BUFFER_BYTES: usize = 1024 * 1024;
/// Bytes read from an attachment at a time, and what tells whether it can be compressed.
const PIECE_BYTES: usize = 128 * 1024;
/// From this size on an entry is written with ZIP64 sizes; sealing adds less than a thousandth.
const WIDE_FROM_BYTES: u64 = 0xF000_0000;
const MODE: u32 = 0o644;

/// The zip that grows, and what is in it.
pub(super) struct Entries<W: Write + Seek> {
    zip: ZipWriter<BufWriter<StayFailed<W>>>,
    seal: Option<Seal>,
    listed: Vec<Listed>,
    compressor: Compressor<'static>,
}

impl<W: Write + Seek> Entries<W> {
    pub(super) fn new(to: W, seal: Option<Seal>) -> Result<Self, FlowError> {
        Ok(Self {
            zip: ZipWriter::new(BufWriter::with_capacity(BUFFER_BYTES, StayFailed::new(to))),
            seal,
            listed: Vec::new(),
            compressor: Compressor::new(LEVEL).map_err(FlowError::Write)?,
        })
    }

    /// What has been written so far.
    pub(super) fn listed(&self) -> &[Listed] {
        &self.listed
    }

    /// Writes an entry as it is, neither compressed nor sealed.
    pub(super) fn put_open(&mut self, name: &str, bytes: &[u8]) -> Result<(), FlowError> {
        self.begin(name, 0)?;
        self.zip.write_all(bytes).map_err(FlowError::from_write)?;
        self.list(name, Facts::of(bytes));
        Ok(())
    }

    /// Writes an entry of these plain bytes, compressed and sealed.
    pub(super) fn put(&mut self, name: &str, plain: &[u8]) -> Result<(), FlowError> {
        let packed = self.compressor.compress(plain).map_err(FlowError::Write)?;
        self.put_packed(name, &packed, Facts::of(plain))
    }

    /// Writes an entry that is compressed already.
    pub(super) fn put_packed(&mut self, name: &str, packed: &[u8], facts: Facts) -> Result<(), FlowError> {
        self.begin(name, packed.len() as u64)?;
        let mut entry =
            Sealing::new(&mut self.zip, self.seal.as_ref(), name).map_err(FlowError::from_write)?;
        entry.write_all(packed).and_then(|()| entry.finish()).map_err(FlowError::from_write)?;
        self.list(name, facts);
        Ok(())
    }

    /// Writes an entry out of a stream of about `size_bytes`, compressed if that pays, and sealed.
    /// After an error the entry is taken back and the archive can go on without it.
    pub(super) fn put_stream(
        &mut self,
        name: &str,
        size_bytes: u64,
        from: &mut dyn Read,
    ) -> Result<Facts, FlowError> {
        self.begin(name, size_bytes)?;
        match self.stream(name, size_bytes, from) {
            Ok(facts) => {
                self.list(name, facts);
                Ok(facts)
            }
            Err(error) => {
                self.zip.abort_file().map_err(zip_failed)?;
                Err(error)
            }
        }
    }

    fn stream(&mut self, name: &str, size_bytes: u64, from: &mut dyn Read) -> Result<Facts, FlowError> {
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        next_piece(from, &mut piece)?;
        let may_shrink = self.seal.is_some() || size_bytes <= limits::FREE_EXPANSION_BYTES;
        let compress = pays(&mut self.compressor, &piece, may_shrink);
        let mut entry =
            Sealing::new(&mut self.zip, self.seal.as_ref(), name).map_err(FlowError::from_write)?;
        let sums = if compress {
            let mut encoder = Encoder::new(&mut entry, LEVEL).map_err(FlowError::Write)?;
            let sums = pour(from, piece, &mut encoder)?;
            encoder.finish().map_err(FlowError::from_write)?;
            sums
        } else {
            pour(from, piece, &mut entry)?
        };
        entry.finish().map_err(FlowError::from_write)?;
        Ok(sums.facts())
    }

    fn begin(&mut self, name: &str, size_bytes: u64) -> Result<(), FlowError> {
        if self.listed.len() as u64 >= limits::ZIP_ENTRIES - 1 {
            return Err(FlowError::Write(io::Error::other("a backup can't hold that many attachments")));
        }
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(size_bytes >= WIDE_FROM_BYTES)
            .unix_permissions(MODE);
        self.zip.start_file(name, options).map_err(zip_failed)
    }

    fn list(&mut self, name: &str, facts: Facts) {
        self.listed.push(Listed { name: name.into(), facts });
    }

    /// Closes the zip.
    pub(super) fn finish(self) -> Result<(), FlowError> {
        let mut file = self.zip.finish().map_err(zip_failed)?;
        file.flush().map_err(FlowError::from_write)
    }
}

/// Whether compressing is worth it. Must be said yes to bytes that look compressed by us: a reader
/// goes by their first four. Else only what `may_shrink` is compressed: nobody knows what is still to
/// come, and a reader of an archive that anybody could have made would take long zeros for a bomb.
fn pays(compressor: &mut Compressor<'_>, piece: &[u8], may_shrink: bool) -> bool {
    let mut packed = || compressor.compress(piece).map_or(usize::MAX, |packed| packed.len());
    piece.starts_with(&ZSTD_MAGIC) || (may_shrink && packed() < piece.len() / 16 * 15)
}

/// Copies `piece` and everything after it.
fn pour(from: &mut dyn Read, mut piece: Vec<u8>, to: &mut dyn Write) -> Result<Sums, FlowError> {
    let mut sums = Sums::default();
    while !piece.is_empty() {
        sums.add(&piece);
        to.write_all(&piece).map_err(FlowError::from_write)?;
        next_piece(from, &mut piece)?;
    }
    Ok(sums)
}

/// Reads a full piece, or what is left.
fn next_piece(from: &mut dyn Read, piece: &mut Vec<u8>) -> Result<(), FlowError> {
    piece.clear();
    from.take(PIECE_BYTES as u64).read_to_end(piece).map_err(FlowError::from_read)?;
    Ok(())
}

/// The bytes of one entry on their way into the zip.
enum Sealing<'a, W: Write> {
    Open(&'a mut W),
    Sealed(Box<SealedWriter<&'a mut W>>),
}

impl<'a, W: Write> Sealing<'a, W> {
    fn new(to: &'a mut W, seal: Option<&Seal>, name: &str) -> io::Result<Self> {
        Ok(match seal {
            Some(seal) => Self::Sealed(Box::new(SealedWriter::new(to, &seal.file_key, &seal.info(name))?)),
            None => Self::Open(to),
        })
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Open(_) => Ok(()),
            Self::Sealed(sealed) => sealed.finish().map(|_| ()),
        }
    }
}

impl<W: Write> Write for Sealing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Open(to) => to.write(bytes),
            Self::Sealed(sealed) => sealed.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Open(to) => to.flush(),
            Self::Sealed(sealed) => sealed.flush(),
        }
    }
}
