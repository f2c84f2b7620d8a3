//! What this desktop can do for a program that runs by itself, and whether it starts it.

use backstop_engine::api::{Action as NoticeAction, KeychainState};
use backstop_platform::{has_notices, has_tray};
use serde::Serialize;
use specta::Type;
use tauri::{AppHandle, State};

use super::{Answer, Here, ask_shell};
use crate::autostart;
use crate::notices::Lead;

/// What this desktop can do.
#[derive(Debug, Clone, Copy, Serialize, Type)]
pub(crate) struct DesktopFacts {
    /// It has a tray that shows an icon.
    pub(crate) tray: bool,
    /// Whether the keychain can keep somebody signed in: without one, nothing runs by itself after a start.
    pub(crate) keychain: KeychainState,
    /// It shows notices.
    pub(crate) notices: bool,
    /// Backstop starts with the system, hidden.
    pub(crate) autostart: bool,
}

/// What this desktop can do.
#[tauri::command]
#[specta::specta]
pub(crate) async fn desktop_facts(app: AppHandle, shell: Here<'_>) -> Answer<DesktopFacts> {
    ask_shell(&shell, move |shell| {
        let keychain = shell.engine()?.keychain();
        Ok(DesktopFacts {
            tray: has_tray(),
            keychain,
            notices: has_notices(),
            autostart: autostart::is_on(&app),
        })
    })
    .await
}

/// Where a notice that was pressed leads, if one does. Forgotten by being told.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lead(lead: State<'_, Lead>) -> Answer<Option<NoticeAction>> {
    Ok(lead.take())
}

/// Starts Backstop with the system from now on, or no more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_autostart(app: AppHandle, shell: Here<'_>, on: bool) -> Answer<()> {
    ask_shell(&shell, move |_| autostart::set(&app, on)).await
}
