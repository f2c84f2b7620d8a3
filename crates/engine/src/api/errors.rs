//! Errors of the rooms as problems for people.

use crate::backup::BackupError;
use crate::problem::{Code, Problem};
use crate::restore::RestoreError;
use crate::store::StoreError;

/// A store's error: the library stays as it was.
pub(crate) fn of_store(error: StoreError) -> Problem {
    match error {
        StoreError::Io(io) => Problem::writing(io),
        StoreError::Newer(_) => Problem::new(
            Code::NewerVersion,
            "The library of this account was written by a newer version of Backstop. It was not touched.",
        )
        .with_hint("Update Backstop on this computer."),
        StoreError::NotOpened | StoreError::Damaged(_) => Problem::new(
            Code::InvalidContent,
            "The library of this account is damaged. Your backups are not affected.",
        )
        .with_hint("Restore your newest backup into a new account.")
        .with_detail(error.to_string()),
        StoreError::Database(error) => of_database(&error),
    }
}

fn of_database(error: &rusqlite::Error) -> Problem {
    use rusqlite::ErrorCode;
    let code = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Code::NoSpace,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Code::ReadOnly,
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Code::DiskGone,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Code::Busy,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            return of_store(StoreError::Damaged(error.to_string()));
        }
        _ => return Problem::internal(error),
    };
    Problem::of(code).with_detail(error.to_string())
}

/// A restore's error: the library is as it was.
pub(crate) fn of_restore(error: RestoreError) -> Problem {
    match error {
        RestoreError::DestinationChanged => Problem::of(Code::DestinationChanged),
        RestoreError::NothingToUndo => Problem::new(
            Code::NotFound,
            "There is nothing to undo for this run. Safety copies are kept for 30 days.",
        ),
        RestoreError::NotInArchive(id) => Problem::new(
            Code::NotFound,
            format!("There is no item with the id {id} in the archive. Nothing was changed."),
        )
        .with_hint("List the ids with: backstop inspect"),
        RestoreError::NotExact(fault) => Problem::new(
            Code::InvalidContent,
            "This archive may not be whole, so what it does not have was not removed. Nothing was changed.",
        )
        .with_hint("Restore it by merging or overwriting, or choose another archive.")
        .with_detail(fault.message),
        RestoreError::ExactPart => Problem::new(
            Code::Usage,
            "Restoring exactly a part of an archive would remove everything else. Nothing was changed.",
        )
        .with_hint("Name no items, or restore them by merging, overwriting or adding as new."),
        RestoreError::ExactSalvage => Problem::new(
            Code::Usage,
            "Restoring exactly what is left of a damaged archive would remove what its damage hides. Nothing was changed.",
        )
        .with_hint("Take what is whole by merging, overwriting or adding as new."),
        RestoreError::Unsure(store) => {
            let told = of_store(store);
            // A disk that is full or may not be written took nothing.
            if told.code == Code::DiskGone { unsure(told) } else { told }
        }
        RestoreError::Miscounted { .. } => Problem::internal(&error),
        RestoreError::Flow(flow) => of_flow(flow),
        RestoreError::Store(store) => of_store(store),
    }
}

fn unsure(disk: Problem) -> Problem {
    let problem = Problem::new(
        disk.code,
        "The disk failed in the last step of the restore: either all of it is there, or nothing. Your backups and the safety copy are as they were.",
    )
    .with_hint("See to the disk and start Backstop again. If the restore is there, you can take it back.");
    disk.details.into_iter().fold(problem, Problem::with_detail)
}

/// A flow's error; what a store sent through it is put into a store's words.
pub(crate) fn of_flow(error: backstop_model::FlowError) -> Problem {
    match error {
        backstop_model::FlowError::Sink(inner) => match inner.downcast::<StoreError>() {
            Ok(store) => of_store(*store),
            Err(inner) => backstop_model::FlowError::Sink(inner).into(),
        },
        other => other.into(),
    }
}

/// A backup's error: no file bears its name.
pub(crate) fn of_backup(error: BackupError) -> Problem {
    match error {
        BackupError::NotAsWritten(detail) => Problem::new(
            Code::ChecksumMismatch,
            "The new backup was read back and is not what was written, so it was not kept. Your earlier backups are as they were.",
        )
        .with_hint("Check the disk, or choose another folder, and back up again.")
        .with_detail(detail),
        BackupError::NoRandomness(error) => Problem::internal(&error),
        BackupError::NoKey(error) => Problem::internal(&error),
        BackupError::Flow(flow) => of_flow(flow),
    }
}
