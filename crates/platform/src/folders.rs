//! Where things are on this computer.

use std::path::{Path, PathBuf};

use directories::{ProjectDirs, UserDirs};

/// The folder for accounts, settings, catalog and runs, unless the user names another:
/// `~/.local/share/backstop`, `~/Library/Application Support/Backstop`,
/// `%LOCALAPPDATA%\Backstop\data`. It is not made here. `None` where the user has no home.
#[must_use]
pub fn default_data_dir() -> Option<PathBuf> {
    // The local one: a roaming or synced folder would let two computers write the same database.
    ProjectDirs::from("", "", "Backstop").map(|dirs| dirs.data_local_dir().to_owned())
}

/// The user's folder for documents, whether it is there or not. `None` where the user has no home.
#[must_use]
pub fn documents_dir() -> Option<PathBuf> {
    let dirs = UserDirs::new()?;
    // Linux without xdg-user-dirs names none.
    Some(dirs.document_dir().map_or_else(|| dirs.home_dir().join("Documents"), ToOwned::to_owned))
}

/// Where a person keeps files that an app wrote for them: documents, downloads, the desktop, and the folders
/// that sync services make in the home. Those that are not there are left out.
#[must_use]
pub fn usual_folders() -> Vec<PathBuf> {
    let Some(dirs) = UserDirs::new() else { return Vec::new() };
    let home = dirs.home_dir();
    let or = |known: Option<&Path>, name: &str| known.map_or_else(|| home.join(name), ToOwned::to_owned);
    let own = [
        or(dirs.document_dir(), "Documents"),
        or(dirs.download_dir(), "Downloads"),
        or(dirs.desktop_dir(), "Desktop"),
    ];
    let synced = ["Dropbox", "Nextcloud", "OneDrive", "Google Drive", "Sync"].map(|name| home.join(name));
    own.into_iter().chain(synced).filter(|folder| folder.is_dir()).collect()
}

/// What stays the same about this computer: its machine id, else its name. For telling computers
/// apart that share a folder; it must not be shown or stored as it is.
#[must_use]
pub fn machine_name() -> String {
    let ids = ["/etc/machine-id", "/var/lib/dbus/machine-id"];
    let id = ids.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    let id = id.map(|id| id.trim().to_owned()).find(|id| !id.is_empty());
    id.unwrap_or_else(host_name)
}

#[cfg(unix)]
fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_are_the_users_own() {
        let data = default_data_dir().expect("the tests run as a user with a home");
        assert!(data.is_absolute());
        assert!(data.to_string_lossy().to_lowercase().contains("backstop"));
        let documents = documents_dir().expect("the tests run as a user with a home");
        assert!(documents.is_absolute() && documents != data);
    }

    #[test]
    fn usual_folders_are_there() {
        let folders = usual_folders();
        assert!(folders.iter().all(|folder| folder.is_absolute() && folder.is_dir()), "{folders:?}");
    }

    #[test]
    fn the_machine_has_a_steady_name() {
        assert!(!machine_name().is_empty());
        assert_eq!(machine_name(), machine_name());
    }
}
