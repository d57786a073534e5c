//! Tables for people.

use anstyle::Style;
use std::fmt::Write;

/// A table: a head and rows as wide as their widest cell, the last column as long as it is.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    rows: Vec<Vec<(Style, String)>>,
}

impl Columns {
    /// A table with this head.
    pub fn new(head: &[&str]) -> Self {
        let mut columns = Self::default();
        columns.row(head.iter().map(|title| (Style::new().dimmed(), (*title).to_owned())));
        columns
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = (Style, String)>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Adds a row without colours.
    pub fn plain(&mut self, cells: impl IntoIterator<Item = String>) {
        self.row(cells.into_iter().map(|cell| (Style::new(), cell)));
    }

    /// The text, each line indented by two.
    pub fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|(_, cell)| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut out = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (index, (style, cell)) in row.iter().enumerate() {
                let is_last = index + 1 == row.len();
                let wide = widths.get(index).copied().unwrap_or(0) - cell.chars().count();
                let gap = if is_last { 0 } else { wide + 2 };
                // Writing to a String does not fail.
                let _ = write!(line, "{style}{cell}{style:#}{:gap$}", "");
            }
            let _ = writeln!(out, "  {}", line.trim_end());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Columns;

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let mut columns = Columns::default();
        columns.plain(["größer".to_owned(), "x".to_owned()]);
        columns.plain(["a".to_owned(), "long text".to_owned()]);
        assert_eq!(columns.render(), "  größer  x\n  a       long text\n");
    }
}
