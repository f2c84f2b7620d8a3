//! A notice that is due.

use crate::ports::Notice;

/// The one thing that a notice offers to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Open the window on its first page.
    Open,
    /// Make a backup now.
    BackUpNow,
    /// Open the window, which asks for the password.
    SignIn,
    /// Open the window where the folder of the backups is chosen.
    ChooseFolder,
    /// Open the window at "Try a restore".
    TryRestore,
    /// Open the window on the history.
    ShowHistory,
}

impl Action {
    /// The word on its button.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Open Backstop",
            Self::BackUpNow => "Back up now",
            Self::SignIn => "Sign in",
            Self::ChooseFolder => "Choose a folder",
            Self::TryRestore => "Try a restore",
            Self::ShowHistory => "Show history",
        }
    }
}

/// How a notice is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// As the system gives notices.
    Loud,
    /// Without a sound and without staying: the person may know already.
    Quiet,
    /// Not at all: the window in front, or the one that comes up now, says it. It counts as said.
    InWindow,
}

/// A notice, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueNotice {
    /// What it says.
    pub notice: Notice,
    /// What it offers to do.
    pub action: Action,
    /// How it is given.
    pub how: How,
    /// Whether the window comes up with it.
    pub bring_window: bool,
    /// What counts as said once it was given.
    pub(crate) marks: Vec<String>,
}
