//! A bench's report as one page that needs nothing else: figures, charts over time, and the same in tables.

use std::fmt::Write;

use super::chart::{Chart, Line, seconds};
use super::ramp::{self, Outcome};
use super::report::Report;
use super::timeline::Slot;

/// How the page looks.
const STYLE: &str = include_str!("page.css");

/// The page.
pub(super) fn page(report: &Report) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n\
         <meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
         <title>sillok bench: {0}</title>\n<style>\n{STYLE}</style>\n<h1>sillok bench: {0}</h1>\n",
        escape(&report.workload)
    );
    let _ = writeln!(
        out,
        "<p>{} {}, {} accounts, {}, measured for {} s",
        report.validators,
        if report.validators == 1 { "validator" } else { "validators" },
        report.accounts,
        asked(report),
        report.seconds
    );
    verdict(report, &mut out);
    tiles(report, &mut out);
    if report.ramp {
        steps(&report.steps, &mut out);
    }
    charts(report, &mut out);
    out.push_str("<h2>Totals</h2>\n<div class=wide><table><tbody>\n");
    for (label, value) in report.lines() {
        let _ = writeln!(out, "<tr><th scope=row>{}<td>{}", escape(label), escape(&value));
    }
    out.push_str("</table></div>\n");
    table(&report.timeline.slots, &mut out);
    out
}

/// What was asked for.
fn asked(report: &Report) -> String {
    match report.ramp {
        true => format!("a ramp from {} transactions a second", report.rate),
        false => format!("{} transactions a second", report.rate),
    }
}

fn verdict(report: &Report, out: &mut String) {
    let failures = report.failures();
    let (class, text) = match failures.is_empty() {
        true => ("", "Nothing was lost, nothing is there twice, and all totals are right.".into()),
        false => (" bad", escape(&failures.join("; "))),
    };
    let _ = writeln!(out, "<p class=\"verdict{class}\">{text}");
}

fn tiles(report: &Report, out: &mut String) {
    let [p50, _, p99, _] = report.latency.map(|micros| micros / 1_000);
    let mut tiles = vec![
        ("final a second", report.per_second.to_string()),
        ("due to final, p50", format!("{p50} ms")),
        ("due to final, p99", format!("{p99} ms")),
        ("nodes' CPU for one", format!("{} µs", report.node_cpu_ms * 1_000 / report.committed.max(1))),
        ("nodes' memory at most", mebibytes(report.rss[2] / 1_048_576)),
        ("lost, twice, failed", format!("{}, {}, {}", report.lost, report.duplicated, report.failed)),
    ];
    if report.ramp {
        let highest = ramp::highest(&report.steps).map_or_else(|| "none".into(), |rate| rate.to_string());
        tiles.insert(0, ("highest rate carried", highest));
    }
    out.push_str("<dl class=tiles>\n");
    for (label, value) in tiles {
        let _ = writeln!(out, "<div><dt>{label}<dd>{value}</div>");
    }
    out.push_str("</dl>\n");
}

fn steps(steps: &[Outcome], out: &mut String) {
    out.push_str(
        "<h2>Ramp</h2>\n<div class=wide><table class=\"figures ramp\"><thead>\
         <tr><th>rate<th>carried<th>final a second<th>p50, ms<th>p99, ms<th>why not<tbody>\n",
    );
    for step in steps {
        let _ = writeln!(out, "<tr>{}", step.cells().map(|cell| format!("<td>{}", escape(&cell))).concat());
    }
    out.push_str("</table></div>\n");
}

fn charts(report: &Report, out: &mut String) {
    let slots = &report.timeline.slots;
    let ends: Vec<u64> = slots.iter().map(|slot| slot.end).collect();
    let line =
        |name, value: &dyn Fn(&Slot) -> Option<u64>| Line { name, values: slots.iter().map(value).collect() };
    let latency = |name, place: usize| line(name, &|slot| slot.latency.map(|all| all[place]));
    let charts = [
        (
            "Transactions a second",
            vec![
                line("committed", &|slot| Some(slot.committed)),
                line("submitted", &|slot| Some(slot.submitted)),
            ],
            (|value| value.to_string()) as fn(u64) -> String,
        ),
        ("From due to final", vec![latency("p99", 2), latency("p95", 1), latency("p50", 0)], milliseconds),
        ("Nodes' CPU, of one processor", vec![line("CPU", &|slot| Some(slot.usage?.0 / 10))], percent),
        ("Nodes' memory", vec![line("memory", &|slot| Some(slot.usage?.1 / 1_048_576))], mebibytes),
    ];
    out.push_str("<h2>Over time, in seconds</h2>\n<div class=charts>\n");
    for (title, lines, show) in charts {
        out.push_str(&Chart { title, ends: &ends, lines, show }.figure());
    }
    out.push_str("</div>\n");
}

/// What the charts show, for those who can't see them.
fn table(slots: &[Slot], out: &mut String) {
    out.push_str(
        "<details><summary>The charts' figures</summary>\n<div class=wide><table class=figures><thead>\
         <tr><th>until, s<th>submitted a second<th>committed<th>p50, ms<th>p95<th>p99<th>CPU, %<th>memory, MiB\
         <tbody>\n",
    );
    for slot in slots {
        let cell = |value: Option<u64>| value.map_or_else(|| "–".into(), |value| value.to_string());
        let latency = |place: usize| cell(slot.latency.map(|all| all[place] / 1_000));
        let cells = [
            seconds(slot.end),
            slot.submitted.to_string(),
            slot.committed.to_string(),
            latency(0),
            latency(1),
            latency(2),
            cell(slot.usage.map(|(cpu, _)| cpu / 10)),
            cell(slot.usage.map(|(_, rss)| rss / 1_048_576)),
        ];
        let _ = writeln!(out, "<tr>{}", cells.map(|cell| format!("<td>{cell}")).concat());
    }
    out.push_str("</table></div></details>\n");
}

/// Microseconds as milliseconds.
fn milliseconds(micros: u64) -> String {
    match (micros / 1_000, micros % 1_000 / 100) {
        (whole, tenths) if whole < 10 && tenths > 0 => format!("{whole}.{tenths} ms"),
        (whole, _) => format!("{whole} ms"),
    }
}

fn percent(percent: u64) -> String {
    format!("{percent} %")
}

fn mebibytes(mebibytes: u64) -> String {
    format!("{mebibytes} MiB")
}

/// Text as HTML has it.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
