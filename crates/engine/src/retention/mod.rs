//! Which archives stay: the policy, and (pure) what it means for the archives there are.

mod policy;

pub use policy::{Keep, Spans, UnknownKeep};
