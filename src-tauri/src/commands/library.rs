//! Reading the notes of the library.

use backstop_engine::api::{NotePage, NotePreview, NoteQuery, NotebookNode};

use super::{Answer, Here, ask};

/// Every notebook.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notebooks(shell: Here<'_>) -> Answer<Vec<NotebookNode>> {
    ask(&shell, |_, session| session.notebooks()).await
}

/// A page of notes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notes(shell: Here<'_>, query: NoteQuery) -> Answer<NotePage> {
    ask(&shell, move |_, session| session.notes(&query)).await
}

/// A note made safe to show.
#[tauri::command]
#[specta::specta]
pub(crate) async fn note_preview(shell: Here<'_>, id: String, app: String) -> Answer<NotePreview> {
    ask(&shell, move |_, session| session.note_preview(&id, &app)).await
}
