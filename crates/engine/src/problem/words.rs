//! The words of each code: what happened, what is still safe, one thing to do.

use super::Code;

/// The name in JSON and in logs.
pub(super) fn name(code: Code) -> &'static str {
    match code {
        Code::NotFound => "not_found",
        Code::NotAnArchive => "not_an_archive",
        Code::NothingInside => "nothing_inside",
        Code::UnsupportedVersion => "unsupported_version",
        Code::NewerVersion => "newer_version",
        Code::WrongSecret => "wrong_secret",
        Code::SecretRequired => "secret_required",
        Code::ArchiveCut => "archive_cut",
        Code::ChecksumMismatch => "checksum_mismatch",
        Code::ChunkMissing => "chunk_missing",
        Code::ChunkRepeated => "chunk_repeated",
        Code::EntryMismatch => "entry_mismatch",
        Code::DecryptionFailed => "decryption_failed",
        Code::InvalidContent => "invalid_content",
        Code::LimitExceeded => "limit_exceeded",
        Code::NoSpace => "no_space",
        Code::DiskGone => "disk_gone",
        Code::ReadOnly => "read_only",
        Code::Busy => "busy",
        Code::NotLoggedIn => "not_logged_in",
        Code::DestinationChanged => "destination_changed",
        Code::Cancelled => "cancelled",
        Code::Usage => "usage",
        Code::Internal => "internal",
    }
}

/// Copying again is what most often repairs a damaged file.
const COPY_AGAIN: &str = "Copy the file again from where it came from, or choose another backup.";

/// Message and hint of a code. An empty hint means that there is nothing to do.
pub(super) fn usual(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NotFound
        | Code::NotAnArchive
        | Code::NothingInside
        | Code::UnsupportedVersion
        | Code::NewerVersion
        | Code::WrongSecret
        | Code::SecretRequired => of_the_wrong_file(code),
        Code::ArchiveCut
        | Code::ChecksumMismatch
        | Code::ChunkMissing
        | Code::ChunkRepeated
        | Code::EntryMismatch
        | Code::DecryptionFailed
        | Code::InvalidContent
        | Code::LimitExceeded => of_damage(code),
        _ => of_the_world(code),
    }
}

/// The file is another than the person thought, or stays closed.
fn of_the_wrong_file(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NotFound => (
            "That file or folder is not there. Nothing was changed.",
            "Check the name, and that the disk it is on is connected.",
        ),
        Code::NotAnArchive => (
            "This is not a backup that Backstop can read. Nothing was changed.",
            "Choose a backup file, such as one that ends in .nnbackupz.",
        ),
        Code::NothingInside => (
            "There is nothing inside this backup: it was probably never finished. Nothing was changed.",
            "Choose another backup.",
        ),
        Code::UnsupportedVersion => (
            "This backup has a format version that Backstop does not read. Nothing was changed.",
            "Open it in the app that made it, and make a new backup there.",
        ),
        Code::NewerVersion => (
            "This was made by a newer version of its app. Nothing was changed.",
            "Update Backstop, then try again.",
        ),
        Code::WrongSecret => (
            "That password or key does not open this. Nothing is damaged and nothing was changed.",
            "A backup keeps the password it was made with: try an older password, or the recovery key.",
        ),
        _ => (
            "This is encrypted and needs a password or a recovery key. Nothing was changed.",
            "Give the password it was made with, or its recovery key.",
        ),
    }
}

/// The file is not what was once written.
fn of_damage(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::ArchiveCut => (
            "This backup is damaged: the end of the file is missing. Your notes are as they were.",
            COPY_AGAIN,
        ),
        Code::ChecksumMismatch => (
            "This backup is damaged: a part of it is not what was written. Your notes are as they were.",
            COPY_AGAIN,
        ),
        Code::ChunkMissing => {
            ("This backup is damaged: a part of it is missing. Your notes are as they were.", COPY_AGAIN)
        }
        Code::ChunkRepeated => {
            ("This backup is damaged: a part of it is there twice. Your notes are as they were.", COPY_AGAIN)
        }
        Code::EntryMismatch => (
            "This backup is damaged: a part of it is not what its name says. Your notes are as they were.",
            COPY_AGAIN,
        ),
        Code::DecryptionFailed => (
            "The password is right, but a part of this backup is damaged or was changed. Your notes are as they were.",
            COPY_AGAIN,
        ),
        Code::InvalidContent => (
            "This backup is damaged: a part of it holds something else than it should. Your notes are as they were.",
            COPY_AGAIN,
        ),
        _ => (
            "This file is larger or more deeply nested than any real backup. Your notes are as they were.",
            "Choose another backup, or open this one in the app that made it.",
        ),
    }
}

/// The disk, another job, the account, the user, ourselves.
fn of_the_world(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NoSpace => (
            "There is not enough free space. Your notes and earlier backups are as they were.",
            "Free some space, or choose another folder.",
        ),
        Code::DiskGone => (
            "The disk or folder is not there. Your notes and earlier backups are as they were.",
            "Connect the disk again, or choose another folder.",
        ),
        Code::ReadOnly => (
            "Backstop can't write there. Your notes and earlier backups are as they were.",
            "Choose a folder that you may write to.",
        ),
        Code::Busy => (
            "Another job is running for this account. Nothing was changed.",
            "Wait until it is done, then try again.",
        ),
        Code::NotLoggedIn => {
            ("You are not logged in. Nothing was changed.", "Log in with the password of the account.")
        }
        Code::DestinationChanged => (
            "The notes have changed since this plan was made, so it was not carried out. Your notes are as they were.",
            "Look at the plan again, then restore.",
        ),
        Code::Cancelled => ("Cancelled. Your notes and earlier backups are as they were.", ""),
        Code::Usage => {
            ("That is not something Backstop understands. Nothing was changed.", "Check what was entered.")
        }
        _ => (
            "Something went wrong inside Backstop. Your earlier backups are as they were.",
            "Try again. If it happens again, report it with the details.",
        ),
    }
}

/// Writing met the largest file its file system can hold: 4 GiB on FAT.
pub(super) const FILE_TOO_LARGE: (&str, &str) = (
    "This file is too large for the file system of that disk. Your notes and earlier backups are as they were.",
    "Choose another disk, or format this one with a system for large files, such as exFAT.",
);

/// The file is there, but not for us.
pub(super) const NOT_ALLOWED_TO_READ: (&str, &str) = (
    "Backstop is not allowed to read that file or folder. Nothing was changed.",
    "Allow your user to read it, or copy it to a folder of your own.",
);

/// New means new.
pub(super) const ALREADY_THERE: (&str, &str) = (
    "A file of that name is there already, and Backstop does not overwrite it. Nothing was changed.",
    "Choose another name.",
);
