//! Years of use, made in a second: many archives and many more runs of one account.
//!
//! The archives are copies of a real one under names of as many days; the runs are those of that archive and
//! of days on which nothing was made, as the log has them.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{Outcome, Trouble};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// The first day, 1 January 2012, 08:00 UTC.
const FIRST_MS: i64 = 1_325_404_800_000;

/// Runs to each archive: it was made, and on days after it nothing was new, something failed, or a check ran.
pub const RUNS_EACH: usize = 5;

/// Adds `archives` copies of the newest archive of an account, whose folder and whose archives' folder these
/// are, and [`RUNS_EACH`] runs for each. All of them are older than what is there.
///
/// # Errors
/// If the account has made no backup yet, or the disk says so.
pub fn add(account: &Path, archive: &Path, archives: usize) -> Outcome {
    let log = account.join("runs.ndjson");
    let own = fs::read_to_string(&log)?;
    let [begin, end] = last_backup(&own)?;
    let folder = archive.parent().ok_or_else(|| Trouble::new("the archive is in no folder"))?;
    let mut lines = Vec::new();
    for day in 0..archives {
        let at = FIRST_MS + i64::try_from(day)? * DAY_MS;
        let path = folder.join(name(day, archive));
        fs::copy(archive, &path)?;
        let written = UNIX_EPOCH + Duration::from_millis(u64::try_from(at)?);
        File::options().append(true).open(&path)?.set_modified(written)?;
        for turn in 0..RUNS_EACH {
            let at = at + i64::try_from(turn)? * 3_600_000;
            let run = format!("2012{day:06}-{turn}");
            let (mut begin, mut end) = (begin.clone(), end.clone());
            set(&mut begin, &[("run", json!(run)), ("started", json!(at)), ("trigger", json!("automatic"))])?;
            set(&mut end, &[("run", json!(run)), ("ended", json!(at + 18_000))])?;
            match turn {
                0 => became(&mut end, &path)?,
                1 => set(
                    &mut end,
                    &[
                        ("outcome", json!("failed")),
                        ("code", json!("disk_gone")),
                        ("message", json!("The disk was away.")),
                    ],
                )?,
                _ => set(&mut end, &[("outcome", json!("nothing_new")), ("since", json!(at - 3_600_000))])?,
            }
            if turn > 0 {
                set(&mut end, &[("archives", json!([])), ("verifications", json!([]))])?;
            }
            writeln!(lines, "{begin}\n{end}")?;
        }
    }
    lines.extend_from_slice(own.as_bytes());
    let mut file = File::options().write(true).truncate(true).open(&log)?;
    Ok(file.write_all(&lines)?)
}

/// The only account of a data folder.
///
/// # Errors
/// If there is none.
pub fn account(data: &Path) -> Outcome<PathBuf> {
    let mut folders = fs::read_dir(data.join("accounts"))?.filter_map(Result::ok).map(|entry| entry.path());
    folders.find(|path| path.join("runs.ndjson").is_file()).ok_or_else(|| Trouble::new("no account has run"))
}

/// A name of the day, as Backstop gives it; every month has 28 days here.
fn name(day: usize, archive: &Path) -> String {
    let extension = archive.extension().unwrap_or_default().to_string_lossy();
    let (year, month, day) = (2012 + day / 336, 1 + day / 28 % 12, 1 + day % 28);
    format!("library-{year}-{month:02}-{day:02}-08-00-00.{extension}")
}

/// The two lines of the run that made the newest archive.
fn last_backup(log: &str) -> Outcome<[Value; 2]> {
    let lines: Vec<Value> = log.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let made = |line: &&Value| line.pointer("/archives/0").is_some();
    let end = lines.iter().rev().find(made).ok_or_else(|| Trouble::new("no run has made an archive"))?;
    let begin = lines.iter().find(|line| line.get("run") == end.get("run"));
    Ok([begin.cloned().ok_or_else(|| Trouble::new("a run that never began"))?, end.clone()])
}

fn set(line: &mut Value, fields: &[(&str, Value)]) -> Outcome {
    let line = line.as_object_mut().ok_or_else(|| Trouble::new("a line of the log is no object"))?;
    line.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Ok(())
}

/// It made and checked the archive at this path.
fn became(end: &mut Value, path: &Path) -> Outcome {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if let Some(made) = end.pointer_mut("/archives/0") {
        set(made, &[("path", json!(path))])?;
    }
    if let Some(check) = end.pointer_mut("/verifications/0") {
        set(check, &[("name", json!(name))])?;
    }
    Ok(())
}
