//! The targets, by the room they feed.

pub(crate) mod altered;
pub(crate) mod container;
pub(crate) mod file;
pub(crate) mod notesnook;
pub(crate) mod streams;
pub(crate) mod text;
pub(crate) mod zip;
