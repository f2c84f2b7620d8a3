//! The bar on a terminal: the job's counters, sampled ten times a second, on one line that is gone when
//! the job is done.

use std::io::{self, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use backstop_engine::api::{Job, Progress, Stage};

use super::words::{count, size};

/// How often the bar is drawn.
const PERIOD: Duration = Duration::from_millis(100);
/// Widest line that is drawn: the narrowest usual terminal, less one so that it never wraps.
const WIDTH: usize = 79;
/// Characters between the brackets.
const BAR: usize = 20;

/// Runs `work` on this thread and draws on another one until it is done.
pub(super) fn beside<T>(job: &Job, work: impl FnOnce(&Job) -> T) -> T {
    let (done, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let started = Instant::now();
            while ended.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                draw(&line(job.progress(), started.elapsed()));
            }
            draw("");
        });
        let result = work(job);
        drop(done);
        result
    })
}

/// Draws over what was there. An error output that is gone needs no bar.
fn draw(line: &str) {
    let mut out = io::stderr().lock();
    let _ = write!(out, "\r{line:<WIDTH$}")
        .and_then(|()| if line.is_empty() { write!(out, "\r") } else { Ok(()) });
    let _ = out.flush();
}

/// The line for one moment.
fn line(now: Progress, elapsed: Duration) -> String {
    let stage = match now.stage {
        Stage::Reading => "Reading",
        Stage::Encrypting => "Encrypting",
        Stage::Writing => "Writing",
        Stage::Checking => "Checking",
    };
    let mut line = format!("{stage:<10}");
    let (done, total) = if now.bytes_total > 0 {
        (now.bytes_done, now.bytes_total)
    } else {
        (now.items_done, now.items_total)
    };
    if let Some(percent) = done.min(total).saturating_mul(100).checked_div(total) {
        let filled = usize::try_from(percent).unwrap_or(0) * BAR / 100;
        line.push_str(&format!(" [{}{}] {percent:>3}%", "#".repeat(filled), "-".repeat(BAR - filled)));
    }
    if now.items_done > 0 {
        line.push_str(&format!("  {}", count(now.items_done, "item")));
    }
    if now.bytes_done > 0 {
        line.push_str(&format!("  {}", size(now.bytes_done)));
    }
    let seconds = elapsed.as_secs();
    line.push_str(&format!("  {}:{:02}", seconds / 60, seconds % 60));
    line.truncate(WIDTH);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(items: (u64, u64), bytes: (u64, u64)) -> String {
        let (items_done, items_total) = items;
        let (bytes_done, bytes_total) = bytes;
        let now = Progress { stage: Stage::Writing, items_done, items_total, bytes_done, bytes_total };
        line(now, Duration::from_secs(65))
    }

    #[test]
    fn the_line_says_what_is_known() {
        assert_eq!(at((0, 0), (0, 0)), "Writing     1:05");
        assert_eq!(at((1, 4), (0, 0)), "Writing    [#####---------------]  25%  1 item  1:05");
        assert_eq!(
            at((1204, 0), (2_000_000, 4_000_000)),
            "Writing    [##########----------]  50%  1,204 items  2.0 MB  1:05"
        );
    }

    #[test]
    fn more_done_than_expected_stays_at_the_end() {
        assert!(at((9, 4), (0, 0)).contains("[####################] 100%"));
        assert!(at((u64::MAX, 1), (u64::MAX, 1)).len() <= WIDTH);
    }

    #[test]
    fn the_work_is_done_beside_the_bar() {
        let job = Job::new();
        let seen = beside(&job, |job| {
            job.add_items(3);
            job.progress().items_done
        });
        assert_eq!(seen, 3);
    }
}
