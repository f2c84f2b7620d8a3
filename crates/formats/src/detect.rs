//! What sort of file this is, from its first bytes.

use std::io::{Read, Seek};

use backstop_model::{FaultCode, FlowError};

/// How much of a JSON file is looked at to tell a Notesnook backup from any other.
const PEEK_BYTES: u64 = 4096;

/// The containers we can look into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A zip: a Notesnook `.nnbackupz` or our own `.backstop`, as its entries tell.
    Zip,
    /// One JSON text: a Notesnook `.nnbackup`.
    NotesnookJson,
}

/// Looks at the first bytes and rewinds.
///
/// # Errors
/// `not_an_archive` if nothing is known, and read errors.
pub fn detect<R: Read + Seek>(input: &mut R) -> Result<Format, FlowError> {
    let mut first = Vec::new();
    input.rewind().map_err(FlowError::from_read)?;
    input.by_ref().take(PEEK_BYTES).read_to_end(&mut first).map_err(FlowError::from_read)?;
    input.rewind().map_err(FlowError::from_read)?;
    if first.starts_with(b"PK") {
        return Ok(Format::Zip);
    }
    if is_notesnook_json(&first) {
        return Ok(Format::NotesnookJson);
    }
    Err(FlowError::archive(FaultCode::NotAnArchive, "This is not a backup file of any kind we know."))
}

/// A `.nnbackup` is one JSON object; its `version` or `data` comes first.
fn is_notesnook_json(first: &[u8]) -> bool {
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
    let has = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
    text.starts_with(b"{") && has(b"\"data\"") && (has(b"\"version\"") || has(b"\"type\""))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn the_first_bytes_tell() {
        for (bytes, expected) in [
            (&b"PK\x03\x04rest"[..], Ok(Format::Zip)),
            (b"PK\x05\x06", Ok(Format::Zip)),
            (b"", Err(FaultCode::NotAnArchive)),
            (b"{\"version\":5.8,\"type\":\"web\",\"date\":1,\"data\":{}}", Ok(Format::NotesnookJson)),
            (b"\xef\xbb\xbf {\n\"type\":\"web\",\"data\":\"\"}", Ok(Format::NotesnookJson)),
            (b"{\"name\":\"something\"}", Err(FaultCode::NotAnArchive)),
            (b"%PDF-1.7", Err(FaultCode::NotAnArchive)),
        ] {
            let found = detect(&mut Cursor::new(bytes));
            let found = found.map_err(|error| error.fault().map(|fault| fault.code));
            assert_eq!(found, expected.map_err(Some), "{bytes:?}");
        }
    }
}
