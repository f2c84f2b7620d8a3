//! The one job that runs: whoever starts a second one is told to wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use backstop_engine::api::{Code, Job, JobProgress, Problem};

/// What runs now.
struct Now {
    job: Arc<Job>,
    latest: Option<JobProgress>,
}

/// Room for one job.
#[derive(Default)]
pub(crate) struct Running {
    now: Mutex<Option<Now>>,
}

impl Running {
    /// Starts a job, which runs until its guard is dropped.
    ///
    /// # Errors
    /// `busy` while another one runs.
    pub(crate) fn start(self: &Arc<Self>) -> Result<Guard, Problem> {
        let mut now = self.now();
        if now.is_some() {
            return Err(Problem::of(Code::Busy));
        }
        let job = Arc::new(Job::new());
        *now = Some(Now { job: Arc::clone(&job), latest: None });
        Ok(Guard { job, place: Arc::clone(self) })
    }

    /// Whether a job runs.
    pub(crate) fn is_busy(&self) -> bool {
        self.now().is_some()
    }

    /// Asks the job that runs to stop. Without one nothing happens.
    pub(crate) fn cancel(&self) {
        if let Some(now) = self.now().as_ref() {
            now.job.cancel();
        }
    }

    /// Stops the job that runs if it gives way to whatever a person wants. Says whether it does.
    pub(crate) fn give_way(&self) -> bool {
        let now = self.now();
        let giving_way = now.as_ref().filter(|now| now.job.can_wait());
        giving_way.map(|now| now.job.cancel()).is_some()
    }

    /// The last sample of the job that runs.
    pub(crate) fn progress(&self) -> Option<JobProgress> {
        self.now().as_ref().and_then(|now| now.latest.clone())
    }

    /// Remembers a sample for whoever asks.
    pub(crate) fn note(&self, sample: JobProgress) {
        if let Some(now) = self.now().as_mut() {
            now.latest = Some(sample);
        }
    }

    /// Waits until nothing runs, at most `limit`. Says whether that is so.
    pub(crate) async fn ended_within(&self, limit: Duration) -> bool {
        let began = Instant::now();
        while self.is_busy() && began.elapsed() < limit {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        !self.is_busy()
    }

    fn now(&self) -> MutexGuard<'_, Option<Now>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job that runs; dropping it makes room for the next.
pub(crate) struct Guard {
    job: Arc<Job>,
    place: Arc<Running>,
}

impl Guard {
    /// The job itself.
    pub(crate) fn job(&self) -> Arc<Job> {
        Arc::clone(&self.job)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        *self.place.now() = None;
    }
}

#[cfg(test)]
mod tests {
    use backstop_engine::api::StageWord;

    use super::*;

    fn sample(items_done: u64) -> JobProgress {
        JobProgress {
            stage: StageWord::Writing,
            items_done,
            items_total: 9,
            bytes_done: 0,
            bytes_total: 0,
            seconds_left: None,
        }
    }

    #[test]
    fn one_job_at_a_time() {
        let running = Arc::new(Running::default());
        let first = running.start().expect("nothing runs");
        assert_eq!(running.start().map(drop).unwrap_err().code, Code::Busy);
        drop(first);
        assert!(running.start().is_ok());
    }

    #[test]
    fn a_cancel_reaches_the_job_that_runs_and_no_later_one() {
        let running = Arc::new(Running::default());
        running.cancel();
        let first = running.start().expect("nothing runs");
        assert!(first.job().check().is_ok(), "a cancel before it began is not for it");
        running.cancel();
        assert!(first.job().check().is_err());
        drop(first);
        assert!(running.start().expect("free").job().check().is_ok());
    }

    #[test]
    fn only_what_can_wait_gives_way() {
        let running = Arc::new(Running::default());
        assert!(!running.give_way(), "nothing runs");
        let guard = running.start().expect("nothing runs");
        assert!(!running.give_way() && guard.job().check().is_ok(), "a backup stays");
        guard.job().let_wait(true);
        assert!(running.give_way() && guard.job().check().is_err());
    }

    #[test]
    fn progress_is_that_of_the_job_that_runs() {
        let running = Arc::new(Running::default());
        running.note(sample(1));
        assert!(running.progress().is_none());
        let guard = running.start().expect("nothing runs");
        assert!(running.progress().is_none(), "not sampled yet");
        running.note(sample(3));
        assert_eq!(running.progress().map(|p| p.items_done), Some(3));
        drop(guard);
        assert!(running.progress().is_none());
    }

    #[test]
    fn waiting_for_the_end_has_a_limit() {
        let running = Arc::new(Running::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let guard = running.start().expect("nothing runs");
        assert!(!runtime.block_on(running.ended_within(Duration::from_millis(60))));
        drop(guard);
        assert!(runtime.block_on(running.ended_within(Duration::ZERO)));
    }
}
