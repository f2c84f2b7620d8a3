//! Which file was which, after some were moved.

use std::collections::HashMap;

use backstop_model::TimeMs;

use super::entry::Entry;
use super::listing::Listed;

/// Files that are not where they were, by size and time.
#[derive(Debug, Default)]
pub(super) struct Missing(HashMap<(u64, TimeMs), Vec<Entry>>);

impl Missing {
    /// How many were not found again.
    pub(super) fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    pub(super) fn put(&mut self, entry: Entry) {
        self.0.entry((entry.bytes, entry.modified)).or_default().push(entry);
    }

    /// Finds out for each file which one it was: the one of its name, else the only one of its size
    /// and time if it is itself the only file of that size and time, else none.
    pub(super) fn match_up<'file>(
        &mut self,
        files: Vec<&'file Listed>,
    ) -> Vec<(&'file Listed, Option<Entry>)> {
        let by_name =
            |file| (file, self.take(file, |alike, file| alike.iter().position(|e| e.name == file.name)));
        let matched: Vec<_> = files.into_iter().map(by_name).collect();
        let mut left: HashMap<(u64, TimeMs), usize> = HashMap::new();
        for (file, _) in matched.iter().filter(|(_, entry)| entry.is_none()) {
            *left.entry((file.bytes, file.modified)).or_default() += 1;
        }
        let only = |(file, entry): (&'file Listed, Option<Entry>)| {
            let alone = left.get(&(file.bytes, file.modified)) == Some(&1);
            let entry =
                entry.or_else(|| self.take(file, |alike, _| (alone && alike.len() == 1).then_some(0)));
            (file, entry)
        };
        matched.into_iter().map(only).collect()
    }

    fn take(&mut self, file: &Listed, choose: impl Fn(&[Entry], &Listed) -> Option<usize>) -> Option<Entry> {
        let alike = self.0.get_mut(&(file.bytes, file.modified))?;
        choose(alike, file).map(|place| alike.swap_remove(place))
    }
}
