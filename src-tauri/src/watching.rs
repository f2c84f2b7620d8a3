//! Folders that are watched while the program runs: that of the archives, and those that Notesnook writes
//! its backups into.
//!
//! The system tells of changes; once a minute it is only made sure that the right folders are watched, which
//! writes nothing. A change waits until the folder is quiet, so that a file which is still being copied is
//! not read for nothing. What is missed here, the look at the clock finds.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use backstop_engine::api::{Problem, Session};
use backstop_platform::FolderWatch;
use tauri::{AppHandle, Manager};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::shell::{Shell, blocking};
use crate::{front, jobs};

/// How often it is made sure that the right folders are watched.
const LOOK: Duration = Duration::from_secs(60);

/// A folder is quiet when nothing happened in it for so long: longer than the engine lets a file settle.
const QUIET: Duration = Duration::from_secs(6);

/// A folder that is never quiet is looked at all the same after so many changes.
const MOST_CHANGES: usize = 10_000;

/// Watches for as long as the program runs.
pub(crate) fn start(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let (send, mut changes) = unbounded_channel();
        let mut watch = FolderWatch::new(move |folder| drop(send.send(folder.to_owned())));
        loop {
            let folders = folders(&app).await;
            // It asks the disk, which may be a slow one.
            let followed = blocking(move || {
                watch.follow(&folders);
                Ok(watch)
            });
            let Ok(same) = followed.await else { return };
            watch = same;
            if let Ok(Some(first)) = timeout(LOOK, changes.recv()).await {
                changed(&app, until_quiet(first, &mut changes).await).await;
            }
        }
    });
}

/// Everything that changes until nothing does.
async fn until_quiet(first: PathBuf, changes: &mut UnboundedReceiver<PathBuf>) -> BTreeSet<PathBuf> {
    let mut all = BTreeSet::from([first]);
    for _ in 0..MOST_CHANGES {
        match timeout(QUIET, changes.recv()).await {
            Ok(Some(folder)) => drop(all.insert(folder)),
            Ok(None) | Err(_) => break,
        }
    }
    all
}

/// The folders to watch for who is signed in.
async fn folders(app: &AppHandle) -> BTreeSet<PathBuf> {
    let shell = Arc::clone(&app.state::<Arc<Shell>>());
    let Some(session) = shell.signed_in() else { return BTreeSet::new() };
    let all = blocking(move || {
        let mut all: BTreeSet<PathBuf> = session.place_folders()?.into_iter().collect();
        all.insert(session.archives_folder()?);
        Ok(all)
    });
    all.await.unwrap_or_default()
}

/// Brings what is known in line with folders that changed, and tells the window.
async fn changed(app: &AppHandle, folders: BTreeSet<PathBuf>) {
    let shell = Arc::clone(&app.state::<Arc<Shell>>());
    let Some(session) = shell.signed_in() else { return };
    // A folder that can't be read is told of where it is used.
    let _ = blocking(move || refresh(&session, &folders)).await;
    // While another job runs, the look at the clock takes in what is new.
    let _ = jobs::run(&shell, drop, |_, session, job| session.take_in(job)).await;
    front::overview_changed(app);
}

fn refresh(session: &Session, changed: &BTreeSet<PathBuf>) -> Result<(), Problem> {
    if changed.contains(&session.archives_folder()?) {
        session.archives()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_gathered_until_the_folder_is_quiet() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let (send, mut changes) = unbounded_channel();
            for folder in ["/b", "/b", "/c"] {
                send.send(PathBuf::from(folder)).expect("heard");
            }
            // Nobody can change anything any more: it is quiet at once.
            drop(send);
            let all = until_quiet("/a".into(), &mut changes).await;
            assert_eq!(all, ["/a", "/b", "/c"].map(PathBuf::from).into());
        });
    }
}
