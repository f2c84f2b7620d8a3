//! Building encrypted archives as other programs would, with the ciphers but not with our writer.

use std::io::Cursor;

use backstop_crypto::argon2i::{self, Cost};
use backstop_crypto::secretstream::StreamWriter;
use backstop_crypto::{Key, Password, xchacha};
use backstop_formats::{Archive, ArchiveSecret, open};
use backstop_model::{FaultCode, FlowError, Job, Severity};
use backstop_testkit::notesnook::Chunk;
use backstop_testkit::{CollectingSink, RawEntry, RawZip};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A cipher object around `plain`.
pub(crate) fn cipher(plain: &[u8], key: &Key, salt: &[u8; 16]) -> Value {
    let iv = [3; 24];
    let mut message = plain.to_vec();
    xchacha::seal_in_place(key, &iv, &[], &mut message).unwrap();
    let (cipher, iv, salt) =
        (URL_SAFE_NO_PAD.encode(message), URL_SAFE_NO_PAD.encode(iv), URL_SAFE_NO_PAD.encode(salt));
    json!({ "format": "base64", "alg": "xcha-argon2i13-7", "cipher": cipher, "iv": iv, "salt": salt, "length": plain.len() })
}

/// The key of a password.
pub(crate) fn key(password: &str, salt: &[u8; 16]) -> Key {
    argon2i::derive(password.as_bytes(), salt, Cost::EIGHT_MIB_THREE_PASSES).unwrap()
}

/// A plain chunk, encrypted.
pub(crate) fn encrypted(chunk: &Chunk, password: &str, salt: &[u8; 16]) -> Chunk {
    let data = cipher(chunk.z().as_bytes(), &key(password, salt), salt);
    let mut chunk = chunk.clone().with("data", Some(data)).with("encrypted", Some(json!(true)));
    chunk.kind = "encrypted";
    chunk
}

/// The key file of a plain archive, and the row and entry of one file under it.
pub(crate) struct StoredFile {
    pub(crate) row: String,
    pub(crate) entry: RawEntry,
}

pub(crate) const ATTACHMENTS_KEY: [u8; 32] = [0x61; 32];

pub(crate) fn key_file() -> RawEntry {
    RawEntry::deflated("attachments/.attachments_key", key_json(&ATTACHMENTS_KEY).as_bytes())
}

fn key_json(key: &[u8; 32]) -> String {
    format!(r#"{{"key":"{}","salt":"{}"}}"#, URL_SAFE_NO_PAD.encode(key), URL_SAFE_NO_PAD.encode([2; 16]))
}

/// A file whose own key is made of `seed`.
pub(crate) fn file(id: &str, hash: &str, bytes: &[u8], piece: usize, seed: u8) -> StoredFile {
    let (file_key, header) = ([seed; 32], [seed ^ 0xff; 24]);
    let wrapped = cipher(key_json(&file_key).as_bytes(), &Key::from_bytes(ATTACHMENTS_KEY), &[2; 16]);
    let row = json!({
        "id": id, "type": "attachment", "dateModified": 1, "dateCreated": 1, "synced": false, "deleted": false,
        "iv": URL_SAFE_NO_PAD.encode(header), "salt": URL_SAFE_NO_PAD.encode([2; 16]), "size": bytes.len(),
        "alg": "xcha-stream", "key": wrapped, "chunkSize": piece, "hash": hash, "hashType": "xxh64",
        "mimeType": "text/plain", "filename": "f.txt", "dateDeleted": null, "dateUploaded": null, "failed": null,
    });
    let mut packed = Vec::new();
    let mut stream = StreamWriter::new(&mut packed, &Key::from_bytes(file_key), &header, piece).unwrap();
    std::io::Write::write_all(&mut stream, bytes).unwrap();
    stream.finish().unwrap();
    StoredFile { row: row.to_string(), entry: RawEntry::stored(&format!("attachments/{hash}"), &packed) }
}

/// Opens the bytes of a file.
pub(crate) fn opened(bytes: Vec<u8>) -> Result<Box<dyn Archive>, FaultCode> {
    open(Box::new(Cursor::new(bytes))).map_err(|error| code_of(&error))
}

/// Opens a zip, unlocks it if a password is given, and reads it with a tolerant sink.
pub(crate) fn read(zip: &RawZip, password: Option<&str>) -> Result<CollectingSink, FaultCode> {
    read_bytes(zip.bytes(), password)
}

pub(crate) fn read_bytes(bytes: Vec<u8>, password: Option<&str>) -> Result<CollectingSink, FaultCode> {
    let mut archive = opened(bytes)?;
    let job = Job::new();
    if let Some(password) = password {
        let secret = ArchiveSecret::Password(Password::new(password).unwrap());
        archive.unlock(&secret, &job).map_err(|error| code_of(&error))?;
    }
    let mut sink = CollectingSink::tolerant();
    archive.read_into(&mut sink, &job).map_err(|error| code_of(&error))?;
    Ok(sink)
}

/// The code of an archive's fault.
pub(crate) fn code_of(error: &FlowError) -> FaultCode {
    error.fault().unwrap_or_else(|| panic!("no fault of the archive: {error:?}")).code
}

/// How many items came, and the codes of what was found.
pub(crate) fn summary(
    read: Result<CollectingSink, FaultCode>,
) -> Result<(usize, Vec<FaultCode>, Vec<FaultCode>), FaultCode> {
    read.map(|sink| (sink.items.len(), sink.codes(Severity::Damage), sink.codes(Severity::Warning)))
}
