//! The ways a small file can be damaged, one by one.

/// One damaged copy.
#[derive(Debug, Clone)]
pub struct Damage {
    /// What was done, for the message of a test.
    pub what: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Damaged copies of a file: cut at each of `edges` and one byte before and behind, and single bits
/// flipped at every `step`-th byte.
pub fn damages(file: &[u8], edges: &[usize], step: usize) -> impl Iterator<Item = Damage> {
    let cuts = edges.iter().flat_map(|edge| [edge.saturating_sub(1), *edge, edge + 1]);
    let cuts = cuts.filter(|at| *at < file.len()).map(|at| Damage {
        what: format!("cut at {at}"),
        bytes: file.get(..at).unwrap_or_default().to_vec(),
    });
    let flips = (0..file.len()).step_by(step.max(1)).map(|at| {
        let mut bytes = file.to_vec();
        let bit = at % 8;
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << bit;
        }
        Damage { what: format!("bit {bit} of byte {at} flipped"), bytes }
    });
    cuts.chain(flips)
}
