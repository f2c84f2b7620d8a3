//! Reading notes: of the library, or of an archive that was opened to be looked at (`archive`, its token).

use backstop_engine::api::{
    ContentsCard, Job, JobProgress, NotePage, NotePlace, NotePreview, NoteQuery, NotebookNode,
};
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow};

use super::{Answer, Here, ask_shell, into};
use crate::jobs;
use crate::picker::{Ask, Picker};
use crate::shell::{Shelf, let_go};

/// Opens an archive that is held to be looked at. Needs nobody to be signed in.
#[tauri::command]
#[specta::specta]
pub(crate) async fn look_into(
    shell: Here<'_>,
    token: String,
    progress: Channel<JobProgress>,
) -> Answer<ContentsCard> {
    jobs::run_for_anyone(&shell, into(progress), move |shell, job| shell.look_into(&token, job)).await
}

/// Every notebook.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notebooks(shell: Here<'_>, archive: Option<String>) -> Answer<Vec<NotebookNode>> {
    ask_shell(&shell, move |shell| match shell.shelf(archive.as_deref())? {
        Shelf::Library(session) => session.notebooks(),
        Shelf::Archive(contents) => contents.notebooks(),
    })
    .await
}

/// Where each note of an archive is that is looked at: what ticks stand on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn note_places(shell: Here<'_>, archive: String) -> Answer<Vec<NotePlace>> {
    ask_shell(&shell, move |shell| shell.contents.get(&archive).ok_or_else(let_go)?.note_places()).await
}

/// A page of notes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notes(shell: Here<'_>, archive: Option<String>, query: NoteQuery) -> Answer<NotePage> {
    ask_shell(&shell, move |shell| match shell.shelf(archive.as_deref())? {
        Shelf::Library(session) => session.notes(&query),
        Shelf::Archive(contents) => contents.notes(&query),
    })
    .await
}

/// A note made safe to show.
#[tauri::command]
#[specta::specta]
pub(crate) async fn note_preview(
    shell: Here<'_>,
    archive: Option<String>,
    id: String,
    app: String,
) -> Answer<NotePreview> {
    ask_shell(&shell, move |shell| match shell.shelf(archive.as_deref())? {
        Shelf::Library(session) => session.note_preview(&id, &app),
        Shelf::Archive(contents) => contents.note_preview(&id, &app),
    })
    .await
}

/// Saves an attachment as a file that a person picks. `false` if they changed their mind.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_attachment(
    window: WebviewWindow,
    shell: Here<'_>,
    picker: State<'_, Box<dyn Picker>>,
    archive: Option<String>,
    id: String,
) -> Answer<bool> {
    let (wanted, from) = (id.clone(), archive.clone());
    let named = ask_shell(&shell, move |shell| match shell.shelf(from.as_deref())? {
        Shelf::Library(session) => session.attachment_name(&wanted),
        Shelf::Archive(contents) => contents.attachment_name(&wanted),
    });
    let Some(path) = picker.pick(Ask::NewFile(named.await?), &window).await else { return Ok(false) };
    let saved = ask_shell(&shell, move |shell| match shell.shelf(archive.as_deref())? {
        Shelf::Library(session) => session.save_attachment(&id, &path, &Job::new()),
        Shelf::Archive(contents) => contents.save_attachment(&id, &path, &Job::new()),
    });
    saved.await.map(|_| true)
}
