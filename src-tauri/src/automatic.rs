//! What runs by itself while the program runs, and the tray's "Back up now" and "Pause for a day".
//!
//! What is due is the engine's pure decision, and when to ask for it is `agenda`'s; here they are put together.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backstop_engine::api::{BackupKind, BackupOrder, Code, Conditions, Session, catch_up_delay};
use backstop_engine::ports::{Clock, TimeMs};
use backstop_platform::{SystemClock, charge_on_battery, on_wake};
use tauri::{AppHandle, Manager};

use crate::agenda::{Agenda, Moment};
use crate::anew::Calls;
use crate::shell::{Shell, blocking};
use crate::tray::{self, Standing};
use crate::{front, jobs, notices};

/// How long a missed backup waits after the start, if the engine's own answer can't be used.
const USUAL_DELAY: Duration = Duration::from_secs(45);

/// The loop that looks.
struct Watch {
    app: AppHandle,
    shell: Arc<Shell>,
    catch_up: Duration,
}

/// Does what is to be done by itself, for as long as the program runs.
pub(crate) fn start(app: &AppHandle) {
    let shell = Arc::clone(&app.state::<Arc<Shell>>());
    let woken = Arc::new(AtomicBool::new(false));
    let (waker, says) = (Arc::clone(&shell), Arc::clone(&woken));
    on_wake(move || {
        says.store(true, Ordering::Relaxed);
        waker.look.notify_one();
    });
    let watch = Watch { app: app.clone(), shell, catch_up: catch_up() };
    tauri::async_runtime::spawn(watch.keep(woken));
}

impl Watch {
    async fn keep(self, woken: Arc<AtomicBool>) {
        let mut agenda = Agenda::begin(Moment::now());
        loop {
            let now = Moment::now();
            agenda.glance(now);
            if woken.swap(false, Ordering::Relaxed) {
                agenda.woke(now);
            }
            let closely = front::is_open(&self.app) || self.shell.signed_in().is_none();
            if agenda.is_time(now, closely) {
                let next = self.look(&agenda, now).await;
                agenda.looked(now, next);
            }
            let pause = SystemClock.longest_wait(agenda.pause(Moment::now()));
            if tokio::time::timeout(pause, self.shell.look.notified()).await.is_ok() {
                agenda.changed();
            }
        }
    }

    /// Has the engine do what is to be done by itself, keeps the tray and the window true, and tells when
    /// something is due next.
    async fn look(&self, agenda: &Agenda, now: Moment) -> Option<TimeMs> {
        let (mut next, awake_for) = (None, agenda.awake_for(now));
        match self.shell.signed_in() {
            None => self.ask_the_keychain(awake_for).await,
            Some(_) if self.shell.is_in_first_steps() => {}
            Some(session) => {
                if let Some(conditions) = self.conditions(awake_for)
                    && has_work(Arc::clone(&session), conditions).await
                {
                    attend(&self.app, conditions).await;
                    // The end of this job is no reason to look again.
                    let _ = tokio::time::timeout(Duration::ZERO, self.shell.look.notified()).await;
                }
                // With fresh clocks: a backup may have taken an hour.
                if let Some(conditions) = self.conditions(agenda.awake_for(Moment::now())) {
                    next = next_moment(session, conditions).await;
                }
            }
        }
        notices::give_due(&self.app).await;
        refresh(&self.app, &self.shell).await;
        next
    }

    /// What the world is like. None for a time that nobody lives in.
    fn conditions(&self, awake_for: Duration) -> Option<Conditions> {
        Some(Conditions {
            running: self.shell.running.is_busy(),
            awake_for: Some(awake_for.try_into().ok()?),
            catch_up_delay: self.catch_up.try_into().ok()?,
            battery: charge_on_battery(),
        })
    }

    /// Nobody is signed in, and no window asks for the password: the keychain may have been unlocked by now.
    /// When the computer has settled and it still is not, somebody is told.
    async fn ask_the_keychain(&self, awake_for: Duration) {
        if front::is_open(&self.app) {
            return;
        }
        let shell = Arc::clone(&self.shell);
        let _ = blocking(move || shell.resume()).await;
        if self.shell.signed_in().is_none() && awake_for >= self.catch_up {
            notices::give_to_the_locked_out(&self.app).await;
        }
    }
}

/// 30 to 60 seconds, other on each start. Debug builds may be told milliseconds, for tests.
fn catch_up() -> Duration {
    #[cfg(debug_assertions)]
    if let Some(told) = std::env::var("BACKSTOP_CATCH_UP_MS").ok().and_then(|text| text.parse().ok()) {
        return Duration::from_millis(told);
    }
    catch_up_delay(SystemClock.now().0.unsigned_abs()).try_into().unwrap_or(USUAL_DELAY)
}

async fn has_work(session: Arc<Session>, conditions: Conditions) -> bool {
    // Settings or a history that can't be read: the window says so, nothing starts by itself.
    blocking(move || session.has_work(&conditions)).await.unwrap_or(false)
}

/// When something is due next, as far as that is known.
async fn next_moment(session: Arc<Session>, conditions: Conditions) -> Option<TimeMs> {
    let moment = move || {
        let dues = session.dues(&conditions)?;
        let next = |kind| dues.kind(kind).next().map(|next| TimeMs(next.timestamp().as_millisecond()));
        let paused = session.paused_until()?;
        Ok([next(BackupKind::Notes), next(BackupKind::Full), paused].into_iter().flatten().min())
    };
    blocking(moment).await.ok().flatten()
}

/// Does what is to be done by itself. How it went is in the history, where the notices find it.
async fn attend(app: &AppHandle, conditions: Conditions) {
    let shell = Arc::clone(&app.state::<Arc<Shell>>());
    let done = jobs::run(&shell, tell_once(app), move |_, session, job| session.attend(&conditions, job));
    let _ = done.await;
    front::overview_changed(app);
}

/// The tray's "Back up now": without attachments, as its name in the window.
pub(crate) fn back_up_now(app: &AppHandle) {
    let (app, call) = (app.clone(), app.state::<Calls>().begin());
    tauri::async_runtime::spawn(async move {
        let _call = call;
        let shell = Arc::clone(&app.state::<Arc<Shell>>());
        let end = jobs::run(&shell, tell_once(&app), |_, session, job| {
            session.backup(&BackupOrder::default(), job)
        });
        match end.await {
            // Nobody can be asked for it in the tray.
            Err(problem) if matches!(problem.code, Code::SecretRequired | Code::NotLoggedIn) => {
                front::show(&app);
            }
            _ => ended(&app).await,
        }
    });
}

/// The tray's "Pause for a day", and its "Resume".
pub(crate) fn pause_or_resume(app: &AppHandle) {
    let (app, call) = (app.clone(), app.state::<Calls>().begin());
    tauri::async_runtime::spawn(async move {
        let _call = call;
        let shell = Arc::clone(&app.state::<Arc<Shell>>());
        let Some(session) = shell.signed_in() else { return front::show(&app) };
        let done = blocking(move || match session.paused_until()? {
            Some(_) => session.end_pause(),
            None => session.pause_for_a_day(),
        });
        match done.await {
            Ok(()) => shell.look.notify_one(),
            // The window says what is wrong with the settings.
            Err(_) => front::show(&app),
        }
    });
}

/// Tells the window of a job that it did not start, once the job has begun.
fn tell_once(app: &AppHandle) -> impl FnMut(backstop_engine::api::JobProgress) + Send + use<> {
    let (app, told) = (app.clone(), AtomicBool::new(false));
    move |sample| {
        let begun = sample.items_total + sample.bytes_total + sample.items_done + sample.bytes_done > 0;
        if begun && !told.swap(true, Ordering::Relaxed) {
            front::overview_changed(&app);
        }
    }
}

/// A job that a person started ended: a notice if it is worth one, and a fresh look at the overview.
pub(crate) async fn ended(app: &AppHandle) {
    notices::give_due(app).await;
    front::overview_changed(app);
}

/// Shows how things stand in the tray, and tells the window when that changed by itself: time passes too.
async fn refresh(app: &AppHandle, shell: &Arc<Shell>) {
    let standing = match shell.signed_in() {
        Some(session) => blocking(move || Standing::read(&session)).await.ok(),
        None => None,
    };
    if tray::show(app, standing.as_ref()) {
        front::overview_changed(app);
    }
}
