//! What is in `packaging/monitoring`: rules that Prometheus's own tool checks and tests, a dashboard, and no figure
//! in either that a node does not have.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Folder, Node};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/monitoring").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap()
}

/// Has Prometheus's tool do something, which has to succeed without a remark.
fn promtool(arguments: &[&str], input: &str) {
    let mut process = Command::new("promtool")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool is not installed: run scripts/setup tests");
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "promtool {arguments:?}: {said}");
}

/// The figures of a real node, once it knows who proposes: a figure of each of somebody has none until then.
fn figures() -> String {
    let folder = Folder::new();
    let node = Node::start(&folder.data(), &[]);
    let begun = Instant::now();
    loop {
        let answer = node.get("/metrics");
        let (headers, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(headers.to_lowercase().contains("content-type: text/plain; version=0.0.4"), "{headers}");
        if body.contains("{proposer=") {
            return body.to_owned();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody proposes: {body}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The names that can be asked for, of each figure of a node.
fn names(figures: &str) -> Vec<BTreeSet<String>> {
    let types = figures.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let named = types.map(|(name, kind)| match kind {
        "histogram" => ["_bucket", "_sum", "_count"].map(|part| format!("{name}{part}")).into(),
        _ => BTreeSet::from([name.to_owned()]),
    });
    named.collect()
}

/// The figures that a text speaks of.
fn used(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with("sillok_")).map(str::to_owned).collect()
}

#[test]
fn prometheus_understands_rules_settings_and_figures() {
    promtool(&["check", "rules", file("sillok.rules.yml").to_str().unwrap()], "");
    promtool(&["check", "config", file("prometheus.yml").to_str().unwrap()], "");
    promtool(&["check", "metrics"], &figures());
}

#[test]
fn each_alert_fires_when_it_should_and_not_when_it_should_not() {
    promtool(&["test", "rules", file("sillok.rules.test.yml").to_str().unwrap()], "");
    let (rules, tests) = (text("sillok.rules.yml"), text("sillok.rules.test.yml"));
    let alerts: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let tested: Vec<&str> = tests.split("  - name: ").skip(1).collect();
    assert_eq!(tested.iter().map(|test| test.lines().next().unwrap()).collect::<Vec<_>>(), alerts);
    for (alert, test) in alerts.iter().zip(tested) {
        assert!(
            test.contains(&format!("labels: 'ALERTS{{alertname=\"{alert}\"")),
            "{alert} is not seen to fire"
        );
        assert!(test.contains("exp_samples: []"), "{alert} is not seen to be silent");
    }
}

#[test]
fn rules_and_dashboard_speak_of_the_figures_that_a_node_has_and_of_all_of_them() {
    let served = names(&figures());
    let known: BTreeSet<String> = served.iter().flatten().cloned().collect();
    let mut spoken = BTreeSet::new();
    for name in ["sillok.rules.yml", "sillok.rules.test.yml", "sillok.dashboard.json"] {
        let used = used(&text(name));
        assert!(used.len() > 5, "{name}: {used:?}");
        let unknown: Vec<_> = used.difference(&known).collect();
        assert!(unknown.is_empty(), "{name} speaks of {unknown:?}");
        spoken.extend(used);
    }
    let shown = |names: &&BTreeSet<String>| names.is_disjoint(&spoken);
    let unspoken: Vec<_> = served.iter().filter(shown).collect();
    assert!(unspoken.is_empty(), "figures that nobody is shown: {unspoken:?}");
}

#[test]
fn the_dashboards_panels_are_whole_and_their_queries_are_understood() {
    let dashboard: Value = serde_json::from_str(&text("sillok.dashboard.json")).unwrap();
    assert!(
        dashboard["title"].is_string() && dashboard["uid"].is_string() && dashboard["schemaVersion"].is_u64()
    );
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let variables: Vec<&str> = variables.iter().map(|variable| variable["name"].as_str().unwrap()).collect();
    assert_eq!(variables, ["datasource", "instance"]);
    let (mut ids, mut cells, mut rules) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for panel in dashboard["panels"].as_array().unwrap() {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}: its id is another's");
        let place = |field: &str| panel["gridPos"][field].as_u64().unwrap();
        assert!(place("x") + place("w") <= 24, "{title} is too far to the right");
        for x in place("x")..place("x") + place("w") {
            for y in place("y")..place("y") + place("h") {
                assert!(cells.insert((x, y)), "{title} lies over another");
            }
        }
        if panel["type"] == "row" {
            continue;
        }
        assert!(["timeseries", "stat"].contains(&panel["type"].as_str().unwrap()), "{title}");
        assert!(panel["description"].as_str().is_some_and(|text| text.ends_with('.')), "{title}");
        assert!(panel["fieldConfig"]["defaults"]["unit"].is_string(), "{title}");
        let targets = panel["targets"].as_array().unwrap();
        let letters: BTreeSet<&str> =
            targets.iter().map(|target| target["refId"].as_str().unwrap()).collect();
        assert!(!targets.is_empty() && letters.len() == targets.len(), "{title}");
        for target in targets {
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{title}");
            assert!(target["legendFormat"].as_str().is_some_and(|legend| !legend.is_empty()), "{title}");
            let query = target["expr"].as_str().unwrap();
            assert!(query.contains("$instance") && !used(query).is_empty(), "{title}: {query}");
            rules.push(
                json!({ "record": format!("panel:{}", rules.len()), "expr": without_variables(query) }),
            );
        }
    }
    // Prometheus's tool reads queries in rules, and rules in YAML, of which JSON is a part.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queries.yml");
    let groups = json!({ "groups": [{ "name": "panels", "rules": rules }] });
    std::fs::write(&path, groups.to_string()).unwrap();
    promtool(&["check", "rules", path.to_str().unwrap()], "");
}

/// A query as Grafana would send it.
fn without_variables(query: &str) -> String {
    query.replace("$__rate_interval", "1m").replace("$__interval", "1m").replace("$instance", ".*")
}
