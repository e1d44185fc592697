//! Figures side by side.

use std::fmt::Write as _;

/// A table in Markdown.
pub(super) struct Table(String);

impl Table {
    /// With these columns and no row.
    pub(super) fn new<const COLUMNS: usize>(columns: [&str; COLUMNS]) -> Self {
        Self(format!("| {} |\n|{}\n", columns.join(" | "), "---|".repeat(COLUMNS)))
    }

    /// Two figures, to so many digits, and their ratio; `wanted` is the last column where there is one.
    pub(super) fn row(&mut self, what: &str, ours: f64, theirs: f64, digits: usize, wanted: Option<&str>) {
        let wanted = wanted.map(|wanted| format!(" | {wanted}")).unwrap_or_default();
        let ratio = three_digits(ours / theirs);
        self.line(&format!("{what} | {ours:.digits$} | {theirs:.digits$} | {ratio}{wanted}"));
    }

    /// A row that is made already, without its ends.
    pub(super) fn line(&mut self, row: &str) {
        // Nothing can go wrong while a text is written.
        let _ = writeln!(self.0, "| {row} |");
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// Three digits that say something, whatever its size.
fn three_digits(ratio: f64) -> String {
    let digits = if ratio >= 100.0 {
        0
    } else if ratio >= 10.0 {
        1
    } else {
        3
    };
    format!("{ratio:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_a_ratio() {
        let mut table = Table::new(["what", "one", "other", "ratio", "wanted"]);
        table.row("clicks/s", 90.0, 8.0, 0, Some("2"));
        assert_eq!(
            table.into_text(),
            "| what | one | other | ratio | wanted |\n|---|---|---|---|---|\n| clicks/s | 90 | 8 | 11.2 | 2 |\n"
        );
    }
}
