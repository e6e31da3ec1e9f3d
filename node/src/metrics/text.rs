//! Figures in the text form that every version of Prometheus reads, and its tools check.
//!
//! `prometheus_client` writes OpenMetrics, in which a counter's type names it without `_total`, and units have
//! lines of their own.

/// The content type.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// OpenMetrics in the older form.
pub(super) fn classic(open_metrics: &str) -> String {
    let counters: Vec<&str> = open_metrics
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter"))
        .collect();
    let mut text = String::with_capacity(open_metrics.len());
    for line in open_metrics.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some(kind @ ("HELP" | "TYPE")), Some(name), Some(rest)) => {
                let total = if counters.contains(&name) { "_total" } else { "" };
                text.push_str(&format!("# {kind} {name}{total} {rest}\n"));
            }
            (Some("#"), ..) => {}
            _ => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn counters_keep_one_name_and_units_are_left_out() {
        let open = "# HELP a Of (a) thing.\n# TYPE a counter\na_total{of=\"# TYPE a\"} 5\n# HELP b_seconds Time.\n\
                    # TYPE b_seconds histogram\n# UNIT b_seconds seconds\nb_seconds_sum 1.5\n# EOF\n";
        let classic = "# HELP a_total Of (a) thing.\n# TYPE a_total counter\na_total{of=\"# TYPE a\"} 5\n\
                       # HELP b_seconds Time.\n# TYPE b_seconds histogram\nb_seconds_sum 1.5\n";
        assert_eq!(super::classic(open), classic);
    }
}
