//! A program held still in the middle of its job, so that what others do meanwhile needs no luck.

use std::fs;
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::cli::Cli;
use crate::{Outcome, Trouble};

/// How long the program runs between two looks at it: short beside any job.
const MOMENT: Duration = Duration::from_millis(1);

/// Waits until the program has the job of an account and stops it there. It goes on when this is dropped.
pub struct Stopped(Pid);

impl Stopped {
    /// # Errors
    /// If the program ends before it has been seen at its job.
    pub fn at_its_job(cli: &Cli, child: &mut Child) -> Outcome<Self> {
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| Trouble::new("no process number"))?;
        while !has_the_job(cli, child.id())? {
            if let Some(status) = child.try_wait()? {
                return Err(Trouble::new(format!("it was never seen at its job and ended with {status}")));
            }
            thread::sleep(MOMENT);
        }
        kill_process(pid, Signal::STOP)?;
        let stopped = Self(pid);
        if has_the_job(cli, child.id())? { Ok(stopped) } else { Err(Trouble::new("its job was too short")) }
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        // An error means that it has been killed meanwhile, and then there is nothing to go on with.
        let _ = kill_process(self.0, Signal::CONT);
    }
}

/// Whether the process holds the lock of a job, by the kernel's own list: taking it to find out would be in
/// its way.
fn has_the_job(cli: &Cli, process: u32) -> Outcome<bool> {
    let locks = fs::read_to_string("/proc/locks")?;
    let inodes: Vec<_> = job_locks(&cli.path("data/accounts")).collect();
    Ok(locks.lines().any(|line| {
        // "1: FLOCK  ADVISORY  WRITE 708 08:01:1234 0 EOF"
        let words: Vec<_> = line.split_whitespace().collect();
        let inode =
            words.get(5).and_then(|file| file.rsplit(':').next()).and_then(|inode| inode.parse().ok());
        words.get(4) == Some(&process.to_string().as_str())
            && inode.is_some_and(|inode: u64| inodes.contains(&inode))
    }))
}

fn job_locks(accounts: &Path) -> impl Iterator<Item = u64> {
    use std::os::unix::fs::MetadataExt as _;
    let folders = fs::read_dir(accounts).into_iter().flatten().flatten();
    folders.filter_map(|folder| Some(fs::metadata(folder.path().join("job.lock")).ok()?.ino()))
}
