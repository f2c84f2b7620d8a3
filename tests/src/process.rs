//! Programs that live no longer than the test that started them.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::{Outcome, Trouble};

/// How long a program may take to say that it is ready.
const READY: Duration = Duration::from_secs(20);

/// A program in a process group of its own. The group is killed when this is dropped; the program also
/// dies when the test is killed hard, by the kernel's parent-death signal (`setpriv --pdeathsig`).
///
/// The signal follows the *thread* that started the program, so start programs from the test's thread.
pub struct Group {
    name: String,
    child: Child,
}

impl Group {
    /// Starts a program with its output going to a file beside the test's other files.
    ///
    /// # Errors
    /// If the program or the file is not to be had.
    pub fn start(command: &Command, log: &Path) -> Outcome<Self> {
        let out = File::options().create(true).append(true).open(log)?;
        let err = out.try_clone()?;
        Self::spawn(command, |wrapped| wrapped.stdout(out).stderr(err).stdin(Stdio::null()))
    }

    /// Starts a program that is told something on its standard input.
    ///
    /// # Errors
    /// If the program or the file is not to be had, or it does not listen.
    pub fn start_with_input(command: &Command, log: &Path, input: &[u8]) -> Outcome<Self> {
        let out = File::options().create(true).append(true).open(log)?;
        let err = out.try_clone()?;
        let mut group =
            Self::spawn(command, |wrapped| wrapped.stdout(out).stderr(err).stdin(Stdio::piped()))?;
        if let Some(mut pipe) = group.child.stdin.take() {
            pipe.write_all(input)?;
        }
        Ok(group)
    }

    /// Starts a program and waits for the first line that it prints.
    ///
    /// # Errors
    /// If it can't be started or says nothing in time.
    pub fn start_and_listen(command: &Command, log: &Path) -> Outcome<(Self, String)> {
        let err = File::options().create(true).append(true).open(log)?;
        let mut group =
            Self::spawn(command, |wrapped| wrapped.stdout(Stdio::piped()).stderr(err).stdin(Stdio::null()))?;
        let pipe = group.child.stdout.take().ok_or_else(|| Trouble::new("no pipe"))?;
        let line = first_line(pipe).map_err(|trouble| trouble.during(&group.name))?;
        Ok((group, line))
    }

    fn spawn(command: &Command, wire: impl FnOnce(&mut Command) -> &mut Command) -> Outcome<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut wrapped = Command::new("setpriv");
        wrapped.args(["--pdeathsig", "KILL", "--"].map(OsStr::new));
        wrapped.arg(command.get_program()).args(command.get_args());
        wrapped.env_clear();
        wrapped.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = command.get_current_dir() {
            wrapped.current_dir(folder);
        }
        wire(wrapped.process_group(0));
        let child = wrapped.spawn().map_err(|error| Trouble::from(error).during(&name))?;
        Ok(Self { name, child })
    }

    /// The number of the program, which is also the number of its group.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the program has not ended by itself.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // An error means that the group is gone already.
            let _ = kill_process_group(pid, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// The first line of a pipe, read aside so that a silent program can't hold the test up. The rest is
/// read and dropped, so that the program never blocks on a full pipe.
fn first_line(pipe: ChildStdout) -> Outcome<String> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // Only the first one has a receiver.
            let _ = send.send(line);
        }
    });
    receive.recv_timeout(READY).map_err(|_| Trouble::new("it said nothing"))
}

/// Asks again and again until the answer is there.
///
/// # Errors
/// The last trouble when the time is up.
pub fn until<T>(limit: Duration, mut ask: impl FnMut() -> Outcome<T>) -> Outcome<T> {
    let started = Instant::now();
    loop {
        match ask() {
            Ok(answer) => return Ok(answer),
            Err(trouble) if started.elapsed() >= limit => return Err(trouble),
            Err(_) => thread::sleep(Duration::from_millis(50)),
        }
    }
}
