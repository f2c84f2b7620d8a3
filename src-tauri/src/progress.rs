//! How far a job is, as the window is told: samples of its counters, and the time it may still take.
//!
//! Pure but for the loop at the end. The worker only counts; whoever watches samples at its own pace.

use std::time::Duration;

use backstop_engine::api::{Job, JobProgress, Progress, Stage, StageWord};

/// Before this long in a stage its speed says nothing.
const SETTLING: Duration = Duration::from_secs(1);

/// Below this part of a stage its speed says nothing.
const LEAST_DONE: f64 = 0.02;

/// What is known of the speed of the stage that is running.
#[derive(Debug, Default)]
pub(crate) struct Estimate {
    stage: Option<Stage>,
    since: Duration,
}

impl Estimate {
    /// Makes a sample of the counters, `running_for` after the job began.
    ///
    /// The time left is that of the stage, since nobody knows the size of a stage that has not begun.
    pub(crate) fn sample(&mut self, now: &Progress, running_for: Duration) -> JobProgress {
        if self.stage != Some(now.stage) {
            self.stage = Some(now.stage);
            self.since = running_for;
        }
        JobProgress {
            stage: word(now.stage),
            items_done: now.items_done,
            items_total: now.items_total,
            bytes_done: now.bytes_done,
            bytes_total: now.bytes_total,
            seconds_left: seconds_left(part_done(now), running_for.saturating_sub(self.since)),
        }
    }
}

fn word(stage: Stage) -> StageWord {
    match stage {
        Stage::Reading => StageWord::Reading,
        Stage::Encrypting => StageWord::Encrypting,
        Stage::Writing => StageWord::Writing,
        Stage::Checking => StageWord::Checking,
    }
}

/// How much of the stage is done, 0 to 1: by bytes where their sum is known, else by items.
fn part_done(now: &Progress) -> Option<f64> {
    let (done, total) = match (now.bytes_total, now.items_total) {
        (0, 0) => return None,
        (0, items) => (now.items_done, items),
        (bytes, _) => (now.bytes_done, bytes),
    };
    Some((as_f64(done) / as_f64(total)).min(1.0))
}

/// Counts are below 2^53, where every whole number has its own float.
#[expect(clippy::cast_precision_loss, reason = "counts and sizes are below 2^53")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

fn seconds_left(part: Option<f64>, in_stage: Duration) -> Option<f64> {
    let part = part.filter(|part| *part >= LEAST_DONE && in_stage >= SETTLING)?;
    Some(in_stage.as_secs_f64() * (1.0 - part) / part)
}

/// Samples a job ten times a second and hands each sample that says something new to `show`, until the
/// caller stops polling it.
pub(crate) async fn watch(job: &Job, mut show: impl FnMut(JobProgress)) {
    let began = tokio::time::Instant::now();
    let mut beat = tokio::time::interval(Duration::from_millis(100));
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut estimate = Estimate::default();
    let mut last = None;
    loop {
        beat.tick().await;
        let now = job.progress();
        if last != Some(now) {
            last = Some(now);
            show(estimate.sample(&now, began.elapsed()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    fn at(stage: Stage, bytes: (u64, u64), items: (u64, u64)) -> Progress {
        Progress {
            stage,
            items_done: items.0,
            items_total: items.1,
            bytes_done: bytes.0,
            bytes_total: bytes.1,
        }
    }

    #[test]
    fn the_time_left_follows_the_speed() {
        let rows = [
            // bytes, items, seconds in the stage, seconds left
            ((50, 100), (0, 0), 10, Some(10.0)),
            ((25, 100), (99, 100), 10, Some(30.0)),
            ((0, 0), (50, 100), 8, Some(8.0)),
            ((100, 100), (0, 0), 5, Some(0.0)),
            ((1, 100), (0, 0), 10, None),
            ((50, 100), (0, 0), 0, None),
            ((70, 0), (7, 0), 10, None),
        ];
        for (bytes, items, seconds, expected) in rows {
            let mut estimate = Estimate::default();
            let _ = estimate.sample(&at(Stage::Writing, (0, 0), (0, 0)), Duration::from_secs(3));
            let now = at(Stage::Writing, bytes, items);
            let sample = estimate.sample(&now, Duration::from_secs(3 + seconds));
            assert_eq!(sample.seconds_left, expected, "{bytes:?} {items:?} {seconds}");
        }
    }

    #[test]
    fn a_new_stage_has_its_own_clock() {
        let mut estimate = Estimate::default();
        let _ = estimate.sample(&at(Stage::Reading, (0, 0), (0, 0)), Duration::ZERO);
        let half = at(Stage::Checking, (50, 100), (0, 0));
        assert_eq!(estimate.sample(&half, Duration::from_secs(60)).seconds_left, None);
        assert_eq!(estimate.sample(&half, Duration::from_secs(64)).seconds_left, Some(4.0));
    }

    #[test]
    fn a_job_is_sampled_at_most_ten_times_a_second_and_only_when_it_moved() {
        let job = Arc::new(Job::new());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (working, shown) = (Arc::clone(&job), Arc::clone(&seen));
        let work = std::thread::spawn(move || {
            for _ in 0..100 {
                working.add_items(1);
                std::thread::sleep(Duration::from_millis(3));
            }
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let watching = watch(&job, move |sample| shown.lock().expect("whole").push(sample.items_done));
            let stopped = tokio::time::timeout(Duration::from_millis(900), watching).await;
            assert!(stopped.is_err(), "it watches until nobody polls it");
        });
        work.join().expect("it ends");
        let seen = seen.lock().expect("whole").clone();
        assert_eq!(seen.last(), Some(&100), "the end is shown");
        assert!(seen.windows(2).all(|two| two[0] < two[1]), "{seen:?}");
        assert!(seen.len() <= 11, "{} samples in 0.9 seconds", seen.len());
    }
}
