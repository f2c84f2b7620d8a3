//! What fuzzing begins with: small pieces of the sample files, and of files that we write ourselves.

use std::fs;

use backstop_testkit::notesnook::{Chunk, small_rows};
use backstop_testkit::{RawEntry, RawZip, fixture};
use serde_json::Value;

use crate::targets::{container, notesnook, streams};
use crate::{bases, made};

type Seeds = Vec<(String, Vec<u8>)>;

/// The seeds of a target, by their names. Those with ciphers in them differ each time they are made.
#[must_use]
pub fn seeds_of(target: &str) -> Seeds {
    match target {
        "zipscan" => zips(),
        "chunk" => chunks(),
        "rows" => rows(),
        "legacy" => legacy(),
        "cipher" => ciphers(),
        "attachment" => lengths(&[0, 1, 61, 62, 300], streams::attachment_of),
        "sealed" => lengths(&[0, 1, 65_536, 65_537, 140_000], streams::sealed_of),
        "header" => headers(),
        "items" => items(),
        "lists" => lists(),
        "altered" => edits(),
        "html" => bodies(),
        "file" => files(),
        "salvage" => damaged(),
        _ => Seeds::new(),
    }
}

/// The smaller ones of the sample files.
const SAMPLES: [&str; 11] = [
    "notesnook/5.2/plain.nnbackup",
    "notesnook/5.6/plain.nnbackup",
    "notesnook/5.8/plain.nnbackup",
    "notesnook/5.8/encrypted.nnbackup",
    "notesnook/5.9/plain.nnbackupz",
    "notesnook/5.9/encrypted.nnbackupz",
    "notesnook/6.1-old-rows/plain.nnbackupz",
    "notesnook/6.1/partial-plain.nnbackupz",
    "notesnook/6.1/partial-encrypted.nnbackupz",
    "backstop/v1/encrypted-empty.backstop",
    "backstop/v1/encrypted-partial.backstop",
];

fn samples(wanted: impl Fn(&str) -> bool) -> Seeds {
    let named = SAMPLES.iter().filter(|path| wanted(path));
    named.map(|path| (path.replace('/', "-"), fs::read(fixture(path)).unwrap_or_default())).collect()
}

fn named(name: &str, bytes: impl Into<Vec<u8>>) -> (String, Vec<u8>) {
    (name.to_owned(), bytes.into())
}

fn zips() -> Seeds {
    let mut seeds = samples(|path| path.ends_with('z') || path.ends_with("backstop"));
    let mut odd = RawZip::of([
        RawEntry::directory("attachments/"),
        RawEntry { descriptor: true, ..RawEntry::deflated("attachments/ab", b"aaaaaaaa") },
        RawEntry::stored("0-plain-ab", b"{}"),
    ]);
    odd.comment = b"a comment".to_vec();
    seeds.push(named("descriptor", odd.bytes()));
    odd.entries.extend(odd.entries.clone());
    seeds.push(named("repeated", odd.bytes()));
    seeds
}

fn chunks() -> Seeds {
    let mut seeds = vec![
        named("small", Chunk::plain(0, &small_rows()).text()),
        named("text", r#"{"version":6.1,"data":"[{\"id\":\"a\",\"type\":\"note\",\"title\":\"\\u00e9\"}]"}"#),
        named("older", r#"{"version":5.9,"type":"web","date":1,"data":"[]","compressed":false}"#),
    ];
    for (name, file) in samples(|path| path.ends_with("plain.nnbackupz")) {
        let entries = bases::entries_of(file).into_iter().filter(|(entry, _)| entry.contains("-plain-"));
        seeds.extend(
            entries.map(|(entry, bytes)| (format!("{name}-{}", entry.get(..1).unwrap_or("x")), bytes)),
        );
    }
    seeds
}

fn rows() -> Seeds {
    let mut seeds = vec![
        named("small", format!("[{}]", small_rows().join(","))),
        named("numbers", r#"[{"id":"a","type":"note","dateCreated":-1e3,"dateModified":9007199254740993}]"#),
        named("nested", r#"[{"id":"a","type":"x","data":[[[{"a":{"b":[1,2.50,"\ud83d"]}}]]]}, 3, null]"#),
        named("twice", r#"[{"id":"a","type":"note","title":"x"},{"id":"a","type":"note","title":"y"}]"#),
        named(
            "own",
            r#"[{"id":"b","type":"x-backstop","v":1,"kind":"begin","archive":"q","expects_end":true}]"#,
        ),
    ];
    for path in ["notesnook/5.9/plain.nnbackupz", "notesnook/6.1/partial-plain.nnbackupz"] {
        let whole = made::contents(fs::read(fixture(path)).unwrap_or_default(), None);
        for part in whole.items.chunks(6) {
            let rows: Vec<&str> = part.iter().map(|item| item.native.json.as_str()).collect();
            let text = format!("[{}]", rows.join(","));
            if text.len() < 6000 {
                seeds.push((format!("{}-{}", path.replace('/', "-"), seeds.len()), text.into_bytes()));
            }
        }
    }
    seeds
}

/// Without their checksum too: a change behind a checksum shows nothing but the checksum.
fn legacy() -> Seeds {
    let mut seeds = samples(|path| path.ends_with(".nnbackup"));
    for (name, file) in seeds.clone() {
        let Ok(Value::Object(mut file)) = serde_json::from_slice::<Value>(&file) else { continue };
        if file.remove("hash").is_some() {
            file.remove("hash_type");
            seeds.push((format!("{name}-unhashed"), Value::Object(file).to_string().into_bytes()));
        }
    }
    seeds
}

fn ciphers() -> Seeds {
    let object = notesnook::sealed(Chunk::plain(0, &small_rows()).z().as_bytes()).to_string();
    let row = notesnook::sealed(notesnook::key_json().as_bytes()).to_string();
    let older =
        r#"{"a":{"id":"a","type":"note","title":"x"},"b":{"id":"b","type":"tiny","data":"<p>x</p>"}}"#;
    let with = |place: u8, text: &str| [&[place], text.as_bytes()].concat();
    vec![
        named("chunk", with(0, &object)),
        named("in-chunk", with(1, &Chunk::plain(0, &small_rows()).z())),
        named("older", with(2, &notesnook::sealed(older.as_bytes()).to_string())),
        named("in-older", with(3, older)),
        named("row", with(4, &row)),
        named("in-row", with(5, &notesnook::key_json())),
        named("key-file", with(6, &notesnook::key_json())),
        named("in-key-file", with(7, &notesnook::key_json())),
    ]
}

fn lengths(bytes: &[usize], make: fn(usize) -> std::io::Result<Vec<u8>>) -> Seeds {
    bytes.iter().filter_map(|bytes| Some((format!("{bytes}"), make(*bytes).ok()?))).collect()
}

fn headers() -> Seeds {
    let entries =
        bases::small_container().iter().chain(bases::sealed().first().map_or(&[][..], |base| &base.entries));
    let heads = entries.filter(|(name, _)| name == "backstop.json").enumerate();
    heads.map(|(place, (_, bytes))| (format!("{place}"), bytes.clone())).collect()
}

fn items() -> Seeds {
    let lines = concat!(
        r#"{"app":"notesnook","kind":"note","id":"n1","version":"6.1","row":{"id":"n1","type":"note","title":"x"}}"#,
        "\n",
        r#"{"app":"joplin","kind":"note","id":"j","version":"3","common":{"title":"t","flags":["pinned"],"relations":[[{"kind":"tag","id":"t"},{"kind":"note","id":"j"}]]},"text":"id: j"}"#,
        "\n",
        r#"{"attachment":{"id":"a","name":"f","mime":"text/plain","size_bytes":1,"hash":null},"entry":"attachments/000000","size":1,"sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}"#,
        "\n"
    );
    let with = |place: u8, bytes: &[u8]| [&[place], bytes].concat();
    vec![
        named("lines", with(1, lines.as_bytes())),
        named("frame", with(0, &container::packed(lines.as_bytes()))),
    ]
}

fn lists() -> Seeds {
    let list = r#"{"archive":"f0","created":0,"created_by":"t","place":"","attachments_included":true,"counts":{"note":1},"left_out":[{"what":"attachments","why":"x"}],"entries":[{"name":"items/000000","size":3,"sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}]}"#;
    let index = r#"{"app":"joplin","kind":"note","id":"n","title":"x","created":1,"frame":0,"at":0}"#;
    let with = |place: u8, bytes: &[u8]| [&[place], bytes].concat();
    vec![
        named("manifest", with(0, list.as_bytes())),
        named("index", with(1, index.as_bytes())),
        named("index-alone", with(2, index.as_bytes())),
        named("packed-manifest", with(3, &container::packed(list.as_bytes()))),
    ]
}

/// One change of each sort, on each archive.
fn edits() -> Seeds {
    let one = |base: u8| (0..11).map(move |what| (base, what));
    let all = (0..4).flat_map(one);
    all.map(|(base, what)| (format!("{base}-{what}"), vec![base, what, base + what, 0, 40, 3, 0])).collect()
}

fn bodies() -> Seeds {
    let mut seeds = vec![
        named(
            "list",
            r#"<ul class="checklist"><li class="checked"><p>a</p></li></ul><a href="https://e.invalid">b</a>"#,
        ),
        named(
            "picture",
            r#"<img data-hash="9f3a62b1c4d5e6f7" data-filename="a&quot;.png" src=x onerror=alert(1)>"#,
        ),
        named(
            "embeds",
            "<svg/onload=x><iframe srcdoc='<script>'></iframe><style>a</style><math><mtext><table>",
        ),
        named(
            "callout",
            r#"<div class="callout" data-callout-type="info"><h4>x</h4></div><pre><code>a &lt; b</code></pre>"#,
        ),
    ];
    let whole =
        made::contents(fs::read(fixture("notesnook/6.1/partial-plain.nnbackupz")).unwrap_or_default(), None);
    for item in whole.items {
        if let Some(backstop_model::Body::Text { text, .. }) = item.body
            && text.len() < 3000
        {
            seeds.push((format!("body-{}", seeds.len()), text.into_bytes()));
        }
    }
    seeds
}

fn files() -> Seeds {
    let mut seeds = samples(|_| true);
    let whole = bases::content("x");
    let items = backstop_testkit::CollectingSink { attachments: Vec::new(), ..whole };
    for (name, bytes) in [
        ("container", made::container(&items, "f0", false)),
        ("sealed-container", made::container(&items, "f0", true)),
        ("notesnook", made::notesnook(&items, "f0", false)),
        ("sealed-notesnook", made::notesnook(&items, "f0", true)),
    ] {
        seeds.push(named(name, bytes));
    }
    seeds
}

/// Files whose end is gone, or their directory, or one byte in their middle.
fn damaged() -> Seeds {
    let mut seeds = Seeds::new();
    for (name, bytes) in samples(|path| path.contains("plain") || path.contains("backstop/v1")) {
        let cut = bytes.get(..bytes.len() / 3 * 2).unwrap_or_default();
        seeds.push(named(&format!("cut-{name}"), cut));
        let mut flipped = bytes.clone();
        let middle = flipped.len() / 2;
        flipped.iter_mut().skip(middle).take(1).for_each(|byte| *byte ^= 0x10);
        seeds.push(named(&format!("flipped-{name}"), flipped));
        let directory = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap_or(bytes.len());
        let mut without = bytes;
        without.iter_mut().skip(directory).for_each(|byte| *byte = 0);
        seeds.push(named(&format!("without-directory-{name}"), without));
    }
    seeds
}
