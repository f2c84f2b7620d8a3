//! Files that are small and ask for much: bombs, giants and lies, each built when it is wanted.

use std::io::{Cursor, Write as _};

use backstop_testkit::notesnook::{Chunk, archive, marker, note, small_rows};
use backstop_testkit::{RawEntry, RawZip, fixture};
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::{Outcome, Trouble};

pub(crate) const MIB: usize = 1024 * 1024;
const KEY_FILE: &str = "attachments/.attachments_key";
const HEAD: &str = r#"{"format":"backstop","version":1,"archive":"b0","encrypted":false,"keyslots":[]}"#;

/// One hostile file.
pub struct Bomb {
    /// What it does.
    pub what: &'static str,
    /// The ending that its program would give it.
    pub ending: &'static str,
    /// Makes it.
    pub build: fn() -> Outcome<Vec<u8>>,
    /// How a look into it may end.
    pub ends: &'static [i32],
}

/// Read, perhaps with something left out; refused as damaged.
pub(crate) const READ: &[i32] = &[0, 3];
pub(crate) const PARTLY: &[i32] = &[3];
pub(crate) const REFUSED: &[i32] = &[13];
pub(crate) const EITHER: &[i32] = &[3, 13];

/// All of them.
pub const BOMBS: &[Bomb] = &[
    Bomb {
        what: "a chunk that unpacks to 300 MiB of zeros",
        ending: "nnbackupz",
        build: deflated_chunk,
        ends: EITHER,
    },
    Bomb {
        what: "a chunk that says it is small and is not",
        ending: "nnbackupz",
        build: lying_chunk,
        ends: EITHER,
    },
    Bomb { what: "a key file of 300 MiB", ending: "nnbackupz", build: key_file, ends: PARTLY },
    Bomb { what: "an attachment of 300 MiB of zeros", ending: "nnbackupz", build: attachment, ends: PARTLY },
    Bomb { what: "rows that are one text of 200 MiB", ending: "nnbackupz", build: long_row, ends: EITHER },
    Bomb { what: "rows that are white space", ending: "nnbackupz", build: white_rows, ends: EITHER },
    Bomb { what: "half a million rows that are none", ending: "nnbackupz", build: tiny_rows, ends: PARTLY },
    Bomb { what: "a gzip in a gzip", ending: "nnbackupz", build: nested_gzip, ends: EITHER },
    Bomb { what: "a gzip in a row", ending: "nnbackupz", build: gzip_in_row, ends: &[0, 3, 13] },
    Bomb { what: "a million empty gzips", ending: "nnbackupz", build: many_gzips, ends: READ },
    Bomb { what: "rows nested 100,000 deep", ending: "nnbackupz", build: deep_rows, ends: EITHER },
    Bomb { what: "a chunk file nested 100,000 deep", ending: "nnbackupz", build: deep_chunk, ends: EITHER },
    Bomb {
        what: "an older backup nested 100,000 deep",
        ending: "nnbackup",
        build: deep_legacy,
        ends: EITHER,
    },
    Bomb {
        what: "an older backup of 200,000 rows that say nothing",
        ending: "nnbackup",
        build: tiny_legacy,
        ends: EITHER,
    },
    Bomb { what: "items that unpack to 1 GiB", ending: "backstop", build: zstd_items, ends: EITHER },
    Bomb { what: "a manifest that unpacks to 1 GiB", ending: "backstop", build: zstd_manifest, ends: EITHER },
    Bomb {
        what: "an attachment that unpacks to 1 GiB",
        ending: "backstop",
        build: zstd_attachment,
        ends: EITHER,
    },
    Bomb { what: "a manifest that states huge sizes", ending: "backstop", build: huge_sizes, ends: EITHER },
    Bomb { what: "a line nested 100,000 deep", ending: "backstop", build: deep_line, ends: EITHER },
    Bomb { what: "a head nested 100,000 deep", ending: "backstop", build: deep_head, ends: REFUSED },
    Bomb { what: "entries that share their bytes", ending: "nnbackupz", build: overlapping, ends: EITHER },
    Bomb {
        what: "a directory of four billion entries",
        ending: "nnbackupz",
        build: huge_count,
        ends: REFUSED,
    },
    Bomb { what: "200,000 entries", ending: "nnbackupz", build: || entries(200_000), ends: READ },
    Bomb { what: "200,001 entries", ending: "nnbackupz", build: || entries(200_001), ends: REFUSED },
    Bomb { what: "names that lead out, and devices", ending: "nnbackupz", build: bad_names, ends: PARTLY },
    Bomb { what: "names that are one on some disks", ending: "nnbackupz", build: alike_names, ends: READ },
    Bomb { what: "links", ending: "nnbackupz", build: links, ends: PARTLY },
];

pub(crate) fn gzipped_rows(json: &str) -> Outcome<Vec<u8>> {
    Ok(archive(&[Chunk::of_json(0, json)]).bytes())
}

fn with(entries: impl IntoIterator<Item = RawEntry>) -> Outcome<Vec<u8>> {
    let chunk = Chunk::plain(0, &small_rows()).entry();
    Ok(RawZip::of([marker(), chunk].into_iter().chain(entries)).bytes())
}

fn deflated_chunk() -> Outcome<Vec<u8>> {
    let name = Chunk::plain(0, &[]).name();
    Ok(RawZip::of([marker(), RawEntry::deflated(&name, &vec![0; 300 * MIB])]).bytes())
}

fn lying_chunk() -> Outcome<Vec<u8>> {
    let name = Chunk::plain(0, &[]).name();
    let entry = RawEntry { size_bytes: 1000, ..RawEntry::deflated(&name, &vec![0; 300 * MIB]) };
    Ok(RawZip::of([marker(), entry]).bytes())
}

fn key_file() -> Outcome<Vec<u8>> {
    with([RawEntry::deflated(KEY_FILE, &vec![b' '; 300 * MIB])])
}

fn attachment() -> Outcome<Vec<u8>> {
    with([RawEntry::deflated("attachments/00000000000000ff", &vec![0; 300 * MIB])])
}

fn long_row() -> Outcome<Vec<u8>> {
    gzipped_rows(&format!("[{}]", note("n", &"x".repeat(200 * MIB), None)))
}

fn white_rows() -> Outcome<Vec<u8>> {
    gzipped_rows(&format!("[{}]", " ".repeat(60 * MIB)))
}

fn tiny_rows() -> Outcome<Vec<u8>> {
    gzipped_rows(&format!("[{}1]", "1,".repeat(500_000)))
}

pub(crate) fn gzip(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?)
}

pub(crate) fn chunk_of_gzip(bytes: &[u8]) -> Outcome<Vec<u8>> {
    use base64::Engine as _;
    let z = base64::engine::general_purpose::STANDARD.encode(bytes);
    let md5 = backstop_testkit::notesnook::md5_hex(z.as_bytes());
    let chunk = Chunk::plain(0, &[]).with("data", Some(json!(z))).with("hash", Some(json!(md5)));
    Ok(archive(&[chunk]).bytes())
}

fn nested_gzip() -> Outcome<Vec<u8>> {
    chunk_of_gzip(&gzip(&gzip(&vec![b' '; 100 * MIB])?)?)
}

/// The text of an old session, packed twice: what is inside is larger than any row.
fn gzip_in_row() -> Outcome<Vec<u8>> {
    use base64::Engine as _;
    let data = base64::engine::general_purpose::STANDARD.encode(gzip(&vec![b' '; 1024 * MIB])?);
    let row = json!({"id": "s_content", "type": "sessioncontent", "compressed": true, "data": data});
    gzipped_rows(&format!("[{row}]"))
}

fn many_gzips() -> Outcome<Vec<u8>> {
    let empty = gzip(b"")?;
    chunk_of_gzip(&[&*empty.repeat(1_000_000), &gzip(b"[]")?].concat())
}

fn deep() -> String {
    format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))
}

fn deep_rows() -> Outcome<Vec<u8>> {
    gzipped_rows(&format!(r#"[{{"id":"a","type":"note","x":{}}}]"#, deep()))
}

fn deep_chunk() -> Outcome<Vec<u8>> {
    let name = Chunk::plain(0, &[]).name();
    let text = format!(r#"{{"version":6.1,"data":"[]","x":{}}}"#, deep());
    Ok(RawZip::of([marker(), RawEntry::stored(&name, text.as_bytes())]).bytes())
}

fn deep_legacy() -> Outcome<Vec<u8>> {
    Ok(format!(
        r#"{{"version":5.8,"type":"web","date":1,"data":{{"a":{{"id":"a","type":"note","x":{}}}}}}}"#,
        deep()
    )
    .into_bytes())
}

fn tiny_legacy() -> Outcome<Vec<u8>> {
    let rows = r#""a":{"type":"x"},"#.repeat(200_000);
    Ok(format!(r#"{{"version":5.8,"type":"web","date":1,"data":{{{rows}"b":1}}}}"#).into_bytes())
}

pub(crate) fn zstd_of(bytes: &[u8]) -> Outcome<Vec<u8>> {
    Ok(zstd::stream::encode_all(bytes, 1)?)
}

pub(crate) fn container(entries: &[(&str, &[u8])]) -> Outcome<Vec<u8>> {
    let head = RawEntry::stored("backstop.json", HEAD.as_bytes());
    let entries = entries.iter().map(|(name, bytes)| RawEntry::stored(name, bytes));
    Ok(RawZip::of(std::iter::once(head).chain(entries)).bytes())
}

fn line() -> &'static [u8] {
    br#"{"app":"joplin","kind":"note","id":"n","version":"1","row":{}}"#
}

fn zstd_items() -> Outcome<Vec<u8>> {
    container(&[("items/000000", &zstd_of(&vec![b' '; 1024 * MIB])?)])
}

fn zstd_manifest() -> Outcome<Vec<u8>> {
    container(&[("items/000000", &zstd_of(line())?), ("manifest", &zstd_of(&vec![b' '; 1024 * MIB])?)])
}

fn zstd_attachment() -> Outcome<Vec<u8>> {
    let line = r#"{"attachment":{"id":"a","name":"f","mime":"","size_bytes":1073741824,"hash":null},"entry":"attachments/000000","size":1073741824,"sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}"#;
    let lines = [self::line(), b"\n", line.as_bytes()].concat();
    container(&[("items/000000", &zstd_of(&lines)?), ("attachments/000000", &zstd_of(&vec![0; 1024 * MIB])?)])
}

fn huge_sizes() -> Outcome<Vec<u8>> {
    let entry = |name: &str| json!({"name": name, "size": u64::MAX, "sha256": "00".repeat(32)});
    let list = json!({
        "archive": "b0", "created": 0, "created_by": "t", "place": "", "attachments_included": true,
        "counts": {"note": u64::MAX}, "left_out": [], "entries": [entry("items/000000"), entry("index")],
    });
    container(&[("items/000000", &zstd_of(line())?), ("manifest", &zstd_of(list.to_string().as_bytes())?)])
}

fn deep_line() -> Outcome<Vec<u8>> {
    let deep = format!(r#"{{"app":"joplin","kind":"note","id":"d","version":"1","row":{}}}"#, deep());
    container(&[("items/000000", &zstd_of(&[line(), b"\n", deep.as_bytes()].concat())?)])
}

fn deep_head() -> Outcome<Vec<u8>> {
    let text = HEAD.replacen('{', &format!(r#"{{"x":{}{},"#, "[".repeat(20_000), "]".repeat(20_000)), 1);
    Ok(RawZip::of([RawEntry::stored("backstop.json", text.as_bytes())]).bytes())
}

fn overlapping() -> Outcome<Vec<u8>> {
    let bomb = RawEntry::deflated("attachments/0", &vec![0; 9 * MIB]);
    let at = marker().packed.len();
    let mut zip = RawZip::of([marker(), bomb.clone()]);
    // Where the one entry with bytes begins: the marker's header, its bytes and its descriptor.
    let header_at = u32::try_from(30 + ".nnbackup".len() + at + 20)?;
    let again = |n: usize| RawEntry {
        name: format!("attachments/{n}"),
        packed: Vec::new(),
        header_at: Some(header_at),
        ..bomb.clone()
    };
    zip.entries.extend((1..10_000).map(again));
    Ok(zip.bytes())
}

fn huge_count() -> Outcome<Vec<u8>> {
    let mut zip = many(70_000)?;
    let wide =
        zip.windows(4).rposition(|four| four == b"PK\x06\x06").ok_or_else(|| Trouble::new("no ZIP64"))?;
    for at in [24, 32] {
        zip.get_mut(wide + at..wide + at + 8)
            .ok_or_else(|| Trouble::new("cut"))?
            .copy_from_slice(&u64::from(u32::MAX).to_le_bytes());
    }
    Ok(zip)
}

fn entries(count: usize) -> Outcome<Vec<u8>> {
    many(count)
}

/// A backup with so many entries, all but two of them attachments that no row knows.
fn many(count: usize) -> Outcome<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let chunk = Chunk::plain(0, &small_rows());
    zip.start_file(".nnbackup", options)?;
    zip.start_file(chunk.name(), options)?;
    zip.write_all(chunk.text().as_bytes())?;
    for number in 2..count {
        zip.start_file(format!("attachments/{number:016x}"), options)?;
        zip.write_all(b"x")?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Names that no entry may bear.
pub const BAD_NAMES: &[&str] = &[
    "/etc/passwd",
    "../up",
    "a/../../b",
    "./a",
    "a//b",
    "a\\b",
    "C:/x",
    "\\\\host\\share",
    "a\0b",
    "con",
    "nul.txt",
    "attachments/../../../evil",
    "a\u{1b}[31mb",
    "-\r\nx",
];

fn bad_names() -> Outcome<Vec<u8>> {
    with(BAD_NAMES.iter().map(|name| RawEntry::stored(name, b"evil")))
}

fn alike_names() -> Outcome<Vec<u8>> {
    let names = ["attachments/ab", "attachments/AB", "attachments/\u{e9}", "attachments/e\u{301}"];
    with(names.map(|name| RawEntry::stored(name, b"x")))
}

fn links() -> Outcome<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    let chunk = Chunk::plain(0, &small_rows());
    zip.start_file(".nnbackup", options)?;
    zip.start_file(chunk.name(), options)?;
    zip.write_all(chunk.text().as_bytes())?;
    zip.add_symlink("attachments/00000000000000aa", "/etc/passwd", options)?;
    zip.add_symlink("link", "../../..", options)?;
    Ok(zip.finish()?.into_inner())
}

/// Costs of a key derivation that a file may not ask for: memory in KiB, passes, lanes.
pub const COSTS: &[(u32, u32, u32)] = &[
    (1 << 20 | 1, 1, 1),
    (u32::MAX, 3, 1),
    (65_536, 17, 1),
    (65_536, 3, 17),
    (65_536, 0, 1),
    (65_536, u32::MAX, 1),
];

/// The smallest golden container with a keyslot that asks for this.
///
/// # Errors
/// If the golden container is gone.
pub fn dear_keyslot(memory_kib: u32, passes: u32, lanes: u32) -> Outcome<Vec<u8>> {
    let file = std::fs::read(fixture("backstop/v1/encrypted-empty.backstop"))?;
    let mut zip = zip::ZipArchive::new(Cursor::new(file))?;
    let mut entries = Vec::new();
    for place in 0..zip.len() {
        let mut entry = zip.by_index(place)?;
        let name = entry.name()?.into_owned();
        let mut bytes = Vec::new();
        std::io::copy(&mut entry, &mut bytes)?;
        if name == "backstop.json" {
            let asked = format!(r#""memory_kib":{memory_kib},"passes":{passes},"lanes":{lanes}"#);
            let text = String::from_utf8(bytes)?;
            bytes = text.replace(r#""memory_kib":65536,"passes":3,"lanes":1"#, &asked).into_bytes();
        }
        entries.push(RawEntry::stored(&name, &bytes));
    }
    Ok(RawZip::of(entries).bytes())
}
