//! Closing the window: ask once, hide, or quit. The decision is pure; the rest does what it says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backstop_engine::api::{OnClose, Problem};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Emitter, Manager, Window};

use crate::shell::{Shell, blocking};
use crate::{front, tray};

/// The event by which the window is told to ask.
const CLOSE_REQUESTED: &str = "close_requested";

/// How long quitting waits for a job that was cancelled. What a job leaves behind after that is removed at
/// the next start.
const LAST_WISH: Duration = Duration::from_secs(2);

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
    Hide,
    Quit,
}

/// A job is never ended without a question, and nobody is asked when nothing would go on.
fn decide(facts: Facts) -> Closing {
    let goes_on = facts.signed_in || facts.busy;
    if !facts.awake || !goes_on {
        return Closing::Quit;
    }
    match facts.on_close {
        OnClose::Tray => Closing::Hide,
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
            Closing::Hide => front::hide(&app),
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
        CloseChoice::Tray => front::hide(app),
        CloseChoice::Quit => quit(app).await,
    }
    Ok(())
}

/// Ends the program. A job that runs is cancelled first and given a moment to clean up.
pub(crate) async fn quit(app: &AppHandle) {
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
        use Closing::{Ask, Hide, Quit};
        let rows = [
            // awake, signed in, busy, chosen before
            (false, false, false, OnClose::Ask, Quit),
            (false, true, true, OnClose::Ask, Quit),
            (true, false, false, OnClose::Ask, Quit),
            (true, false, true, OnClose::Ask, Ask),
            (true, true, false, OnClose::Ask, Ask),
            (true, true, true, OnClose::Ask, Ask),
            (true, true, false, OnClose::Tray, Hide),
            (true, true, true, OnClose::Tray, Hide),
            (true, true, false, OnClose::Quit, Quit),
            (true, true, true, OnClose::Quit, Ask),
        ];
        for (awake, signed_in, busy, on_close, expected) in rows {
            let facts = Facts { awake, signed_in, busy, on_close };
            assert_eq!(decide(facts), expected, "{facts:?}");
        }
    }

    #[test]
    fn an_answer_is_remembered_as_it_was_given() {
        assert_eq!(OnClose::from(CloseChoice::Tray), OnClose::Tray);
        assert_eq!(OnClose::from(CloseChoice::Quit), OnClose::Quit);
    }
}
