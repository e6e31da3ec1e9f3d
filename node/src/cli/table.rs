//! Tables for people: columns as wide as their widest cell, numbers to the right.

use std::fmt;

/// How a column is lined up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table; shows its own text instead when it has no rows.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
    empty: String,
}

impl Table {
    /// A table of these columns; `empty` is said if it has no rows: why, and what to do.
    pub(crate) fn new(columns: &[(&'static str, Align)], empty: impl Into<String>) -> Self {
        Table { columns: columns.to_vec(), rows: Vec::new(), empty: empty.into() }
    }

    /// Adds a row, one cell for each column.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let title = self.columns.get(column).map_or(0, |(title, _)| title.chars().count());
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(title)
        };
        (0..self.columns.len()).map(width).collect()
    }

    fn line<'a>(&self, cells: impl Iterator<Item = &'a str>, widths: &[usize]) -> String {
        let padded = cells.zip(&self.columns).zip(widths).map(|((cell, (_, align)), &width)| match align {
            Align::Left => format!("{cell:<width$}"),
            Align::Right => format!("{cell:>width$}"),
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_string()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            return formatter.write_str(&self.empty);
        }
        let widths = self.widths();
        formatter.write_str(&self.line(self.columns.iter().map(|(title, _)| *title), &widths))?;
        for row in &self.rows {
            write!(formatter, "\n{}", self.line(row.iter().map(String::as_str), &widths))?;
        }
        Ok(())
    }
}

/// A number with a comma between its thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (u64::MAX, "18,446,744,073,709,551,615")]
        {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn numbers_line_up_on_the_right() {
        let mut table = Table::new(&[("holder", Align::Left), ("shares", Align::Right)], "no holders");
        assert_eq!(table.to_string(), "no holders");
        table.row(["Fiona".to_string(), "80,000".to_string()]);
        table.row(["Jo".to_string(), "5".to_string()]);
        assert_eq!(table.to_string(), "holder  shares\nFiona   80,000\nJo           5");
    }
}
