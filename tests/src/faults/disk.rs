//! The disk as it may be after a power cut.
//!
//! Stricter than any file system in use, as POSIX is: bytes survive a cut for certain only if their file
//! was synced after they were written, a name only if its folder was. Whatever was not synced survives or
//! not, each change by its own luck; a rename within a folder counts as one change.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::step::{Act, Step};
use crate::{Outcome, Trouble};

/// What happens to changes that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Luck {
    /// None of them survives.
    Nothing,
    /// All of them do, as when only the program dies.
    Everything,
    /// Some do, by this seed; a write may survive in part.
    Some(u64),
}

/// Disks write so many bytes whole or not at all.
const SECTOR: u64 = 512;

#[derive(Clone)]
enum Change {
    Write(u64, Vec<u8>),
    Truncate(u64),
}

#[derive(Clone, Default)]
struct Content {
    durable: Vec<u8>,
    waiting: Vec<Change>,
}

#[derive(Clone, Copy)]
enum Entry {
    File(usize),
    Folder,
}

/// Names that come and go together.
type NameChange = Vec<(OsString, Option<Entry>)>;

#[derive(Clone, Default)]
struct Folder {
    durable: BTreeMap<OsString, Entry>,
    now: BTreeMap<OsString, Entry>,
    waiting: Vec<NameChange>,
}

/// A tree of files, with what of it is sure to survive.
#[derive(Clone)]
pub struct Surviving {
    root: PathBuf,
    contents: Vec<Content>,
    numbers: HashMap<u64, usize>,
    folders: BTreeMap<PathBuf, Folder>,
}

impl Surviving {
    /// A folder as it is, all of it on the disk for certain.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn of(root: &Path) -> Outcome<Self> {
        let mut this = Self {
            root: root.to_owned(),
            contents: Vec::new(),
            numbers: HashMap::new(),
            folders: BTreeMap::new(),
        };
        this.read(root)?;
        Ok(this)
    }

    fn read(&mut self, path: &Path) -> Outcome {
        let mut folder = Folder::default();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let about = entry.metadata()?;
            let kind = if about.is_dir() {
                self.read(&entry.path())?;
                Entry::Folder
            } else {
                self.contents.push(Content { durable: fs::read(entry.path())?, waiting: Vec::new() });
                self.numbers.insert(about.ino(), self.contents.len() - 1);
                Entry::File(self.contents.len() - 1)
            };
            folder.durable.insert(entry.file_name(), kind);
        }
        folder.now.clone_from(&folder.durable);
        self.folders.insert(path.to_owned(), folder);
        Ok(())
    }

    /// Takes one more step of the program. Steps outside of the tree mean nothing here.
    ///
    /// # Errors
    /// If the step can't have been taken on this tree.
    pub fn take(&mut self, step: &Step) -> Outcome {
        if !step.path.starts_with(&self.root) {
            return Ok(());
        }
        match &step.act {
            Act::Create { file } => {
                self.contents.push(Content::default());
                self.numbers.insert(*file, self.contents.len() - 1);
                self.name(&step.path, Some(Entry::File(self.contents.len() - 1)))?;
            }
            Act::Write { file, offset, bytes } => {
                self.content(*file)?.waiting.push(Change::Write(*offset, bytes.clone()));
            }
            Act::Truncate { file, length } => self.content(*file)?.waiting.push(Change::Truncate(*length)),
            Act::Sync { file } => self.sync(*file, &step.path)?,
            Act::Rename { to } => self.rename(&step.path, to)?,
            Act::Link { to } => {
                let entry = self.entry(&step.path)?;
                self.name(to, Some(entry))?;
            }
            Act::Unlink | Act::RemoveFolder => self.name(&step.path, None)?,
            Act::MakeFolder => {
                self.folders.insert(step.path.clone(), Folder::default());
                self.name(&step.path, Some(Entry::Folder))?;
            }
            Act::Nothing => {}
        }
        Ok(())
    }

    fn content(&mut self, number: u64) -> Outcome<&mut Content> {
        let content = self.numbers.get(&number).and_then(|at| self.contents.get_mut(*at));
        content.ok_or_else(|| Trouble::new(format!("file {number} came from nowhere")))
    }

    fn folder(&mut self, path: &Path) -> Outcome<&mut Folder> {
        let missing = || Trouble::new(format!("the folder {} came from nowhere", path.display()));
        self.folders.get_mut(path).ok_or_else(missing)
    }

    /// The folder and the name in it.
    fn parts(path: &Path) -> Outcome<(&Path, OsString)> {
        match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => Ok((folder, name.to_owned())),
            _ => Err(Trouble::new(format!("{} is no name", path.display()))),
        }
    }

    fn entry(&mut self, path: &Path) -> Outcome<Entry> {
        let (folder, name) = Self::parts(path)?;
        let missing = || Trouble::new(format!("{} came from nowhere", path.display()));
        self.folder(folder)?.now.get(&name).copied().ok_or_else(missing)
    }

    fn name(&mut self, path: &Path, entry: Option<Entry>) -> Outcome {
        let (folder, name) = Self::parts(path)?;
        self.folder(folder)?.change(vec![(name, entry)]);
        Ok(())
    }

    fn rename(&mut self, from: &Path, to: &Path) -> Outcome {
        let entry = self.entry(from)?;
        let ((here, old), (there, new)) = (Self::parts(from)?, Self::parts(to)?);
        if here == there {
            self.folder(here)?.change(vec![(old, None), (new, Some(entry))]);
            return Ok(());
        }
        self.name(to, Some(entry))?;
        self.name(from, None)
    }

    fn sync(&mut self, number: u64, path: &Path) -> Outcome {
        if let Some(folder) = self.folders.get_mut(path) {
            folder.durable.clone_from(&folder.now);
            folder.waiting.clear();
            return Ok(());
        }
        let content = self.content(number)?;
        for change in std::mem::take(&mut content.waiting) {
            change.apply(&mut content.durable);
        }
        Ok(())
    }

    /// Puts the tree as it may be after a cut now in place of the real one.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn put(&self, luck: Luck) -> Outcome {
        let mut coin = Coin(match luck {
            Luck::Some(seed) => seed,
            _ => 0,
        });
        let survives = |coin: &mut Coin| match luck {
            Luck::Nothing => false,
            Luck::Everything => true,
            Luck::Some(_) => coin.toss(2),
        };
        let mut contents = Vec::with_capacity(self.contents.len());
        for content in &self.contents {
            let mut bytes = content.durable.clone();
            for change in &content.waiting {
                if survives(&mut coin) {
                    change.clone().torn(&mut coin, luck).apply(&mut bytes);
                }
            }
            contents.push(bytes);
        }
        let mut names = BTreeMap::new();
        for (path, folder) in &self.folders {
            let mut there = folder.durable.clone();
            for change in &folder.waiting {
                if survives(&mut coin) {
                    apply_names(&mut there, change);
                }
            }
            names.insert(path.clone(), there);
        }
        empty(&self.root)?;
        fill(&self.root, &names, &contents)
    }
}

impl Folder {
    fn change(&mut self, change: NameChange) {
        apply_names(&mut self.now, &change);
        self.waiting.push(change);
    }
}

fn apply_names(names: &mut BTreeMap<OsString, Entry>, change: &NameChange) {
    for (name, entry) in change {
        match entry {
            Some(entry) => names.insert(name.clone(), *entry),
            None => names.remove(name),
        };
    }
}

impl Change {
    fn apply(self, bytes: &mut Vec<u8>) {
        match self {
            Self::Truncate(length) => bytes.resize(usize::try_from(length).unwrap_or(0), 0),
            Self::Write(offset, new) => {
                let start = usize::try_from(offset).unwrap_or(0);
                let end = start + new.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes.splice(start..end, new);
            }
        }
    }

    /// One write in four survives only up to the edge of a sector.
    fn torn(self, coin: &mut Coin, luck: Luck) -> Self {
        match self {
            Self::Write(offset, mut bytes) if matches!(luck, Luck::Some(_)) && coin.toss(4) => {
                let sectors = (offset % SECTOR + bytes.len() as u64) / SECTOR;
                let kept = (coin.next() % (sectors + 1)) * SECTOR;
                bytes.truncate(usize::try_from(kept.saturating_sub(offset % SECTOR)).unwrap_or(0));
                Self::Write(offset, bytes)
            }
            other => other,
        }
    }
}

/// Chance that comes again with its seed (splitmix64).
struct Coin(u64);

impl Coin {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// True once in so many times.
    fn toss(&mut self, times: u64) -> bool {
        self.next().is_multiple_of(times)
    }
}

/// Removes everything in a folder.
///
/// # Errors
/// If something can't be removed.
pub fn empty(folder: &Path) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn fill(
    folder: &Path,
    names: &BTreeMap<PathBuf, BTreeMap<OsString, Entry>>,
    contents: &[Vec<u8>],
) -> Outcome {
    let Some(entries) = names.get(folder) else { return Ok(()) };
    for (name, entry) in entries {
        let path = folder.join(name);
        match entry {
            Entry::Folder => {
                fs::create_dir(&path)?;
                fill(&path, names, contents)?;
            }
            Entry::File(at) => {
                let bytes = contents.get(*at).map(Vec::as_slice).unwrap_or_default();
                // Two names of one file become two files: nobody writes through either any more.
                File::create_new(&path)?.write_all(bytes)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(path: &Path, act: Act) -> Step {
        Step { call: "test", path: path.to_owned(), act }
    }

    /// A new file, written and renamed; each sync makes one more part of it sure.
    #[test]
    fn only_what_was_synced_is_sure_to_survive() -> Outcome {
        let home = tempfile::tempdir()?;
        fs::create_dir(home.path().join("folder"))?;
        File::create_new(home.path().join("folder/old"))?.write_all(b"old")?;
        let (part, name) = (home.path().join("folder/part"), home.path().join("folder/old"));
        let folder = home.path().join("folder");
        let steps = [
            step(&part, Act::Create { file: 9 }),
            step(&part, Act::Write { file: 9, offset: 2, bytes: b"new".to_vec() }),
            step(&part, Act::Sync { file: 9 }),
            step(&part, Act::Rename { to: name.clone() }),
            step(&folder, Act::Sync { file: 1 }),
        ];
        let mut disk = Surviving::of(home.path())?;
        let mut seen = Vec::new();
        for step in &steps {
            disk.take(step)?;
            disk.put(Luck::Nothing)?;
            let sure = fs::read(&name)?;
            disk.put(Luck::Everything)?;
            seen.push((sure, fs::read(&name)?, part.exists()));
        }
        let (old, new) = (b"old".to_vec(), b"\0\0new".to_vec());
        let expected = [
            (old.clone(), old.clone(), true),
            (old.clone(), old.clone(), true),
            (old.clone(), old.clone(), true),
            (old, new.clone(), false),
            (new.clone(), new, false),
        ];
        assert_eq!(seen, expected);
        Ok(())
    }

    #[test]
    fn a_seed_gives_the_same_disk_again_and_a_name_without_bytes_now_and_then() -> Outcome {
        let home = tempfile::tempdir()?;
        let path = home.path().join("file");
        let mut disk = Surviving::of(home.path())?;
        disk.take(&step(&path, Act::Create { file: 9 }))?;
        disk.take(&step(&path, Act::Write { file: 9, offset: 0, bytes: vec![7; 4000] }))?;
        let look = |seed| -> Outcome<Option<usize>> {
            disk.put(Luck::Some(seed))?;
            Ok(fs::read(&path).ok().map(|bytes| bytes.len()))
        };
        let all: Vec<_> = (0..40).map(look).collect::<Outcome<_>>()?;
        assert_eq!(all, (0..40).map(look).collect::<Outcome<Vec<_>>>()?);
        for wanted in [None, Some(0), Some(4000)] {
            assert!(all.contains(&wanted), "{wanted:?} among {all:?}");
        }
        assert!(all.iter().flatten().any(|length| (1..4000).contains(length)), "one is torn: {all:?}");
        Ok(())
    }
}
