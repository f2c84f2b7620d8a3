//! `backstop schedule …` and `backstop settings …`

use clap::{Args, Subcommand, ValueEnum};

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Every {
    /// Not at all
    Never,
    /// Every day
    Daily,
    /// Every week
    Weekly,
    /// Every month
    Monthly,
}

impl Every {
    /// The word in the settings.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }
}

/// How often something that takes longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EveryFull {
    /// Not at all
    Never,
    /// Every week
    Weekly,
    /// Every month
    Monthly,
}

impl EveryFull {
    /// The word in the settings.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }
}

/// What to do with the schedule.
#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleCommand {
    /// Say how often backups are made by themselves, the last one and the next one
    #[command(after_help = "Exit codes: 0 shown, 12 wrong password, 16 not logged in.")]
    Show,
    Set(ScheduleSet),
}

/// Choose how often backups are made by themselves
///
/// They run while Backstop runs in the tray, or whenever `backstop run-due` is called. The interval
/// counts from the last verified backup of its kind; one with attachments counts as one without, too.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 set, 2 nothing to set or no such value, 12 wrong password or none given, 16 not logged in."
)]
pub(crate) struct ScheduleSet {
    /// Backups
    #[arg(long, value_enum, value_name = "EVERY")]
    pub(crate) backups: Option<Every>,
    /// Backups with attachments
    #[arg(long, value_enum, value_name = "EVERY")]
    pub(crate) full: Option<EveryFull>,
    /// Reminders instead of backups, shown while Backstop runs in the tray
    #[arg(long, value_enum, value_name = "EVERY")]
    pub(crate) reminders: Option<Every>,
    /// How many archives to keep: all, many, some, or D/W/M/Y as in 7/5/12/3. Nothing is deleted by this
    #[arg(long, value_name = "HOW")]
    pub(crate) keep: Option<String>,
}

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// Print one setting, or all of them
    #[command(after_help = "Exit codes: 0 printed, 2 no such setting, 12 wrong password, 16 not logged in.")]
    Get {
        /// Which one
        key: Option<String>,
    },
    /// Change one setting
    #[command(
        long_about = "Change one setting.\n\nSwitching encryption off, and moving the backups folder while it is off, needs the account's password also with a kept login.",
        after_help = "Exit codes: 0 changed, 2 no such setting or value, 12 wrong password or none given, 15 the folder can't be written to, 16 not logged in."
    )]
    Set {
        /// Which one
        key: String,
        /// Its new value
        value: String,
    },
}
