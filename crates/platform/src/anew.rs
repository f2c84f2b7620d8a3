//! A program that begins anew in its own process.
//!
//! Some memory is given back by the end of a program only. On Linux a process may be filled with a new start of
//! its program: its number stays, and so does its place in the session, which waits for its end. Elsewhere
//! this is not done: Windows can't, and macOS ties its windows to the first start.

use std::io;

/// Whether a program can begin anew here.
#[must_use]
pub fn can_begin_anew() -> bool {
    cfg!(target_os = "linux")
}

/// Begins anew with these words on the command line. Returns only if that can't be, and then nothing has
/// changed. Everything that the process had open is closed by it, so nothing may be half done.
///
/// A program whose file was replaced meanwhile, by an update, goes on as it is.
#[must_use]
pub fn begin_anew(words: &[&str]) -> io::Error {
    start::again(words)
}

/// Waits aside for the programs that an earlier start in this process began: they end by themselves, since
/// nobody talks to them any more, but stay in the system's list until somebody has waited for them.
pub fn await_those_before() {
    start::await_those_before();
}

#[cfg(target_os = "linux")]
mod start {
    use std::fs;
    use std::io;
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;
    use std::thread;

    use rustix::fs::{Access, access};
    use rustix::process::{Pid, WaitOptions, waitpid};

    pub(super) fn again(words: &[&str]) -> io::Error {
        let mut begun = std::env::args_os();
        let program = match std::env::current_exe() {
            Ok(program) => program,
            Err(error) => return error,
        };
        // Asked first: a try that fails would leave the signals changed.
        if let Err(error) = access(&program, Access::EXEC_OK) {
            return error.into();
        }
        let mut command = Command::new(&program);
        if let Some(name) = begun.next() {
            command.arg0(name);
        }
        command.args(words).exec()
    }

    pub(super) fn await_those_before() {
        let children = children(&fs::read_to_string(listed()).unwrap_or_default());
        if !children.is_empty() {
            thread::spawn(move || children.into_iter().for_each(|child| drop(wait(child))));
        }
    }

    fn wait(child: Pid) -> io::Result<()> {
        Ok(waitpid(Some(child), WaitOptions::empty()).map(drop)?)
    }

    /// Where the kernel lists the children of the program's first thread. A kernel that lists none leaves dead
    /// ones in its list until this program ends.
    fn listed() -> String {
        let id = std::process::id();
        format!("/proc/{id}/task/{id}/children")
    }

    fn children(list: &str) -> Vec<Pid> {
        let id = |word: &str| i32::try_from(word.parse::<u32>().ok()?).ok();
        list.split_whitespace().filter_map(|word| Pid::from_raw(id(word)?)).collect()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_kernels_list_is_read() {
            let ids =
                |list: &str| children(list).iter().map(|id| id.as_raw_nonzero().get()).collect::<Vec<_>>();
            assert_eq!(ids("17 4194304 "), [17, 4_194_304]);
            assert_eq!(ids(""), [0; 0]);
            assert_eq!(ids("0 x -1 9"), [9], "what is no child is left out");
        }

        #[test]
        fn a_child_that_ended_leaves_the_list() {
            let mut child = Command::new("true").spawn().expect("a program that ends");
            let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a number");
            wait(id).expect("it was waited for");
            assert!(child.wait().is_err(), "it is not there a second time");
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod start {
    use std::io;

    pub(super) fn again(_: &[&str]) -> io::Error {
        io::ErrorKind::Unsupported.into()
    }

    pub(super) fn await_those_before() {}
}
