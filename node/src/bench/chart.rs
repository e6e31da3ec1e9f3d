//! A chart over time as SVG that a page's style colours: lines, a grid, and a text for each point.

use std::fmt::Write;

/// The chart's size, and where its area begins and ends, in its own units.
const WIDTH: u64 = 480;
const HEIGHT: u64 = 220;
const LEFT: u64 = 78;
const RIGHT: u64 = WIDTH - 12;
const TOP: u64 = 12;
const BOTTOM: u64 = HEIGHT - 30;
/// How many lines the grid has above the lowest.
const LINES: u64 = 4;

/// A chart.
pub(super) struct Chart<'a> {
    /// What it shows.
    pub(super) title: &'a str,
    /// When each slot ends, in milliseconds.
    pub(super) ends: &'a [u64],
    /// What is drawn.
    pub(super) lines: Vec<Line<'a>>,
    /// How a value is written, with its unit.
    pub(super) show: fn(u64) -> String,
}

/// A line of a chart.
pub(super) struct Line<'a> {
    /// What it is called.
    pub(super) name: &'a str,
    /// A value for each slot, unless there is none.
    pub(super) values: Vec<Option<u64>>,
}

impl Chart<'_> {
    /// The chart with its title and, if there are several lines, what each is. Lines have the classes `l0`, `l1`, …
    pub(super) fn figure(&self) -> String {
        let mut out = format!("<figure><figcaption><b>{}</b>", self.title);
        for (number, line) in self.lines.iter().enumerate().filter(|_| self.lines.len() > 1) {
            let _ = write!(
                out,
                "<span class=key><svg class=\"l{number}\" viewBox=\"0 0 24 8\" aria-hidden=true>\
                 <path d=\"M0 4H24\"/></svg>{}</span>",
                line.name
            );
        }
        let _ = write!(
            out,
            "</figcaption><svg class=chart viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=img aria-label=\"{}\">",
            self.title
        );
        let values = self.lines.iter().flat_map(|line| line.values.iter().flatten());
        let scale = Scale::of(values.copied().max().unwrap_or(0), self.ends.last().copied().unwrap_or(0));
        self.grid(&scale, &mut out);
        for (number, line) in self.lines.iter().enumerate() {
            self.line(&scale, number, line, &mut out);
        }
        out.push_str("</svg></figure>\n");
        out
    }

    fn grid(&self, scale: &Scale, out: &mut String) {
        for line in 0..=LINES {
            let value = scale.step * line;
            let (y, text) = (scale.y(value), (self.show)(value));
            let _ = write!(
                out,
                "<path class=grid d=\"M{LEFT} {y}H{RIGHT}\"/><text class=y x={} y={}>{text}</text>",
                LEFT - 6,
                y + 5
            );
        }
        let step = round_step(scale.end / 1_000) * 1_000;
        for at in (0..=scale.end).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
            let (x, y, text) = (scale.x(at), BOTTOM + 20, seconds(at));
            let _ = write!(out, "<text class=x x={x} y={y}>{text}</text>");
        }
    }

    fn line(&self, scale: &Scale, number: usize, line: &Line<'_>, out: &mut String) {
        let (mut path, mut points, mut drawn) = (String::new(), String::new(), false);
        for (value, end) in line.values.iter().zip(self.ends) {
            let Some(value) = *value else {
                drawn = false;
                continue;
            };
            let (x, y) = (scale.x(*end), scale.y(value));
            let _ = write!(path, "{}{x} {y}", if drawn { 'L' } else { 'M' });
            // One alone has no line; its end is round, and so a dot.
            if !drawn {
                let _ = write!(path, "h0");
            }
            let _ = write!(
                points,
                "<circle cx={x} cy={y} r=6><title>{} s: {} {}</title></circle>",
                seconds(*end),
                line.name,
                (self.show)(value)
            );
            drawn = true;
        }
        let _ = write!(out, "<g class=\"l{number}\"><path d=\"{path}\"/>{points}</g>");
    }
}

/// Where values and times are in a chart.
struct Scale {
    /// From one line of the grid to the next.
    step: u64,
    /// The last time, in milliseconds.
    end: u64,
}

impl Scale {
    fn of(most: u64, end: u64) -> Self {
        Scale { step: round_step(most), end: end.max(1) }
    }

    fn x(&self, at: u64) -> u64 {
        LEFT + (RIGHT - LEFT) * at.min(self.end) / self.end
    }

    fn y(&self, value: u64) -> u64 {
        BOTTOM - (BOTTOM - TOP) * value.min(self.step * LINES) / (self.step * LINES)
    }
}

/// The least of 1, 2, 5, 10, 20, … of which as many as the grid has lines reach `most`.
fn round_step(most: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            let step = unit.saturating_mul(factor);
            if step.saturating_mul(LINES) >= most {
                return step;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// Milliseconds as seconds, with a decimal if there is one.
pub(super) fn seconds(milliseconds: u64) -> String {
    match (milliseconds / 1_000, milliseconds % 1_000 / 100) {
        (whole, 0) => whole.to_string(),
        (whole, tenths) => format!("{whole}.{tenths}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_has_round_steps_that_reach_the_most() {
        for (most, step) in [(0, 1), (4, 1), (5, 2), (8, 2), (9, 5), (21, 10), (4_001, 2_000)] {
            assert_eq!(round_step(most), step, "{most}");
        }
        round_step(u64::MAX);
    }

    #[test]
    fn lines_stay_within_the_chart_and_break_where_there_is_nothing() {
        let values = vec![Some(0), None, Some(40), Some(30)];
        let chart = Chart {
            title: "T",
            ends: &[1_000, 2_000, 3_000, 3_500],
            lines: vec![Line { name: "a", values }],
            show: |value| format!("{value} u"),
        };
        let svg = chart.figure();
        let path = format!("M{} {BOTTOM}h0M", LEFT + (RIGHT - LEFT) * 1_000 / 3_500);
        assert!(svg.contains(&path), "{svg}");
        assert!(svg.contains(&format!(" {TOP}h0L{RIGHT} ")), "{svg}");
        assert!(svg.contains("<title>3.5 s: a 30 u</title>"), "{svg}");
        assert!(!svg.contains("class=key"), "one line needs no key");
    }
}
