//! Beginning anew, hidden, after the window was closed: only the end of a program gives back what the toolkit
//! keeps of a window. See `docs/decisions/0008-closing-without-a-tray.md`.
//!
//! The decision is pure. Nothing may be lost by it: it waits for jobs and for whoever uses the tray, and is not
//! taken where the keychain would not sign the same person in again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use backstop_platform::{begin_anew, can_begin_anew};
use tauri::{AppHandle, Manager};
use tokio::sync::oneshot;

use crate::shell::{Shell, blocking};
use crate::{autostart, front, notices, tray};

/// How long a window has to be gone: who closed it by mistake gets it back at once.
const SETTLED: Duration = Duration::from_secs(4);

/// How long to wait for what is in the way.
const AGAIN: Duration = Duration::from_secs(30);

/// How long the last presses of a tray that is gone may take to arrive.
const LAST_PRESSES: Duration = Duration::from_millis(200);

/// How long what was done may take to reach the system: notices are given aside.
const ECHO: Duration = Duration::from_secs(2);

/// Who wants something of the program right now.
#[derive(Debug, Default)]
struct Called {
    window: bool,
    others: usize,
    done: Option<Instant>,
}

impl Called {
    /// Whether nothing but a window was called for.
    fn is_quiet(&self, now: Instant) -> bool {
        self.others == 0 && self.done.is_none_or(|done| now.duration_since(done) >= ECHO)
    }
}

/// What was called for and is not done yet: as long as that is so, nothing begins anew.
#[derive(Debug, Default)]
pub(crate) struct Calls(Arc<Mutex<Called>>);

/// Something that is being done, until this is dropped.
#[derive(Debug)]
pub(crate) struct Call(Arc<Mutex<Called>>);

impl Calls {
    /// The window was called for. It stays so until the window is closed.
    pub(crate) fn for_window(&self) {
        held(&self.0).window = true;
    }

    /// Whether the window was called for.
    pub(crate) fn wants_window(&self) -> bool {
        held(&self.0).window
    }

    fn no_window(&self) {
        held(&self.0).window = false;
    }

    /// Something was called for that takes a moment.
    pub(crate) fn begin(&self) -> Call {
        held(&self.0).others += 1;
        Call(Arc::clone(&self.0))
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut called = held(&self.0);
        called.others = called.others.saturating_sub(1);
        called.done = Some(Instant::now());
    }
}

fn held(called: &Mutex<Called>) -> MutexGuard<'_, Called> {
    called.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the decision stands on.
#[derive(Debug, Clone, Copy)]
struct Facts {
    /// There is a window, or somebody has called for one.
    window: bool,
    /// Somebody uses the tray, or may still press a notice.
    called: bool,
    /// A job runs.
    busy: bool,
    /// Somebody is in the first steps, which a new start would not know of.
    first_steps: bool,
    /// A new start would find everything as it is.
    outlasts: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Begin anew.
    Now,
    /// Something is in the way for a while.
    Later,
    /// Not before the next window was closed.
    Never,
}

fn decide(facts: Facts) -> Next {
    match facts {
        Facts { window: true, .. } => Next::Never,
        Facts { called: true, .. } | Facts { busy: true, .. } | Facts { first_steps: true, .. } => {
            Next::Later
        }
        Facts { outlasts: false, .. } => Next::Never,
        _ => Next::Now,
    }
}

/// The window was closed: begins anew as soon as nothing is in the way.
pub(crate) fn after_the_window(app: &AppHandle) {
    app.state::<Calls>().no_window();
    if !can_begin_anew() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(SETTLED).await;
        loop {
            match decide(facts(&app).await) {
                Next::Never => return,
                Next::Later => {}
                Next::Now => leave(&app).await,
            }
            tokio::time::sleep(AGAIN).await;
        }
    });
}

async fn facts(app: &AppHandle) -> Facts {
    let shell = Arc::clone(&app.state::<Arc<Shell>>());
    let (window, called) = {
        let calls = app.state::<Calls>();
        let called = held(&calls.0);
        let called_for = !called.is_quiet(Instant::now()) || notices::can_be_pressed(app);
        (called.window || front::is_open(app), called_for)
    };
    let (busy, first_steps) = (shell.running.is_busy(), shell.is_in_first_steps());
    // Who is not signed in has signed out, and a new start would sign them in again.
    let outlasts = match shell.signed_in() {
        Some(session) if !window => blocking(move || Ok(session.outlasts_the_program())).await,
        _ => Ok(false),
    };
    Facts { window, called, busy, first_steps, outlasts: outlasts.unwrap_or(false) }
}

/// Takes the icon away, so that nobody presses it in the moment between, and begins anew. Comes back if
/// something was called for meanwhile.
async fn leave(app: &AppHandle) {
    tray::set_visible(app, false);
    tokio::time::sleep(LAST_PRESSES).await;
    let (send, stayed) = oneshot::channel();
    let here = app.clone();
    // Where the tray's presses are heard too: none can come in between.
    let _ = app.run_on_main_thread(move || {
        replace(&here);
        let _ = send.send(());
    });
    let _ = stayed.await;
    tray::set_visible(app, true);
}

/// Begins anew if nothing is in the way at this very moment. Whoever calls over the bus while it does gets no
/// answer, and calls again.
fn replace(app: &AppHandle) {
    let Ok(_alone) = app.state::<Arc<Shell>>().running.start() else { return };
    let calls = app.state::<Calls>();
    let called = held(&calls.0);
    if called.is_quiet(Instant::now()) && !called.window && !front::is_open(app) {
        // It comes back only if the system refuses, and then everything goes on as it was.
        let _ = begin_anew(&[autostart::HIDDEN]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_beginning_anew() {
        let rows = [
            // window, called, busy, first steps, outlasts
            (false, false, false, false, true, Next::Now),
            (true, false, false, false, true, Next::Never),
            (true, true, true, true, false, Next::Never),
            (false, true, false, false, true, Next::Later),
            (false, false, true, false, true, Next::Later),
            (false, false, false, true, true, Next::Later),
            (false, false, true, false, false, Next::Later), // asked again after the job
            (false, false, false, false, false, Next::Never),
        ];
        for (window, called, busy, first_steps, outlasts, expected) in rows {
            let facts = Facts { window, called, busy, first_steps, outlasts };
            assert_eq!(decide(facts), expected, "{facts:?}");
        }
    }

    #[test]
    fn a_call_is_in_the_way_until_it_is_done() {
        let calls = Calls::default();
        let later = Instant::now() + Duration::from_secs(3600);
        let is_quiet = |now| held(&calls.0).is_quiet(now);
        assert!(is_quiet(later));
        let (first, second) = (calls.begin(), calls.begin());
        drop(first);
        assert!(!is_quiet(later));
        drop(second);
        assert!(is_quiet(later));
        let done = held(&calls.0).done.expect("something was done");
        assert!(!is_quiet(done) && is_quiet(done + ECHO), "what was done needs a moment to arrive");
    }

    #[test]
    fn a_window_is_called_for_until_it_is_closed() {
        let calls = Calls::default();
        assert!(!calls.wants_window());
        calls.for_window();
        assert!(calls.wants_window());
        calls.no_window();
        assert!(!calls.wants_window());
    }
}
