//! One file on its way from a hidden name to its own.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::parts::Origin;
use crate::system;

/// The steps that can fail, in their order; tests pull the plug before any of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The hidden file is made.
    Create,
    /// Its bytes go to the disk.
    SyncFile,
    /// It gets its name.
    Rename,
    /// The name goes to the disk.
    SyncFolder,
}

/// Nothing in the program itself; in tests, the place where a fault strikes.
fn before(step: Step) -> io::Result<()> {
    #[cfg(test)]
    super::fault::strike(step)?;
    let _ = step;
    Ok(())
}

/// Unfinished files of one run in one folder; more are a fault of the caller.
const MOST_PARTS: u32 = 1_000;

/// Numbers tried before a name counts as taken for good.
const MOST_NUMBERS: u32 = 10_000;

/// A file being written under a hidden name beside its target. Dropped, it is gone.
#[derive(Debug)]
pub struct NewFile {
    file: File,
    place: Unnamed,
}

/// A file that is whole on the disk but still without its name. Dropped, it is gone.
#[derive(Debug)]
pub struct SyncedFile {
    place: Unnamed,
}

/// The hidden name, removed on drop unless the file got its own.
#[derive(Debug)]
struct Unnamed {
    part: PathBuf,
    target: PathBuf,
    folder: PathBuf,
    named: bool,
}

impl Drop for Unnamed {
    fn drop(&mut self) {
        #[cfg(test)]
        if super::fault::power_is_cut() {
            return;
        }
        if !self.named {
            // Nobody is left to tell; a dead part is removed at the next start.
            let _ = fs::remove_file(&self.part);
        }
    }
}

impl NewFile {
    /// Begins a file that will be named `target`, in an existing folder, readable by its owner only.
    ///
    /// # Errors
    /// `InvalidInput` if `target` names no file; else what the folder answers.
    pub fn create(target: &Path, origin: &Origin, run: &str) -> io::Result<Self> {
        before(Step::Create)?;
        if target.file_name().is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the target names no file"));
        }
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        for number in 0..MOST_PARTS {
            let part = folder.join(origin.part_name(run, number));
            match system::private_and_new().open(&part) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(file) => {
                    let place = Unnamed { part, target: target.to_owned(), folder, named: false };
                    return Ok(Self { file, place });
                }
            }
        }
        Err(io::Error::other("too many unfinished files of one run"))
    }

    /// Where the bytes are now: for readers that open by path. It bears no final name yet.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.place.part
    }

    /// Says when it was last written: for a copy, which is as old as its original.
    ///
    /// # Errors
    /// What the disk answers.
    pub fn set_modified(&self, time: std::time::SystemTime) -> io::Result<()> {
        self.file.set_modified(time)
    }

    /// Puts every byte on the disk. From here on the file can be read and named, not written.
    ///
    /// # Errors
    /// What the disk answers; the file is gone then.
    pub fn sync(mut self) -> io::Result<SyncedFile> {
        before(Step::SyncFile)?;
        self.file.flush()?;
        self.file.sync_all()?;
        system::drop_cache(&self.file);
        Ok(SyncedFile { place: self.place })
    }
}

impl Write for NewFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Read for NewFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.file.read(buf)
    }
}

impl Seek for NewFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl SyncedFile {
    /// Where the bytes are now: for readers that open by path. It bears no final name yet.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.place.part
    }

    /// Opens the bytes for checking, from the disk rather than from memory where the system can.
    ///
    /// # Errors
    /// What the disk answers.
    pub fn open(&self) -> io::Result<File> {
        let file = File::open(&self.place.part)?;
        system::drop_cache(&file);
        Ok(file)
    }

    /// Gives the file its name and makes the name durable. Overwrites nothing.
    ///
    /// # Errors
    /// `AlreadyExists` if the name is taken; else what the disk answers. Only if making the name
    /// durable failed does the file stay, whole and under its name; in every other case it is gone.
    pub fn commit(mut self) -> io::Result<PathBuf> {
        let target = self.place.target.clone();
        self.place.give_name(&target)?;
        self.place.sync_folder()?;
        Ok(target)
    }

    /// As [`SyncedFile::commit`], but a taken name gets a number: `name-2.ext`, `name-3.ext`.
    ///
    /// # Errors
    /// As [`SyncedFile::commit`].
    pub fn commit_numbered(mut self) -> io::Result<PathBuf> {
        for number in 1..=MOST_NUMBERS {
            let target = numbered(&self.place.target, number);
            match self.place.give_name(&target) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                other => {
                    other?;
                    self.place.sync_folder()?;
                    return Ok(target);
                }
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "every number of this name is taken"))
    }

    /// Gives the file its name in place of the one that bears it, in one step: for settings and
    /// caches, never for archives.
    ///
    /// # Errors
    /// What the disk answers. Before the rename the old file is untouched.
    pub fn replace(mut self) -> io::Result<()> {
        before(Step::Rename)?;
        #[expect(clippy::disallowed_methods, reason = "this is the one place that may overwrite")]
        fs::rename(&self.place.part, &self.place.target)?;
        self.place.named = true;
        self.place.sync_folder()
    }
}

impl Unnamed {
    /// Renames without overwriting: natively, else by a hard link, else after a look. The look has
    /// a gap that only another program could slip into; our own processes hold a lock.
    fn give_name(&mut self, target: &Path) -> io::Result<()> {
        before(Step::Rename)?;
        let renamed = system::rename_no_replace(&self.part, target)
            .or_else(|| link(&self.part, target))
            .unwrap_or_else(|| rename_if_free(&self.part, target));
        renamed.inspect(|()| self.named = true)
    }

    fn sync_folder(&self) -> io::Result<()> {
        before(Step::SyncFolder)?;
        system::sync_folder(&self.folder)
    }
}

/// A hard link fails by itself if the name is taken. `None`: no links on this file system.
fn link(part: &Path, target: &Path) -> Option<io::Result<()>> {
    match fs::hard_link(part, target) {
        Ok(()) => {
            // The file has its name; a second, hidden one is a dead part and removed as such.
            let _ = fs::remove_file(part);
            Some(Ok(()))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Some(Err(error)),
        Err(_) => None,
    }
}

fn rename_if_free(part: &Path, target: &Path) -> io::Result<()> {
    match fs::symlink_metadata(target) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound =>
        {
            #[expect(clippy::disallowed_methods, reason = "nothing bears the name, as just seen")]
            fs::rename(part, target)
        }
        Err(error) => Err(error),
    }
}

/// Writes one of the small stores in place of the one that is there, in one step.
///
/// `store` names it in the hidden file, as `settings`.
///
/// # Errors
/// What the disk answers. Before the last step the old file is untouched.
pub fn replace(target: &Path, origin: &Origin, store: &str, bytes: &[u8]) -> io::Result<()> {
    let mut file = NewFile::create(target, origin, store)?;
    file.write_all(bytes)?;
    file.sync()?.replace()
}

/// `name.ext` for the first, `name-2.ext` for the second.
#[must_use]
pub fn numbered(target: &Path, number: u32) -> PathBuf {
    if number < 2 {
        return target.to_owned();
    }
    let mut name = target.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = target.extension() {
        name.push(".");
        name.push(extension);
    }
    target.with_file_name(name)
}

#[cfg(test)]
#[path = "new_file_tests.rs"]
mod tests;
