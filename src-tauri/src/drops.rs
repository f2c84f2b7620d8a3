//! Files dropped on the window: opened here, so that their paths never cross to the window.

use std::path::PathBuf;
use std::sync::Arc;

use backstop_engine::api::{Code, OpenedArchive, Problem};
use serde::Serialize;
use specta::Type;
use tauri::{AppHandle, DragDropEvent, Emitter, Manager, Window};

use crate::shell::{Shell, blocking};

const DRAG_OVER: &str = "drag_over";
const DRAG_LEAVE: &str = "drag_leave";
const ARCHIVES_DROPPED: &str = "archives_dropped";

/// What dropped files turned out to be.
#[derive(Clone, Serialize, Type)]
#[serde(untagged)]
pub(crate) enum ArchivesDropped {
    /// Archives, at least one.
    Opened {
        /// Each of them.
        archives: Vec<OpenedArchive>,
    },
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
        let told = match blocking(move || shell.hold_archives(some(paths)?)).await {
            Ok(archives) => ArchivesDropped::Opened { archives },
            Err(problem) => ArchivesDropped::Refused { problem },
        };
        let _ = app.emit(ARCHIVES_DROPPED, told);
    });
}

/// What was dropped, unless it is no file.
fn some(paths: Vec<PathBuf>) -> Result<Vec<PathBuf>, Problem> {
    if paths.is_empty() {
        let nothing = Problem::new(Code::NotAnArchive, "What was dropped is not a file.");
        return Err(nothing.with_hint("Drop a backup file."));
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_refused() {
        assert_eq!(some(Vec::new()).map_err(|problem| problem.code), Err(Code::NotAnArchive));
        let two = || vec![PathBuf::from("a"), PathBuf::from("b")];
        assert_eq!(some(two()).map_err(|problem| problem.code), Ok(two()));
    }

    #[test]
    fn what_is_told_has_either_archives_or_a_problem() {
        let refused = ArchivesDropped::Refused { problem: Problem::of(Code::NotAnArchive) };
        let json = serde_json::to_value(refused).expect("json");
        assert_eq!(json["problem"]["code"], "not_an_archive");
        assert!(json.get("archives").is_none());
    }
}
