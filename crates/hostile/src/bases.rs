//! Small whole archives that targets change: made once by our own writers, so that their keys are
//! known and no slow derivation stands before them.

use std::io::{Cursor, Read as _};
use std::sync::LazyLock;

use backstop_formats::ArchiveSecret;
use backstop_model::{AttachmentHead, ContentHash, HashAlgorithm, ItemId};
use backstop_testkit::notesnook::{Chunk, archive, small_rows};
use backstop_testkit::{CollectedAttachment, CollectingSink, fixture};
use xxhash_rust::xxh64::xxh64;

use crate::made::{self, notesnook_key, recovery_key};

/// Names and bytes, in the order of the file.
pub(crate) type Entries = Vec<(String, Vec<u8>)>;

/// One archive to be changed.
pub(crate) struct Base {
    pub(crate) entries: Entries,
    /// What is in it.
    pub(crate) whole: CollectingSink,
}

/// Sealed archives of ours: two containers, two backups for Notesnook. Of each pair the second has
/// the same shape and other content, so that parts can be exchanged.
pub(crate) fn sealed() -> &'static [Base] {
    static BASES: LazyLock<Vec<Base>> = LazyLock::new(|| {
        let contents = ["one", "two"].map(|word| (word, content(word)));
        let container =
            |(id, of): &(&str, CollectingSink)| base(made::container(of, id, true), &recovery_key());
        let notesnook =
            |(id, of): &(&str, CollectingSink)| base(made::notesnook(of, id, true), &notesnook_key());
        contents.iter().map(container).chain(contents.iter().map(notesnook)).collect()
    });
    &BASES
}

/// The entries of the smallest sealed container among the golden ones.
pub(crate) fn small_container() -> &'static Entries {
    static ENTRIES: LazyLock<Entries> = LazyLock::new(|| {
        let file = std::fs::read(fixture("backstop/v1/encrypted-empty.backstop"));
        assert!(file.is_ok(), "a golden archive is gone: {file:?}");
        entries_of(file.unwrap_or_default())
    });
    &ENTRIES
}

fn base(bytes: Vec<u8>, secret: &ArchiveSecret) -> Base {
    let whole = made::contents(bytes.clone(), Some(secret));
    Base { entries: entries_of(bytes), whole }
}

/// A few rows, and two files: one of more than a sealed chunk, one that compresses.
pub(crate) fn content(word: &str) -> CollectingSink {
    let mut rows = small_rows();
    rows.push(backstop_testkit::notesnook::note("n3", word, None));
    let files = [file("f1", word, 70_000), file("f2", word, 40)];
    rows.extend(files.iter().map(|(row, _)| row.clone()));
    let mut sink = made::contents(archive(&[Chunk::plain(0, &rows)]).bytes(), None);
    sink.attachments = files.into_iter().map(|(_, file)| file).collect();
    sink
}

/// The row of a file whose key nobody has yet, and the file.
fn file(id: &str, word: &str, bytes: u32) -> (String, CollectedAttachment) {
    let bytes: Vec<u8> =
        (0..bytes).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).chain(word.bytes()).collect();
    let hash = format!("{:016x}", xxh64(&bytes, 0));
    let row = serde_json::json!({
        "id": id, "type": "attachment", "dateModified": 1, "dateCreated": 1, "synced": false, "deleted": false,
        "size": bytes.len(), "alg": "xcha-stream", "chunkSize": 524_288, "hash": hash, "hashType": "xxh64",
        "mimeType": "text/plain", "filename": "f.txt",
    });
    let head = AttachmentHead {
        id: ItemId::new(id).unwrap_or_else(|_| unreachable!("a short id")),
        name: "f.txt".to_owned(),
        mime: "text/plain".to_owned(),
        size_bytes: bytes.len() as u64,
        hash: Some(ContentHash { algorithm: HashAlgorithm::Xxh64, hex: hash }),
    };
    (row.to_string(), CollectedAttachment { head, bytes })
}

/// The entries of a zip, by the `zip` crate.
///
/// # Panics
/// If it is none.
pub(crate) fn entries_of(file: Vec<u8>) -> Entries {
    let mut entries = Vec::new();
    let zip = ::zip::ZipArchive::new(Cursor::new(file));
    assert!(zip.is_ok(), "no zip");
    let Ok(mut zip) = zip else { return entries };
    for place in 0..zip.len() {
        let Ok(mut entry) = zip.by_index(place) else { continue };
        let name = entry.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        let mut bytes = Vec::new();
        if entry.read_to_end(&mut bytes).is_ok() {
            entries.push((name, bytes));
        }
    }
    entries
}
