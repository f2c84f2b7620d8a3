//! From a chunk file to a stream of rows: checksum, decryption, hash, base64, gzip, in this order.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, Cursor, Read};

use backstop_model::{FaultCode, FlowError};
use base64::engine::general_purpose::GeneralPurpose;
use base64::read::DecoderReader;
use flate2::read::MultiGzDecoder;

use super::array::{Piece, Splitter};
use super::cipher::{Cipher, decode, engine_for};
use super::envelope::{Data, Envelope, Version, check_version, md5_hex};
use super::keys::Opener;
use super::mend;
use crate::limits;

/// Characters of packed rows that surely hold the row an archive of ours begins with.
const FIRST_ROW_CHARS: usize = 8 * 1024;

/// The rows of a chunk, still packed, and what its envelope says.
pub(crate) struct Packed<'file> {
    z: Cow<'file, [u8]>,
    compressed: bool,
    pub(crate) encrypted: bool,
    pub(crate) version: Version,
    /// The MD5 of the packed rows, computed.
    pub(crate) md5: String,
}

/// Opens a chunk file that came whole out of the zip.
///
/// # Errors
/// What is wrong with it, as an archive fault; `secret_required` without an opener.
pub(crate) fn open<'file>(
    file: &'file [u8],
    opener: Option<&mut Opener>,
) -> Result<Packed<'file>, FlowError> {
    let no_envelope =
        || FlowError::archive(FaultCode::InvalidContent, "It is not a chunk of a Notesnook backup.");
    let envelope = Envelope::parse(file).ok_or_else(no_envelope)?;
    let version = check_version(envelope.version())?;
    let (z, encrypted) = match envelope.data().ok_or_else(no_envelope)? {
        Data::Plain(text) => (bytes_of(text), false),
        Data::Encrypted(json) => (Cow::Owned(decrypt(json, opener)?), true),
    };
    let md5 = md5_hex(&z);
    if !envelope.hash_fits(&z) {
        return Err(FlowError::archive(FaultCode::ChecksumMismatch, "Its hash does not fit; it is damaged."));
    }
    Ok(Packed { z, compressed: envelope.is_compressed(), encrypted, version, md5 })
}

/// What helps with a chunk file that did not come whole out of the zip.
pub(crate) struct Clues<'a> {
    /// The MD5 in its name.
    pub(crate) named_md5: Option<&'a str>,
    /// The version of the rest of the archive.
    pub(crate) version: Version,
}

/// What speaks for the rows of a damaged chunk file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A seal that opened, or a hash that fits: they are as they were written.
    Proven,
    /// No hash is stated anywhere.
    Unstated,
    /// A hash does not fit.
    Contradicted,
}

/// Opens as much of a chunk file as can be made out.
///
/// # Errors
/// As [`open`], where no rows are found or their seal does not open.
pub(crate) fn salvage<'file>(
    file: &'file [u8],
    opener: Option<&mut Opener>,
    clues: &Clues<'_>,
) -> Result<(Packed<'file>, Proof), FlowError> {
    let nothing = || FlowError::archive(FaultCode::InvalidContent, "No rows can be found in it.");
    let envelope = Envelope::parse(file);
    let stated = envelope.as_ref().and_then(|envelope| check_version(envelope.version()).ok());
    let (version, mut proof) = (stated.unwrap_or(clues.version), Proof::Proven);
    let (mut z, encrypted) = match envelope.as_ref().and_then(Envelope::data) {
        Some(Data::Plain(text)) => (bytes_of(text), false),
        Some(Data::Encrypted(json)) => {
            let cipher = Cipher::parse(json).or_else(|| mend::sealed(file)).ok_or_else(nothing)?;
            (Cow::Owned(unsealed(cipher, opener)?), true)
        }
        None => match mend::sealed(file) {
            Some(cipher) => (Cow::Owned(unsealed(cipher, opener)?), true),
            None => (Cow::Borrowed(mend::plain(file).ok_or_else(nothing)?), false),
        },
    };
    let md5 = md5_hex(&z);
    let compressed = envelope.as_ref().is_none_or(Envelope::is_compressed) || mend::is_gzip(&z);
    if !encrypted {
        let named = clues.named_md5.map(|named| named.eq_ignore_ascii_case(&md5));
        let beside = envelope.as_ref().and_then(|envelope| envelope.hash_proves(&z));
        proof = match (named, beside) {
            (Some(true), _) | (_, Some(true)) => Proof::Proven,
            (None, None) => Proof::Unstated,
            _ => Proof::Contradicted,
        };
        if proof != Proof::Proven && compressed {
            z = Cow::Owned(mend::tidied(z));
        }
    }
    Ok((Packed { z, compressed, encrypted, version, md5 }, proof))
}

fn unsealed(mut cipher: Cipher, opener: Option<&mut Opener>) -> Result<Vec<u8>, FlowError> {
    let required =
        || FlowError::archive(FaultCode::SecretRequired, "It is encrypted; a password or key is needed.");
    let opener = opener.ok_or_else(required)?;
    let salt = cipher.salt;
    if let Ok(z) = cipher.open(opener.key_for(&salt)?) {
        return Ok(z);
    }
    let opened = opener.known().find_map(|key| cipher.open(key).ok());
    opened.ok_or_else(|| {
        let message = "It does not open, though the password or key is right for this backup.";
        FlowError::archive(FaultCode::DecryptionFailed, message)
    })
}

fn bytes_of(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

fn decrypt(json: &str, opener: Option<&mut Opener>) -> Result<Vec<u8>, FlowError> {
    let required =
        || FlowError::archive(FaultCode::SecretRequired, "It is encrypted; a password or key is needed.");
    let opener = opener.ok_or_else(required)?;
    let broken = || FlowError::archive(FaultCode::InvalidContent, "Its encrypted part is not complete.");
    let mut cipher = Cipher::parse(json).ok_or_else(broken)?;
    let salt = cipher.salt;
    cipher.open(opener.key_for(&salt)?).map_err(|_| {
        let message = "It does not open, though the password or key is right for this backup.";
        FlowError::archive(FaultCode::DecryptionFailed, message)
    })
}

impl Packed<'_> {
    /// Unpacks the rows one by one. `entry_bytes` is the size of the chunk in the zip: a chunk file may
    /// be packed twice.
    pub(crate) fn rows<'a>(&'a self, budget: &'a Budget, entry_bytes: u64) -> Splitter<Rows<'a>> {
        let z: &[u8] = &self.z;
        let unpacked = if self.compressed {
            let engine = std::str::from_utf8(z).map_or_else(|_| engine_for(""), engine_for);
            Unpacked::Gzip(Box::new(MultiGzDecoder::new(DecoderReader::new(z, engine))))
        } else {
            Unpacked::Plain(Cursor::new(z))
        };
        let packed_bytes = entry_bytes.min(z.len() as u64);
        budget.packed.set(budget.packed.get().saturating_add(packed_bytes));
        // What opened with the user's own secret was made by somebody who has it.
        let rows = Rows { unpacked, budget: (!self.encrypted).then_some(budget) };
        if self.encrypted {
            return Splitter::new(rows);
        }
        // The chunk itself stays in memory beside its rows.
        let kept = limits::kept_at_once(packed_bytes, limits::ITEM_BYTES + limits::CHUNK_FILE_BYTES);
        Splitter::with_limit(rows, kept.saturating_sub(z.len()).min(limits::ITEM_BYTES))
    }
}

/// The first row, out of no more than the beginning of the packed rows. No check is made.
pub(crate) fn first_row(z: &[u8]) -> Option<String> {
    // Base64 is decoded in groups of four.
    let begin = z.get(..FIRST_ROW_CHARS.min(z.len() / 4 * 4))?;
    let bytes = decode(std::str::from_utf8(begin).ok()?)?;
    match Splitter::new(MultiGzDecoder::new(bytes.as_slice())).next() {
        Ok(Some(Piece::Value(row))) => Some(row),
        _ => None,
    }
}

enum Unpacked<'a> {
    Plain(Cursor<&'a [u8]>),
    Gzip(Box<MultiGzDecoder<DecoderReader<'static, GeneralPurpose, &'a [u8]>>>),
}

/// How much all chunks of an archive have unpacked to.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    packed: Cell<u64>,
    unpacked: Cell<u64>,
}

/// The JSON text of a chunk's rows.
pub(crate) struct Rows<'a> {
    unpacked: Unpacked<'a>,
    budget: Option<&'a Budget>,
}

impl Read for Rows<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.unpacked {
            Unpacked::Plain(text) => text.read(buf)?,
            Unpacked::Gzip(gzip) => gzip.read(buf)?,
        };
        if let Some(budget) = self.budget {
            let unpacked = budget.unpacked.get().saturating_add(read as u64);
            budget.unpacked.set(unpacked);
            if limits::expands_too_much(budget.packed.get(), unpacked, limits::FREE_ROWS_BYTES) {
                let message = "It unpacks to far more than it holds.";
                return Err(io::Error::other(FlowError::archive(FaultCode::LimitExceeded, message)));
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn gzip(json: &[u8]) -> Vec<u8> {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(json).expect("in memory");
        gz.finish().expect("in memory")
    }

    fn read(file: &str) -> Result<Vec<String>, Option<FaultCode>> {
        let packed = open(file.as_bytes(), None).map_err(|error| error.fault().map(|fault| fault.code))?;
        let budget = Budget::default();
        let mut rows = packed.rows(&budget, file.len() as u64);
        let mut all = Vec::new();
        loop {
            match rows.next() {
                Ok(Some(Piece::Value(row))) => all.push(row),
                Ok(None) => return Ok(all),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn every_form_of_data_is_read() {
        let gz = gzip(br#"[{"id":"a"},3]"#);
        let z = STANDARD.encode(&gz);
        let expected = Ok(vec![r#"{"id":"a"}"#.to_owned(), "3".to_owned()]);
        let url_safe = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&gz);
        for data in [z.clone(), z.replace('/', "\\/"), url_safe] {
            assert_eq!(
                read(&format!(r#"{{"version":6.1,"data":"{data}","compressed":false}}"#)),
                expected,
                "{data}"
            );
        }
        let md5 = md5_hex(z.as_bytes());
        assert_eq!(
            read(&format!(r#"{{"version":6.1,"data":"{z}","hash":"{md5}","compressed":1}}"#)),
            expected
        );
        assert_eq!(read(r#"{"version":6.1,"data":"[{\"id\":\"a\"},3]"}"#), expected);
    }

    #[test]
    fn what_does_not_fit_is_told_apart() {
        for (file, code) in [
            (r#"not JSON"#, FaultCode::InvalidContent),
            (r#"{"version":6.1}"#, FaultCode::InvalidContent),
            (r#"{"version":6.1,"data":5}"#, FaultCode::InvalidContent),
            (r#"{"version":6.2,"data":"[]"}"#, FaultCode::NewerVersion),
            (r#"{"version":"6.1","data":"[]"}"#, FaultCode::UnsupportedVersion),
            (r#"{"version":6.1,"data":"[]","hash":"x"}"#, FaultCode::ChecksumMismatch),
            (r#"{"version":6.1,"data":{"cipher":""}}"#, FaultCode::SecretRequired),
        ] {
            assert_eq!(read(file), Err(Some(code)), "{file}");
        }
    }

    #[test]
    fn a_bomb_is_noticed_while_it_unpacks() {
        let budget = Budget { packed: Cell::new(10), unpacked: Cell::new(limits::FREE_ROWS_BYTES) };
        let mut json = vec![b' '; 300_000];
        json.extend_from_slice(b"[]");
        let file =
            format!(r#"{{"version":6.1,"data":"{}","compressed":true}}"#, STANDARD.encode(gzip(&json)));
        let packed = open(file.as_bytes(), None).expect("an envelope");
        let mut rows = packed.rows(&budget, file.len() as u64);
        assert!(rows.next().is_err());
    }
}
