use super::*;

/// The contract of the command line, word for word.
const CONTRACT: &str = "not_found not_an_archive nothing_inside unsupported_version newer_version wrong_secret \
    secret_required archive_cut checksum_mismatch chunk_missing chunk_repeated entry_mismatch decryption_failed \
    invalid_content limit_exceeded no_space disk_gone read_only busy not_logged_in destination_changed cancelled \
    usage internal";

#[test]
fn the_names_are_those_of_the_contract() {
    let ours: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(ours, CONTRACT.split_whitespace().collect::<Vec<_>>());
    for code in Code::ALL {
        assert_eq!(serde_json::to_value(code).expect("a name"), code.as_str(), "serde writes the same name");
    }
}

#[test]
fn exit_codes_are_families() {
    let of = |exit: u8| -> Vec<_> {
        Code::ALL.iter().filter(|code| code.exit_code() == exit).map(|code| code.as_str()).collect()
    };
    assert_eq!(of(1), ["destination_changed", "internal"]);
    assert_eq!(of(2), ["usage"]);
    assert_eq!(of(10), ["not_found", "not_an_archive", "unsupported_version"]);
    assert_eq!(of(11), ["busy"]);
    assert_eq!(of(12), ["wrong_secret", "secret_required"]);
    assert_eq!(of(13).len(), 9);
    assert_eq!(of(14), ["newer_version"]);
    assert_eq!(of(15), ["no_space", "disk_gone", "read_only"]);
    assert_eq!(of(16), ["not_logged_in"]);
    assert_eq!(of(130), ["cancelled"]);
}

#[test]
fn every_problem_says_what_happened_what_is_safe_and_what_to_do() {
    for code in Code::ALL {
        let problem = Problem::of(code);
        let (message, hint) = (&problem.message, problem.hint.as_deref().unwrap_or_default());
        let safe = message.ends_with("as they were.") || message.ends_with("nothing was changed.");
        assert!(safe || message.ends_with("Nothing was changed."), "{code:?} says what is safe: {message}");
        assert_eq!(hint.is_empty(), code == Code::Cancelled, "{code:?} says one thing to do");
        for text in [message.as_str(), hint] {
            assert!(!text.contains(['!', '“']) && !text.contains("please"), "{code:?} is plain: {text}");
            assert!(text.is_empty() || text.ends_with('.'), "{code:?} is a sentence: {text}");
        }
    }
}

#[test]
fn wrong_and_damaged_are_never_confused() {
    assert!(!Problem::of(Code::WrongSecret).message.contains("is damaged:"));
    for code in Code::ALL.iter().filter(|code| code.exit_code() == 13) {
        assert!(!Problem::of(*code).message.contains("does not open"), "{code:?}");
    }
}

#[test]
fn io_errors_are_told_apart_by_what_was_done() {
    use io::ErrorKind as Kind;
    let rows = [
        (Kind::StorageFull, Code::NoSpace, Code::NoSpace),
        (Kind::QuotaExceeded, Code::NoSpace, Code::NoSpace),
        (Kind::FileTooLarge, Code::NoSpace, Code::NoSpace),
        (Kind::ReadOnlyFilesystem, Code::ReadOnly, Code::ReadOnly),
        (Kind::PermissionDenied, Code::ReadOnly, Code::NotFound),
        (Kind::NotFound, Code::DiskGone, Code::NotFound),
        (Kind::NotADirectory, Code::DiskGone, Code::NotFound),
        (Kind::StaleNetworkFileHandle, Code::DiskGone, Code::DiskGone),
        (Kind::TimedOut, Code::DiskGone, Code::DiskGone),
        (Kind::UnexpectedEof, Code::ArchiveCut, Code::ArchiveCut),
        (Kind::AlreadyExists, Code::Usage, Code::Usage),
        (Kind::OutOfMemory, Code::Internal, Code::Internal),
    ];
    for (kind, writing, reading) in rows {
        assert_eq!(Problem::writing(kind.into()).code, writing, "writing met {kind:?}");
        assert_eq!(Problem::reading(kind.into()).code, reading, "reading met {kind:?}");
    }
}

#[cfg(unix)]
#[test]
fn errors_of_unix_that_have_no_kind_are_known_by_number() {
    use rustix::io::Errno;
    for (errno, code) in [
        (Errno::NOSPC, Code::NoSpace),
        (Errno::DQUOT, Code::NoSpace),
        (Errno::ROFS, Code::ReadOnly),
        (Errno::IO, Code::DiskGone),
        (Errno::NODEV, Code::DiskGone),
        (Errno::NXIO, Code::DiskGone),
        (Errno::NOTCONN, Code::DiskGone),
    ] {
        assert_eq!(Problem::writing(io::Error::from(errno)).code, code, "{errno:?}");
    }
}

#[test]
fn what_travelled_through_io_comes_out_as_it_was() {
    let cancelled = || io::Error::other(FlowError::Cancelled);
    assert_eq!(Problem::reading(cancelled()).code, Code::Cancelled);
    assert_eq!(Problem::writing(cancelled()).code, Code::Cancelled);
    assert_eq!(Problem::from(FlowError::Read(cancelled())).code, Code::Cancelled);
    let ours = Problem::of(Code::DestinationChanged);
    assert_eq!(Problem::from(FlowError::Sink(Box::new(ours.clone()))), ours);
    let full = io::Error::from(io::ErrorKind::StorageFull);
    assert_eq!(Problem::from(FlowError::Sink(Box::new(full))).code, Code::NoSpace);
    let odd = Problem::from(FlowError::Sink("odd".into()));
    assert_eq!((odd.code, odd.details), (Code::Internal, vec!["odd".to_owned()]));
}

#[test]
fn a_fault_keeps_its_part_in_the_details() {
    let fault = Fault::at(FaultCode::ChecksumMismatch, "3-encrypted-aa", "md5 differs");
    let problem = Problem::from(fault);
    let json = serde_json::to_value(&problem).expect("a problem is JSON");
    assert_eq!(
        json,
        serde_json::json!({
            "code": "checksum_mismatch",
            "message": "This backup is damaged: a part of it is not what was written. Your notes are as they were.",
            "hint": "Copy the file again from where it came from, or choose another backup.",
            "details": ["md5 differs", "in 3-encrypted-aa"],
        })
    );
    assert_eq!(serde_json::from_value::<Problem>(json).expect("and back"), problem);
}
