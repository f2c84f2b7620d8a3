//! The icon in the tray: what it says, and its menu.
//!
//! Not every desktop has a tray. The icon is made only where one answers, after the window is there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use backstop_engine::api::{Overview, Problem, Protection, Session, StatusCard};
use backstop_engine::ports::{Clock, TimeMs};
use backstop_platform::{SystemClock, moment_in_words};
use tauri::image::Image;
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager, Wry};

use crate::{automatic, closing, front};

/// The icon's id.
const ID: &str = "tray";

const CALM: Image<'_> = tauri::include_image!("../icons/tray.png");
const ATTENTION: Image<'_> = tauri::include_image!("../icons/tray-attention.png");

/// The lines of the menu that change: on Linux a tray shows no tooltip.
struct Lines {
    status: MenuItem<Wry>,
    last: MenuItem<Wry>,
    next: MenuItem<Wry>,
    backup: MenuItem<Wry>,
    pause: MenuItem<Wry>,
}

/// How things stand, as the tray needs it.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// The status card.
    pub(crate) status: StatusCard,
    /// Until then nothing runs by itself, if that is still to come.
    pub(crate) paused_until: Option<i64>,
}

impl Standing {
    /// As the overview says it.
    pub(crate) fn of(all: &Overview) -> Self {
        Self { status: all.status.clone(), paused_until: all.paused_until }
    }

    /// As the disk says it. Cheap.
    ///
    /// # Errors
    /// Settings or history can't be read.
    pub(crate) fn read(session: &Session) -> Result<Self, Problem> {
        Ok(Self { status: session.status()?, paused_until: session.paused_until()?.map(|until| until.0) })
    }
}

/// What the tray said last.
#[derive(Default)]
pub(crate) struct Said(Mutex<Option<Says>>);

/// What the tray says, and whether it asks for a look.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Says {
    status: String,
    last: String,
    next: String,
    attention: bool,
    /// Somebody is signed in: there is something to back up.
    can_back_up: bool,
    paused: bool,
}

/// Puts how things stand into lines. Without a standing nobody is signed in. `moment` says a moment in words.
fn says(standing: Option<&Standing>, moment: impl Fn(i64) -> String) -> Says {
    let Some(Standing { status, paused_until }) = standing else {
        return Says {
            status: "Not signed in".to_owned(),
            last: "Open Backstop and sign in: nothing runs by itself until then".to_owned(),
            next: "Next: when you have signed in".to_owned(),
            attention: true,
            can_back_up: false,
            paused: false,
        };
    };
    let (line, attention) = match &status.protection {
        Protection::Protected => ("Your notes are backed up".to_owned(), false),
        Protection::Due => ("A backup is due".to_owned(), false),
        Protection::Overdue { days: 1 } => ("The backup is overdue by 1 day".to_owned(), true),
        Protection::Overdue { days } => (format!("The backup is overdue by {days} days"), true),
        Protection::Failed { .. } => ("The last backup failed".to_owned(), true),
        Protection::Away => ("The last backup is out of reach".to_owned(), false),
        Protection::Never => ("Not backed up yet".to_owned(), true),
        Protection::Running => ("Backing up".to_owned(), false),
    };
    let last = status.last_verified.map_or_else(|| "none yet".to_owned(), &moment);
    let next = match (paused_until, status.next) {
        (Some(until), _) => format!("Paused until {}", moment(*until)),
        (None, Some(next)) => format!("Next backup: {}", moment(next)),
        (None, None) if matches!(status.protection, Protection::Due | Protection::Overdue { .. }) => {
            "Next backup: soon".to_owned()
        }
        (None, None) => "Next backup: when you start it".to_owned(),
    };
    let last = format!("Last backup: {last}");
    Says { status: line, last, next, attention, can_back_up: true, paused: paused_until.is_some() }
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

/// Shows the icon, or takes it away for a moment.
pub(crate) fn set_visible(app: &AppHandle, visible: bool) {
    // A tray that went away shows nothing in any case.
    let _ = app.tray_by_id(ID).map(|tray| tray.set_visible(visible));
}

/// Shows how things stand. Says whether that is news.
pub(crate) fn show(app: &AppHandle, standing: Option<&Standing>) -> bool {
    let now = says(standing, |at| moment_in_words(TimeMs(at), SystemClock.now(), &SystemClock.zone()));
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
    let _ = tray.set_tooltip(Some(format!("Backstop: {}", says.status)));
    let _ = tray.set_icon(Some(if says.attention { ATTENTION } else { CALM }));
    let Some(lines) = app.try_state::<Lines>() else { return };
    let _ = lines.status.set_text(&says.status);
    let _ = lines.last.set_text(&says.last);
    let _ = lines.next.set_text(&says.next);
    let _ = lines.backup.set_enabled(says.can_back_up);
    let _ = lines.pause.set_enabled(says.can_back_up);
    let _ = lines.pause.set_text(if says.paused { "Resume" } else { "Pause for a day" });
}

fn build(app: &AppHandle) -> tauri::Result<()> {
    let now = says(None, |_| String::new());
    let item = |id: &str, words: &str, on: bool| MenuItem::with_id(app, id, words, on, None::<&str>);
    let lines = Lines {
        status: item("status", &now.status, false)?,
        last: item("last", &now.last, false)?,
        next: item("next", &now.next, false)?,
        backup: item("backup", "Back up now", now.can_back_up)?,
        pause: item("pause", "Pause for a day", now.can_back_up)?,
    };
    let (open, quit) = (item("open", "Open Backstop", true)?, item("quit", "Quit", true)?);
    let (above, below) = (PredefinedMenuItem::separator(app)?, PredefinedMenuItem::separator(app)?);
    let Lines { status, last, next, backup, pause } = &lines;
    let menu = Menu::with_items(app, &[status, last, next, &above, &open, backup, pause, &below, &quit])?;
    TrayIconBuilder::with_id(ID)
        .icon(CALM)
        .icon_as_template(true)
        .tooltip("Backstop")
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(chosen)
        .on_tray_icon_event(pressed)
        .build(app)?;
    app.manage(lines);
    // What was said before there was an icon has to be said again.
    let said = app.state::<Said>().0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    said.iter().for_each(|said| paint(app, said));
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is Tauri's")]
fn chosen(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        "open" => front::show(app),
        "backup" => automatic::back_up_now(app),
        "pause" => automatic::pause_or_resume(app),
        "quit" => closing::wished(app),
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

    fn standing(protection: Protection) -> Standing {
        Standing { status: StatusCard::bare(protection), paused_until: None }
    }

    fn line(protection: Protection) -> Says {
        says(Some(&standing(protection)), |at| format!("[{at}]"))
    }

    #[test]
    fn the_table_of_lines() {
        let failed = || Protection::Failed {
            reason: "x".to_owned(),
            code: backstop_engine::api::Code::NoSpace,
            with_attachments: false,
        };
        let rows = [
            (says(None, |_| String::new()), "Not signed in", true),
            (line(Protection::Protected), "Your notes are backed up", false),
            (line(Protection::Due), "A backup is due", false),
            (line(Protection::Overdue { days: 1 }), "The backup is overdue by 1 day", true),
            (line(Protection::Overdue { days: 23 }), "The backup is overdue by 23 days", true),
            (line(failed()), "The last backup failed", true),
            (line(Protection::Away), "The last backup is out of reach", false),
            (line(Protection::Never), "Not backed up yet", true),
            (line(Protection::Running), "Backing up", false),
        ];
        for (says, expected, attention) in rows {
            assert_eq!((says.status.as_str(), says.attention), (expected, attention));
            assert_eq!(says.can_back_up, expected != "Not signed in");
        }
    }

    #[test]
    fn the_table_of_moments() {
        use Protection::{Due, Protected};
        let rows = [
            // protection, last, next, paused until, what the two lines say
            (Protected, Some(1), Some(2), None, "Last backup: [1]", "Next backup: [2]"),
            (Protected, None, Some(2), None, "Last backup: none yet", "Next backup: [2]"),
            (Protected, Some(1), None, None, "Last backup: [1]", "Next backup: when you start it"),
            (Due, Some(1), None, None, "Last backup: [1]", "Next backup: soon"),
            (Due, Some(1), Some(2), Some(3), "Last backup: [1]", "Paused until [3]"),
        ];
        for (protection, last_verified, next, paused_until, last, soon) in rows {
            let mut standing = standing(protection);
            standing.status.last_verified = last_verified;
            standing.status.next = next;
            standing.paused_until = paused_until;
            let says = says(Some(&standing), |at| format!("[{at}]"));
            assert_eq!((says.last.as_str(), says.next.as_str()), (last, soon));
            assert_eq!(says.paused, paused_until.is_some());
        }
    }
}
