//! The runbook of docs/operating.md, executed as it stands there: five members, each with a machine of its own, and
//! a node that is a real process.
//!
//! Marks between the blocks say what the text around them says to people: on whose machine a block is run
//! (`at`; `rolling` stops that member's node first), what is sent to all (`mail`), whose node is stopped or killed
//! (`stop`, `kill`), and that settings are written (`settle`). What a command prints is there for later ones as
//! a person would copy it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::member::Member;
use crate::process::{BINARY, Folder, Node};

const NAMES: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];
/// How long a machine with much else to do may take until a node is well.
const PATIENCE: Duration = Duration::from_secs(120);

/// The sections that there have to be, in the order in which they are run.
const SECTIONS: [&str; 8] = [
    "Founding a chain",
    "Joining",
    "Rotating keys",
    "Upgrading",
    "A lost disk",
    "A lost key",
    "A halted chain",
    "Leaving",
];

fn runbook() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operating.md");
    let text = std::fs::read_to_string(path).unwrap();
    let runbook = text.split("\n## Runbook\n").nth(1).unwrap();
    runbook.split("\n## ").next().unwrap().to_owned()
}

/// The sections with their headings.
fn sections() -> Vec<(String, String)> {
    let heading = |section: &str| {
        let (heading, text) = section.split_once('\n').unwrap();
        (heading.to_owned(), text.to_owned())
    };
    runbook().split("\n### ").skip(1).map(heading).collect()
}

/// The members, and what they have read.
struct Consortium {
    members: Vec<Member>,
    /// What commands have printed, by what the runbook calls it.
    printed: BTreeMap<String, String>,
    /// The addresses of the nodes, as the seal printed them.
    peers: Vec<String>,
    commands: usize,
}

impl Consortium {
    fn new(folder: &Folder) -> Self {
        let members = NAMES.map(|name| Member::new(&folder.data(), name)).into();
        Consortium { members, printed: BTreeMap::new(), peers: Vec::new(), commands: 0 }
    }

    fn member(&mut self, name: &str) -> &mut Member {
        self.members.iter_mut().find(|member| member.name == name).unwrap()
    }

    fn section(&mut self, text: &str) {
        let mut lines = text.lines();
        let mut mark: Option<(&str, Vec<&str>)> = None;
        while let Some(line) = lines.next() {
            if let Some(said) = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->")) {
                let (kind, words) = said.split_once(':').unwrap_or((said, ""));
                let words: Vec<&str> = words.split_whitespace().collect();
                match kind {
                    "at" | "rolling" => mark = Some((kind, words)),
                    "mail" => self.mail(words[0], words[1]),
                    "settle" => self.settle(),
                    "stop" => words.iter().for_each(|name| self.member(name).stop()),
                    "kill" => words.iter().for_each(|name| self.member(name).node.take().unwrap().kill()),
                    _ => panic!("an unknown mark: {line}"),
                }
            }
            if line == "```console" {
                let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
                let (kind, names) = mark.take().unwrap_or_else(|| panic!("nobody runs {block:?}"));
                for name in names {
                    if kind == "rolling" {
                        self.member(name).stop();
                    }
                    self.block(name, &block);
                }
            }
        }
    }

    /// Runs a block's commands on a member's machine.
    fn block(&mut self, name: &str, block: &[&str]) {
        let mut commands: Vec<String> = Vec::new();
        for line in block {
            match (line.strip_prefix("$ "), line.strip_prefix("> ")) {
                (Some(command), _) => commands.push(command.to_owned()),
                (_, Some(more)) => *commands.last_mut().unwrap() += &format!("\n{more}"),
                _ => {}
            }
        }
        assert!(!commands.is_empty(), "{block:?}");
        self.catch_up(name);
        for command in commands {
            self.commands += 1;
            match command.strip_prefix("sillok start ") {
                Some(options) => self.start(name, options),
                None => self.run(name, &command),
            }
        }
    }

    /// Mail takes longer than a block: the member's node has what the others' have.
    fn catch_up(&mut self, name: &str) {
        let running = self.members.iter().filter(|member| member.node.is_some());
        let highest = running.map(Member::height).max().unwrap_or(0);
        let member = self.member(name);
        if member.node.is_some() {
            member.reaches(highest);
        }
    }

    /// A shell on a member's machine.
    fn shell(&mut self, name: &str, script: &str) -> Output {
        let printed = self.printed.clone();
        let member = self.member(name);
        let programs = Path::new(BINARY).parent().unwrap();
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        Command::new("sh")
            .args(["-euc", script])
            .current_dir(member.path(""))
            .envs(printed)
            .env("PATH", path)
            .env("SILLOK_KEYS", member.path("keys"))
            .env("SILLOK_NODE", member.url())
            .env("SILLOK_PASSWORD", format!("the password of {name}"))
            .output()
            .unwrap()
    }

    fn run(&mut self, name: &str, command: &str) {
        let begun = Instant::now();
        loop {
            let output = self.shell(name, command);
            let (text, narration) = (
                String::from_utf8(output.stdout).unwrap(),
                String::from_utf8_lossy(&output.stderr).into_owned(),
            );
            if output.status.success() {
                self.read(name, &text);
                break;
            }
            // A node that has just been started needs a while until it is well.
            let again = command.starts_with("sillok doctor") && begun.elapsed() < PATIENCE;
            assert!(again, "{name}: {command}\n{text}\n{narration}");
            std::thread::sleep(Duration::from_millis(200));
        }
        if command.starts_with("sillok init ./node") {
            self.member(name).settle(&[]);
        }
    }

    fn start(&mut self, name: &str, options: &str) {
        let words = self.shell(name, &format!("printf '%s\\n' {options}"));
        let words = String::from_utf8(words.stdout).unwrap();
        let words: Vec<&str> = words.lines().collect();
        assert_eq!(words[0], "./node", "{options}");
        let home = self.member(name).path("node");
        self.member(name).node = Some(Node::start_home(&home, &words[1..]));
    }

    /// Takes down what a person would.
    fn read(&mut self, name: &str, text: &str) {
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let found = match words.as_slice() {
                ["node", id] if id.starts_with("12D3KooW") => ("NODE".to_owned(), (*id).to_owned()),
                ["validator", address] => ("VALIDATOR".into(), (*address).into()),
                ["height", height] => ("HEIGHT".into(), (*height).into()),
                ["Proposal", number, ..] => ("PROPOSAL".into(), number.trim_end_matches(':').into()),
                [address] if address.len() == 48 && address.starts_with('5') => {
                    (name.to_uppercase(), (*address).into())
                }
                _ => continue,
            };
            self.printed.insert(found.0, found.1);
        }
        if let Some((_, peers)) = text.split_once("peers = [\n") {
            let lines = peers.lines().take_while(|line| *line != "]");
            self.peers = lines.map(|line| line.trim_matches([' ', '"', ',']).to_owned()).collect();
        }
    }

    /// Sends files of a member, or of all, to everybody.
    fn mail(&mut self, from: &str, files: &str) {
        let ending = files.strip_prefix('*').unwrap_or(files);
        for member in self.members.iter().filter(|member| from == "all" || member.name == from) {
            for entry in std::fs::read_dir(member.path("")).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                if name.ends_with(ending) {
                    let others = self.members.iter().filter(|other| other.name != member.name);
                    others.for_each(|other| member.send(&name, other));
                }
            }
        }
    }

    /// Writes the settings of those whose nodes don't run.
    fn settle(&mut self) {
        assert_eq!(self.peers.len(), 4);
        let made = self.members.iter().filter(|member| member.node.is_none() && member.path("node").exists());
        made.for_each(|member| member.settle(&self.peers));
    }

    /// The same, once there are so many: a change takes effect a block after the one that decides on it.
    fn settled_validators(&mut self, expected: usize) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let validators = self.validators();
            if validators.len() == expected || begun.elapsed() > PATIENCE {
                return validators;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The keys that vote.
    fn validators(&mut self) -> Vec<String> {
        let status = self.member("first").json(&["status"]);
        let each = status["validators"].as_array().unwrap().iter();
        each.map(|validator| validator["address"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn the_runbook_works_as_it_stands() {
    let folder = Folder::new();
    let mut consortium = Consortium::new(&folder);
    let sections = sections();
    let headings: Vec<&str> = sections.iter().map(|(heading, _)| heading.as_str()).collect();
    assert_eq!(headings, SECTIONS);
    let mut before = Vec::new();
    for (heading, text) in &sections {
        consortium.section(text);
        let expected = if matches!(heading.as_str(), "Founding a chain" | "Leaving") { 4 } else { 5 };
        let now = consortium.settled_validators(expected);
        let new = now.iter().filter(|key| !before.contains(*key)).count();
        let changed = match heading.as_str() {
            "Founding a chain" => 4,
            "Joining" | "Rotating keys" | "A lost key" => 1,
            _ => 0,
        };
        assert_eq!((now.len(), new), (expected, changed), "{heading}: {now:?}");
        before = now;
    }
    let status = consortium.member("first").json(&["gov", "status"]);
    assert!(status["halted"].is_null() && status["planned"].is_null(), "{status}");
    let written = sections.iter().map(|(_, text)| text.lines().filter(|line| line.starts_with("$ ")).count());
    assert!(consortium.commands >= written.sum(), "every command was run");
    // What is sent now is final everywhere.
    let height = consortium.member("first").height();
    consortium
        .members
        .iter()
        .filter(|member| member.name != "fifth")
        .for_each(|member| member.reaches(height));
}
