//! A writer that has failed once and stays failed.
//!
//! A disk may refuse one write and take the next: somebody made room, a network came back. What is below
//! is then no longer what was written, and the zip writer, which finishes its file when it is dropped,
//! takes positions in it for granted. So the first error is the answer to everything after it.

use std::io::{self, ErrorKind, Seek, SeekFrom, Write};

/// A writer below which nothing is written after an error.
#[derive(Debug)]
pub(crate) struct StayFailed<W> {
    inner: W,
    failed: Option<Failure>,
}

/// An error that can be given again: `io::Error` can't be copied.
#[derive(Debug, Clone, Copy)]
enum Failure {
    Number(i32),
    Kind(ErrorKind),
}

impl<W> StayFailed<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self { inner, failed: None }
    }

    fn attempt<T>(&mut self, attempt: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        match self.failed {
            Some(Failure::Number(number)) => return Err(io::Error::from_raw_os_error(number)),
            Some(Failure::Kind(kind)) => return Err(kind.into()),
            None => {}
        }
        let result = attempt(&mut self.inner);
        // An interrupted call is tried again by whoever made it.
        if let Err(error) = result.as_ref()
            && error.kind() != ErrorKind::Interrupted
        {
            self.failed = Some(error.raw_os_error().map_or(Failure::Kind(error.kind()), Failure::Number));
        }
        result
    }
}

impl<W: Write> Write for StayFailed<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.attempt(|inner| inner.write(buf))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt(Write::flush)
    }
}

impl<W: Seek> Seek for StayFailed<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.attempt(|inner| inner.seek(to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Refuses one write of many.
    struct Hiccup {
        written: Vec<u8>,
        refusals: Vec<ErrorKind>,
    }

    impl Write for Hiccup {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            match self.refusals.pop() {
                Some(kind) => Err(kind.into()),
                None => self.written.write(buf),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Hiccup {
        fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
            Ok(self.written.len() as u64)
        }
    }

    #[test]
    fn nothing_is_written_after_an_error() {
        let hiccup = Hiccup { written: Vec::new(), refusals: vec![ErrorKind::StorageFull] };
        let mut writer = StayFailed::new(hiccup);
        for _ in 0..2 {
            assert_eq!(writer.write(b"x").expect_err("full").kind(), ErrorKind::StorageFull);
            assert_eq!(writer.flush().expect_err("full").kind(), ErrorKind::StorageFull);
            assert_eq!(writer.stream_position().expect_err("full").kind(), ErrorKind::StorageFull);
        }
        assert!(writer.inner.written.is_empty());
    }

    #[test]
    fn an_interruption_is_no_failure() {
        let hiccup = Hiccup { written: Vec::new(), refusals: vec![ErrorKind::Interrupted] };
        let mut writer = StayFailed::new(hiccup);
        writer.write_all(b"x").expect("tried again");
        assert_eq!(writer.inner.written, b"x");
    }
}
