//! Starting with the system, hidden, if its owner wishes so. The system keeps that wish, not our settings.

use backstop_engine::api::Problem;
use tauri::{AppHandle, Wry, plugin::TauriPlugin};
use tauri_plugin_autostart::{Builder, ManagerExt as _};

/// The word by which the system starts Backstop without a window.
pub(crate) const HIDDEN: &str = "--hidden";

/// The plugin that asks the system.
pub(crate) fn plugin() -> TauriPlugin<Wry> {
    Builder::new().app_name("Backstop").arg(HIDDEN).build()
}

/// Whether Backstop starts with the system. One that does not say starts nothing.
pub(crate) fn is_on(app: &AppHandle) -> bool {
    app.autolaunch().is_enabled().unwrap_or(false)
}

/// Starts Backstop with the system from now on, or no more.
///
/// # Errors
/// The system does not allow it.
pub(crate) fn set(app: &AppHandle, on: bool) -> Result<(), Problem> {
    let answer = if on { app.autolaunch().enable() } else { app.autolaunch().disable() };
    answer.map_err(|error| {
        let words = "The system did not let Backstop change what starts with it. Nothing was changed.";
        Problem::new(backstop_engine::api::Code::Internal, words).with_detail(error.to_string())
    })
}
