//! How fast an encrypted partial backup is written and read back, and how much memory it takes.
//!
//! ```text
//! cargo run --release -p backstop-formats --example notesnook_speed -- make 5000 plain.nnbackupz
//! … copy plain.nnbackupz sealed.nnbackupz     reads, encrypts and writes, a row at a time
//! … read sealed.nnbackupz                     reads only
//! … look sealed.nnbackupz                     reads; text for search and fingerprints of all rows
//! ```
//! One step per process, so that `/usr/bin/time -v` tells the memory of each.
#![expect(clippy::print_stdout, reason = "a measurement is there to be read")]

use std::fs::File;
use std::io::{BufReader, Write as _};
use std::path::Path;
use std::time::Instant;

use backstop_crypto::Password;
use backstop_formats::notesnook::{Encryption, NotesnookWriter, WriterOptions, derive_key};
use backstop_formats::{Archive, ArchiveSecret, convert, fingerprint, open};
use backstop_model::{AttachmentHead, Body, FlowError, Item, Job, Sink, Source, TimeMs, copy};
use backstop_testkit::{Corpus, notesnook};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const PASSWORD: &str = "speed";
/// Rows in each chunk that `make` writes: about ten megabytes.
const ROWS_PER_CHUNK: usize = 6000;

/// Takes rows and, if asked to, makes of them what a library needs.
#[derive(Default)]
struct Looking {
    closely: bool,
    rows: usize,
    json_bytes: usize,
    html_bytes: usize,
    text_s: f64,
    fingerprint_s: f64,
}

impl Sink for Looking {
    fn item(&mut self, item: Item) -> Result<(), FlowError> {
        self.rows += 1;
        self.json_bytes += item.native.json.len();
        if self.closely {
            let start = Instant::now();
            std::hint::black_box(fingerprint(&item));
            self.fingerprint_s += start.elapsed().as_secs_f64();
            if let Some(Body::Text { text, .. }) = &item.body {
                self.html_bytes += text.len();
                let start = Instant::now();
                std::hint::black_box(convert::text::from_html(text));
                self.text_s += start.elapsed().as_secs_f64();
            }
        }
        Ok(())
    }

    fn attachment(&mut self, _head: &AttachmentHead, _body: &dyn Source) -> Result<(), FlowError> {
        Ok(())
    }
}

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (start, cpu) = (Instant::now(), cpu_s());
    match arguments.as_slice() {
        ["make", notes, file] => make(notes.parse()?, Path::new(file))?,
        ["copy", from, to] => write(&mut *opened(from)?, Path::new(to))?,
        ["read", file] => look(file, false)?,
        ["look", file] => look(file, true)?,
        _ => return Err("make N FILE | copy FROM TO | read FILE | look FILE".into()),
    }
    println!("{:.2} s wall, {:.2} s CPU", start.elapsed().as_secs_f64(), cpu_s() - cpu);
    Ok(())
}

fn make(notes: usize, path: &Path) -> Outcome {
    let mut rows = Corpus::of(notes).rows();
    let chunks = (0_u64..).map_while(|number| {
        let some: Vec<String> = rows.by_ref().take(ROWS_PER_CHUNK).collect();
        (!some.is_empty()).then(|| notesnook::Chunk::plain(number, &some))
    });
    let chunks: Vec<notesnook::Chunk> = chunks.collect();
    File::create_new(path)?.write_all(&notesnook::archive(&chunks).bytes())?;
    Ok(())
}

fn opened(path: &str) -> Result<Box<dyn Archive>, Box<dyn std::error::Error>> {
    let mut archive = open(Box::new(BufReader::new(File::open(path)?)))?;
    archive.unlock(&ArchiveSecret::Password(Password::new(PASSWORD)?), &Job::new())?;
    Ok(archive)
}

fn write(from: &mut dyn Archive, to: &Path) -> Outcome {
    let salt = [7; 16];
    let encryption = Some(Encryption { key: derive_key(PASSWORD, &salt)?, salt, slots: Vec::new() });
    let (archive_id, created_by) = ("speed".to_owned(), "Backstop".to_owned());
    let options = WriterOptions { attachments: true, encryption, archive_id, created: TimeMs(1), created_by };
    let writer = NotesnookWriter::new(File::create_new(to)?, options)?;
    copy(from, Box::new(writer), &Job::new())?;
    println!("{:.2} MB file", mb(usize::try_from(std::fs::metadata(to)?.len())?));
    Ok(())
}

fn look(path: &str, closely: bool) -> Outcome {
    let mut looking = Looking { closely, ..Looking::default() };
    opened(path)?.read_into(&mut looking, &Job::new())?;
    println!("{} rows, {:.1} MB of JSON", looking.rows, mb(looking.json_bytes));
    if closely {
        println!("text of {:.1} MB HTML: {:.3} s", mb(looking.html_bytes), looking.text_s);
        println!("fingerprints: {:.3} s", looking.fingerprint_s);
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "megabytes with one digit")]
fn mb(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// CPU time of this process so far. Linux only; elsewhere nothing is measured.
fn cpu_s() -> f64 {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return f64::NAN };
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // Fields 14 and 15 of proc(5), in ticks of 10 ms.
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
