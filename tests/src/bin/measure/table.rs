//! Tables as `docs/performance.md` has them.

use backstop_tests::meter::Cost;

/// The names of the columns, and the line below them.
pub(super) fn head(columns: &[&str]) {
    println!("\n| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
}

/// Decimal megabytes.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// One line.
pub(super) struct Row(Vec<String>);

impl Row {
    /// A line with its first cell.
    pub(super) fn new(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    /// Two cells: time by the clock, processor time.
    pub(super) fn times(self, cost: &Cost) -> Self {
        self.cell(format!("{:.2} s", cost.clock.as_secs_f64())).cell(format!("{:.2} s", cost.processor_s))
    }

    /// Three cells: the times, and the most memory.
    pub(super) fn cost(self, cost: &Cost) -> Self {
        self.times(cost).cell(format!("{} MiB", cost.peak_mib()))
    }

    /// One cell more.
    pub(super) fn cell(mut self, text: String) -> Self {
        self.0.push(text);
        self
    }

    /// Prints it.
    pub(super) fn show(self) {
        println!("| {} |", self.0.join(" | "));
    }
}
