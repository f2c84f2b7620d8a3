//! A file dropped on the window: opened here, so that its path never crosses to the window.

use std::path::PathBuf;
use std::sync::Arc;

use backstop_engine::api::{Code, OpenedArchive, Problem};
use serde::Serialize;
use specta::Type;
use tauri::{AppHandle, DragDropEvent, Emitter, Manager, Window};

use crate::shell::{Shell, blocking};

const DRAG_OVER: &str = "drag_over";
const DRAG_LEAVE: &str = "drag_leave";
const ARCHIVE_DROPPED: &str = "archive_dropped";

/// What a dropped file turned out to be.
#[derive(Clone, Serialize, Type)]
#[serde(untagged)]
pub(crate) enum ArchiveDropped {
    /// An archive.
    Opened(OpenedArchive),
    /// Something else, or nothing that opens.
    Refused {
        /// Why.
        problem: Problem,
    },
}

/// Follows a drag over the window.
pub(crate) fn followed(window: &Window, event: &DragDropEvent) {
    // The only error of telling is that there is no window any more.
    let _ = match event {
        DragDropEvent::Enter { .. } => window.emit(DRAG_OVER, ()),
        DragDropEvent::Leave => window.emit(DRAG_LEAVE, ()),
        DragDropEvent::Drop { paths, .. } => {
            dropped(window.app_handle().clone(), paths.clone());
            window.emit(DRAG_LEAVE, ())
        }
        _ => Ok(()),
    };
}

fn dropped(app: AppHandle, paths: Vec<PathBuf>) {
    tauri::async_runtime::spawn(async move {
        let shell = Arc::clone(&app.state::<Arc<Shell>>());
        let opened = match the_only(paths) {
            Ok(path) => blocking(move || shell.hold_archive(path)).await,
            Err(problem) => Err(problem),
        };
        let told = match opened {
            Ok(archive) => ArchiveDropped::Opened(archive),
            Err(problem) => ArchiveDropped::Refused { problem },
        };
        let _ = app.emit(ARCHIVE_DROPPED, told);
    });
}

fn the_only(mut paths: Vec<PathBuf>) -> Result<PathBuf, Problem> {
    match (paths.pop(), paths.is_empty()) {
        (Some(path), true) => Ok(path),
        (Some(_), false) => Err(Problem::new(Code::Usage, "Backstop opens one backup at a time.")
            .with_hint("Drop a single file.")),
        (None, _) => Err(Problem::new(Code::NotAnArchive, "What was dropped is not a file.")
            .with_hint("Drop a backup file.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_at_a_time() {
        let code = |paths: &[&str]| {
            the_only(paths.iter().map(PathBuf::from).collect()).map_err(|problem| problem.code)
        };
        assert_eq!(code(&["a"]), Ok(PathBuf::from("a")));
        assert_eq!(code(&["a", "b"]), Err(Code::Usage));
        assert_eq!(code(&[]), Err(Code::NotAnArchive));
    }

    #[test]
    fn what_is_told_has_either_a_token_or_a_problem() {
        let refused = ArchiveDropped::Refused { problem: Problem::of(Code::NotAnArchive) };
        let json = serde_json::to_value(refused).expect("json");
        assert_eq!(json["problem"]["code"], "not_an_archive");
        assert!(json.get("token").is_none());
    }
}
