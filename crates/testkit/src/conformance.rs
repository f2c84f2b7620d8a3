//! What every reader keeps to, whatever its format. [`conformance!`](crate::conformance!) makes
//! the tests.

use backstop_model::{AttachmentHead, Finding, FlowError, Item, Job, Kind, Reader, Severity, Sink, Source};

use crate::CollectingSink;

/// Reads twice and compares: a reader may be used again and gives the same.
///
/// # Panics
/// If it does not.
pub fn reads_the_same_twice(reader: &mut dyn Reader) {
    let mut first = CollectingSink::strict();
    let mut second = CollectingSink::strict();
    let job = Job::new();
    for sink in [&mut first, &mut second] {
        let read = reader.read_into(sink, &job);
        assert!(read.is_ok(), "the sample does not read: {read:?}");
    }
    assert!(!first.items.is_empty(), "the sample holds something");
    assert_eq!(first.items, second.items);
    assert_eq!(first.attachments, second.attachments);
}

/// Keys of attachments come first, and bytes come after their row.
///
/// # Panics
/// If they do not.
pub fn keeps_the_promised_order(reader: &mut dyn Reader) {
    #[derive(Default)]
    struct Order {
        items: Vec<Item>,
        problem: Option<String>,
    }
    impl Sink for Order {
        fn item(&mut self, item: Item) -> Result<(), FlowError> {
            let late = item.key.kind == Kind::AttachmentsKey
                && self.items.iter().any(|before| before.key.kind != Kind::AttachmentsKey);
            if late {
                self.problem = Some("a key of attachments came late".to_owned());
            }
            self.items.push(item);
            Ok(())
        }

        fn attachment(&mut self, head: &AttachmentHead, _body: &dyn Source) -> Result<(), FlowError> {
            if !self.items.iter().any(|item| item.key.id == head.id) {
                self.problem = Some(format!("the bytes of {} came before its row", head.id));
            }
            Ok(())
        }
    }
    let mut order = Order::default();
    let read = reader.read_into(&mut order, &Job::new());
    assert!(read.is_ok(), "{read:?}");
    assert_eq!(order.problem, None);
}

/// Ends with a cancel, and soon, once the job is cancelled.
///
/// # Panics
/// If it does not.
pub fn stops_when_cancelled(reader: &mut dyn Reader) {
    struct CancelAtFirst<'a>(&'a Job, usize);
    impl Sink for CancelAtFirst<'_> {
        fn item(&mut self, _item: Item) -> Result<(), FlowError> {
            self.0.cancel();
            self.1 += 1;
            Ok(())
        }

        fn attachment(&mut self, _head: &AttachmentHead, _body: &dyn Source) -> Result<(), FlowError> {
            self.1 += 1;
            Ok(())
        }
    }
    let job = Job::new();
    let mut sink = CancelAtFirst(&job, 0);
    let read = reader.read_into(&mut sink, &job);
    assert!(matches!(read, Err(FlowError::Cancelled)), "{read:?}");
    assert!(sink.1 <= 2, "{} items after the cancel", sink.1);
}

/// Hands a refusal of the sink through as it is.
///
/// # Panics
/// If it does not.
pub fn stops_when_the_sink_refuses(reader: &mut dyn Reader) {
    struct Full;
    impl Sink for Full {
        fn item(&mut self, _item: Item) -> Result<(), FlowError> {
            Err(FlowError::Write(std::io::ErrorKind::StorageFull.into()))
        }

        fn attachment(&mut self, _head: &AttachmentHead, _body: &dyn Source) -> Result<(), FlowError> {
            Ok(())
        }

        fn finding(&mut self, finding: Finding) -> Result<(), FlowError> {
            // Comes out as another error than the refusal, which the assertion below shows.
            Err(FlowError::Archive(finding.fault))
        }
    }
    let read = reader.read_into(&mut Full, &Job::new());
    assert!(
        matches!(&read, Err(FlowError::Write(error)) if error.kind() == std::io::ErrorKind::StorageFull),
        "{read:?}"
    );
}

/// Whether every finding is a warning.
#[must_use]
pub fn only_warnings(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.severity == Severity::Warning)
}

/// Makes the tests that every reader must pass. `$open` is an expression that opens a sample with
/// at least two items; each test opens its own.
#[macro_export]
macro_rules! conformance {
    ($name:ident, $open:expr) => {
        mod $name {
            use super::*;

            #[test]
            fn reads_the_same_twice() {
                $crate::conformance::reads_the_same_twice(&mut *$open);
            }

            #[test]
            fn keeps_the_promised_order() {
                $crate::conformance::keeps_the_promised_order(&mut *$open);
            }

            #[test]
            fn stops_when_cancelled() {
                $crate::conformance::stops_when_cancelled(&mut *$open);
            }

            #[test]
            fn stops_when_the_sink_refuses() {
                $crate::conformance::stops_when_the_sink_refuses(&mut *$open);
            }
        }
    };
}
