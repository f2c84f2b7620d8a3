//! Single values just below what may be in memory at once, in the shapes that take the most memory once
//! they are read: files of a kilobyte each.

use backstop_testkit::notesnook::{Chunk, archive, body, md5_hex};
use backstop_testkit::{RawEntry, RawZip};
use serde_json::json;

use crate::Outcome;
use crate::bombs::{
    Bomb, EITHER, MIB, PARTLY, READ, REFUSED, chunk_of_gzip, container, gzip, gzipped_rows, zstd_of,
};

/// Just below `limits::FREE_KEPT_BYTES`, of which the packed rows take their part.
const MUCH: usize = 22 * MIB - 512 * 1024;

/// All of them.
pub const GIANTS: &[Bomb] = &[
    Bomb { what: "a text with an escape", ending: "nnbackupz", build: text, ends: READ },
    Bomb { what: "a title with an escape", ending: "nnbackupz", build: title, ends: READ },
    Bomb {
        what: "a row with a list of numbers",
        ending: "nnbackupz",
        build: || noted(&list("0")),
        ends: READ,
    },
    Bomb {
        what: "a row with a list of objects",
        ending: "nnbackupz",
        build: || noted(&list("{\"a\":0}")),
        ends: READ,
    },
    Bomb { what: "a row of fields of one name", ending: "nnbackupz", build: same_names, ends: READ },
    Bomb { what: "a row of fields", ending: "nnbackupz", build: names, ends: READ },
    Bomb { what: "a carried row", ending: "nnbackupz", build: carried, ends: READ },
    Bomb { what: "a carried item with relations", ending: "nnbackupz", build: related, ends: READ },
    Bomb {
        what: "an end that lists chunks",
        ending: "nnbackupz",
        build: || ending("\"chunks\":", "\"\""),
        ends: EITHER,
    },
    Bomb { what: "a chunk packed twice", ending: "nnbackupz", build: packed_twice, ends: REFUSED },
    Bomb { what: "an older text", ending: "nnbackupz", build: older_text, ends: READ },
    Bomb { what: "an older notebook of topics", ending: "nnbackupz", build: topics, ends: READ },
    Bomb { what: "an older file with a list of numbers", ending: "nnbackup", build: older_file, ends: READ },
    Bomb { what: "a line with a text", ending: "backstop", build: line_with_text, ends: PARTLY },
    Bomb { what: "a line with relations", ending: "backstop", build: line_with_relations, ends: PARTLY },
    Bomb {
        what: "a line with a list of objects",
        ending: "backstop",
        build: line_with_objects,
        ends: PARTLY,
    },
    Bomb { what: "lines of one item", ending: "backstop", build: one_item_often, ends: PARTLY },
    Bomb { what: "a manifest that counts", ending: "backstop", build: counting_manifest, ends: EITHER },
];

/// A list of this value, as long as all may be.
fn list(value: &str) -> String {
    let most = (MUCH - 1024) / (value.len() + 1);
    format!("[{}{value}]", format!("{value},").repeat(most - 1))
}

fn letters() -> String {
    format!("{}\n", "a".repeat(MUCH - 1024))
}

fn row(r#type: &str, fields: &str) -> String {
    format!(r#"{{"id":"n","type":"{type}","title":"t","dateModified":1,{fields}}}"#)
}

fn rows(row: &str) -> Outcome<Vec<u8>> {
    gzipped_rows(&format!("[{row}]"))
}

fn noted(list: &str) -> Outcome<Vec<u8>> {
    rows(&row("note", &format!("\"x\":{list}")))
}

fn text() -> Outcome<Vec<u8>> {
    rows(&body("b", "n", &letters()))
}

fn title() -> Outcome<Vec<u8>> {
    rows(&row("note", &format!("\"title\":{}", json!(letters()))))
}

fn same_names() -> Outcome<Vec<u8>> {
    rows(&row("note", &format!("{}\"a\":0", "\"a\":0,".repeat(MUCH / 7))))
}

fn names() -> Outcome<Vec<u8>> {
    let fields: Vec<String> = (0..MUCH / 12).map(|number| format!("\"{number:07}\":0")).collect();
    rows(&row("note", &fields.join(",")))
}

fn own(kind: &str, fields: &str) -> Outcome<Vec<u8>> {
    rows(&format!(r#"{{"id":"o-1","type":"x-backstop","v":1,"kind":"{kind}",{fields}}}"#))
}

fn carried() -> Outcome<Vec<u8>> {
    own("row", &format!("\"row\":{}", body("b", "n", &letters())))
}

fn relations() -> String {
    format!("\"relations\":{}", list(r#"[{"kind":"tag","id":"a"},{"kind":"note","id":"b"}]"#))
}

fn related() -> Outcome<Vec<u8>> {
    let item = format!(
        r#"{{"app":"joplin","kind":"note","id":"n","flags":0,"version":"1",{},"native":{{}}}}"#,
        relations()
    );
    own("item", &format!("\"item\":{item}"))
}

fn ending(name: &str, value: &str) -> Outcome<Vec<u8>> {
    own("end", &format!(r#""archive":"o","counts":{{}},"attachments":[],{name}{}"#, list(value)))
}

/// Rows of 200 MiB that look honestly packed, because most of their packed bytes are empty gzips; the
/// zip packs those away.
fn packed_twice() -> Outcome<Vec<u8>> {
    let rows = gzip(format!("[{}]", body("b", "n", &"x".repeat(200 * MIB))).as_bytes())?;
    let empty = gzip(b"")?;
    let z = [empty.repeat(12 * MIB / empty.len()), rows].concat();
    let archive = chunk_of_gzip(&z)?;
    let mut entries = zip::ZipArchive::new(std::io::Cursor::new(archive))?;
    let mut again = RawZip::default();
    for place in 0..entries.len() {
        let mut entry = entries.by_index(place)?;
        let name = entry.name()?.into_owned();
        let mut bytes = Vec::new();
        std::io::copy(&mut entry, &mut bytes)?;
        again.entries.push(RawEntry::deflated(&name, &bytes));
    }
    Ok(again.bytes())
}

fn older(row: &str) -> Outcome<Vec<u8>> {
    let chunk = Chunk::of_json(0, &format!("[{row}]")).with("version", Some(json!(5.2)));
    Ok(archive(&[chunk]).bytes())
}

fn older_text() -> Outcome<Vec<u8>> {
    older(&body("b", "n", &letters()))
}

fn topics() -> Outcome<Vec<u8>> {
    older(&row("notebook", &format!("\"topics\":{}", list(r#"{"id":"a","title":"b"}"#))))
}

fn older_file() -> Outcome<Vec<u8>> {
    use base64::Engine as _;
    let rows = format!("{{\"n\":{}}}", row("note", &format!("\"x\":{}", list("0"))));
    let z = base64::engine::general_purpose::STANDARD.encode(gzip(rows.as_bytes())?);
    let file = json!({
        "version": 5.8, "type": "web", "date": 1, "hash": md5_hex(z.as_bytes()), "hash_type": "md5",
        "compressed": true, "data": z,
    });
    Ok(file.to_string().into_bytes())
}

fn frame(lines: &str) -> Outcome<Vec<u8>> {
    container(&[("items/000000", &zstd_of(lines.as_bytes())?)])
}

fn line_with_text() -> Outcome<Vec<u8>> {
    let row = body("b", "n", &letters());
    frame(&format!(
        "{{\"app\":\"notesnook\",\"kind\":\"body\",\"id\":\"b\",\"version\":\"6.1\",\"row\":{row}}}"
    ))
}

fn line_with_relations() -> Outcome<Vec<u8>> {
    let common = relations();
    frame(&format!(
        r#"{{"app":"joplin","kind":"note","id":"n","version":"1","common":{{{common}}},"row":{{}}}}"#
    ))
}

fn line_with_objects() -> Outcome<Vec<u8>> {
    let row = row("note", &format!("\"x\":{}", list(r#"{"a":0}"#)));
    frame(&format!(r#"{{"app":"notesnook","kind":"note","id":"n","version":"6.1","row":{row}}}"#))
}

fn one_item_often() -> Outcome<Vec<u8>> {
    let line = "{\"app\":\"joplin\",\"kind\":\"note\",\"id\":\"n\",\"version\":\"1\",\"row\":{}}\n";
    frame(&line.repeat(100_000))
}

fn counting_manifest() -> Outcome<Vec<u8>> {
    let counts: Vec<String> = (0..MUCH / 12).map(|number| format!("\"{number:07}\":0")).collect();
    let manifest = format!(
        r#"{{"archive":"b0","created":0,"created_by":"t","place":"","attachments_included":true,"counts":{{{}}},"left_out":[],"entries":[]}}"#,
        counts.join(",")
    );
    container(&[("items/000000", &zstd_of(b"{}")?), ("manifest", &zstd_of(manifest.as_bytes())?)])
}
