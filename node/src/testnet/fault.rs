//! What can be done to the nodes of a testnet, as it is printed and as it is read.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::links::Flow;
use crate::duration;

/// What is done to nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Their processes are killed (SIGKILL), and started again at the end.
    Kill,
    /// Their processes are stopped (SIGSTOP), and go on at the end.
    Pause,
    /// Nothing passes between them and the others, either way.
    Cut,
    /// Nothing of them gets to the others.
    Mute,
    /// Nothing of the others gets to them.
    Deafen,
    /// What passes between them and the others comes so much later.
    Delay(Duration),
    /// They are asked to stop, and started again. It has no length.
    Restart,
}

/// Something that is done to nodes, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What.
    pub(crate) kind: Kind,
    /// The nodes, by number from 1, in order, each once.
    pub(crate) nodes: Vec<usize>,
    /// For how long; until it is healed if there is none.
    pub(crate) lasts: Option<Duration>,
}

/// Something that a testnet is told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Have this go wrong.
    Begin(Fault),
    /// End all that goes wrong.
    Heal,
}

/// Why a line is no order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no fault: write kill, pause, cut, mute, deafen or restart and the nodes' numbers (`cut 1,2`), \
     `delay 3 by 200ms`, each with `for 5s` behind it or without, or `heal`"
)]
pub(crate) struct NoOrder(String);

impl Kind {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "kill" => Kind::Kill,
            "pause" => Kind::Pause,
            "cut" => Kind::Cut,
            "mute" => Kind::Mute,
            "deafen" => Kind::Deafen,
            "delay" => Kind::Delay(Duration::ZERO),
            "restart" => Kind::Restart,
            _ => return None,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Kill => "kill",
            Kind::Pause => "pause",
            Kind::Cut => "cut",
            Kind::Mute => "mute",
            Kind::Deafen => "deafen",
            Kind::Delay(_) => "delay",
            Kind::Restart => "restart",
        }
    }
}

impl Fault {
    /// Whether two faults are of the same node.
    pub(super) fn shares(&self, other: &Fault) -> bool {
        self.nodes.iter().any(|node| other.nodes.contains(node))
    }

    /// How bytes of a node to another pass while this goes on.
    pub(super) fn flow(&self, from: usize, to: usize) -> Flow {
        let (speaks, hears) = (self.nodes.contains(&from), self.nodes.contains(&to));
        let crosses = speaks != hears;
        match self.kind {
            Kind::Cut => Flow { cut: crosses, ..Flow::default() },
            Kind::Mute => Flow { cut: crosses && speaks, ..Flow::default() },
            Kind::Deafen => Flow { cut: crosses && hears, ..Flow::default() },
            Kind::Delay(by) if crosses => Flow { delay: by, cut: false },
            Kind::Delay(_) | Kind::Kill | Kind::Pause | Kind::Restart => Flow::default(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes: Vec<String> = self.nodes.iter().map(ToString::to_string).collect();
        write!(f, "{} {}", self.kind.word(), nodes.join(","))?;
        if let Kind::Delay(by) = self.kind {
            write!(f, " by {}ms", by.as_millis())?;
        }
        match self.lasts {
            Some(lasts) => write!(f, " for {}ms", lasts.as_millis()),
            None => Ok(()),
        }
    }
}

impl FromStr for Order {
    type Err = NoOrder;

    fn from_str(text: &str) -> Result<Self, NoOrder> {
        parse(text).ok_or_else(|| NoOrder(text.trim().to_owned()))
    }
}

fn parse(text: &str) -> Option<Order> {
    let mut words = text.split_whitespace();
    let first = words.next()?;
    if first == "heal" {
        return words.next().is_none().then_some(Order::Heal);
    }
    let mut fault = Fault { kind: Kind::of(first)?, nodes: nodes(words.next()?)?, lasts: None };
    let mut is_said = !matches!(fault.kind, Kind::Delay(_));
    while let Some(word) = words.next() {
        let time = Duration::from_millis(milliseconds(words.next()?)?);
        match (word, &mut fault.kind) {
            ("by", Kind::Delay(by)) if !is_said => (*by, is_said) = (time, true),
            ("for", kind) if fault.lasts.is_none() && *kind != Kind::Restart => fault.lasts = Some(time),
            _ => return None,
        }
    }
    is_said.then_some(Order::Begin(fault))
}

fn nodes(text: &str) -> Option<Vec<usize>> {
    let mut nodes = text.split(',').map(|number| number.parse().ok()).collect::<Option<Vec<usize>>>()?;
    nodes.sort_unstable();
    nodes.dedup();
    Some(nodes)
}

/// `200ms`, or what is a length of time everywhere.
fn milliseconds(text: &str) -> Option<u64> {
    match text.strip_suffix("ms") {
        Some(number) => number.parse().ok(),
        None => duration::milliseconds(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_can_be_read() {
        let lasts = Some(Duration::from_millis(1_500));
        let kinds = [Kind::Kill, Kind::Pause, Kind::Cut, Kind::Mute, Kind::Deafen];
        for kind in kinds.into_iter().chain([Kind::Delay(Duration::from_millis(70))]) {
            for lasts in [None, lasts] {
                let fault = Fault { kind, nodes: vec![1, 3], lasts };
                assert_eq!(fault.to_string().parse(), Ok(Order::Begin(fault)));
            }
        }
        let restart = Fault { kind: Kind::Restart, nodes: vec![2], lasts: None };
        assert_eq!("restart 2".parse(), Ok(Order::Begin(restart)));
        assert_eq!(" heal\n".parse(), Ok(Order::Heal));
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        let texts = "|kill|kill two|kill 1,|kill 1 for|kill 1 for 5|kill 1 by 5s|delay 1|delay 1 for 5s|delay 1 by 1s by 2s|restart 1 for 5s|heal 1|murder 1|kill 1 for 1s for 1s";
        for text in texts.split('|') {
            assert!(text.parse::<Order>().is_err(), "{text}");
        }
    }

    #[test]
    fn faults_are_of_what_passes_between_their_nodes_and_the_others() {
        let cut = |kind| {
            let fault = Fault { kind, nodes: vec![1, 2], lasts: None };
            let pairs = [(1, 2), (1, 3), (3, 1), (3, 4)];
            pairs.map(|(from, to)| fault.flow(from, to).cut)
        };
        assert_eq!(cut(Kind::Cut), [false, true, true, false]);
        assert_eq!(cut(Kind::Mute), [false, true, false, false]);
        assert_eq!(cut(Kind::Deafen), [false, false, true, false]);
        assert_eq!(cut(Kind::Pause), [false; 4]);
        let late_by = Duration::from_millis(200);
        let late = Fault { kind: Kind::Delay(late_by), nodes: vec![1], lasts: None };
        assert_eq!(late.flow(2, 1).delay, late_by);
        assert_eq!(late.flow(2, 3).delay, Duration::ZERO);
    }
}
