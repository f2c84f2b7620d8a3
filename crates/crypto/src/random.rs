//! The system's randomness, the only source of it in the program.

/// The operating system could not give random bytes. Nothing may be encrypted then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random numbers")]
pub struct NoRandomness;

/// `N` bytes that nobody can guess, from the operating system.
///
/// # Errors
/// [`NoRandomness`] when the system has none to give (early at start-up, or in a broken sandbox).
pub fn random_array<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}
