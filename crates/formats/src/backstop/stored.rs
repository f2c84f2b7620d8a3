//! The bytes of an attachment as a source.

use std::io::{self, Read};

use backstop_model::Source;

use super::facts::Facts;
use super::take::Access;
use crate::zipscan::Entry;

/// An attachment whose entry is here.
pub(super) struct Stored<'a> {
    pub(super) from: Access<'a>,
    pub(super) entry: &'a Entry,
    pub(super) facts: Facts,
}

impl Source for Stored<'_> {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.from.stream(self.entry, Some(self.facts))?))
    }
}
