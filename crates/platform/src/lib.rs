//! The real ports: the clocks, waking, the system keychain, the user's folders, the tray, the board of notices,
//! the one that runs, beginning anew, and hearing of changes in folders.
//!
//! The only room that asks which system it runs on (but for the file system itself, which is
//! `engine::system`). It decides nothing. Notices with a face are the window's; the command line,
//! which speaks through its output and its exit code, has [`NoNotices`].

mod anew;
mod battery;
mod board;
mod clock;
mod folders;
mod keychain;
mod moments;
mod only_one;
mod tray;
mod wake;
mod watch;

use backstop_engine::ports::{Notice, Notices};

pub use anew::{await_those_before, begin_anew, can_begin_anew};
pub use battery::charge_on_battery;
pub use board::{Given, NoticeBoard, Picture, Press, Slip};
pub use clock::SystemClock;
pub use folders::{default_data_dir, documents_dir, machine_name, usual_folders};
pub use keychain::SystemKeychain;
pub use moments::moment_in_words;
pub use only_one::OnlyOne;
pub use tray::{has_notices, has_tray};
pub use wake::on_wake;
pub use watch::FolderWatch;

/// Shows no notices.
#[derive(Debug, Clone, Copy)]
pub struct NoNotices;

impl Notices for NoNotices {
    fn show(&self, _notice: &Notice) {}
}
