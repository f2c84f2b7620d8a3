//! The use cases of Backstop behind one door.
//!
//! This room may touch the disk and SQLite; the clock, the keychain, power and notices reach it
//! through ports. Decisions are pure: the moment, ids and paths come in as arguments.

pub mod account;
mod alive;
pub mod api;
pub mod backup;
mod copies;
pub mod durable;
pub mod inspect;
pub mod library;
pub mod lock;
pub mod logbook;
mod look;
pub mod notices;
pub mod places;
pub mod ports;
pub mod problem;
pub mod repository;
pub mod restore;
pub mod retention;
pub mod runs;
pub mod schedule;
pub mod settings;
mod show;
pub mod stage;
pub mod store;
pub mod system;
mod time;
pub mod verify;
