//! Bodies turned into what others can use: plain text, and HTML that is safe to show. Pure.

pub mod html;
pub(crate) mod tags;
pub mod text;
