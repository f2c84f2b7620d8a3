//! How fast an encrypted partial backup is written and read back, and how much memory it takes.
//!
//! `cargo run --release -p backstop-formats --example notesnook_speed -- 5000`

use std::fs::File;
use std::io::{self, BufReader};
use std::time::Instant;

use backstop_crypto::Password;
use backstop_formats::notesnook::{Encryption, NotesnookWriter, WriterOptions, derive_key};
use backstop_formats::{ArchiveSecret, convert, fingerprint, open};
use backstop_model::{AttachmentHead, Body, FlowError, Item, Job, Reader, Sink, Source, TimeMs, copy};
use backstop_testkit::{Corpus, notesnook};

/// Plays back what was read once, so that only writing is measured.
struct Replay(Vec<Item>);

impl Reader for Replay {
    fn read_into(&mut self, sink: &mut dyn Sink, _job: &Job) -> Result<(), FlowError> {
        self.0.iter().cloned().try_for_each(|item| sink.item(item))
    }
}

/// Looks at what a backup's verification looks at.
#[derive(Default)]
struct Looking {
    items: Vec<Item>,
    keep: bool,
    html: usize,
    text: usize,
    text_s: f64,
    fingerprint_s: f64,
}

impl Sink for Looking {
    fn item(&mut self, item: Item) -> Result<(), FlowError> {
        if self.keep {
            self.items.push(item);
            return Ok(());
        }
        let start = Instant::now();
        std::hint::black_box(fingerprint(&item));
        self.fingerprint_s += start.elapsed().as_secs_f64();
        if let Some(Body::Text { text, .. }) = &item.body {
            self.html += text.len();
            let start = Instant::now();
            self.text += convert::text::from_html(text).len();
            self.text_s += start.elapsed().as_secs_f64();
        }
        Ok(())
    }

    fn attachment(&mut self, _head: &AttachmentHead, _body: &dyn Source) -> Result<(), FlowError> {
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let notes = std::env::args().nth(1).map_or(Ok(5000), |count| count.parse())?;
    let folder = tempfile_folder()?;
    let (plain, sealed) = (folder.join("plain.nnbackupz"), folder.join("sealed.nnbackupz"));
    write_plain(&plain, notes)?;
    let job = Job::new();
    let mut rows = Looking { keep: true, ..Looking::default() };
    open(Box::new(BufReader::new(File::open(&plain)?)))?.read_into(&mut rows, &job)?;
    let json: usize = rows.items.iter().map(|item| item.native.json.len()).sum();
    println!("{} items, {:.1} MB of item JSON", rows.items.len(), mb(json));

    let (start, cpu) = (Instant::now(), cpu_s());
    let salt = [7; 16];
    let encryption = Some(Encryption { key: derive_key("speed", &salt)?, salt, slots: Vec::new() });
    let (archive_id, created_by) = ("speed".to_owned(), "Backstop".to_owned());
    let options =
        WriterOptions { attachments: false, encryption, archive_id, created: TimeMs(1), created_by };
    let file = File::create_new(&sealed)?;
    copy(&mut Replay(rows.items), Box::new(NotesnookWriter::new(file, options)?), &job)?;
    let bytes = usize::try_from(std::fs::metadata(&sealed)?.len())?;
    println!(
        "written  {:.2} s wall, {:.2} s CPU, {:.2} MB file",
        start.elapsed().as_secs_f64(),
        cpu_s() - cpu,
        mb(bytes)
    );

    let (start, cpu) = (Instant::now(), cpu_s());
    let mut archive = open(Box::new(BufReader::new(File::open(&sealed)?)))?;
    archive.unlock(&ArchiveSecret::Password(Password::new("speed")?), &job)?;
    let mut look = Looking::default();
    archive.read_into(&mut look, &job)?;
    println!(
        "read     {:.2} s wall, {:.2} s CPU, text and fingerprints included",
        start.elapsed().as_secs_f64(),
        cpu_s() - cpu
    );
    println!(
        "text     {:.3} s for {:.1} MB of HTML ({:.1} MB of text)",
        look.text_s,
        mb(look.html),
        mb(look.text)
    );
    println!("fingerp. {:.3} s", look.fingerprint_s);
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

fn write_plain(path: &std::path::Path, notes: usize) -> io::Result<()> {
    let rows: Vec<String> = Corpus::of(notes).rows().collect();
    let chunks: Vec<notesnook::Chunk> = (0_u64..)
        .zip(rows.chunks(8000))
        .map(|(number, rows)| notesnook::Chunk::plain(number, rows))
        .collect();
    io::Write::write_all(&mut File::create_new(path)?, &notesnook::archive(&chunks).bytes())
}

fn tempfile_folder() -> io::Result<std::path::PathBuf> {
    let folder = std::env::temp_dir().join(format!("backstop-speed-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    Ok(folder)
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
