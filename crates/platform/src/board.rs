//! The notice board of the desktop: gives notices on it, and hears what is pressed on them.
//!
//! Linux: the session bus, with one connection and one thread that hears for all notices. Elsewhere there is no
//! board that tells of a press; whoever has one shows the notice another way.

use std::sync::Arc;

use backstop_engine::ports::Notice;

/// A notice as it goes to the board.
#[derive(Debug, Clone, Copy)]
pub struct Slip<'a, T> {
    /// What it says.
    pub notice: &'a Notice,
    /// Without a sound, and without staying.
    pub quiet: bool,
    /// The words on its one button.
    pub button: &'a str,
    /// What comes back when it is pressed.
    pub answer: T,
}

/// What was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// The notice itself.
    Notice,
    /// Its button.
    Button,
}

/// Whether a notice is on the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// It is, and a press on it will be heard.
    Heard,
    /// It is, but this board tells nobody of a press.
    Unheard,
    /// It is not: there is no board, or it did not answer.
    Not,
}

/// The program's picture: red, green, blue and how opaque, row by row from the top.
#[derive(Debug, Clone)]
pub struct Picture {
    /// In points.
    pub width: u32,
    /// In points.
    pub height: u32,
    /// Four for each point.
    pub bytes: Vec<u8>,
}

/// Who is told of a press.
type Pressed<T> = Arc<dyn Fn(T, Press) + Send + Sync>;

/// The board of this desktop. Nothing is asked of it before the first notice.
pub struct NoticeBoard<T>(real::Board<T>);

impl<T: Copy + Send + 'static> NoticeBoard<T> {
    /// A board on which nothing hangs yet. `pressed` is called on a thread of the board's own.
    pub fn new(picture: Picture, pressed: impl Fn(T, Press) + Send + Sync + 'static) -> Self {
        Self(real::Board::new(picture, Arc::new(pressed)))
    }

    /// Gives a notice; one with the same id takes the place of an earlier one. Blocks, for a few seconds at most.
    pub fn give(&self, slip: Slip<'_, T>) -> Given {
        self.0.give(slip)
    }

    /// Whether nothing hangs on the board that could still be pressed: the end of the program would take it along.
    pub fn is_bare(&self) -> bool {
        self.0.is_bare()
    }
}

#[cfg(target_os = "linux")]
#[path = "board/session_bus.rs"]
mod real;

#[cfg(not(target_os = "linux"))]
mod real {
    use std::marker::PhantomData;

    use super::{Given, Picture, Pressed, Slip};

    pub(super) struct Board<T>(PhantomData<fn(T)>);

    impl<T> Board<T> {
        pub(super) fn new(_picture: Picture, _pressed: Pressed<T>) -> Self {
            Self(PhantomData)
        }

        #[expect(clippy::unused_self, clippy::needless_pass_by_value, reason = "as where there is a board")]
        pub(super) fn give(&self, _slip: Slip<'_, T>) -> Given {
            Given::Not
        }

        #[expect(clippy::unused_self, reason = "as where there is a board")]
        pub(super) fn is_bare(&self) -> bool {
            true
        }
    }
}
