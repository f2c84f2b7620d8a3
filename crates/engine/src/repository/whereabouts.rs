//! Where the files of known archives are now. Each is looked at and none is read.

use std::cell::OnceCell;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::{Catalog, CatalogFile, Verified};
use crate::runs::{MadeArchive, Whereabouts};

/// Finds the files of archives: where they were written, else where the catalog last saw them.
pub struct Finder {
    file: CatalogFile,
    catalog: OnceCell<Catalog>,
}

impl Finder {
    /// Over the catalog of an account, which is read only if a file is not where it was written.
    #[must_use]
    pub fn new(file: CatalogFile) -> Self {
        Self { file, catalog: OnceCell::new() }
    }

    /// Where an archive is. Another spot counts where a file that was checked and holds the same archive is
    /// to be seen: it was moved, or is a copy.
    pub fn find(&self, made: &MadeArchive) -> Whereabouts {
        let first = spot(&made.path, made.bytes);
        if first == Whereabouts::Here {
            return first;
        }
        let catalog = self.catalog.get_or_init(|| self.file.load().unwrap_or_default());
        let same = catalog.entries.iter().filter(|entry| {
            entry.archive.as_ref() == Some(&made.archive)
                && matches!(entry.verified, Verified::Full | Verified::Quick)
        });
        let seen = |path: &Path| spot(path, made.bytes) == Whereabouts::Here;
        if same.into_iter().any(|entry| seen(&entry.path)) { Whereabouts::Here } else { first }
    }
}

/// Whether the file of this size is there. One of another size is another file.
fn spot(path: &Path, bytes: u64) -> Whereabouts {
    match fs::metadata(path) {
        Ok(about) if about.is_file() && about.len() == bytes => Whereabouts::Here,
        Ok(_) => Whereabouts::Gone,
        Err(error) if error.kind() == ErrorKind::NotFound && path.parent().is_some_and(Path::is_dir) => {
            Whereabouts::Gone
        }
        Err(_) => Whereabouts::Away,
    }
}

#[cfg(test)]
mod tests {
    use backstop_model::TimeMs;

    use super::*;
    use crate::durable::Origin;
    use crate::repository::look;
    use crate::runs::Trigger;

    fn put(path: &Path, bytes: &[u8]) {
        let mut file = fs::File::create_new(path).expect("a file");
        std::io::Write::write_all(&mut file, bytes).expect("written");
    }

    fn made(path: &Path) -> MadeArchive {
        MadeArchive {
            archive: "a1".to_owned(),
            place: "library".to_owned(),
            path: path.to_owned(),
            bytes: 3,
            notes: 1,
            attachments: 0,
            attachments_included: false,
            encrypted: true,
            verified: true,
            state: None,
        }
    }

    #[test]
    fn a_file_is_here_away_or_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        put(&path("whole"), b"abc");
        put(&path("cut"), b"a");
        fs::create_dir(path("folder")).expect("a folder");
        let finder = Finder::new(CatalogFile::new(folder.path(), &Origin::new("machine", folder.path())));
        for (name, expected) in [
            ("whole", Whereabouts::Here),
            ("cut", Whereabouts::Gone),
            ("folder", Whereabouts::Gone),
            ("none", Whereabouts::Gone),
            ("unplugged/whole", Whereabouts::Away),
            ("whole/inside", Whereabouts::Away),
        ] {
            assert_eq!(finder.find(&made(&path(name))), expected, "{name}");
        }
    }

    #[test]
    fn what_was_moved_or_copied_to_a_known_spot_is_here() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let file = CatalogFile::new(folder.path(), &Origin::new("machine", folder.path()));
        let find = |name: &str| Finder::new(file.clone()).find(&made(&path(name)));
        put(&path("copy"), b"abc");
        assert_eq!(find("first"), Whereabouts::Gone, "nobody knows the other one");
        let listed = look(&path("copy")).expect("there");
        let known = made(&path("copy"));
        file.change(|catalog| catalog.record(&known, &listed, TimeMs(1), "o", Trigger::Manual))
            .expect("kept");
        assert_eq!((find("first"), find("unplugged/first")), (Whereabouts::Here, Whereabouts::Here));
        let unread = MadeArchive { verified: false, ..known };
        file.change(|catalog| catalog.record(&unread, &listed, TimeMs(1), "o", Trigger::Manual))
            .expect("kept");
        assert_eq!(find("first"), Whereabouts::Gone, "what nobody checked is no backup");
        fs::remove_file(path("copy")).expect("gone");
        assert_eq!((find("first"), find("unplugged/first")), (Whereabouts::Gone, Whereabouts::Away));
    }
}
