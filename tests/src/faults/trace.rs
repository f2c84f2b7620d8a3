//! Runs the program and stops it at every system call, to count, to strike, or to write down.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::step::{Coming, Kind, Step, Stopped};
use crate::cli::{Cli, Ended};
use crate::{Outcome, Trouble};

/// What the disk does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is full from now on: what needs no space still works.
    Full,
    /// One step finds it full; then somebody has made room.
    FullOnce,
    /// It answers nothing but input/output errors from now on.
    Broken,
    /// One step meets an input/output error.
    BrokenOnce,
    /// The system has made it read-only.
    ReadOnly,
    /// It takes half of what is written, and then it is full.
    Short,
    /// It was pulled out: its names are gone, its open files answer with errors.
    Vanished,
    /// Nothing of the disk: the program is killed before the step.
    Kill,
    /// The program is killed right after the step.
    KillAfter,
}

impl Fault {
    /// Every fault of a disk.
    pub const OF_DISKS: [Self; 7] = [
        Self::Full,
        Self::FullOnce,
        Self::Broken,
        Self::BrokenOnce,
        Self::ReadOnly,
        Self::Short,
        Self::Vanished,
    ];

    fn strikes(self, kind: Kind, struck_before: bool) -> Option<Errno> {
        match self {
            Self::Full => kind.needs_space().then_some(Errno::ENOSPC),
            Self::FullOnce => (!struck_before && kind.needs_space()).then_some(Errno::ENOSPC),
            Self::Short => (struck_before && kind.needs_space()).then_some(Errno::ENOSPC),
            Self::Broken => Some(Errno::EIO),
            Self::BrokenOnce => (!struck_before).then_some(Errno::EIO),
            Self::ReadOnly => kind.changes().then_some(Errno::EROFS),
            Self::Vanished => Some(match kind {
                Kind::Write | Kind::Truncate | Kind::Allocate | Kind::Sync => Errno::EIO,
                _ => Errno::ENOENT,
            }),
            Self::Kill | Self::KillAfter => None,
        }
    }
}

/// What happens when.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// Only steps below this folder count and are struck.
    pub below: &'a Path,
    /// The fault and the number of the step, from 1, at which it begins. `None`: everything works.
    pub fault: Option<(Fault, usize)>,
}

/// How a watched call ended.
pub struct Traced {
    /// Its exit code and what it said; the code is -1 if it was killed.
    pub ended: Ended,
    /// Every step that it took below the folder, those that failed too.
    pub steps: Vec<Step>,
    /// Whether the fault came: a call may end before its step.
    pub struck: bool,
}

/// Runs a call of the program under a plan.
///
/// # Errors
/// If it can't be started or followed; where the system forbids `ptrace`, the trouble says so.
pub fn trace(cli: &Cli, args: &[&str], plan: &Plan<'_>) -> Outcome<Traced> {
    let said = tempfile::tempdir()?;
    let (out, err) = (said.path().join("out"), said.path().join("err"));
    let mut command = waiting(&cli.command(args));
    command.stdout(File::create_new(&out)?).stderr(File::create_new(&err)?).stdin(Stdio::piped());
    let mut child = command.spawn()?;
    let leader = Pid::from_raw(i32::try_from(child.id())?);
    let options = Options::PTRACE_O_EXITKILL
        | Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEFORK
        | Options::PTRACE_O_TRACEVFORK
        | Options::PTRACE_O_TRACEEXEC;
    ptrace::seize(leader, options).map_err(|errno| {
        Trouble::from(errno)
            .during("following the program; faults need ptrace, which a container may have to be allowed")
    })?;
    ptrace::interrupt(leader)?;
    waitpid(leader, Some(WaitPidFlag::__WALL))?;
    ptrace::syscall(leader, None)?;
    if let Some(mut go) = child.stdin.take() {
        go.write_all(b"\n")?;
    }
    let mut watch = Watch {
        plan,
        leader,
        running: false,
        threads: HashMap::new(),
        steps: Vec::new(),
        count: 0,
        struck: false,
    };
    let code = watch.follow()?;
    let ended = Ended { code, out: fs::read_to_string(&out)?, err: fs::read_to_string(&err)? };
    Ok(Traced { ended, steps: watch.steps, struck: watch.struck })
}

/// The call behind a shell that waits for a line, so that it can be followed from its first step on.
fn waiting(call: &Command) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "read -r _; exec \"$0\" \"$@\""]).arg(call.get_program()).args(call.get_args());
    command.env_clear();
    command.envs(call.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = call.get_current_dir() {
        command.current_dir(folder);
    }
    command
}

/// What a thread is in the middle of.
struct Midway {
    step: Option<Coming>,
    answer: Option<Errno>,
}

struct Watch<'a> {
    plan: &'a Plan<'a>,
    leader: Pid,
    /// Whether the shell has become the program.
    running: bool,
    threads: HashMap<Pid, Midway>,
    steps: Vec<Step>,
    count: usize,
    struck: bool,
}

/// The event of `PTRACE_SEIZE` that tells of a stop which is no signal.
const EVENT_STOP: i32 = libc::PTRACE_EVENT_STOP;

impl Watch<'_> {
    /// Follows the program to its end; its exit code, or -1.
    fn follow(&mut self) -> Outcome<i32> {
        loop {
            let status = waitpid(None, Some(WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD))?;
            match status {
                WaitStatus::Exited(who, code) if who == self.leader => return Ok(code),
                WaitStatus::Signaled(who, ..) if who == self.leader => return Ok(-1),
                WaitStatus::PtraceSyscall(who) => {
                    if self.running {
                        gone_is_fine(self.stopped(who))?;
                    }
                    resume(who, None)?;
                }
                WaitStatus::PtraceEvent(who, _, libc::PTRACE_EVENT_EXEC) => {
                    self.running = true;
                    resume(who, None)?;
                }
                WaitStatus::PtraceEvent(who, signal, EVENT_STOP)
                    if matches!(
                        signal,
                        Signal::SIGSTOP | Signal::SIGTSTP | Signal::SIGTTIN | Signal::SIGTTOU
                    ) =>
                {
                    return Err(Trouble::new(format!("{who} was stopped by {signal}")));
                }
                WaitStatus::PtraceEvent(who, ..) => resume(who, None)?,
                WaitStatus::Stopped(who, signal) => resume(who, Some(signal))?,
                _ => {}
            }
        }
    }

    /// A thread stands before a call or behind it.
    fn stopped(&mut self, thread: Pid) -> nix::Result<()> {
        let op = ptrace::syscall_info(thread)?.op;
        let stopped = Stopped { thread, regs: ptrace::getregs(thread)? };
        if op == libc::PTRACE_SYSCALL_INFO_ENTRY { self.entering(&stopped) } else { self.leaving(stopped) }
    }

    fn entering(&mut self, stopped: &Stopped) -> nix::Result<()> {
        let step = stopped.coming().filter(|step| step.is_below(self.plan.below));
        let Some(step) = step else {
            if self.is_gone_for(stopped) {
                self.refuse(stopped, None, Errno::EIO)?;
            }
            return Ok(());
        };
        self.count += 1;
        let due = self.plan.fault.filter(|(_, at)| self.count >= *at);
        match due {
            Some((Fault::Kill, _)) => {
                self.struck = true;
                return kill(self.leader, Signal::SIGKILL);
            }
            Some((Fault::Short, _)) if !self.struck && step.kind == Kind::Write => {
                self.struck = true;
                halve(stopped)?;
            }
            Some((fault, _)) => {
                if let Some(errno) = fault.strikes(step.kind, self.struck) {
                    self.struck = true;
                    return self.refuse(stopped, Some(step), errno);
                }
            }
            None => {}
        }
        self.threads.insert(stopped.thread, Midway { step: Some(step), answer: None });
        Ok(())
    }

    /// Whether a call looks at a disk that has vanished.
    fn is_gone_for(&self, stopped: &Stopped) -> bool {
        let vanished = matches!(self.plan.fault, Some((Fault::Vanished, _))) && self.struck;
        let below = |path: PathBuf| path.starts_with(self.plan.below);
        vanished && stopped.looked_at().is_some_and(|(path, _)| below(path))
    }

    /// Lets the call not happen: a number that no call has takes its place.
    fn refuse(&mut self, stopped: &Stopped, step: Option<Coming>, errno: Errno) -> nix::Result<()> {
        let named = stopped.looked_at().is_some_and(|(_, named)| named);
        let answer = if step.is_none() && named { Errno::ENOENT } else { errno };
        let mut regs = stopped.regs;
        regs.orig_rax = u64::MAX;
        ptrace::setregs(stopped.thread, regs)?;
        self.threads.insert(stopped.thread, Midway { step, answer: Some(answer) });
        Ok(())
    }

    fn leaving(&mut self, mut stopped: Stopped) -> nix::Result<()> {
        let Some(Midway { step, answer }) = self.threads.remove(&stopped.thread) else { return Ok(()) };
        if let Some(errno) = answer {
            stopped.regs.rax = (-i64::from(errno as i32)).cast_unsigned();
            ptrace::setregs(stopped.thread, stopped.regs)?;
        }
        let Some(step) = step else { return Ok(()) };
        self.steps.push(stopped.done(&step));
        if matches!(self.plan.fault, Some((Fault::KillAfter, at)) if self.count >= at) {
            self.struck = true;
            return kill(self.leader, Signal::SIGKILL);
        }
        Ok(())
    }
}

/// Lets a write take half of its bytes. A write of one byte, or of several pieces, stays whole.
fn halve(stopped: &Stopped) -> nix::Result<()> {
    let mut regs = stopped.regs;
    if matches!(stopped.call(), libc::SYS_write | libc::SYS_pwrite64) {
        regs.rdx = regs.rdx.div_ceil(2);
    }
    ptrace::setregs(stopped.thread, regs)
}

/// A thread may die between its stop and our look at it.
fn gone_is_fine(result: nix::Result<()>) -> nix::Result<()> {
    match result {
        Err(Errno::ESRCH) => Ok(()),
        other => other,
    }
}

fn resume(thread: Pid, signal: Option<Signal>) -> nix::Result<()> {
    gone_is_fine(ptrace::syscall(thread, signal))
}
