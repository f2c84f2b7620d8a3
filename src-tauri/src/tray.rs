//! The icon in the tray: what it says, and its menu.
//!
//! Not every desktop has a tray. The icon is made only where one answers, after the window is there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use backstop_engine::api::{Protection, StatusCard};
use tauri::image::Image;
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager, Wry};

use crate::{automatic, closing, front};

/// The icon's id.
const ID: &str = "tray";

const CALM: Image<'_> = tauri::include_image!("../icons/tray.png");
const ATTENTION: Image<'_> = tauri::include_image!("../icons/tray-attention.png");

/// The line of the menu that says how things stand: on Linux a tray shows no tooltip.
struct StatusLine(MenuItem<Wry>);

/// What the tray said last.
#[derive(Default)]
pub(crate) struct Said(Mutex<Option<Says>>);

/// What the tray says, and whether it asks for a look.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Says {
    line: String,
    attention: bool,
}

/// Puts how things stand into one line. Without a status nobody is signed in.
fn says(status: Option<&StatusCard>) -> Says {
    let (line, attention) = match status.map(|status| &status.protection) {
        None => ("Not signed in".to_owned(), false),
        Some(Protection::Protected) => ("Your notes are backed up".to_owned(), false),
        Some(Protection::Due) => ("A backup is due".to_owned(), false),
        Some(Protection::Overdue { days: 1 }) => ("The backup is overdue by 1 day".to_owned(), true),
        Some(Protection::Overdue { days }) => (format!("The backup is overdue by {days} days"), true),
        Some(Protection::Failed { .. }) => ("The last backup failed".to_owned(), true),
        Some(Protection::Never) => ("Not backed up yet".to_owned(), true),
        Some(Protection::Running) => ("Backing up".to_owned(), false),
    };
    Says { line, attention }
}

/// Makes the icon where the desktop has a tray. The question is asked aside; the window does not wait.
pub(crate) fn start(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        if backstop_platform::has_tray() {
            let making = app.clone();
            // The only error is that the program is ending.
            let _ = app.run_on_main_thread(move || make(&making));
        }
    });
}

fn make(app: &AppHandle) {
    // The library of Linux trays is loaded when it is first used, and panics where it is missing. Then there
    // is no tray, and the window is told so when it is closed.
    let _ = catch_unwind(AssertUnwindSafe(|| build(app)));
}

/// Whether the icon is there.
pub(crate) fn is_there(app: &AppHandle) -> bool {
    app.tray_by_id(ID).is_some()
}

/// Shows how things stand. Says whether that is news.
pub(crate) fn show(app: &AppHandle, status: Option<&StatusCard>) -> bool {
    let now = says(status);
    let last = app.state::<Said>();
    let mut said = last.0.lock().unwrap_or_else(PoisonError::into_inner);
    if said.as_ref() == Some(&now) {
        return false;
    }
    paint(app, &now);
    *said = Some(now);
    true
}

fn paint(app: &AppHandle, says: &Says) {
    let Some(tray) = app.tray_by_id(ID) else { return };
    // A tray that went away in between shows nothing; there is nobody to tell.
    let _ = tray.set_tooltip(Some(format!("Backstop: {}", says.line)));
    let _ = tray.set_icon(Some(if says.attention { ATTENTION } else { CALM }));
    if let Some(line) = app.try_state::<StatusLine>() {
        let _ = line.0.set_text(&says.line);
    }
}

fn build(app: &AppHandle) -> tauri::Result<()> {
    let line = MenuItem::with_id(app, "status", &says(None).line, false, None::<&str>)?;
    let open = MenuItem::with_id(app, "open", "Open Backstop", true, None::<&str>)?;
    let backup = MenuItem::with_id(app, "backup", "Back up now", true, None::<&str>)?;
    let quit = MenuItem::with_id(app, "quit", "Quit", true, None::<&str>)?;
    let hair = PredefinedMenuItem::separator(app)?;
    let menu =
        Menu::with_items(app, &[&line, &hair, &open, &backup, &PredefinedMenuItem::separator(app)?, &quit])?;
    TrayIconBuilder::with_id(ID)
        .icon(CALM)
        .icon_as_template(true)
        .tooltip("Backstop")
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(chosen)
        .on_tray_icon_event(pressed)
        .build(app)?;
    app.manage(StatusLine(line));
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is Tauri's")]
fn chosen(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        "open" => front::show(app),
        "backup" => automatic::back_up_now(app),
        "quit" => {
            let app = app.clone();
            tauri::async_runtime::spawn(async move { closing::quit(&app).await });
        }
        _ => {}
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is Tauri's")]
fn pressed(tray: &TrayIcon, event: TrayIconEvent) {
    if let TrayIconEvent::Click { button: MouseButton::Left, .. } = event {
        front::show(tray.app_handle());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(protection: Protection) -> Says {
        says(Some(&StatusCard { protection, last_verified: None, last_verified_full: None, next: None }))
    }

    #[test]
    fn the_table_of_lines() {
        let failed =
            || Protection::Failed { reason: "x".to_owned(), code: backstop_engine::api::Code::NoSpace };
        let rows = [
            (says(None), "Not signed in", false),
            (line(Protection::Protected), "Your notes are backed up", false),
            (line(Protection::Due), "A backup is due", false),
            (line(Protection::Overdue { days: 1 }), "The backup is overdue by 1 day", true),
            (line(Protection::Overdue { days: 23 }), "The backup is overdue by 23 days", true),
            (line(failed()), "The last backup failed", true),
            (line(Protection::Never), "Not backed up yet", true),
            (line(Protection::Running), "Backing up", false),
        ];
        for (says, expected, attention) in rows {
            assert_eq!(says, Says { line: expected.to_owned(), attention });
        }
    }
}
