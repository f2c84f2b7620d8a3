//! Our own container from outside: what comes back, what is noticed, and files of earlier days.

#[cfg(test)]
mod common;
#[cfg(test)]
mod contents;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod look;
#[cfg(test)]
mod opener;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod salvage;
