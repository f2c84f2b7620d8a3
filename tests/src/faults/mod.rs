//! The real program on a disk that fails: every step that it takes below a folder is seen, counted, and
//! can be made to fail, to come too late, or to be lost in a power cut.
//!
//! The program under test is the one that people run; it knows of none of this. Its system calls are
//! stopped from outside (`ptrace`), those of SQLite and of inline assembly too, so that nothing escapes.
//! On x86-64 Linux only: the registers of a call are named differently elsewhere.
//!
//! - [`trace`]: runs a call of the program step by step under a [`Plan`]
//! - [`step`]: which system calls are steps, and what each of them did
//! - [`disk`]: the disk as it may be after a power cut at any step
//! - [`mount`]: small real disks, which fill up and vanish by themselves
//! - [`scene`]: a home with an account and a library, put back and looked over after each fault

pub mod disk;
pub mod mount;
pub mod scene;
pub mod step;
pub mod trace;

pub use disk::{Luck, Surviving};
pub use mount::SmallDisk;
pub use scene::Scene;
pub use step::{Act, Step};
pub use trace::{Fault, Plan, Traced, trace};
