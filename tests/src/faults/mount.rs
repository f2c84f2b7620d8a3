//! Small disks: real file systems of a few megabytes, mounted where only this test sees them.
//!
//! A program that sleeps holds a mount namespace of its own; the command line is run in it, and whatever
//! was mounted there is gone when the sleeper dies, however the test ends. Root gets any file system, from
//! an image behind a loop device. Anyone else gets a namespace of users too and in it only memory
//! (`tmpfs`), which fills up and becomes read-only as well as any.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use rustix::fs::{FallocateFlags, fallocate, statvfs};
use tempfile::TempDir;

use crate::process::{Group, until};
use crate::{Outcome, Trouble};

/// What a disk is formatted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// What most Linux disks have. Memory, where the test is not root.
    Usual,
    /// exFAT through FUSE, as on USB sticks: no hard links, no renaming without overwriting, no owners.
    Exfat,
}

/// A small disk and the namespace it is mounted in. Gone when this is dropped.
pub struct SmallDisk {
    // The programs go first, then the image below them.
    served_by: Option<Group>,
    holder: Group,
    folder: TempDir,
    as_root: bool,
}

impl SmallDisk {
    /// Makes and mounts a disk of so many bytes.
    ///
    /// # Errors
    /// Where neither root nor a namespace of users is to be had, or a program is missing; it says which.
    pub fn new(format: Format, bytes: u64) -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("backstop-disk-").tempdir()?;
        fs::create_dir(folder.path().join("mounted"))?;
        let as_root = rustix::process::geteuid().is_root();
        if !as_root && format != Format::Usual {
            return Err(Trouble::new("only root mounts this file system; run the tests as root"));
        }
        let mut hold = Command::new("unshare");
        hold.args(if as_root { &["-m"][..] } else { &["-Urm"][..] });
        hold.args(["--propagation", "private", "sh", "-c", "echo held; exec sleep 86400"]);
        hold.env("PATH", SYSTEM_PATH);
        let (holder, _) = Group::start_and_listen(&hold, &folder.path().join("holder.log")).map_err(|trouble| {
            trouble.during("a small disk needs `unshare` (util-linux), and root or namespaces of users (kernel.unprivileged_userns_clone)")
        })?;
        let mut disk = Self { served_by: None, holder, folder, as_root };
        disk.format(format, bytes)?;
        Ok(disk)
    }

    fn format(&mut self, format: Format, bytes: u64) -> Outcome {
        let (image, point) = (self.folder.path().join("image"), self.point());
        let (image_text, point_text) = (image.display().to_string(), point.display().to_string());
        if self.as_root {
            File::create_new(&image)?.set_len(bytes)?;
        }
        match format {
            Format::Usual if self.as_root => {
                self.run(&["mkfs.ext4", "-q", "-m", "0", &image_text])?;
                self.run(&["mount", "-o", "loop", &image_text, &point_text])
            }
            Format::Usual => {
                let size = format!("size={bytes}");
                self.run(&["mount", "-t", "tmpfs", "-o", &size, "tmpfs", &point_text])
            }
            Format::Exfat => {
                self.run(&["mkfs.exfat", &image_text])?;
                let device = self.run_for(&["losetup", "--find", "--show", &image_text])?;
                let serve = self.command(&["mount.exfat-fuse", "-d", device.trim(), &point_text])?;
                self.served_by = Some(Group::start(&serve, &self.folder.path().join("served.log"))?);
                let mounts = format!("/proc/{}/mountinfo", self.holder.id());
                let mounted = until(PATIENCE, || {
                    let there = fs::read_to_string(&mounts)?.contains(&point_text);
                    if there {
                        Ok(())
                    } else {
                        Err(Trouble::new("mount.exfat-fuse (exfat-fuse) mounts nothing"))
                    }
                });
                // The device lives as long as it is mounted.
                self.run(&["losetup", "--detach", device.trim()])?;
                mounted
            }
        }
    }

    /// Where it is mounted, for programs in its namespace.
    #[must_use]
    pub fn point(&self) -> PathBuf {
        self.folder.path().join("mounted")
    }

    /// The same place as seen from here.
    #[must_use]
    pub fn seen(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        let point = self.point();
        root.join(point.strip_prefix("/").unwrap_or(&point))
    }

    /// The words before a command that runs it in the namespace.
    #[must_use]
    pub fn inside(&self) -> Vec<String> {
        let id = self.holder.id().to_string();
        let users: &[&str] = if self.as_root { &[] } else { &["-U", "--preserve-credentials"] };
        [&["/usr/bin/nsenter", "-t", &id, "-m"], users, &["--"]]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect()
    }

    /// Runs a program in the namespace.
    ///
    /// # Errors
    /// If it is missing or fails, with what it said.
    pub fn run(&self, words: &[&str]) -> Outcome {
        self.run_for(words).map(drop)
    }

    /// A program in the namespace, ready to be started.
    fn command(&self, words: &[&str]) -> Outcome<Command> {
        let inside = self.inside();
        let (program, before) = inside.split_first().ok_or_else(|| Trouble::new("no words"))?;
        let mut command = Command::new(program);
        command.args(before).args(words).env("PATH", SYSTEM_PATH);
        Ok(command)
    }

    fn run_for(&self, words: &[&str]) -> Outcome<String> {
        let Output { status, stdout, stderr } = self.command(words)?.output()?;
        if status.success() {
            return Ok(String::from_utf8(stdout)?);
        }
        let said = String::from_utf8_lossy(&stderr);
        Err(Trouble::new(format!("`{}` ended with {status}: {said}", words.join(" "))))
    }

    /// Fills it until only so many bytes are free.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn fill_up_to(&self, free: u64) -> Outcome {
        let space = statvfs(self.seen())?;
        let now = space.f_bavail * space.f_frsize;
        let filler = File::create_new(self.seen().join("filler"))?;
        fallocate(&filler, FallocateFlags::empty(), 0, now.saturating_sub(free))?;
        filler.sync_all()?;
        Ok(())
    }

    /// Takes away what [`SmallDisk::fill_up_to`] put there.
    ///
    /// # Errors
    /// If it is not there.
    pub fn make_room(&self) -> Outcome {
        Ok(fs::remove_file(self.seen().join("filler"))?)
    }

    /// Lets it be written no more, or again.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn read_only(&self, yes: bool) -> Outcome {
        let how = if yes { "remount,ro" } else { "remount,rw" };
        self.run(&["mount", "-o", how, &self.point().display().to_string()])
    }

    /// Puts one that was taken away by [`SmallDisk::unmount`] back, with all that is on it.
    ///
    /// # Errors
    /// If the system refuses, or it was only memory, as where the test is not root.
    pub fn mount_again(&self) -> Outcome {
        let image = self.folder.path().join("image").display().to_string();
        self.run(&["mount", "-o", "loop", &image, &self.point().display().to_string()])
    }

    /// Takes it away, though it is in use: its folder is then an empty one.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn unmount(&self) -> Outcome {
        self.run(&["umount", "-l", &self.point().display().to_string()])
    }

    /// Kills the program behind a FUSE disk, which is what a cable that is pulled comes to.
    ///
    /// # Errors
    /// If there is none, or the disk goes on answering.
    pub fn pull_out(&mut self) -> Outcome {
        drop(self.served_by.take().ok_or_else(|| Trouble::new("no program is behind this disk"))?);
        let seen = self.seen();
        until(PATIENCE, || fs::read_dir(&seen).map_or(Ok(()), |_| Err(Trouble::new("it still answers"))))
    }
}

/// How long a disk may take to come or go.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the programs of a system lie, those of its administrator too.
const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
