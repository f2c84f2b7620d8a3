//! Closing the window: ask once, go on without a window, or quit. The decision is pure; the rest does what it says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backstop_engine::api::{OnClose, Problem, Session};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Emitter, Manager, Window};

use crate::anew::Calls;
use crate::asking::sure;
use crate::shell::{Shell, blocking};
use crate::{front, tray};

/// The event by which the window is told to ask.
const CLOSE_REQUESTED: &str = "close_requested";

/// How long quitting waits for a job that was cancelled. What a job leaves behind after that is removed at
/// the next start.
const LAST_WISH: Duration = Duration::from_secs(2);

/// The question of the tray's "Quit", and its answers.
const QUIT_TITLE: &str = "Quit Backstop?";
const QUIT: &str = "Quit";
const STAY: &str = "Keep running";

/// What the person answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CloseChoice {
    /// Go on without a window.
    Tray,
    /// End.
    Quit,
}

impl From<CloseChoice> for OnClose {
    fn from(choice: CloseChoice) -> Self {
        match choice {
            CloseChoice::Tray => Self::Tray,
            CloseChoice::Quit => Self::Quit,
        }
    }
}

/// What the window needs to know to ask.
#[derive(Debug, Clone, Copy, Serialize, Type)]
pub(crate) struct CloseQuestion {
    /// Whether this desktop has a tray. Without one, starting Backstop again brings the window back.
    pub(crate) tray: bool,
}

/// Whether the window has spoken yet: one that never did can't ask anything.
#[derive(Default)]
pub(crate) struct Awake(AtomicBool);

impl Awake {
    /// The window has asked for something.
    pub(crate) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// The window has gone; the next one has not spoken yet.
    pub(crate) fn forget(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// What the decision stands on.
#[derive(Debug, Clone, Copy)]
struct Facts {
    /// The window can ask.
    awake: bool,
    /// Somebody is signed in: only then something runs by itself.
    signed_in: bool,
    /// A job runs.
    busy: bool,
    /// What was chosen before.
    on_close: OnClose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closing {
    Ask,
    Leave,
    Quit,
}

/// A job is never ended without a question, and nobody is asked when nothing would go on.
fn decide(facts: Facts) -> Closing {
    let goes_on = facts.signed_in || facts.busy;
    if !facts.awake || !goes_on {
        return Closing::Quit;
    }
    match facts.on_close {
        OnClose::Tray => Closing::Leave,
        OnClose::Quit if !facts.busy => Closing::Quit,
        OnClose::Quit | OnClose::Ask => Closing::Ask,
    }
}

/// The cross in the window's corner was pressed. The settings are read aside: the window does not wait.
pub(crate) fn requested(window: &Window) {
    let app = window.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        let shell = Arc::clone(&app.state::<Arc<Shell>>());
        let awake = app.state::<Awake>().0.load(Ordering::Relaxed);
        let facts = blocking(move || {
            let session = shell.signed_in();
            let chosen = session.as_ref().map(|session| session.overview().map(|all| all.on_close));
            let busy = shell.running.is_busy();
            Ok(Facts {
                awake,
                signed_in: session.is_some(),
                busy,
                // Settings that can't be read: ask.
                on_close: chosen.and_then(Result::ok).unwrap_or_default(),
            })
        });
        match facts.await.map_or(Closing::Quit, decide) {
            Closing::Ask => drop(app.emit(CLOSE_REQUESTED, CloseQuestion { tray: tray::is_there(&app) })),
            Closing::Leave => front::close(&app),
            Closing::Quit => quit(&app).await,
        }
    });
}

/// Does what was answered, and remembers it if wished.
///
/// # Errors
/// The answer can't be remembered; the window stays open.
pub(crate) async fn answered(app: &AppHandle, choice: CloseChoice, remember: bool) -> Result<(), Problem> {
    let shell = Arc::clone(&app.state::<Arc<Shell>>());
    if remember {
        blocking(move || shell.session()?.set_on_close(choice.into())).await?;
    }
    match choice {
        CloseChoice::Tray => front::close(app),
        CloseChoice::Quit => quit(app).await,
    }
    Ok(())
}

/// "Quit" in the tray: says what stops, if anything does, and quits if that is wished all the same. The
/// system's own dialog asks: there may be no window.
pub(crate) fn wished(app: &AppHandle) {
    let (app, call) = (app.clone(), app.state::<Calls>().begin());
    tauri::async_runtime::spawn(async move {
        let _call = call;
        let shell = Arc::clone(&app.state::<Arc<Shell>>());
        let asked = blocking(move || {
            let session = shell.signed_in();
            let automatic = session.is_some_and(|session| runs_by_itself(&session));
            Ok(what_stops(automatic, shell.running.is_busy()))
        });
        let sure = match asked.await.unwrap_or_default() {
            Some(words) => sure(QUIT_TITLE, &words, QUIT, STAY).await,
            None => true,
        };
        if sure {
            quit(&app).await;
        }
    });
}

/// Whether an interval is on. Settings that can't be read: then nothing runs by itself either.
fn runs_by_itself(session: &Session) -> bool {
    let is_on = |key| session.setting(key).is_ok_and(|interval| interval != "never");
    is_on("backups") || is_on("backups_full") || is_on("reminders")
}

/// What quitting stops, in words; none if it stops nothing.
fn what_stops(automatic: bool, busy: bool) -> Option<String> {
    let job = "The job that is running is cancelled. What was saved before stays as it is.";
    let schedule = "Automatic backups and reminders stop until you start Backstop again.";
    match (automatic, busy) {
        (false, false) => None,
        (true, false) => Some(schedule.to_owned()),
        (false, true) => Some(job.to_owned()),
        (true, true) => Some(format!("{job} {schedule}")),
    }
}

/// Ends the program. A job that runs is cancelled first and given a moment to clean up.
pub(crate) async fn quit(app: &AppHandle) {
    // Never dropped: from here on nothing begins anew.
    std::mem::forget(app.state::<Calls>().begin());
    let running = Arc::clone(&app.state::<Arc<Shell>>().running);
    running.cancel();
    let _ = running.ended_within(LAST_WISH).await;
    app.exit(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_closings() {
        use Closing::{Ask, Leave, Quit};
        let rows = [
            // awake, signed in, busy, chosen before
            (false, false, false, OnClose::Ask, Quit),
            (false, true, true, OnClose::Ask, Quit),
            (true, false, false, OnClose::Ask, Quit),
            (true, false, true, OnClose::Ask, Ask),
            (true, true, false, OnClose::Ask, Ask),
            (true, true, true, OnClose::Ask, Ask),
            (true, true, false, OnClose::Tray, Leave),
            (true, true, true, OnClose::Tray, Leave),
            (true, true, false, OnClose::Quit, Quit),
            (true, true, true, OnClose::Quit, Ask),
        ];
        for (awake, signed_in, busy, on_close, expected) in rows {
            let facts = Facts { awake, signed_in, busy, on_close };
            assert_eq!(decide(facts), expected, "{facts:?}");
        }
    }

    #[test]
    fn quitting_says_what_stops() {
        let says = |automatic, busy| what_stops(automatic, busy).unwrap_or_default();
        assert_eq!(what_stops(false, false), None);
        assert!(says(true, false).contains("until you start Backstop again"));
        assert!(says(false, true).contains("cancelled") && !says(false, true).contains("start Backstop"));
        assert!(says(true, true).contains("cancelled") && says(true, true).contains("start Backstop again"));
    }

    #[test]
    fn an_answer_is_remembered_as_it_was_given() {
        assert_eq!(OnClose::from(CloseChoice::Tray), OnClose::Tray);
        assert_eq!(OnClose::from(CloseChoice::Quit), OnClose::Quit);
    }
}
