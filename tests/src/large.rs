//! Archives as large as people have them: a large attachment, very many notes.
//!
//! Written as a stream, from the description of the format alone (`crates/formats/src/notesnook/FORMAT.md`).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use backstop_testkit::{Corpus, notesnook};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{Key, KeyInit as _, XChaCha20Poly1305, XNonce};
use dryoc::classic::crypto_secretstream_xchacha20poly1305 as secretstream;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use xxhash_rust::xxh64::Xxh64;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::foreign::hex;
use crate::{Outcome, Trouble};

/// Bytes that Notesnook encrypts at a time.
const PIECE_BYTES: usize = 512 * 1024;
/// Rows of one chunk file: Notesnook closes a chunk at about 10 MB.
const ROWS: usize = 4_000;
/// libsodium's tag of a message.
const TAG_MESSAGE: u8 = 0;
/// libsodium's tag of the last one.
const TAG_FINAL: u8 = 3;

/// The keys of these archives: known to everybody, since the archives are plain.
const ATTACHMENTS_KEY: [u8; 32] = [7; 32];
const FILE_KEY: [u8; 32] = [9; 32];

/// Writes a plain archive of made-up notes, and of one more note for each attachment of so many bytes.
/// Returns the SHA-256 of each of these.
///
/// # Errors
/// If it can't be written, or is there already.
pub fn archive(path: &Path, corpus: Corpus, files: &[u64]) -> Outcome<Vec<String>> {
    let files = files.iter().enumerate().map(|(number, bytes)| Attached::new(number, *bytes));
    let files: Vec<Attached> = files.collect::<Outcome<_>>()?;
    let mut zip = Zip::start(path)?;
    let with_files = files.iter().flat_map(|file| file.rows.clone());
    let mut rows = corpus.rows().chain(with_files);
    for number in 0.. {
        let some: Vec<String> = rows.by_ref().take(ROWS).collect();
        if some.is_empty() {
            break;
        }
        zip.chunk(number, &some)?;
    }
    if !files.is_empty() {
        zip.entry("attachments/.attachments_key", CompressionMethod::Deflated)?;
        zip.0.write_all(clear_key(ATTACHMENTS_KEY).as_bytes())?;
    }
    let mut sums = Vec::with_capacity(files.len());
    for file in files {
        sums.push(file.write(&mut zip)?);
    }
    zip.finish()?;
    Ok(sums)
}

/// An attachment on its way into an archive: made twice, because its row states what it sums up to.
struct Attached {
    number: usize,
    bytes: u64,
    hash: String,
    sha256: String,
    state: secretstream::State,
    rows: [String; 4],
}

impl Attached {
    fn new(number: usize, bytes: u64) -> Outcome<Self> {
        let (mut xxh64, mut sha256) = (Xxh64::new(0), Sha256::new());
        pieces(seed_of(number), bytes, |piece, _| {
            xxh64.update(piece);
            sha256.update(piece);
            Ok(())
        })?;
        let hash = format!("{:016x}", xxh64.digest());
        let (mut state, mut header) = (secretstream::State::new(), secretstream::Header::default());
        secretstream::crypto_secretstream_xchacha20poly1305_init_push(&mut state, &mut header, &FILE_KEY);
        let html = format!(
            r#"<p data-block-id="abcdefgh">A long film: <span class="attachment" data-hash="{hash}" data-filename="film.mkv" data-mime="video/x-matroska" data-size="{bytes}"></span></p>"#
        );
        let [note, body, file] = ["film-note", "film-body", "film"].map(|word| format!("{word}-{number}"));
        let rows = [
            notesnook::note(&note, "A long film", Some(&body)),
            notesnook::body(&body, &note, &html),
            row(&file, &hash, &header, bytes)?,
            notesnook::relation(("note", &note), ("attachment", &file)),
        ];
        Ok(Self { number, bytes, hash, sha256: hex(&sha256.finalize()), state, rows })
    }

    fn write(mut self, zip: &mut Zip) -> Outcome<String> {
        zip.entry(&format!("attachments/{}", self.hash), CompressionMethod::Stored)?;
        let mut message = Vec::new();
        pieces(seed_of(self.number), self.bytes, |piece, is_last| {
            message.resize(piece.len() + 17, 0);
            let tag = if is_last { TAG_FINAL } else { TAG_MESSAGE };
            let state = &mut self.state;
            secretstream::crypto_secretstream_xchacha20poly1305_push(state, &mut message, piece, None, tag)?;
            Ok(zip.0.write_all(&message)?)
        })?;
        Ok(self.sha256)
    }
}

/// The row of an attachment: its file key under the attachments key.
fn row(id: &str, hash: &str, header: &[u8], bytes: u64) -> Outcome<String> {
    let (nonce, salt) = ([3; 24], [5; 16]);
    let plain = clear_key(FILE_KEY);
    let sealed =
        XChaCha20Poly1305::new(&Key::from(ATTACHMENTS_KEY)).encrypt(&XNonce::from(nonce), plain.as_bytes());
    let sealed = sealed.map_err(|_| Trouble::new("the file key can't be encrypted"))?;
    let row = json!({
        "id": id, "type": "attachment", "dateModified": 1_700_000_000_003_i64,
        "dateCreated": 1_700_000_000_001_i64, "synced": false, "deleted": false, "iv": b64u(header),
        "salt": b64u(&salt), "size": bytes, "alg": "xcha-stream", "chunkSize": PIECE_BYTES, "hash": hash,
        "hashType": "xxh64", "filename": "film.mkv", "mimeType": "video/x-matroska", "dateUploaded": null,
        "failed": null, "dateDeleted": null,
        "key": {
            "format": "base64", "alg": "xcha-argon2i13-7", "cipher": b64u(&sealed), "iv": b64u(&nonce),
            "salt": b64u(&salt), "length": plain.len(),
        },
    });
    Ok(row.to_string())
}

fn clear_key(key: [u8; 32]) -> String {
    json!({ "key": b64u(&key), "salt": b64u(&[1; 16]) }).to_string()
}

fn b64u(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What makes the bytes of the attachment of this number; never zero, from which nothing would come.
#[must_use]
pub fn seed_of(number: usize) -> u64 {
    number as u64 + 1
}

/// So many bytes that don't compress, the same every time, piece by piece; the last one is named.
///
/// # Errors
/// Those of `each`.
pub fn pieces(seed: u64, bytes: u64, mut each: impl FnMut(&[u8], bool) -> Outcome) -> Outcome {
    let mut piece = vec![0_u8; PIECE_BYTES];
    let mut state = seed;
    let mut left = bytes;
    while left > 0 {
        for eight in piece.chunks_exact_mut(8) {
            // Marsaglia's xorshift: quick, and no compressor finds anything in it.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            eight.copy_from_slice(&state.to_le_bytes());
        }
        piece.truncate(usize::try_from(left).unwrap_or(PIECE_BYTES));
        left -= piece.len() as u64;
        each(&piece, left == 0)?;
    }
    Ok(())
}

/// A zip that is being written.
struct Zip(ZipWriter<BufWriter<File>>);

impl Zip {
    fn start(path: &Path) -> Outcome<Self> {
        let mut zip = Self(ZipWriter::new(BufWriter::new(File::create_new(path)?)));
        zip.entry(notesnook::MARKER, CompressionMethod::Deflated)?;
        Ok(zip)
    }

    fn entry(&mut self, name: &str, how: CompressionMethod) -> Outcome {
        let options = SimpleFileOptions::default().compression_method(how).large_file(true);
        Ok(self.0.start_file(name, options)?)
    }

    fn chunk(&mut self, number: u64, rows: &[String]) -> Outcome {
        let chunk = notesnook::Chunk::plain(number, rows);
        self.entry(&chunk.name(), CompressionMethod::Deflated)?;
        Ok(self.0.write_all(chunk.text().as_bytes())?)
    }

    fn finish(self) -> Outcome {
        Ok(self.0.finish()?.flush()?)
    }
}
