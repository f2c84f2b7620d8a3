//! The folder that archives are written to.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Zoned;
use thiserror::Error;

use super::name::archive_name;
use crate::durable::{NewFile, Origin};
use crate::problem::{Code, Problem};
use crate::system::{self, Disk};

/// What the chosen folder gets inside it, so that archives do not lie among other files.
const INNER: [&str; 2] = ["Backstop", "backups"];

/// Space kept free beside an archive, for the system and the folder itself.
const RESERVE_BYTES: u64 = 16 * 1024 * 1024;

/// Where archives go for a chosen folder: into `Backstop/backups` inside it, unless it is that.
#[must_use]
pub fn archives_folder(chosen: &Path) -> PathBuf {
    let [outer, inner] = INNER;
    if chosen.ends_with(Path::new(outer).join(inner)) {
        chosen.to_owned()
    } else {
        chosen.join(outer).join(inner)
    }
}

/// Why a folder can't be used.
#[derive(Debug, Error)]
pub enum FolderError {
    /// It lies in the data folder, which one mishap would take together with the backups.
    #[error("{0} is inside the data folder of Backstop")]
    InsideData(PathBuf),
    /// It is not there, though it was when it was chosen.
    #[error("{0} is not there")]
    Gone(PathBuf),
    /// Writing a first file into it failed.
    #[error("{folder} can't be written: {source}")]
    Write {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What was written came back as something else.
    #[error("{0} gives back other bytes than were written")]
    Unfaithful(PathBuf),
    /// Too little space.
    #[error("{needed_bytes} bytes are needed and {free_bytes} are free")]
    NoSpace {
        /// Needed.
        needed_bytes: u64,
        /// Free.
        free_bytes: u64,
    },
}

impl From<FolderError> for Problem {
    fn from(error: FolderError) -> Self {
        let detail = error.to_string();
        match error {
            FolderError::InsideData(_) => Self::new(
                Code::Usage,
                "This folder lies inside Backstop's own data, where one mishap would take notes and backups together. Nothing was changed.",
            )
            .with_hint("Choose another folder, best on another disk."),
            FolderError::Gone(_) => Self::of(Code::DiskGone),
            FolderError::Write { source, .. } => Self::writing(source),
            FolderError::Unfaithful(_) => Self::new(
                Code::DiskGone,
                "This disk does not give back what is written to it. Your notes and earlier backups are as they were.",
            )
            .with_hint("Choose a folder on another disk."),
            FolderError::NoSpace { .. } => Self::of(Code::NoSpace),
        }
        .with_detail(detail)
    }
}

/// What is risky about a folder that can be used nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderWarning {
    /// One broken disk takes notes and backups.
    SameDisk,
    /// It is on a network file system of this name.
    Network(String),
}

impl FolderWarning {
    /// The warning as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::SameDisk => {
                "This folder is on the same disk as your notes: if the disk breaks, both are lost.".to_owned()
            }
            Self::Network(kind) => {
                format!("This folder is on a network ({kind}): backups fail while it can't be reached.")
            }
        }
    }
}

/// A folder of archives that exists and was just written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    folder: PathBuf,
}

impl Repository {
    /// Makes a folder ready that the user has just chosen: creates it (its parent must be there)
    /// and `Backstop/backups` inside it, and writes a first file.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn prepare(chosen: &Path, data_dir: &Path, origin: &Origin) -> Result<Self, FolderError> {
        refuse_data_dir(chosen, data_dir)?;
        make(chosen)?;
        let folder = archives_folder(chosen);
        system::create_folders(&folder)
            .map_err(|source| FolderError::Write { folder: folder.clone(), source })?;
        Self::probed(folder, data_dir, origin)
    }

    /// Opens the folder of the settings before a run. It is never created here: on an empty mount
    /// point that would put the backups onto the wrong disk.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn open(chosen: &Path, data_dir: &Path, origin: &Origin) -> Result<Self, FolderError> {
        Self::probed(archives_folder(chosen), data_dir, origin)
    }

    /// Opens exactly this folder for one run, and creates it if only its last part is missing.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn exact(folder: &Path, data_dir: &Path, origin: &Origin) -> Result<Self, FolderError> {
        refuse_data_dir(folder, data_dir)?;
        make(folder)?;
        Self::probed(folder.to_owned(), data_dir, origin)
    }

    fn probed(folder: PathBuf, data_dir: &Path, origin: &Origin) -> Result<Self, FolderError> {
        if !folder.is_dir() {
            return Err(FolderError::Gone(folder));
        }
        refuse_data_dir(&folder, data_dir)?;
        match probe(&folder, origin) {
            Ok(true) => Ok(Self { folder }),
            Ok(false) => Err(FolderError::Unfaithful(folder)),
            Err(source) => Err(FolderError::Write { folder, source }),
        }
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of a new archive of `place`, not numbered yet.
    #[must_use]
    pub fn target(&self, place: &str, now: &Zoned, attachments_included: bool, extension: &str) -> PathBuf {
        self.folder.join(archive_name(place, now, attachments_included, extension))
    }

    /// The disk it is on.
    ///
    /// # Errors
    /// What stops it from being looked at.
    pub fn disk(&self) -> io::Result<Disk> {
        system::disk_of(&self.folder)
    }

    /// Refuses to begin what can't end: an archive of about `needed_bytes`. Where the free space is
    /// not known, nothing is refused.
    ///
    /// # Errors
    /// [`FolderError::NoSpace`], or [`FolderError::Write`] if the folder can't be looked at.
    pub fn check_space(&self, needed_bytes: u64) -> Result<(), FolderError> {
        let disk =
            self.disk().map_err(|source| FolderError::Write { folder: self.folder.clone(), source })?;
        let needed_bytes = needed_bytes.saturating_add(RESERVE_BYTES);
        match disk.free_bytes {
            Some(free_bytes) if free_bytes < needed_bytes => {
                Err(FolderError::NoSpace { needed_bytes, free_bytes })
            }
            _ => Ok(()),
        }
    }

    /// What would be risky about archives in an existing folder.
    ///
    /// # Errors
    /// What stops the disks from being looked at.
    pub fn risks(folder: &Path, data_dir: &Path) -> io::Result<Vec<FolderWarning>> {
        let (ours, notes) = (system::disk_of(folder)?, system::disk_of(data_dir)?);
        let mut warnings = Vec::new();
        if ours.id.is_some() && ours.id == notes.id {
            warnings.push(FolderWarning::SameDisk);
        }
        warnings.extend(ours.network.map(FolderWarning::Network));
        Ok(warnings)
    }
}

/// Creates the last part of a path, if it is missing.
fn make(folder: &Path) -> Result<(), FolderError> {
    let made = match fs::create_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        other => other.and_then(|()| system::sync_name_of(folder)),
    };
    made.map_err(|source| FolderError::Write { folder: folder.to_owned(), source })
}

/// Compares real paths, so that no link leads back into the data folder.
fn refuse_data_dir(folder: &Path, data_dir: &Path) -> Result<(), FolderError> {
    let real = |path: &Path| path.ancestors().find_map(|ancestor| fs::canonicalize(ancestor).ok());
    let (Some(existing), Some(data)) = (real(folder), real(data_dir)) else {
        return Ok(());
    };
    // A data folder that is not there yet can't hold anything.
    if data_dir.exists() && existing.starts_with(data) {
        return Err(FolderError::InsideData(folder.to_owned()));
    }
    Ok(())
}

/// Writes a small file, reads it back from the disk and removes it. A run of the same account that
/// starts at this moment may take the file for a dead one, so one that vanished is tried again.
fn probe(folder: &Path, origin: &Origin) -> io::Result<bool> {
    match probe_once(folder, origin) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => probe_once(folder, origin),
        other => other,
    }
}

fn probe_once(folder: &Path, origin: &Origin) -> io::Result<bool> {
    const PROBE: &[u8] = b"Backstop looks whether it can write here.";
    let mut file = NewFile::create(&folder.join("probe"), origin, "probe")?;
    file.write_all(PROBE)?;
    let mut back = Vec::new();
    file.sync()?.open()?.read_to_end(&mut back)?;
    Ok(back == PROBE)
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
