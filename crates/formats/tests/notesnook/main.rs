//! Notesnook's files from outside: real ones, odd ones, damaged ones, and ours.

#[cfg(test)]
mod common;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod inventory;
#[cfg(test)]
mod older;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod salvage;
#[cfg(test)]
mod shapes;
