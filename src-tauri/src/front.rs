//! The one window: opened, in front or not, and closed.
//!
//! Closing it ends its web view, the largest part of the program by far. Jobs do not notice: they run beside it.
//! What the toolkit keeps of it goes a little later, with a new beginning (`anew`).

use std::sync::Arc;

use backstop_engine::api::Theme;
use tauri::window::Color;
use tauri::{AppHandle, Emitter, Manager, WebviewWindowBuilder};

use crate::anew::{self, Calls};
use crate::closing::Awake;
use crate::shell::Shell;

/// The label of the one window.
pub(crate) const MAIN: &str = "main";

/// The event that asks the window to read its overview again.
const OVERVIEW_CHANGED: &str = "overview_changed";

/// The grounds of the page in both looks, as `ui/src/lib/styles/tokens.css` has them.
const LIGHT_GROUND: Color = Color(0xff, 0xff, 0xff, 0xff);
const DARK_GROUND: Color = Color(0x18, 0x1a, 0x19, 0xff);

/// Opens the window as `tauri.conf.json` describes it, in the look that was last chosen: the page gets it
/// before its first line, so that nothing is painted in the other one.
///
/// Its web view keeps nothing on the disk, unless a driver is to control it: WebKitGTK lets nobody drive a web
/// view that keeps nothing. See `docs/decisions/0004-automation.md`.
///
/// # Errors
/// The system gives no window.
pub(crate) fn open(app: &AppHandle, theme: Theme) -> tauri::Result<()> {
    let driven = std::env::var("TAURI_WEBVIEW_AUTOMATION").as_deref() == Ok("true");
    for described in &app.config().app.windows {
        let mut window = WebviewWindowBuilder::from_config(app, described)?
            .incognito(described.incognito && !driven)
            .initialization_script(first_paint(theme));
        if let Some((frame, ground)) = painted(theme) {
            window = window.theme(Some(frame)).background_color(ground);
        }
        window.build()?;
    }
    Ok(())
}

/// A chosen look: the frame's, and the ground behind a page that is not drawn yet.
fn painted(theme: Theme) -> Option<(tauri::Theme, Color)> {
    match theme {
        Theme::System => None,
        Theme::Light => Some((tauri::Theme::Light, LIGHT_GROUND)),
        Theme::Dark => Some((tauri::Theme::Dark, DARK_GROUND)),
    }
}

/// The script that the page runs before anything of its own. `ui/src/main.ts` reads what it leaves, for
/// web views that run it before there is an element.
fn first_paint(theme: Theme) -> String {
    let word = match theme {
        Theme::System => "",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    format!(
        "window.__THEME__ = '{word}';
         if ('{word}' && document.documentElement) document.documentElement.dataset.theme = '{word}';"
    )
}

/// Brings the window to the front, from wherever it is, or opens a new one.
pub(crate) fn show(app: &AppHandle) {
    app.state::<Calls>().for_window();
    if let Some(window) = app.get_webview_window(MAIN) {
        // Each may be refused by a desktop that does not know it; the others still help.
        let _ = window.show();
        let _ = window.unminimize();
        let _ = window.set_focus();
        return;
    }
    // A program that is still starting opens the window when it has started.
    let Some(shell) = app.try_state::<Arc<Shell>>() else { return };
    let (app, shell) = (app.clone(), Arc::clone(&shell));
    // Aside: some systems can't make a window in the middle of an event.
    tauri::async_runtime::spawn_blocking(move || {
        let theme = shell.first_theme();
        // Two calls at once: the second finds the label taken, and the window is there all the same.
        let _ = open(&app, theme);
    });
}

/// Closes the window and ends its web view. Jobs go on. What the window was told a token of is let go: nobody
/// can ask for it any more.
pub(crate) fn close(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        app.state::<Awake>().forget();
        app.state::<Arc<Shell>>().let_go_of_all();
        let _ = window.destroy();
        anew::after_the_window(app);
    }
}

/// Whether there is a window.
pub(crate) fn is_open(app: &AppHandle) -> bool {
    app.get_webview_window(MAIN).is_some()
}

/// Gives the window's frame the look that the page has.
pub(crate) fn paint(app: &AppHandle, theme: Theme) {
    app.set_theme(painted(theme).map(|(frame, _)| frame));
}

/// Whether somebody is looking at the window.
pub(crate) fn is_in_front(app: &AppHandle) -> bool {
    app.get_webview_window(MAIN)
        .is_some_and(|window| window.is_visible().unwrap_or(false) && window.is_focused().unwrap_or(false))
}

/// Tells the window that what it shows of the account has changed.
pub(crate) fn overview_changed(app: &AppHandle) {
    // The only error is that there is no window to tell.
    let _ = app.emit(OVERVIEW_CHANGED, ());
}
