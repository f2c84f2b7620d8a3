//! Things that stay in Rust while the window talks about them: it knows them by a token only.
//!
//! Paths that a person picked, archives that are open and plans that were made never cross to the window,
//! so the window can ask for nothing that was not picked. Only the newest few are held.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The newest few things of one kind, each under a token.
pub(crate) struct Held<T> {
    kind: &'static str,
    most: usize,
    shelf: Mutex<Shelf<T>>,
}

struct Shelf<T> {
    given: u64,
    things: VecDeque<(String, T)>,
}

impl<T> Held<T> {
    /// Holds at most `most` things; tokens begin with `kind`.
    pub(crate) fn new(kind: &'static str, most: usize) -> Self {
        Self { kind, most, shelf: Mutex::new(Shelf { given: 0, things: VecDeque::new() }) }
    }

    /// A token that was never given before, for a thing that is still being made.
    pub(crate) fn token(&self) -> String {
        let mut shelf = self.shelf();
        shelf.given += 1;
        format!("{}-{}", self.kind, shelf.given)
    }

    /// Holds a thing under its token, in place of what the token named before. The oldest may go.
    pub(crate) fn keep(&self, token: &str, thing: T) {
        let mut shelf = self.shelf();
        shelf.things.retain(|(named, _)| named != token);
        shelf.things.push_back((token.to_owned(), thing));
        while shelf.things.len() > self.most {
            shelf.things.pop_front();
        }
    }

    /// Gives a thing away; its token names nothing afterwards.
    pub(crate) fn take(&self, token: &str) -> Option<T> {
        let mut shelf = self.shelf();
        let at = shelf.things.iter().position(|(named, _)| named == token)?;
        shelf.things.remove(at).map(|(_, thing)| thing)
    }

    /// Lets go of everything.
    pub(crate) fn clear(&self) {
        self.shelf().things.clear();
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf<T>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Held<T> {
    /// A copy of a thing that stays held.
    pub(crate) fn get(&self, token: &str) -> Option<T> {
        self.shelf().things.iter().find(|(named, _)| named == token).map(|(_, thing)| thing.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_one_thing_until_it_is_taken() {
        let held = Held::new("folder", 4);
        let (first, second) = (held.token(), held.token());
        assert_ne!(first, second);
        held.keep(&first, "a");
        held.keep(&second, "b");
        assert_eq!(held.get(&first), Some("a"));
        assert_eq!(held.take(&first), Some("a"));
        assert_eq!(held.take(&first), None);
        assert_eq!(held.get(&second), Some("b"));
    }

    #[test]
    fn a_token_is_never_given_twice() {
        let held = Held::<()>::new("plan", 1);
        let first = held.token();
        held.clear();
        assert_ne!(held.token(), first);
    }

    #[test]
    fn the_oldest_goes_when_the_shelf_is_full() {
        let held = Held::new("plan", 2);
        let tokens: Vec<_> = (0..3).map(|_| held.token()).collect();
        for (token, thing) in tokens.iter().zip([1, 2, 3]) {
            held.keep(token, thing);
        }
        let there: Vec<_> = tokens.iter().map(|token| held.get(token)).collect();
        assert_eq!(there, [None, Some(2), Some(3)]);
    }

    #[test]
    fn keeping_again_replaces() {
        let held = Held::new("archive", 2);
        let token = held.token();
        held.keep(&token, "locked");
        held.keep(&token, "unlocked");
        assert_eq!(held.take(&token), Some("unlocked"));
        assert_eq!(held.take(&token), None);
    }

    #[test]
    fn a_made_up_token_names_nothing() {
        let held = Held::new("archive", 2);
        held.keep(&held.token(), 1);
        for token in ["", "archive-0", "archive-2", "/etc/passwd"] {
            assert_eq!(held.get(token), None, "{token}");
        }
    }
}
