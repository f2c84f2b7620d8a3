//! What others take for the same notes as files, whatever of them is installed. None of them reads back what
//! it wrote, which Backstop does before a backup gets its name.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use backstop_tests::meter;
use backstop_tests::{Outcome, Trouble};

use crate::corpora::Shape;
use crate::ours::Made;
use crate::table::{self, Row};

/// What the password of every peer is.
const PASSWORD: &str = "otter saddle brisk lantern 71";

/// Each peer: its program, the line that backs the folder `notes` up, and what that makes.
const PEERS: [(&str, &str, &str); 5] = [
    ("cp", "cp -r notes copied", "copied"),
    ("zstd", "tar -c notes | zstd -q -3 -o notes.tar.zst", "notes.tar.zst"),
    ("zip", "zip -q -r -P \"$PASSWORD\" notes.zip notes", "notes.zip"),
    ("7z", "7z a -bso0 -bsp0 -mhe=on -p\"$PASSWORD\" notes.7z notes", "notes.7z"),
    ("restic", "restic -q -r repository backup notes", "repository"),
];

/// Measures each that is installed, beside what a backup as `.backstop` takes without its key derivation.
///
/// # Errors
/// If the files can't be written, or one fails.
pub(super) fn measure(shape: Shape, ours: &Made) -> Outcome {
    let home = tempfile::tempdir()?;
    let notes = home.path().join("notes");
    fs::create_dir(&notes)?;
    let bytes = shape.folder(&notes)?;
    println!("\nThe same, {} as {} files, by others:", table::megabytes(bytes), shape.notes + shape.files);
    table::head(&[
        "others",
        "clock",
        "processor",
        "most memory",
        "processor, of `.backstop`'s",
        "size, of it",
    ]);
    for (program, line, makes) in PEERS {
        if !shell(home.path(), &format!("command -v {program}")).status()?.success() {
            Row::new(program).cell("is not installed".to_owned()).show();
            continue;
        }
        if program == "restic" {
            shell(home.path(), "restic -q -r repository init").status()?;
        }
        let (status, cost) = meter::run(&mut shell(home.path(), line))?;
        if !status.success() {
            return Err(Trouble::new(format!("{program} ended with {status}")));
        }
        let size = size_of(&home.path().join(makes))?;
        Row::new(program)
            .times(&cost)
            .cell(format!("{:.2}", cost.processor_s / ours.processor_s))
            .cell(format!("{:.2}", size as f64 / ours.bytes as f64))
            .show();
    }
    Ok(())
}

/// Bytes of a file, or of every file in a folder.
fn size_of(path: &Path) -> Outcome<u64> {
    if !path.is_dir() {
        return Ok(fs::metadata(path)?.len());
    }
    fs::read_dir(path)?.try_fold(0, |sum, entry| Ok(sum + size_of(&entry?.path())?))
}

/// A line for the shell, in a folder of its own.
fn shell(home: &Path, line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(home).stdin(Stdio::null()).stdout(Stdio::null());
    command.env("HOME", home).env("PASSWORD", PASSWORD).env("RESTIC_PASSWORD", PASSWORD);
    command
}
