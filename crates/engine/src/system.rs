//! What only the operating system can say or do about files and disks.
//!
//! The one file of the engine that asks which system it runs on. It stays here, and not behind a
//! port, because nothing in it is a question a test would answer differently: it is the file
//! system itself, and the tests run on a real one. Where a system has no answer the result is
//! `None` or a fallback that is safe everywhere.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

mod trash;

pub(crate) use trash::{Removed, Trash};

/// Whether an error says that the disk or network folder vanished or stopped answering.
#[must_use]
pub fn disk_is_gone(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    let by_kind = matches!(
        error.kind(),
        Kind::NotConnected
            | Kind::TimedOut
            | Kind::HostUnreachable
            | Kind::NetworkUnreachable
            | Kind::NetworkDown
            | Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::StaleNetworkFileHandle
    );
    by_kind || error.raw_os_error().is_some_and(number_says_gone)
}

/// Numbers that std gives no kind: input/output error, no such device, no medium.
#[cfg(unix)]
fn number_says_gone(number: i32) -> bool {
    use rustix::io::Errno;
    [Errno::IO, Errno::NODEV, Errno::NXIO].iter().any(|errno| errno.raw_os_error() == number)
        || number_says_gone_here(number)
}

#[cfg(target_os = "linux")]
fn number_says_gone_here(number: i32) -> bool {
    use rustix::io::Errno;
    [Errno::NOMEDIUM, Errno::REMOTEIO, Errno::SHUTDOWN].iter().any(|errno| errno.raw_os_error() == number)
}

#[cfg(all(unix, not(target_os = "linux")))]
fn number_says_gone_here(_number: i32) -> bool {
    false
}

/// Windows error codes: data error, not ready, bad network path, device gone, network name
/// deleted, unexpected network error, I/O device error, no such device, not connected.
#[cfg(not(unix))]
fn number_says_gone(number: i32) -> bool {
    [21, 23, 53, 55, 59, 64, 433, 1117, 1167].contains(&number)
}

/// Options for a file that must not exist yet and that only its owner may read.
pub(crate) fn private_and_new() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Letters and digits that no other file will have.
pub(crate) fn unlikely_name() -> io::Result<String> {
    let bytes: [u8; 8] = backstop_crypto::random_array().map_err(io::Error::other)?;
    Ok(format!("{:016x}", u64::from_be_bytes(bytes)))
}

/// Makes a folder that only its owner may enter. One that is there already is an error.
pub(crate) fn create_private_folder(folder: &Path) -> io::Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "other systems know no mode"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Asks the system to forget what it keeps of a file in memory, so that the next read comes from
/// the disk. A wish: where it can't be granted, reading still works.
pub(crate) fn drop_cache(file: &File) {
    #[cfg(target_os = "linux")]
    {
        // Ignored on purpose: some file systems know no such advice.
        let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

/// Asks the system to run this thread after all others. A wish: where it can't be granted, it runs like any.
pub(crate) fn lower_priority() {
    #[cfg(target_os = "linux")]
    {
        // There a thread has a niceness of its own, and the usual schedulers of disks follow it.
        let _ = rustix::process::setpriority_process(None, 19);
    }
}

/// Renames within a folder unless the target exists, atomically.
///
/// `None`: this system or file system can't; use a fallback.
pub(crate) fn rename_no_replace(from: &Path, to: &Path) -> Option<io::Result<()>> {
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    {
        use rustix::{fs, io::Errno};
        let flags = fs::RenameFlags::NOREPLACE;
        match fs::renameat_with(fs::CWD, from, fs::CWD, to, flags) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP | Errno::PERM) => None,
            // On some systems a number of its own.
            Err(errno) if errno == Errno::OPNOTSUPP => None,
            Err(errno) => Some(Err(errno.into())),
            Ok(()) => Some(Ok(())),
        }
    }
    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    {
        let _ = (from, to);
        None
    }
}

/// Makes the names in a folder durable.
///
/// File systems that can't (`EINVAL`, `ENOTSUP`) write their folders through or not at all; there
/// is nothing more to ask of them, so that is no error.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = File::open(folder)?;
        match folder.sync_all() {
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
            {
                Ok(())
            }
            other => other,
        }
    }
    #[cfg(not(unix))]
    {
        // Windows opens no folder for this; NTFS keeps its own journal of names.
        fs::metadata(folder).map(drop)
    }
}

/// Makes the name of a folder or file durable, which is its parent's business.
pub(crate) fn sync_name_of(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match sync_folder(parent.unwrap_or(Path::new("."))) {
        // A folder may be written and not listed; then it can't be synced either.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        other => other,
    }
}

/// Makes a folder and all those above it that are missing, so that their names survive a power cut.
pub(crate) fn create_folders(folder: &Path) -> io::Result<()> {
    let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.is_dir();
    let missing: Vec<&Path> = folder.ancestors().take_while(is_missing).collect();
    fs::create_dir_all(folder)?;
    missing.into_iter().rev().try_for_each(sync_name_of)
}

/// What is known of the disk that a folder is on. `None` where the system does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// Equal for two folders on the same file system, within one run of the program.
    pub id: Option<u64>,
    /// Bytes that this user may still write.
    pub free_bytes: Option<u64>,
    /// Size of the file system in bytes.
    pub total_bytes: Option<u64>,
    /// The name of the network file system, as `nfs`, if it is one.
    pub network: Option<String>,
}

/// Looks at the disk of an existing folder.
///
/// # Errors
/// What stops the folder from being looked at.
pub fn disk_of(folder: &Path) -> io::Result<Disk> {
    let about = fs::metadata(folder)?;
    #[cfg(unix)]
    {
        let space = rustix::fs::statvfs(folder)?;
        Ok(Disk {
            id: Some(std::os::unix::fs::MetadataExt::dev(&about)),
            free_bytes: Some(space.f_bavail.saturating_mul(space.f_frsize)),
            total_bytes: Some(space.f_blocks.saturating_mul(space.f_frsize)),
            network: network_of(folder)?,
        })
    }
    #[cfg(not(unix))]
    {
        drop(about);
        Ok(Disk { id: None, free_bytes: None, total_bytes: None, network: None })
    }
}

/// File system numbers of statfs(2). Source: the man page, linux/magic.h.
#[cfg(target_os = "linux")]
const NETWORK_MAGIC: [(i128, &str); 11] = [
    (0x6969, "nfs"),
    (0x517B, "smb"),
    (0xFF53_4D42, "cifs"),
    (0xFE53_4D42, "smb"),
    (0x564C, "ncp"),
    (0x5346_414F, "afs"),
    (0x6B41_4653, "afs"),
    (0x7375_7245, "coda"),
    (0x00C3_6400, "ceph"),
    (0x0BD0_0BD0, "lustre"),
    (0x0102_1997, "9p"),
];

/// FUSE says nothing by its number: a USB disk with NTFS bears it like a folder over SSH.
#[cfg(target_os = "linux")]
const FUSE_MAGIC: i128 = 0x6573_5546;

/// FUSE file systems whose files are elsewhere, as they name themselves in mountinfo.
#[cfg(target_os = "linux")]
const NETWORK_FUSE: [&str; 9] = [
    "fuse.sshfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.gvfsd-fuse",
    "fuse.davfs",
    "fuse.davfs2",
    "fuse.glusterfs",
    "fuse.google-drive-ocamlfuse",
    "fuse.kio-fuse",
];

#[cfg(target_os = "linux")]
fn network_of(folder: &Path) -> io::Result<Option<String>> {
    let number = i128::from(rustix::fs::statfs(folder)?.f_type) & 0xFFFF_FFFF;
    if number == FUSE_MAGIC {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let kind = fuse_kind(&mounts, &fs::canonicalize(folder)?);
        return Ok(kind.filter(|kind| NETWORK_FUSE.contains(&kind.as_str())));
    }
    let known = NETWORK_MAGIC.iter().find(|(magic, _)| *magic == number);
    Ok(known.map(|(_, name)| (*name).to_owned()))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn network_of(_folder: &Path) -> io::Result<Option<String>> {
    Ok(None)
}

/// The type of the deepest mount that holds `folder`. Source of the format: proc(5), mountinfo.
#[cfg(target_os = "linux")]
fn fuse_kind(mounts: &str, folder: &Path) -> Option<String> {
    let parse = |line: &str| {
        let (before, after) = line.split_once(" - ")?;
        let point = before.split(' ').nth(4)?.replace("\\040", " ");
        Some((point, after.split(' ').next()?.to_owned()))
    };
    let holding = mounts.lines().filter_map(parse).filter(|(point, _)| folder.starts_with(point));
    holding.max_by_key(|(point, _)| point.len()).map(|(_, kind)| kind)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_local_folder_has_space_and_no_network() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = disk_of(folder.path()).expect("a disk");
        assert!(disk.id.is_some() && disk.free_bytes <= disk.total_bytes && disk.total_bytes > Some(0));
        assert_eq!(disk.network, None);
        assert!(disk_of(&folder.path().join("gone")).is_err());
    }

    #[test]
    fn the_deepest_mount_gives_the_kind() {
        let mounts = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
            40 22 0:44 / /home/a/my\\040cloud rw,nosuid shared:3 - fuse.rclone remote: rw\n\
            41 22 0:45 / /home/a rw - fuseblk /dev/sdb1 rw\n";
        let kind = |path: &str| fuse_kind(mounts, Path::new(path));
        assert_eq!(kind("/home/a/my cloud/notes").as_deref(), Some("fuse.rclone"));
        assert_eq!(kind("/home/a/other").as_deref(), Some("fuseblk"));
        assert_eq!(kind("/home/ab").as_deref(), Some("ext4"));
    }
}
