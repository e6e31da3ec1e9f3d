//! What things take and what they are charged: how prices are judged, and the table of them.

use std::collections::BTreeMap;
use std::ops::{Add, Div, Mul, Sub};

/// Gas of a nanosecond of the reference machine.
pub const GAS_PER_NANO: f64 = 10.0;
/// The least and the most that something may be charged, in shares of what it takes.
pub const BOUNDS: (f64, f64) = (0.7, 2.0);

/// Time and gas of one thing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Nanoseconds.
    pub nanos: f64,
    /// Gas charged.
    pub gas: f64,
}

impl Add for Cost {
    type Output = Cost;

    fn add(self, other: Cost) -> Cost {
        Cost { nanos: self.nanos + other.nanos, gas: self.gas + other.gas }
    }
}

impl Sub for Cost {
    type Output = Cost;

    fn sub(self, other: Cost) -> Cost {
        Cost { nanos: self.nanos - other.nanos, gas: self.gas - other.gas }
    }
}

impl Div<f64> for Cost {
    type Output = Cost;

    fn div(self, by: f64) -> Cost {
        Cost { nanos: self.nanos / by, gas: self.gas / by }
    }
}

impl Mul<f64> for Cost {
    type Output = Cost;

    fn mul(self, by: f64) -> Cost {
        Cost { nanos: self.nanos * by, gas: self.gas * by }
    }
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    group: &'static str,
    name: String,
    cost: Cost,
    /// Why it is shown only, if it is.
    unjudged: Option<&'static str>,
    /// Why it may be charged too much, if it may.
    dear: Option<&'static str>,
}

/// All lines.
#[derive(Default)]
pub struct Rows {
    rows: Vec<Row>,
    /// What ought to have been measured and was not.
    missing: Vec<String>,
}

impl Row {
    /// Something measured, to be judged.
    pub fn new(group: &'static str, name: impl Into<String>, cost: Cost) -> Self {
        Row { group, name: name.into(), cost, unjudged: None, dear: None }
    }

    /// Something to be shown only, and why.
    pub fn unjudged(mut self, why: &'static str) -> Self {
        self.unjudged = Some(why);
        self
    }

    /// Something that is charged the least that there is, one gas for a byte: too little is judged alone.
    pub fn at_least(self) -> Self {
        self.may_be_dear("the least price, one gas a byte")
    }

    /// Something that may be charged too much, and why: too little is judged alone.
    pub fn may_be_dear(mut self, why: &'static str) -> Self {
        self.dear = Some(why);
        self
    }

    /// The gas that its time suggests.
    fn suggested(&self) -> f64 {
        self.cost.nanos * GAS_PER_NANO
    }

    /// What it is charged, in shares of that.
    fn ratio(&self) -> f64 {
        self.cost.gas / self.suggested()
    }

    fn verdict(&self) -> Verdict {
        match (self.unjudged, self.ratio()) {
            (Some(_), _) => Verdict::None,
            (None, ratio) if ratio < BOUNDS.0 => Verdict::TooCheap,
            (None, ratio) if ratio <= BOUNDS.1 => Verdict::Right,
            (None, ratio) if self.dear.is_some() && ratio.is_finite() => Verdict::MayBe,
            // What can't be measured is too dear at any price, and this is where NaN ends too.
            _ => Verdict::TooDear,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Right,
    TooCheap,
    TooDear,
    MayBe,
    None,
}

impl Rows {
    /// Adds a line; lines of a group come one after the other.
    pub fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Notes what ought to have been measured and was not.
    pub fn missing(&mut self, what: String) {
        self.missing.push(what);
    }

    /// Whether all that is judged lies within [`BOUNDS`], and nothing is missing.
    pub fn right(&self) -> bool {
        let right = |row: &Row| matches!(row.verdict(), Verdict::Right | Verdict::MayBe | Verdict::None);
        self.missing.is_empty() && self.rows.iter().all(right)
    }

    /// The lines of one pass, each with the median of its times in all of them.
    ///
    /// # Panics
    ///
    /// If there is no pass, or one has fewer lines than another.
    pub fn median(mut passes: Vec<Rows>) -> Self {
        let mut rows = passes.pop().unwrap();
        for (index, row) in rows.rows.iter_mut().enumerate() {
            let mut times: Vec<f64> = passes.iter().map(|pass| pass.rows[index].cost.nanos).collect();
            times.push(row.cost.nanos);
            times.sort_by(f64::total_cmp);
            row.cost.nanos = times[times.len() / 2];
        }
        rows
    }

    /// Puts the times of an earlier table in place of these. What one of the two lacks is noted as missing.
    pub fn timed_by(mut self, markdown: &str) -> Self {
        let mut times = times(markdown);
        for row in &mut self.rows {
            match times.remove(&(heading(row.group), row.name.clone())) {
                Some(nanos) => row.cost.nanos = nanos,
                None => self.missing.push(format!("{}, {}: the table has no such line", row.group, row.name)),
            }
        }
        let stale =
            times.into_keys().map(|(group, name)| format!("{group}, {name}: it is in the table alone"));
        self.missing.extend(stale);
        self
    }

    /// The names of all lines.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.name.as_str())
    }

    /// The table as Markdown, which is read as it is too.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        let mut group = "";
        for row in &self.rows {
            if row.group != group {
                group = row.group;
                text += &format!("\n## {}\n\n", heading(group));
                text += &line("what", "ns", "suggested", "charged", "ratio", "");
                text += &line("---", "---:", "---:", "---:", "---:", "---");
            }
            text += &line(
                &row.name,
                &figure(row.cost.nanos),
                &figure(row.suggested()),
                &figure(row.cost.gas),
                &format!("{:.2}", row.ratio()),
                &remark(row),
            );
        }
        for what in &self.missing {
            text += &format!("\n**Not measured: {what}.**\n");
        }
        text
    }

    /// One sentence on the whole.
    pub fn summary(&self) -> String {
        let count = |verdict| self.rows.iter().filter(|row| row.verdict() == verdict).count();
        format!(
            "{} of {} judged prices are right, {} too low, {} too high, {} not measured",
            count(Verdict::Right) + count(Verdict::MayBe),
            self.rows.len() - count(Verdict::None),
            count(Verdict::TooCheap),
            count(Verdict::TooDear),
            self.missing.len()
        )
    }
}

/// The times of a table, by group and name.
fn times(markdown: &str) -> BTreeMap<(String, String), f64> {
    let (mut times, mut group) = (BTreeMap::new(), String::new());
    for line in markdown.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            group = heading.to_owned();
        }
        let mut cells = line.split('|').skip(1).map(str::trim);
        if let (Some(name), Some(Ok(nanos))) = (cells.next(), cells.next().map(str::parse)) {
            times.insert((group.clone(), name.to_owned()), nanos);
        }
    }
    times
}

fn heading(group: &str) -> String {
    let (first, rest) = group.split_at(1);
    first.to_uppercase() + rest
}

fn remark(row: &Row) -> String {
    match row.verdict() {
        Verdict::Right => String::new(),
        Verdict::MayBe => row.dear.unwrap_or_default().into(),
        Verdict::TooCheap => "**too low**".into(),
        Verdict::TooDear => "**too high**".into(),
        Verdict::None => format!("not judged: {}", row.unjudged.unwrap_or_default()),
    }
}

fn figure(value: f64) -> String {
    if value.abs() < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

fn line(name: &str, nanos: &str, suggested: &str, charged: &str, ratio: &str, remark: &str) -> String {
    format!("| {name:<46} | {nanos:>9} | {suggested:>10} | {charged:>10} | {ratio:>6} | {remark} |\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(nanos: f64, gas: f64) -> Rows {
        let mut rows = Rows::default();
        rows.add(Row::new("test", "it", Cost { nanos, gas }));
        rows
    }

    #[test]
    fn prices_are_right_within_the_bounds_alone() {
        let cases = [(69.0, false), (71.0, true), (100.0, true), (199.0, true), (201.0, false)];
        for (gas, right) in cases {
            assert_eq!(rows(10.0, gas).right(), right, "{gas}");
        }
    }

    #[test]
    fn an_earlier_table_s_times_judge_what_is_charged_now() {
        let earlier = rows(10.0, 1.0).markdown();
        assert!(rows(0.0, 100.0).timed_by(&earlier).right());
        assert!(!rows(0.0, 201.0).timed_by(&earlier).right());
        assert!(!rows(10.0, 100.0).timed_by("").right(), "a line that the table lacks");
        assert!(!Rows::default().timed_by(&earlier).right(), "a line that only the table has");
    }

    #[test]
    fn what_takes_no_time_is_never_right() {
        assert!(!rows(0.0, 1.0).right());
        assert!(!rows(0.0, 0.0).right());
        assert!(!rows(-1.0, 1.0).right());
    }

    #[test]
    fn what_is_shown_only_is_not_judged_and_what_is_missing_is() {
        let mut rows = Rows::default();
        rows.add(Row::new("test", "it", Cost { nanos: 1.0, gas: 0.0 }).unjudged("a reason"));
        assert!(rows.right());
        assert!(rows.markdown().contains("not judged: a reason"));
        rows.missing("something".into());
        assert!(!rows.right());
    }
}
