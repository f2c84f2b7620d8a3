//! Where the parts of a `.nnbackup` stand: one walk over the file that keeps no more than its
//! small fields, and so also finds out whether it is whole.

use std::io::{Read, SeekFrom};
use std::ops::Range;

use backstop_model::{Fault, FaultCode, FlowError, TimeMs};

use super::super::array::{ArrayError, Piece, Splitter};
use super::super::cipher::decode_array;
use super::super::envelope::{Version, check_version};
use super::super::wire::text_of;
use super::gathered::key_text;
use super::sealed::{Sealed, stretch};
use crate::ReadSeek;

/// Longest value of a field that is kept. Real ones have 32 characters.
const FIELD_BYTES: usize = 4096;

/// Fields of a cipher object: a real one has six. Rows have other names and are not looked for.
const CIPHER_FIELDS: usize = 12;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How the rows are kept.
#[derive(Debug)]
pub(super) enum Shape {
    /// As JSON: an object of rows, or an array.
    Rows,
    /// As JSON in a text.
    Text,
    /// As JSON, encrypted.
    Sealed(Sealed),
}

/// What a `.nnbackup` says beside its rows.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) version: Version,
    pub(super) created: Option<TimeMs>,
    /// Where the rows stand.
    pub(super) data: Range<u64>,
    pub(super) shape: Shape,
    /// The stated MD5, or a text that no MD5 equals.
    pub(super) hash: Option<String>,
    /// Whether the text of the rows is base64 of a gzip, as in the parts of newer files.
    pub(super) compressed: bool,
}

impl Outline {
    /// Walks over the file.
    ///
    /// # Errors
    /// `archive_cut` if its end is missing, `newer_version`, `unsupported_version`,
    /// `invalid_content` if it is no such backup, and read errors.
    pub(super) fn read(input: &mut dyn ReadSeek) -> Result<Self, FlowError> {
        match Self::salvage(input)? {
            (outline, None) => Ok(outline),
            (_, Some(fault)) => Err(FlowError::Archive(fault)),
        }
    }

    /// Walks over the file as far as it can be followed. Rows that it breaks off in reach to its end
    /// then; what is wrong is told.
    ///
    /// # Errors
    /// As [`Outline::read`] if it can't be followed to its rows.
    pub(super) fn salvage(input: &mut dyn ReadSeek) -> Result<(Self, Option<Fault>), FlowError> {
        let base = skip_mark(input)?;
        let mut fields = Splitter::with_limit(&mut *input, FIELD_BYTES);
        let (mut version, mut date, mut hash, mut hash_type) = (None, None, None, None);
        let (mut data, mut compressed, mut broken, mut broken_off) = (None, false, None, None);
        loop {
            let entry = match fields.entry() {
                Ok(Some(entry)) => entry,
                Ok(None) => break,
                Err(ArrayError::Read(error)) => return Err(FlowError::from_read(error)),
                Err(error) => {
                    broken = Some(if matches!(error, ArrayError::CutOff) { cut() } else { no_backup() });
                    let begun = fields.begun_value().filter(|(key, _)| key_text(Some(key)) == "data");
                    broken_off = begun.map(|(_, start)| base + start);
                    break;
                }
            };
            let name = key_text(entry.key);
            let value = if let Piece::Value(value) = &entry.piece { value } else { "" };
            match &*name {
                "version" => version = value.parse().ok(),
                "date" => date = value.parse().ok(),
                "hash" if value != "null" => hash = Some(text_of(value).unwrap_or_default().into_owned()),
                "hash_type" if value != "null" => {
                    hash_type = Some(text_of(value).unwrap_or_default().into_owned());
                }
                "compressed" => compressed = true,
                "data" => data = Some(base + entry.at.start..base + entry.at.end),
                _ => {}
            }
        }
        let fault = broken.as_ref().and_then(FlowError::fault).cloned();
        if let Some(start) = broken_off.filter(|_| data.is_none()) {
            let end = input.seek(SeekFrom::End(0)).map_err(FlowError::from_read)?;
            data = Some(start..end).filter(|data| !data.is_empty());
        }
        // A file without its rows is told by why they are not there.
        let Some(data) = data else { return Err(broken.unwrap_or_else(no_backup)) };
        let version = check_version(version).or_else(|error| match broken {
            Some(_) if version.is_none() => Ok(Version::OLDEST),
            _ => Err(error),
        })?;
        let shape = shape_of(input, &data)?;
        if hash_type.is_some_and(|name| name != "md5") {
            hash = hash.map(|_| String::new());
        }
        Ok((Self { version, created: date.map(TimeMs), data, shape, hash, compressed }, fault))
    }
}

fn skip_mark(input: &mut dyn ReadSeek) -> Result<u64, FlowError> {
    let mut first = Vec::new();
    input.rewind().map_err(FlowError::from_read)?;
    input.take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut first).map_err(FlowError::from_read)?;
    let base = if first == BYTE_ORDER_MARK { BYTE_ORDER_MARK.len() as u64 } else { 0 };
    input.seek(SeekFrom::Start(base)).map_err(FlowError::from_read)
}

fn shape_of(input: &mut dyn ReadSeek, data: &Range<u64>) -> Result<Shape, FlowError> {
    let mut first = [0];
    let mut bytes = stretch(input, data).map_err(FlowError::from_read)?;
    bytes.read_exact(&mut first).map_err(FlowError::from_read)?;
    match &first {
        b"\"" => Ok(Shape::Text),
        b"[" => Ok(Shape::Rows),
        b"{" => Ok(sealed_in(input, data)?.map_or(Shape::Rows, Shape::Sealed)),
        _ => Err(no_backup()),
    }
}

/// The cipher object, told by its `iv` and `salt`.
fn sealed_in(input: &mut dyn ReadSeek, data: &Range<u64>) -> Result<Option<Sealed>, FlowError> {
    let bytes = stretch(input, data).map_err(FlowError::from_read)?;
    let mut fields = Splitter::with_limit(bytes, FIELD_BYTES);
    let (mut message, mut iv, mut salt) = (None, None, None);
    for _ in 0..CIPHER_FIELDS {
        let entry = match fields.entry() {
            Ok(Some(entry)) => entry,
            Ok(None) | Err(ArrayError::Malformed | ArrayError::CutOff) => break,
            Err(ArrayError::Read(error)) => return Err(FlowError::from_read(error)),
        };
        let text = if let Piece::Value(value) = &entry.piece { text_of(value) } else { None };
        match &*key_text(entry.key) {
            "cipher" => message = Some(data.start + entry.at.start..data.start + entry.at.end),
            "iv" => iv = text.map(|text| decode_array(&text)),
            "salt" => salt = text.map(|text| decode_array(&text)),
            _ => {}
        }
    }
    match (message, iv, salt) {
        (Some(message), Some(Some(iv)), Some(Some(salt))) => Ok(Some(Sealed { message, iv, salt })),
        (_, Some(_), Some(_)) => {
            let message = "Its encrypted part is not complete.";
            Err(FlowError::archive(FaultCode::InvalidContent, message))
        }
        _ => Ok(None),
    }
}

fn cut() -> FlowError {
    FlowError::archive(FaultCode::ArchiveCut, "The end of the file is missing.")
}

fn no_backup() -> FlowError {
    FlowError::archive(FaultCode::InvalidContent, "It is not a whole Notesnook backup.")
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// What stands in a place of a text.
    fn at<'text>(text: &'text str, place: &Range<u64>) -> &'text str {
        let end = |end: u64| usize::try_from(end).expect("small");
        text.get(end(place.start)..end(place.end)).expect("in the text")
    }

    fn read(text: &str) -> Result<(Outline, String), FaultCode> {
        let mut input = Cursor::new(text.as_bytes().to_vec());
        let outline = Outline::read(&mut input).map_err(|error| error.fault().expect("a fault").code)?;
        let data = at(text, &outline.data).to_owned();
        Ok((outline, data))
    }

    #[test]
    fn the_parts_are_found_whatever_their_order() {
        for mark in ["", "\u{feff}", "\n  "] {
            let text = format!(
                r#"{mark}{{ "data" : {{"a": {{"iv":"x"}}}} , "hash":"AB","date":5,"version":5.8,"type":"web"}} "#
            );
            let (outline, data) = read(&text).expect("a backup");
            assert_eq!(data, r#"{"a": {"iv":"x"}}"#);
            assert_eq!((outline.version, outline.created), (Version(58), Some(TimeMs(5))));
            assert_eq!((outline.hash.as_deref(), outline.compressed), (Some("AB"), false));
            assert!(matches!(outline.shape, Shape::Rows));
        }
        let (outline, data) =
            read(r#"{"version":5.9,"data":"ab","compressed":false,"hash":null}"#).expect("a backup");
        assert!(matches!(outline.shape, Shape::Text) && outline.compressed && outline.hash.is_none());
        assert_eq!(data, "\"ab\"");
        let (outline, _) =
            read(r#"{"version":5.9,"data":[],"hash":"AB","hash_type":"sha1"}"#).expect("a backup");
        assert_eq!(outline.hash.as_deref(), Some(""));
    }

    #[test]
    fn encrypted_data_are_told_by_their_fields() {
        let (iv, salt) = ("A".repeat(32), "A".repeat(22));
        let text = format!(r#"{{"version":5.8,"data":{{"cipher":"xyz","iv":"{iv}","salt":"{salt}"}}}}"#);
        let (outline, _) = read(&text).expect("a backup");
        let Shape::Sealed(sealed) = outline.shape else { panic!("not sealed") };
        assert_eq!(at(&text, &sealed.message), "\"xyz\"");
        assert_eq!(read(&text.replace(&iv, "AA")).err(), Some(FaultCode::InvalidContent));
        assert_eq!(read(&text.replace("cipher", "cipheR")).err(), Some(FaultCode::InvalidContent));
    }

    #[test]
    fn what_is_no_whole_backup_is_told_apart() {
        use FaultCode::{ArchiveCut, InvalidContent, NewerVersion, UnsupportedVersion};
        let whole = r#"{"version":5.8,"data":{"a":"b"},"hash":"x"}"#;
        for end in 1..whole.len() {
            assert_eq!(read(&whole[..end]).err(), Some(ArchiveCut), "{end}");
        }
        for (text, code) in [
            ("[1 2]", InvalidContent),
            ("{\"version\" 5.8}", InvalidContent),
            (r#"{"version":5.8}"#, InvalidContent),
            (r#"{"version":5.8,"data":5}"#, InvalidContent),
            (r#"{"version":6.2,"data":{}}"#, NewerVersion),
            (r#"{"version":4.2,"data":{}}"#, UnsupportedVersion),
            (r#"{"version":"5.8","data":{}}"#, UnsupportedVersion),
            (r#"{"data":{}}"#, UnsupportedVersion),
        ] {
            assert_eq!(read(text).err(), Some(code), "{text}");
        }
    }
}
