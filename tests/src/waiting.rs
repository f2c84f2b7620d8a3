//! What a program costs while it waits: processor time, memory and writes of all its processes, as Linux
//! counts them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::meter::stat;
use crate::{Outcome, Trouble};

/// Clock ticks a second, as Linux reports processor time to programs on every machine.
const TICKS: f64 = 100.0;

/// How often a waiting program is looked at.
const LOOK: Duration = Duration::from_secs(10);

/// What a program took while it waited.
#[derive(Debug, Clone, Default)]
pub struct Waited {
    /// Seconds of all processors together, in the whole time.
    pub processor_s: f64,
    /// The most memory at a look, each page shared fairly with all who use it (PSS).
    pub fair_kib: u64,
    /// The same if nobody else on the machine used any of its libraries (RSS). Its own processes share nothing
    /// in this one.
    pub alone_kib: u64,
    /// The most processes at a look.
    pub processes: usize,
    /// Bytes that went on their way to a disk, in the whole time.
    pub written: u64,
    /// Files in the folders that came, went, or changed.
    pub changed: Vec<PathBuf>,
}

/// Watches a program and everything that it started for so long, and the files in these folders.
///
/// # Errors
/// If the program ends meanwhile, or can't be asked.
pub fn watch(program: u32, folders: &[PathBuf], long: Duration) -> Outcome<Waited> {
    let (begun, files) = (Instant::now(), files(folders));
    let before = look(program)?;
    let mut waited = Waited::default();
    loop {
        let now = look(program)?;
        waited.processor_s = now.processor_s - before.processor_s;
        waited.written = now.written.saturating_sub(before.written);
        waited.fair_kib = waited.fair_kib.max(now.fair_kib);
        waited.alone_kib = waited.alone_kib.max(now.alone_kib);
        waited.processes = waited.processes.max(now.processes);
        if begun.elapsed() >= long {
            break;
        }
        thread::sleep(LOOK.min(long));
    }
    waited.changed = differing(&files, &self::files(folders));
    Ok(waited)
}

/// All at one moment.
#[derive(Default)]
struct Moment {
    processor_s: f64,
    fair_kib: u64,
    alone_kib: u64,
    processes: usize,
    written: u64,
}

fn look(program: u32) -> Outcome<Moment> {
    let mut all = Moment::default();
    for process in family(program)? {
        let folder = PathBuf::from(format!("/proc/{process}"));
        // One that ended in between is counted by who waited for it.
        let Some(fields) = stat(&folder) else { continue };
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        all.processor_s += (11..15).map(ticks).sum::<f64>() / TICKS;
        let memory = fs::read_to_string(folder.join("smaps_rollup")).unwrap_or_default();
        all.fair_kib += number_after(&memory, "Pss:");
        all.alone_kib += number_after(&memory, "Rss:");
        all.written +=
            number_after(&fs::read_to_string(folder.join("io")).unwrap_or_default(), "write_bytes:");
        all.processes += 1;
    }
    if all.fair_kib == 0 {
        return Err(Trouble::new(format!("process {program} has no memory: it has ended")));
    }
    Ok(all)
}

/// Seconds of processor time that a program and everything that it started have taken so far.
///
/// # Errors
/// If the program has ended.
pub fn processor_s(program: u32) -> Outcome<f64> {
    Ok(look(program)?.processor_s)
}

/// A process and everything below it.
///
/// # Errors
/// If the processes can't be listed.
pub fn family(program: u32) -> Outcome<Vec<u32>> {
    let mut below: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let parent = stat(&entry.path()).and_then(|fields| fields.get(1)?.parse().ok());
        below.entry(parent.unwrap_or(0)).or_default().push(id);
    }
    let (mut found, mut left) = (Vec::new(), vec![program]);
    while let Some(next) = left.pop() {
        found.push(next);
        left.extend(below.remove(&next).unwrap_or_default());
    }
    Ok(found)
}

fn number_after(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

type Files = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

fn files(folders: &[PathBuf]) -> Files {
    let mut found = Files::new();
    folders.iter().for_each(|folder| gather(folder, &mut found));
    found
}

fn gather(folder: &Path, found: &mut Files) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(of) if of.is_dir() => gather(&entry.path(), found),
            Ok(of) => drop(found.insert(entry.path(), (of.len(), of.modified().ok()))),
            Err(_) => {}
        }
    }
}

fn differing(before: &Files, after: &Files) -> Vec<PathBuf> {
    let changed = |(path, facts): &(&PathBuf, &_)| before.get(*path) != Some(*facts);
    let new = after.iter().filter(changed).map(|(path, _)| path.clone());
    let gone = before.keys().filter(|path| !after.contains_key(*path)).cloned();
    new.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel_are_read() {
        let text = "Rss:  10 kB\nPss:   7 kB\nPss_Anon:  3 kB\n";
        assert_eq!(
            (number_after(text, "Pss:"), number_after(text, "Rss:"), number_after(text, "No:")),
            (7, 10, 0)
        );
    }

    #[test]
    fn what_came_went_or_changed_is_told() {
        let file = |name: &str, bytes| (PathBuf::from(name), (bytes, None));
        let before = Files::from([file("same", 1), file("grown", 1), file("gone", 1)]);
        let after = Files::from([file("same", 1), file("grown", 2), file("new", 1)]);
        assert_eq!(differing(&before, &after), ["grown", "new", "gone"].map(PathBuf::from));
    }

    #[test]
    fn this_test_waits_and_takes_little() {
        let folder = std::env::temp_dir().join("backstop-nowhere");
        let waited = watch(std::process::id(), &[folder], Duration::from_millis(50)).expect("it runs");
        assert!(waited.processes >= 1 && waited.fair_kib > 0 && waited.alone_kib >= waited.fair_kib);
        assert!(waited.changed.is_empty(), "{:?}", waited.changed);
    }
}
