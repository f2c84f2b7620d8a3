//! What the owner chooses: interval, encryption, folder, look, what closing does.

use std::path::Path;

use backstop_engine::api::{
    ArchiveFormat, Choice, FolderChoice, Interval, OnClose, Overview, Problem, Theme,
};
use tauri::{AppHandle, State, WebviewWindow};
use tauri_plugin_opener::OpenerExt;

use super::{Answer, Here, ask, of};
use crate::closing::{self, CloseChoice};
use crate::front;
use crate::picker::{Ask, Picker};
use crate::secret_in::PasswordIn;
use crate::shell::let_go;
use crate::tray::{self, Standing};

/// Everything the page "Backup & export" shows.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overview(app: AppHandle, shell: Here<'_>) -> Answer<Overview> {
    let all = ask(&shell, |_, session| session.overview()).await?;
    // The window asks again whenever something was chosen.
    tray::show(&app, Some(&Standing::of(&all)));
    Ok(all)
}

/// Automatic backups.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_interval(
    shell: Here<'_>,
    interval: Interval,
    password: Option<PasswordIn>,
) -> Answer<Overview> {
    ask(&shell, move |_, session| {
        session.set_interval(interval, of(password.as_ref()))?;
        session.overview()
    })
    .await
}

/// Whether backups are encrypted.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_encryption(
    shell: Here<'_>,
    on: bool,
    password: Option<PasswordIn>,
) -> Answer<Overview> {
    ask(&shell, move |_, session| {
        session.set_encryption(on, of(password.as_ref()))?;
        session.overview()
    })
    .await
}

/// The format of backups from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_format(shell: Here<'_>, format: ArchiveFormat) -> Answer<Overview> {
    ask(&shell, move |_, session| {
        session.set_format(format)?;
        session.overview()
    })
    .await
}

/// Lets a person pick a folder for backups. Nothing is changed yet.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pick_folder(
    window: WebviewWindow,
    shell: Here<'_>,
    picker: State<'_, Box<dyn Picker>>,
) -> Answer<Option<FolderChoice>> {
    let Some(path) = picker.pick(Ask::Folder, &window).await else { return Ok(None) };
    ask(&shell, move |shell, session| Ok(Some(shell.hold_folder(session, path)))).await
}

/// The folder that is offered at first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn default_folder(shell: Here<'_>) -> Answer<FolderChoice> {
    ask(&shell, |shell, session| Ok(shell.hold_folder(session, session.default_folder()))).await
}

/// Uses a folder that was picked.
#[tauri::command]
#[specta::specta]
pub(crate) async fn use_folder(
    shell: Here<'_>,
    token: String,
    password: Option<PasswordIn>,
) -> Answer<Overview> {
    ask(&shell, move |shell, session| {
        let folder = shell.folders.get(&token).ok_or_else(let_go)?;
        session.use_folder(&folder, of(password.as_ref()))?;
        session.overview()
    })
    .await
}

/// Copies every finished archive into a folder that was picked, or into none any more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn use_copies_folder(
    shell: Here<'_>,
    token: Option<String>,
    password: Option<PasswordIn>,
) -> Answer<Overview> {
    ask(&shell, move |shell, session| {
        let folder = token.map(|token| shell.folders.get(&token).ok_or_else(let_go)).transpose()?;
        session.use_copies_folder(folder.as_deref(), of(password.as_ref()))?;
        session.overview()
    })
    .await
}

/// One setting that a word or a number says.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose(
    shell: Here<'_>,
    choice: Choice,
    password: Option<PasswordIn>,
) -> Answer<Overview> {
    ask(&shell, move |_, session| {
        session.choose(choice, of(password.as_ref()))?;
        session.overview()
    })
    .await
}

/// Lets nothing run by itself for a day, or ends that.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_backups(app: AppHandle, shell: Here<'_>, pause: bool) -> Answer<Overview> {
    let all = ask(&shell, move |_, session| {
        if pause { session.pause_for_a_day() } else { session.end_pause() }?;
        session.overview()
    })
    .await?;
    tray::show(&app, Some(&Standing::of(&all)));
    Ok(all)
}

/// Opens the backups folder, or the nearest folder above it that is there, in the system's file viewer.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_folder(app: AppHandle, shell: Here<'_>) -> Answer<()> {
    let folder = ask(&shell, |_, session| session.archives_folder()).await?;
    let there = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
    let opened = app.opener().open_path(there.to_string_lossy(), None::<&str>);
    opened.map_err(|error| Problem::internal(&error))
}

/// The look of the window.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_theme(app: AppHandle, shell: Here<'_>, theme: Theme) -> Answer<()> {
    ask(&shell, move |shell, session| shell.set_theme(session, theme)).await?;
    front::paint(&app, theme);
    Ok(())
}

/// What closing the window does from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_on_close(shell: Here<'_>, on_close: OnClose) -> Answer<()> {
    ask(&shell, move |_, session| session.set_on_close(on_close)).await
}

/// The answer to `close_requested`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn close_window(app: AppHandle, choice: CloseChoice, remember: bool) -> Answer<()> {
    closing::answered(&app, choice, remember).await
}
