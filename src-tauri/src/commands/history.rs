//! The page of the history.

use backstop_engine::api::{DeletedArchive, Deletion, RunPage, RunQuery, SizePoint};

use super::{Answer, Here, ask};

/// The runs that fit, newest first, a page at a time.
#[tauri::command]
#[specta::specta]
pub(crate) async fn runs(shell: Here<'_>, query: RunQuery) -> Answer<RunPage> {
    ask(&shell, move |_, session| session.runs_page(&query)).await
}

/// How large the verified backups of a place and kind were, oldest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn backup_sizes(
    shell: Here<'_>,
    place: String,
    attachments: bool,
) -> Answer<Vec<SizePoint>> {
    ask(&shell, move |_, session| session.sizes(&place, attachments)).await
}

/// What deleting an archive would mean. Touches nothing.
#[tauri::command]
#[specta::specta]
pub(crate) async fn deletion(shell: Here<'_>, archive: String) -> Answer<Deletion> {
    ask(&shell, move |_, session| session.deletion(&archive)).await
}

/// Deletes an archive; `last`: even the last verified one of its kind.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_archive(shell: Here<'_>, archive: String, last: bool) -> Answer<DeletedArchive> {
    ask(&shell, move |_, session| session.delete_archive(&archive, last)).await
}
