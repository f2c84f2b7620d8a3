//! Places beside the library: found, added, looked after, removed. Their folders are only ever read.

use backstop_engine::api::{ArchiveCard, FoundPlace, JobProgress, PlaceCard};
use tauri::ipc::Channel;
use tauri::{AppHandle, State, WebviewWindow};

use super::{Answer, Here, ask, into};
use crate::picker::{Ask, Picker};
use crate::secret_in::PasswordIn;
use crate::shell::{Shell, let_go};
use crate::{front, jobs};

/// Every place beside the library.
#[tauri::command]
#[specta::specta]
pub(crate) async fn places(shell: Here<'_>) -> Answer<Vec<PlaceCard>> {
    ask(&shell, |_, session| session.places()).await
}

/// Folders of Notesnook backups on this computer that are no places yet.
#[tauri::command]
#[specta::specta]
pub(crate) async fn discover_places(shell: Here<'_>) -> Answer<Vec<FoundPlace>> {
    ask(&shell, Shell::hold_found).await
}

/// Lets a person pick a folder of Notesnook backups. Nothing is added yet.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pick_place(
    window: WebviewWindow,
    shell: Here<'_>,
    picker: State<'_, Box<dyn Picker>>,
) -> Answer<Option<String>> {
    let picked = picker.pick(Ask::Place, &window).await;
    Ok(picked.map(|path| shell.hold_place(path)))
}

/// Adds a folder that was found or picked.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_place(shell: Here<'_>, token: String) -> Answer<PlaceCard> {
    ask(&shell, move |shell, session| {
        let folder = shell.places.get(&token).ok_or_else(let_go)?;
        session.add_place(&folder, None)
    })
    .await
}

/// Removes a place. Its files stay.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_place(shell: Here<'_>, place: String) -> Answer<()> {
    ask(&shell, move |_, session| session.remove_place(&place)).await
}

/// Keeps the password of the files of a place, if it opens the newest.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_place_password(
    shell: Here<'_>,
    place: String,
    password: PasswordIn,
) -> Answer<PlaceCard> {
    ask(&shell, move |_, session| {
        session.set_place_password(&place, &password.0)?;
        session.place(&place)
    })
    .await
}

/// Whether the notes of a place are merged into the library.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_place_merge(shell: Here<'_>, place: String, merge: bool) -> Answer<PlaceCard> {
    ask(&shell, move |_, session| {
        session.set_place_merge(&place, merge)?;
        session.place(&place)
    })
    .await
}

/// Looks for new files in a place now, checks them, and merges what is to be merged.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_place(
    app: AppHandle,
    shell: Here<'_>,
    place: String,
    progress: Channel<JobProgress>,
) -> Answer<PlaceCard> {
    let work = move |_: &_, session: &backstop_engine::api::Session, job: &_| {
        session.take_in_all(&place, job)?;
        session.place(&place)
    };
    let end = jobs::run(&shell, into(progress), work).await;
    front::overview_changed(&app);
    end
}

/// The backups in all places beside the library, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn place_archives(shell: Here<'_>) -> Answer<Vec<ArchiveCard>> {
    ask(&shell, |_, session| session.place_archives(None)).await
}
