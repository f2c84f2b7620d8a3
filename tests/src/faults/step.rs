//! Which system calls change files, and what one of them did.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use nix::libc::{self, c_long, user_regs_struct};
use nix::unistd::Pid;

/// What a step changed. Files are named by the number of their inode, since names move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A file appeared under a name.
    Create {
        /// Its number.
        file: u64,
    },
    /// Bytes were written.
    Write {
        /// Into which file.
        file: u64,
        /// From where on.
        offset: u64,
        /// Which.
        bytes: Vec<u8>,
    },
    /// A file was given a length.
    Truncate {
        /// Which file.
        file: u64,
        /// Bytes.
        length: u64,
    },
    /// A file or a folder was synced.
    Sync {
        /// Its number.
        file: u64,
    },
    /// A name moved, over one that was there if there was one.
    Rename {
        /// Its new place.
        to: PathBuf,
    },
    /// A file got a second name.
    Link {
        /// The new one.
        to: PathBuf,
    },
    /// A name went.
    Unlink,
    /// A folder appeared.
    MakeFolder,
    /// A folder went.
    RemoveFolder,
    /// A step that failed, or that changes nothing on the disk.
    Nothing,
}

/// One step of the program.
#[derive(Debug, Clone)]
pub struct Step {
    /// The system call.
    pub call: &'static str,
    /// The file or folder that it was about.
    pub path: PathBuf,
    /// What it did.
    pub act: Act,
}

/// What kind of call a step is: its arguments lie in different places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Create,
    Empty,
    Write,
    Truncate,
    Allocate,
    Sync,
    Rename,
    Link,
    Unlink,
    MakeFolder,
    RemoveFolder,
}

impl Kind {
    /// Whether a disk without space refuses it.
    pub(super) fn needs_space(self) -> bool {
        matches!(
            self,
            Self::Create | Self::Write | Self::Allocate | Self::Rename | Self::Link | Self::MakeFolder
        )
    }

    /// Whether a disk that may not be written refuses it.
    pub(super) fn changes(self) -> bool {
        self != Self::Sync
    }
}

/// A step that is about to be taken.
#[derive(Debug, Clone)]
pub(super) struct Coming {
    pub(super) kind: Kind,
    pub(super) call: &'static str,
    pub(super) path: PathBuf,
    to: PathBuf,
    descriptor: u64,
}

/// The calls of a stopped thread, read from outside.
pub(super) struct Stopped {
    pub(super) thread: Pid,
    pub(super) regs: user_regs_struct,
}

impl Stopped {
    /// The number of the call.
    pub(super) fn call(&self) -> c_long {
        self.regs.orig_rax.cast_signed()
    }

    /// What the call returned; negative: an error.
    pub(super) fn result(&self) -> i64 {
        self.regs.rax.cast_signed()
    }

    /// The step that this call is, if it changes files.
    pub(super) fn coming(&self) -> Option<Coming> {
        let r = &self.regs;
        let here = i64::from(libc::AT_FDCWD).cast_unsigned();
        let about = |kind, call, path| Some(Coming { kind, call, path, to: PathBuf::new(), descriptor: 0 });
        let open = |kind, call, descriptor| {
            let path = self.path_of(descriptor)?;
            Some(Coming { kind, call, path, to: PathBuf::new(), descriptor })
        };
        let two = |kind, call, from: PathBuf, to: PathBuf| {
            Some(Coming { kind, call, path: from, to, descriptor: 0 })
        };
        match self.call() {
            libc::SYS_open => self.opening("open", self.path_at(here, r.rdi), r.rsi),
            libc::SYS_creat => {
                let flags = (libc::O_CREAT | libc::O_TRUNC | libc::O_WRONLY).unsigned_abs();
                self.opening("creat", self.path_at(here, r.rdi), u64::from(flags))
            }
            libc::SYS_openat => self.opening("openat", self.path_at(r.rdi, r.rsi), r.rdx),
            libc::SYS_write => open(Kind::Write, "write", r.rdi),
            libc::SYS_pwrite64 => open(Kind::Write, "pwrite", r.rdi),
            libc::SYS_writev => open(Kind::Write, "writev", r.rdi),
            libc::SYS_pwritev | libc::SYS_pwritev2 => open(Kind::Write, "pwritev", r.rdi),
            libc::SYS_copy_file_range => open(Kind::Write, "copy_file_range", r.rdx),
            libc::SYS_sendfile => open(Kind::Write, "sendfile", r.rdi),
            libc::SYS_ftruncate => open(Kind::Truncate, "ftruncate", r.rdi),
            libc::SYS_fallocate => open(Kind::Allocate, "fallocate", r.rdi),
            libc::SYS_fsync => open(Kind::Sync, "fsync", r.rdi),
            libc::SYS_fdatasync => open(Kind::Sync, "fdatasync", r.rdi),
            libc::SYS_rename => {
                two(Kind::Rename, "rename", self.path_at(here, r.rdi), self.path_at(here, r.rsi))
            }
            libc::SYS_renameat | libc::SYS_renameat2 => {
                two(Kind::Rename, "renameat", self.path_at(r.rdi, r.rsi), self.path_at(r.rdx, r.r10))
            }
            libc::SYS_link => two(Kind::Link, "link", self.path_at(here, r.rdi), self.path_at(here, r.rsi)),
            libc::SYS_linkat => {
                two(Kind::Link, "linkat", self.path_at(r.rdi, r.rsi), self.path_at(r.rdx, r.r10))
            }
            libc::SYS_unlink => about(Kind::Unlink, "unlink", self.path_at(here, r.rdi)),
            libc::SYS_unlinkat => {
                let folder = r.rdx & u64::from(libc::AT_REMOVEDIR.unsigned_abs()) != 0;
                let kind = if folder { Kind::RemoveFolder } else { Kind::Unlink };
                about(kind, "unlinkat", self.path_at(r.rdi, r.rsi))
            }
            libc::SYS_rmdir => about(Kind::RemoveFolder, "rmdir", self.path_at(here, r.rdi)),
            libc::SYS_mkdir => about(Kind::MakeFolder, "mkdir", self.path_at(here, r.rdi)),
            libc::SYS_mkdirat => about(Kind::MakeFolder, "mkdirat", self.path_at(r.rdi, r.rsi)),
            _ => None,
        }
    }

    /// Opening is a step only if it makes or empties a file.
    fn opening(&self, call: &'static str, path: PathBuf, flags: u64) -> Option<Coming> {
        let has = |flag: i32| flags & u64::from(flag.unsigned_abs()) != 0;
        let there = fs::symlink_metadata(&path).ok();
        let kind = match there {
            None if has(libc::O_CREAT) => Kind::Create,
            Some(file) if has(libc::O_TRUNC) && file.len() > 0 => Kind::Empty,
            _ => return None,
        };
        Some(Coming { kind, call, path, to: PathBuf::new(), descriptor: 0 })
    }

    /// The file or folder that a call without effects is about, for disks that vanish.
    pub(super) fn looked_at(&self) -> Option<(PathBuf, bool)> {
        let r = &self.regs;
        let here = i64::from(libc::AT_FDCWD).cast_unsigned();
        let named = |path: PathBuf| Some((path, true));
        let open = |descriptor| self.path_of(descriptor).map(|path| (path, false));
        match self.call() {
            libc::SYS_open
            | libc::SYS_stat
            | libc::SYS_lstat
            | libc::SYS_access
            | libc::SYS_readlink
            | libc::SYS_statfs => named(self.path_at(here, r.rdi)),
            libc::SYS_newfstatat | libc::SYS_statx
                if self.text_at(r.rsi).is_some_and(|name| name.is_empty()) =>
            {
                open(r.rdi)
            }
            libc::SYS_openat
            | libc::SYS_newfstatat
            | libc::SYS_statx
            | libc::SYS_faccessat
            | libc::SYS_faccessat2
            | libc::SYS_readlinkat => named(self.path_at(r.rdi, r.rsi)),
            libc::SYS_read
            | libc::SYS_pread64
            | libc::SYS_readv
            | libc::SYS_getdents64
            | libc::SYS_fstat
            | libc::SYS_fstatfs
            | libc::SYS_copy_file_range => open(r.rdi),
            libc::SYS_sendfile => open(r.rsi),
            _ => None,
        }
    }

    /// The path of an open descriptor.
    fn path_of(&self, descriptor: u64) -> Option<PathBuf> {
        fs::read_link(self.proc(&format!("fd/{descriptor}"))).ok()
    }

    /// The path that a call names, from a folder's descriptor or the current folder on.
    fn path_at(&self, folder: u64, name: u64) -> PathBuf {
        let name = self.text_at(name).unwrap_or_default();
        if Path::new(&name).is_absolute() {
            return name.into();
        }
        // The kernel reads the descriptor as 32 bits.
        let here = libc::AT_FDCWD.cast_unsigned();
        let from = if folder & 0xFFFF_FFFF == u64::from(here) {
            fs::read_link(self.proc("cwd")).ok()
        } else {
            self.path_of(folder)
        };
        from.unwrap_or_default().join(name)
    }

    /// A text in the memory of the program.
    fn text_at(&self, address: u64) -> Option<String> {
        const PIECE: usize = 256;
        let memory = File::open(self.proc("mem")).ok()?;
        let mut text = Vec::new();
        while text.len() < 8192 {
            let mut piece = [0; PIECE];
            let at = address + text.len() as u64;
            // Up to the end of a page, since the next one may not be there.
            let room = PIECE.min(usize::try_from(4096 - at % 4096).unwrap_or(PIECE));
            memory.read_exact_at(piece.get_mut(..room)?, at).ok()?;
            let piece = piece.get(..room)?;
            if let Some(end) = piece.iter().position(|byte| *byte == 0) {
                text.extend_from_slice(piece.get(..end)?);
                return String::from_utf8(text).ok();
            }
            text.extend_from_slice(piece);
        }
        None
    }

    fn proc(&self, what: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{what}", self.thread))
    }

    /// What a step has done, now that its call is back.
    pub(super) fn done(&self, coming: &Coming) -> Step {
        let act = if self.result() < 0 { Act::Nothing } else { self.act(coming).unwrap_or(Act::Nothing) };
        Step { call: coming.call, path: coming.path.clone(), act }
    }

    fn act(&self, coming: &Coming) -> Option<Act> {
        let file = |path: &Path| fs::metadata(path).map(|about| about.ino()).ok();
        let descriptor = self.proc(&format!("fd/{}", coming.descriptor));
        Some(match coming.kind {
            Kind::Create => Act::Create { file: file(&coming.path)? },
            Kind::Empty => Act::Truncate { file: file(&coming.path)?, length: 0 },
            Kind::Write => self.written(coming, &descriptor)?,
            Kind::Truncate => Act::Truncate { file: file(&descriptor)?, length: self.regs.rsi },
            Kind::Allocate => {
                Act::Truncate { file: file(&descriptor)?, length: fs::metadata(&descriptor).ok()?.len() }
            }
            Kind::Sync => Act::Sync { file: file(&descriptor)? },
            Kind::Rename => Act::Rename { to: coming.to.clone() },
            Kind::Link => Act::Link { to: coming.to.clone() },
            Kind::Unlink => Act::Unlink,
            Kind::MakeFolder => Act::MakeFolder,
            Kind::RemoveFolder => Act::RemoveFolder,
        })
    }

    /// Reads what was written back from the file itself.
    fn written(&self, coming: &Coming, descriptor: &Path) -> Option<Act> {
        let count = self.result().cast_unsigned();
        let offset = match self.call() {
            libc::SYS_pwrite64 | libc::SYS_pwritev | libc::SYS_pwritev2 => self.regs.r10,
            _ => {
                let about = fs::read_to_string(self.proc(&format!("fdinfo/{}", coming.descriptor))).ok()?;
                let position = about.lines().find_map(|line| line.strip_prefix("pos:"))?;
                position.trim().parse::<u64>().ok()?.checked_sub(count)?
            }
        };
        let mut bytes = vec![0; usize::try_from(count).ok()?];
        File::open(descriptor).ok()?.read_exact_at(&mut bytes, offset).ok()?;
        Some(Act::Write { file: fs::metadata(descriptor).ok()?.ino(), offset, bytes })
    }
}

impl Coming {
    /// Whether it is about something below a folder.
    pub(super) fn is_below(&self, folder: &Path) -> bool {
        self.path.starts_with(folder) || self.to.starts_with(folder)
    }
}
