//! Where the files lie that we did not make.

use std::path::{Path, PathBuf};

/// The folder of all fixtures.
#[must_use]
pub fn fixture_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

/// One fixture by its path below the folder, as `notesnook/6.1/full-plain.nnbackupz`.
#[must_use]
pub fn fixture(path: &str) -> PathBuf {
    fixture_folder().join(path)
}

/// The folders of one app's fixtures, one per version, sorted.
///
/// # Errors
/// What listing the folder says.
pub fn fixture_folders(app: &str) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(fixture(app))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
