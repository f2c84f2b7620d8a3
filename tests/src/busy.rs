//! A program held still in the middle of its job, so that what others do meanwhile needs no luck.

use std::fs;
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::cli::Cli;
use crate::{Outcome, Trouble};

/// How long the program runs between two looks at it: short beside any job.
const MOMENT: Duration = Duration::from_millis(1);

/// How long a program may take to begin its job, on a busy machine.
const BEGINNING: Duration = Duration::from_secs(90);

/// Waits until the program has the job of an account and stops it there. It goes on when this is dropped.
pub struct Stopped(Pid);

impl Stopped {
    /// A call of the command line.
    ///
    /// # Errors
    /// If the program ends before it has been seen at its job.
    pub fn at_its_job(cli: &Cli, child: &mut Child) -> Outcome<Self> {
        let (process, accounts) = (child.id(), cli.path("data/accounts"));
        Self::in_the_middle(&accounts, process, || match child.try_wait()? {
            Some(status) => {
                Err(Trouble::new(format!("it was never seen at its job and ended with {status}")))
            }
            None => Ok(()),
        })
    }

    /// Any program, by its number and the folder of the accounts. `goes_on` fails when it has ended.
    ///
    /// # Errors
    /// If it ends, or does not begin a job in time.
    pub fn in_the_middle(
        accounts: &Path,
        process: u32,
        mut goes_on: impl FnMut() -> Outcome,
    ) -> Outcome<Self> {
        let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| Trouble::new("no process number"))?;
        let begun = Instant::now();
        while begun.elapsed() < BEGINNING {
            if has_the_job(accounts, process)? {
                kill_process(pid, Signal::STOP)?;
                let stopped = Self(pid);
                // It may only have looked whether the account is free, or have ended its job by now.
                if has_the_job(accounts, process)? {
                    return Ok(stopped);
                }
            }
            goes_on()?;
            thread::sleep(MOMENT);
        }
        Err(Trouble::new("it never began a job, or only such as were too short to be met"))
    }

    /// Ends the program where it stands, as a power cut does.
    ///
    /// # Errors
    /// If it is not there any more.
    pub fn kill(self) -> Outcome {
        Ok(kill_process(self.0, Signal::KILL)?)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        // An error means that it has been killed meanwhile, and then there is nothing to go on with.
        let _ = kill_process(self.0, Signal::CONT);
    }
}

/// Whether the process is in the middle of a job that is in the history, and holds nothing beside the lock of
/// it: the others are held for moments, and whoever stopped there would hold everybody up.
fn has_the_job(accounts: &Path, process: u32) -> Outcome<bool> {
    let folders = || fs::read_dir(accounts).into_iter().flatten().flatten().map(|folder| folder.path());
    let at_it = folders().filter(|folder| {
        let log = fs::read_to_string(folder.join("runs.ndjson")).unwrap_or_default();
        events(&log, "begin") > events(&log, "end")
    });
    let jobs: Vec<_> = at_it.filter_map(|folder| inode(&folder.join("job.lock"))).collect();
    let others =
        folders().flat_map(|folder| ["runs.ndjson", "state.lock"].map(|name| inode(&folder.join(name))));
    let others: Vec<_> = others.chain([inode(&accounts.join("state.lock"))]).flatten().collect();
    let held = held_by(process)?;
    let holds = |inodes: &[u64]| inodes.iter().any(|inode| held.contains(inode));
    Ok(holds(&jobs) && !holds(&others))
}

/// The files whose locks a process holds, by the kernel's own list: taking a lock to find out would be in its
/// way.
fn held_by(process: u32) -> Outcome<Vec<u64>> {
    let locks = fs::read_to_string("/proc/locks")?;
    let process = process.to_string();
    let inode = |line: &str| {
        // "1: FLOCK  ADVISORY  WRITE 708 08:01:1234 0 EOF"
        let words: Vec<_> = line.split_whitespace().collect();
        let mine = words.get(4) == Some(&process.as_str());
        if mine { words.get(5)?.rsplit(':').next()?.parse().ok() } else { None }
    };
    Ok(locks.lines().filter_map(inode).collect())
}

fn inode(file: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    Some(fs::metadata(file).ok()?.ino())
}

/// How many runs began, or ended, by what is written down of them.
#[must_use]
pub fn events(log: &str, event: &str) -> usize {
    log.matches(&format!("\"event\":\"{event}\"")).count()
}
