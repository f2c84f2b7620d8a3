//! The real ports: the clock, the system keychain, the user's folders, the tray.
//!
//! The only room that asks which system it runs on (but for the file system itself, which is
//! `engine::system`). It decides nothing. Notices with a face are the window's; the command line,
//! which speaks through its output and its exit code, has [`NoNotices`].

mod clock;
mod folders;
mod keychain;
mod tray;

use backstop_engine::ports::{Notice, Notices};

pub use clock::SystemClock;
pub use folders::{default_data_dir, documents_dir, machine_name};
pub use keychain::SystemKeychain;
pub use tray::has_tray;

/// Shows no notices.
#[derive(Debug, Clone, Copy)]
pub struct NoNotices;

impl Notices for NoNotices {
    fn show(&self, _notice: &Notice) {}
}
