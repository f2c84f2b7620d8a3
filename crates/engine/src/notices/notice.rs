//! A notice that is due.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ports::Notice;

/// The one thing that a notice offers to do. The window is told of it by its word and goes to the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
#[serde(rename = "NoticeAction")]
pub enum Action {
    /// Open the window on its first page.
    Open,
    /// Make a backup now.
    BackUpNow,
    /// Open the window, which asks for the password.
    SignIn,
    /// Open the window where the folder of the backups is chosen.
    ChooseFolder,
    /// Open the window where the second folder, for copies, is chosen.
    ChooseCopies,
    /// Open the window at the plan of what "Keep" deletes.
    SeePlan,
    /// Open the window at "Try a restore".
    TryRestore,
    /// Open the window on the history.
    ShowHistory,
    /// Open the window on the places.
    ShowPlaces,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::BackUpNow,
        Self::SignIn,
        Self::ChooseFolder,
        Self::ChooseCopies,
        Self::SeePlan,
        Self::TryRestore,
        Self::ShowHistory,
        Self::ShowPlaces,
    ];

    /// The word on its button.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Open Backstop",
            Self::BackUpNow => "Back up now",
            Self::SignIn => "Sign in",
            Self::ChooseFolder | Self::ChooseCopies => "Choose a folder",
            Self::SeePlan => "See the plan",
            Self::TryRestore => "Try a restore",
            Self::ShowHistory => "Show history",
            Self::ShowPlaces => "Show places",
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

impl DueNotice {
    /// A notice that is remembered under nothing.
    #[must_use]
    pub fn new(notice: Notice, action: Action, how: How, bring_window: bool) -> Self {
        Self { notice, action, how, bring_window, marks: Vec::new() }
    }
}
