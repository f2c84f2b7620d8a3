//! The two kinds of backup that the schedule counts apart.

/// What a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BackupKind {
    /// Notes, without the bytes of attachments.
    Notes,
    /// Notes and attachments. It counts as a backup of notes too.
    Full,
}

impl BackupKind {
    /// Both, the smaller one first.
    pub const ALL: [Self; 2] = [Self::Notes, Self::Full];

    /// The kind of a backup with or without attachments.
    #[must_use]
    pub fn of(attachments: bool) -> Self {
        if attachments { Self::Full } else { Self::Notes }
    }

    /// Whether it holds the bytes of attachments.
    #[must_use]
    pub fn attachments(self) -> bool {
        self == Self::Full
    }
}
