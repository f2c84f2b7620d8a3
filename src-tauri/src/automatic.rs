//! Backups that start by themselves while the program runs, and the tray's "Back up now".
//!
//! When one is due is the engine's pure decision; here are only the looks at the clock, once a minute, and
//! how long the computer has been awake.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use backstop_engine::api::{BackupOrder, BackupResult, Code, Conditions, Problem, Session, catch_up_delay};
use backstop_engine::ports::{Clock, Notices};
use backstop_platform::SystemClock;
use tauri::{AppHandle, Manager};

use crate::notices::{Seen, SystemNotices, of_backup};
use crate::shell::{Shell, blocking};
use crate::{front, jobs, tray};

/// How often it is looked whether a backup is due.
const LOOK: Duration = Duration::from_secs(60);

/// A computer whose wall clock went on for this much longer than its other clock was asleep.
const NAP_MS: i64 = 30_000;

/// How long a missed backup waits after the start, if the engine's own answer can't be used.
const USUAL_DELAY: Duration = Duration::from_secs(45);

/// Since when the computer is awake, as far as this program saw.
struct Wakefulness {
    woke: Duration,
    ahead_ms: i64,
}

impl Wakefulness {
    /// Begins with the program: `wall_ms` is what the wall clock says then.
    fn begin(wall_ms: i64) -> Self {
        Self { woke: Duration::ZERO, ahead_ms: wall_ms }
    }

    /// How long it has been awake, `running` after the program began. A clock that is set looks like sleep,
    /// which costs a missed backup a minute.
    fn look(&mut self, running: Duration, wall_ms: i64) -> Duration {
        let running_ms = i64::try_from(running.as_millis()).unwrap_or(i64::MAX);
        let ahead_ms = wall_ms.saturating_sub(running_ms);
        if (ahead_ms - self.ahead_ms).abs() > NAP_MS {
            self.woke = running;
        }
        self.ahead_ms = ahead_ms;
        running.saturating_sub(self.woke)
    }
}

/// How long to wait until the next look: to the end of the catch-up delay, then a minute each time.
fn pause(awake_for: Duration, catch_up: Duration) -> Duration {
    let settling = catch_up.saturating_sub(awake_for);
    if settling.is_zero() { LOOK } else { settling.min(LOOK) }
}

/// Looks once a minute, for as long as the program runs.
pub(crate) fn start(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let began = Instant::now();
        let catch_up = catch_up();
        let mut wakefulness = Wakefulness::begin(SystemClock.now().0);
        loop {
            let awake_for = wakefulness.look(began.elapsed(), SystemClock.now().0);
            look(&app, awake_for, catch_up).await;
            tokio::time::sleep(pause(awake_for, catch_up)).await;
        }
    });
}

/// 30 to 60 seconds, other on each start. Debug builds may be told milliseconds, for tests.
fn catch_up() -> Duration {
    #[cfg(debug_assertions)]
    if let Some(told) = std::env::var("BACKSTOP_CATCH_UP_MS").ok().and_then(|text| text.parse().ok()) {
        return Duration::from_millis(told);
    }
    catch_up_delay(SystemClock.now().0.unsigned_abs()).try_into().unwrap_or(USUAL_DELAY)
}

/// Has the engine do what is to be done by itself, and keeps the tray and the window true.
async fn look(app: &AppHandle, awake_for: Duration, catch_up: Duration) {
    let shell = Arc::clone(&app.state::<Arc<Shell>>());
    if let Some(session) = shell.signed_in()
        && !shell.is_in_first_steps()
    {
        let running = shell.running.is_busy();
        let conditions = || -> Option<Conditions> {
            let awake_for = Some(awake_for.try_into().ok()?);
            Some(Conditions { running, awake_for, catch_up_delay: catch_up.try_into().ok()?, battery: None })
        };
        if let Some(conditions) = conditions()
            && has_work(session, conditions).await
        {
            back_up(app, Some(conditions)).await;
        }
    }
    refresh(app, &shell).await;
}

async fn has_work(session: Arc<Session>, conditions: Conditions) -> bool {
    // Settings or a history that can't be read: the window says so, nothing starts by itself.
    blocking(move || session.has_work(&conditions)).await.unwrap_or(false)
}

/// The tray's "Back up now": without attachments, as its name in the window.
pub(crate) fn back_up_now(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move { back_up(&app, None).await });
}

/// Does what is to be done by itself under the conditions, or makes a backup by hand.
async fn back_up(app: &AppHandle, due: Option<Conditions>) {
    let shell = Arc::clone(&app.state::<Arc<Shell>>());
    let ends = jobs::run(&shell, tell_once(app), move |_, session, job| match due {
        Some(conditions) => {
            Ok(session.attend(&conditions, job)?.backups.into_iter().map(|backup| backup.end).collect())
        }
        None => Ok(vec![session.backup(&BackupOrder::default(), job)]),
    })
    .await;
    for end in ends.unwrap_or_else(|problem| vec![Err(problem)]) {
        match end {
            Err(problem) if needs_somebody(&problem) => front::show(app),
            end => ended(app, &end, due.is_some()).await,
        }
    }
}

/// A backup that nobody can be asked for in the tray.
fn needs_somebody(problem: &Problem) -> bool {
    matches!(problem.code, Code::SecretRequired | Code::NotLoggedIn)
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

/// A backup ended: a notice if it is worth one, and a fresh look at the overview.
pub(crate) async fn ended(app: &AppHandle, end: &Result<BackupResult, Problem>, automatic: bool) {
    let shell = Arc::clone(&app.state::<Arc<Shell>>());
    let good_news = match shell.signed_in() {
        Some(session) => blocking(move || session.notices_on_success()).await.unwrap_or(true),
        None => true,
    };
    let seen = Seen { automatic, in_front: front::is_in_front(app), good_news };
    if let Some(notice) = of_backup(end, seen) {
        SystemNotices(app.clone()).show(&notice);
    }
    front::overview_changed(app);
}

/// Shows how things stand in the tray, and tells the window when that changed by itself: time passes too.
async fn refresh(app: &AppHandle, shell: &Arc<Shell>) {
    let status = match shell.signed_in() {
        Some(session) => blocking(move || session.overview()).await.ok().map(|all| all.status),
        None => None,
    };
    if tray::show(app, status.as_ref()) {
        front::overview_changed(app);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn a_sleep_of_the_computer_is_seen() {
        let secs = Duration::from_secs;
        let mut wakefulness = Wakefulness::begin(1_000_000);
        assert_eq!(wakefulness.look(secs(60), 1_060_000), secs(60));
        assert_eq!(wakefulness.look(secs(120), 1_120_900), secs(120), "clocks drift");
        assert_eq!(wakefulness.look(secs(130), 1_130_000 + HOUR_MS), secs(0), "it slept for an hour");
        assert_eq!(wakefulness.look(secs(190), 1_190_000 + HOUR_MS), secs(60));
        assert_eq!(wakefulness.look(secs(200), 1_200_000), secs(0), "the clock was set back");
        assert_eq!(wakefulness.look(secs(260), 1_260_000), secs(60));
    }

    #[test]
    fn the_first_look_is_when_the_delay_is_over_and_then_each_minute() {
        let secs = Duration::from_secs;
        let rows = [
            (secs(0), secs(45), secs(45)),
            (secs(44), secs(45), secs(1)),
            (secs(45), secs(45), LOOK),
            (secs(9000), secs(45), LOOK),
            (secs(0), secs(3600), LOOK),
            (Duration::from_millis(20), Duration::from_millis(100), Duration::from_millis(80)),
        ];
        for (awake_for, catch_up, expected) in rows {
            assert_eq!(pause(awake_for, catch_up), expected, "{awake_for:?} {catch_up:?}");
        }
    }
}
