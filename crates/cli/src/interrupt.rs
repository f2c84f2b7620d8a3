//! Ctrl-C, and a polite request of the system to end: the job is asked to stop and cleans up; asked a
//! second time, the program ends at once, which is safe because nothing unfinished ever bears a final name.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use backstop_engine::api::Job;

use crate::exit::Exit;

/// Listens from now on. A system that gives no such signal is left alone: there the program just ends.
pub(crate) fn listen(job: &Arc<Job>) {
    let job = Arc::clone(job);
    let asked = AtomicBool::new(false);
    let set = ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) {
            process::exit(i32::from(Exit::CANCELLED.0));
        }
        job.cancel();
    });
    drop(set);
}
