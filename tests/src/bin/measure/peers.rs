//! What others take for the same notes as files, whatever of them is installed. None of them reads back what
//! it wrote, which Backstop does before a backup gets its name.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use backstop_testkit::Corpus;
use backstop_tests::meter::{self, Cost};
use backstop_tests::{Outcome, Trouble};

use crate::ours;

/// What the password of every peer is.
const PASSWORD: &str = "otter saddle brisk lantern 71";

/// Each peer: its program, and the line that backs the folder `notes` up.
const PEERS: [(&str, &str); 5] = [
    ("cp", "cp -r notes copied"),
    ("zstd", "tar -c notes | zstd -q -3 -o notes.tar.zst"),
    ("zip", "zip -q -r -P \"$PASSWORD\" notes.zip notes"),
    ("7z", "7z a -bso0 -bsp0 -mhe=on -p\"$PASSWORD\" notes.7z notes"),
    ("restic", "restic -q -r repository backup notes"),
];

/// Measures each that is installed, and says how many times the processor time of a `.backstop` it takes.
///
/// # Errors
/// If the files can't be written, or one fails.
pub(super) fn measure(ours: &Cost) -> Outcome {
    let home = tempfile::tempdir()?;
    let notes = home.path().join("notes");
    fs::create_dir(&notes)?;
    let corpus = Corpus::of(ours::NOTES);
    for number in 0..corpus.notes {
        fs::File::create_new(notes.join(format!("{number}.html")))?
            .write_all(corpus.html(number).as_bytes())?;
    }
    println!("\nthe same notes as files, by others");
    for (program, line) in PEERS {
        if !shell(home.path(), &format!("command -v {program}")).status()?.success() {
            println!("{program:<34} is not installed");
            continue;
        }
        if program == "restic" {
            shell(home.path(), "restic -q -r repository init").status()?;
        }
        let (status, cost) = meter::run(&mut shell(home.path(), line))?;
        if !status.success() {
            return Err(Trouble::new(format!("{program} ended with {status}")));
        }
        let (clock, ratio) = (cost.clock.as_secs_f64(), cost.processor_s / ours.processor_s.max(0.01));
        println!("{program:<34} {clock:>7.2} s {:>7.2} s {ratio:>6.2} of ours", cost.processor_s);
    }
    Ok(())
}

/// A line for the shell, in a folder of its own.
fn shell(home: &Path, line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(home).stdin(Stdio::null()).stdout(Stdio::null());
    command.env("HOME", home).env("PASSWORD", PASSWORD).env("RESTIC_PASSWORD", PASSWORD);
    command
}
