//! How fast our own container is written and read back, sealed, without key derivation.
//!
//! ```text
//! cargo run --release -p backstop-formats --example container_speed -- notes 5000 FILE
//! … file 1000 FILE          one attachment of so many megabytes that do not compress
//! … text 1000 FILE          one that does
//! ```
//! FILE must not exist. One run per process, so that `/usr/bin/time -v` tells its memory.
#![expect(clippy::print_stdout, reason = "a measurement is there to be read")]

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::time::Instant;

use backstop_crypto::{Kek, RecoveryKey};
use backstop_formats::backstop::{BackstopWriter, SLOT_PURPOSE, WriterOptions};
use backstop_formats::{ArchiveSecret, interpret, open};
use backstop_model::{
    App, AttachmentHead, FlowError, Item, ItemId, ItemKey, Job, Kind, Native, Sink, Source, TimeMs, Writer,
};
use backstop_testkit::Corpus;
use serde_json::Value;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const RECOVERY: [u8; 32] = [1; 32];

/// Reads everything and keeps nothing.
#[derive(Default)]
struct Looking {
    items: u64,
    bytes: u64,
}

impl Sink for Looking {
    fn item(&mut self, item: Item) -> Result<(), FlowError> {
        self.items += 1;
        self.bytes += item.native.json.len() as u64;
        Ok(())
    }

    fn attachment(&mut self, _head: &AttachmentHead, body: &dyn Source) -> Result<(), FlowError> {
        let mut bytes = body.open().map_err(FlowError::from_read)?;
        self.bytes += io::copy(&mut bytes, &mut io::sink()).map_err(FlowError::from_read)?;
        Ok(())
    }
}

/// So many bytes: noise, or a text over and over.
struct Made {
    megabytes: usize,
    piece: Vec<u8>,
}

impl Source for Made {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        let pieces = (0..self.megabytes).map(|_| self.piece.as_slice());
        Ok(Box::new(Pieces { pieces: Box::new(pieces), left: &[] }))
    }
}

struct Pieces<'a> {
    pieces: Box<dyn Iterator<Item = &'a [u8]> + 'a>,
    left: &'a [u8],
}

impl Read for Pieces<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.left.is_empty() {
            self.left = self.pieces.next().unwrap_or_default();
        }
        self.left.read(buf)
    }
}

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ["notes" | "file" | "text", count, path] = arguments.as_slice() else {
        return Err("notes N FILE | file MEGABYTES FILE | text MEGABYTES FILE".into());
    };
    let (what, count, path) =
        (arguments.first().copied().unwrap_or_default(), count.parse()?, Path::new(path));
    let items = if what == "notes" { items(count)? } else { Vec::new() };
    let mut state = 1_u32;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()
    };
    let piece = match what {
        "file" => (0..250_000).flat_map(|_| noise()).collect(),
        _ => Corpus::of(1).html(0).into_bytes().into_iter().cycle().take(1_000_000).collect(),
    };
    let file = (what != "notes").then_some(Made { megabytes: count, piece });
    measured("written", || write(items, file.as_ref(), path))?;
    println!("{:.1} MB file", mb(std::fs::metadata(path)?.len()));
    measured("read back", || read(path))
}

fn items(notes: usize) -> Result<Vec<Item>, Box<dyn std::error::Error>> {
    let kind = |row: &Value| match row.get("type").and_then(Value::as_str) {
        Some("note") => Kind::Note,
        Some("notebook") => Kind::Notebook,
        Some("tiptap") => Kind::Body,
        Some("tag") => Kind::Tag,
        _ => Kind::Relation,
    };
    let mut items = Vec::new();
    for json in Corpus::of(notes).rows() {
        let row: Value = serde_json::from_str(&json)?;
        let id = row.get("id").and_then(Value::as_str).unwrap_or_default();
        let key = ItemKey { app: App::Notesnook, kind: kind(&row), id: ItemId::new(id)? };
        items.push(interpret(key, Native { version: "6.1".to_owned(), json }));
    }
    Ok(items)
}

fn write(items: Vec<Item>, file: Option<&Made>, path: &Path) -> Outcome {
    let recovery = Kek::from_recovery(&RecoveryKey::from_bytes(RECOVERY));
    let options = WriterOptions {
        attachments: true,
        wraps: vec![recovery.wrap_key(SLOT_PURPOSE)],
        archive_id: "speed".to_owned(),
        created: TimeMs(1),
        created_by: "Backstop".to_owned(),
        place: String::new(),
    };
    let mut writer = Box::new(BackstopWriter::new(File::create_new(path)?, options)?);
    for item in items {
        writer.item(item)?;
    }
    if let Some(made) = file {
        let head = AttachmentHead {
            id: ItemId::new("a1")?,
            name: "a".to_owned(),
            mime: "b".to_owned(),
            size_bytes: made.megabytes as u64 * 1_000_000,
            hash: None,
        };
        writer.attachment(&head, made)?;
    }
    writer.finish(&Job::new())?;
    Ok(())
}

fn read(path: &Path) -> Outcome {
    let mut archive = open(Box::new(BufReader::new(File::open(path)?)))?;
    archive.unlock(&ArchiveSecret::RecoveryKey(RecoveryKey::from_bytes(RECOVERY)), &Job::new())?;
    let mut looking = Looking::default();
    archive.read_into(&mut looking, &Job::new())?;
    println!("{} items, {:.1} MB", looking.items, mb(looking.bytes));
    Ok(())
}

fn measured(what: &str, work: impl FnOnce() -> Outcome) -> Outcome {
    let (start, cpu) = (Instant::now(), cpu_s());
    work()?;
    println!("{what}: {:.2} s wall, {:.2} s CPU", start.elapsed().as_secs_f64(), cpu_s() - cpu);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "megabytes with one digit")]
fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// CPU time of this process so far. Linux only; elsewhere nothing is measured.
fn cpu_s() -> f64 {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return f64::NAN };
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // Fields 14 and 15 of proc(5), in ticks of 10 ms.
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
