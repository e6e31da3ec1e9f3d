//! What a seed comes to: how many nodes, who of them is Byzantine and how, and what goes wrong.

use crate::random::Random;

/// How a Byzantine member behaves. Several of these at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Habits {
    /// Votes for different blocks, to different peers.
    pub(crate) double_votes: bool,
    /// Proposes different blocks, to different peers.
    pub(crate) double_proposals: bool,
    /// Proposes and does not hand out the block.
    pub(crate) withholds: bool,
    /// Proposes blocks that break a rule.
    pub(crate) invalid_blocks: bool,
    /// Proposes blocks whose time is far ahead, and older blocks as if they were new.
    pub(crate) untimely_blocks: bool,
    /// Hands out blocks with other transactions than the id says.
    pub(crate) forged_blocks: bool,
    /// Answers who asks for decided blocks with certificates that do not hold.
    pub(crate) false_certificates: bool,
    /// Claims to be far ahead.
    pub(crate) lying_status: bool,
    /// Loses its log whenever it stops.
    pub(crate) amnesia: bool,
    /// Says nothing.
    pub(crate) silent: bool,
}

impl Habits {
    fn draw(random: &mut Random) -> Self {
        let mut draw = || random.chance(400);
        Habits {
            double_votes: draw(),
            double_proposals: draw(),
            withholds: draw(),
            invalid_blocks: draw(),
            untimely_blocks: draw(),
            forged_blocks: draw(),
            false_certificates: draw(),
            lying_status: draw(),
            amnesia: draw(),
            silent: random.chance(50),
        }
    }
}

/// A fault that is put into honest nodes to see that a checker meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Plant {
    /// A node that starts again does not read its log.
    NoReplay,
    /// The log returns before it is on disk.
    LyingDisk,
    /// Messages leave before the log is written.
    SendBeforeLog,
    /// Blocks are not stored before they are voted for.
    BodiesInMemory,
    /// Blocks are not stored at all.
    BodiesNotStored,
    /// A third of the power decides, and certificates are held to that.
    SmallQuorum,
    /// Fewer sign a certificate than have to.
    ShortCertificates,
    /// Blocks are never held against the clock.
    NoClock,
    /// Who is asked for a block hands out other transactions.
    ForgingServer,
    /// A log that is damaged is taken for an empty one.
    DamageIgnored,
    /// Every block is found valid.
    BlindValidation,
    /// Every signature is found valid.
    BlindSignatures,
    /// A committed block is on disk only with the next one.
    LateCommit,
    /// Nobody asks for what it misses, or says where it is.
    NoHealing,
    /// One node's application comes to another state.
    OtherState,
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Everything heals, and the honest members have to decide again.
    All,
    /// Honest members with just enough power to decide heal, and have to; the other honest ones are gone.
    Quorum,
    /// Nothing heals, and nobody has to.
    Never,
}

/// What a run is made of.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The seed of everything that is drawn while it runs.
    pub(crate) seed: u64,
    /// What each member does: honest ones have none.
    pub(crate) members: Vec<Option<Habits>>,
    /// The members' voting powers. One of 0 follows without a vote, until the set takes it up.
    pub(crate) powers: Vec<u64>,
    /// How long things go wrong, in milliseconds.
    pub(crate) faults_ms: u64,
    /// What follows.
    pub(crate) end: End,
    /// Within how many milliseconds of healing the honest nodes have to decide again.
    pub(crate) liveness_ms: u64,
    /// The longest delay of a packet while things go wrong, in microseconds.
    pub(crate) delay_us: u64,
    /// How many in a thousand packets are lost while things go wrong.
    pub(crate) loss: u64,
    /// How many in a thousand come twice or late.
    pub(crate) disorder: u64,
    /// Milliseconds between crashes of the same node, on average; 0 for none.
    pub(crate) crash_ms: u64,
    /// How many in a hundred thousand effects a node does not get to do because it crashes.
    pub(crate) crash_between: u64,
    /// Milliseconds between partitions, on average; 0 for none.
    pub(crate) partition_ms: u64,
    /// Whether an honest member's log is damaged while it is down.
    pub(crate) damage: bool,
    /// How far clocks are off, in milliseconds.
    pub(crate) skew_ms: u64,
    /// Whether blocks are made of transactions and executed by the node's own ledger.
    pub(crate) ledgered: bool,
    /// Whether signatures are real.
    pub(crate) real_signatures: bool,
    /// What was planted.
    pub(crate) plant: Option<Plant>,
    /// Whether what happens is written down.
    pub(crate) story: bool,
}

impl Options {
    /// What this seed comes to.
    pub(crate) fn of_seed(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x5111_0c5e_ed00_0000);
        let count = [4, 4, 4, 5, 6, 7][random.index(6)];
        let most = (count - 1) / 3;
        let mut byzantine = random.below(most as u64 + 1) as usize;
        let damage = byzantine < most && random.chance(300);
        let mut members: Vec<Option<Habits>> = vec![None; count];
        while byzantine > 0 {
            let at = random.index(count);
            if members[at].is_none() {
                members[at] = Some(Habits::draw(&mut random));
                byzantine -= 1;
            }
        }
        let powers = powers(&mut members, &mut random);
        // Now and then the network is slower than the first rounds allow for, loses every fifth, and for long.
        let slow = u64::from(random.chance(100));
        let mut maybe = |per_mille, first, last| match random.chance(per_mille) {
            true => random.between(first, last),
            false => 0,
        };
        Options {
            seed,
            members,
            powers,
            faults_ms: 3_000 + maybe(500, 0, 3_000) + slow * 10_000,
            end: End::All,
            liveness_ms: 10_000,
            delay_us: 500 + maybe(900, 0, 20_000) + slow * 300_000,
            loss: maybe(600, 1, 150) + slow * 200,
            disorder: maybe(600, 1, 100),
            crash_ms: maybe(600, 500, 4_000),
            crash_between: maybe(500, 1, 400),
            partition_ms: maybe(600, 300, 2_000),
            damage,
            skew_ms: maybe(500, 0, 300),
            ledgered: false,
            real_signatures: false,
            plant: None,
            story: false,
        }
    }

    /// The same run with this end. Whoever has lost its log does not vote for a height, so that a bare quorum must
    /// not need one; and what never heals goes on for three times as long.
    pub(crate) fn ending(self, end: End) -> Self {
        let faults_ms = if end == End::Never { 3 * self.faults_ms } else { self.faults_ms };
        Options { end, faults_ms, damage: self.damage && end != End::Quorum, ..self }
    }

    /// The number of members.
    pub(crate) fn count(&self) -> usize {
        self.members.len()
    }

    /// Whether a member is honest.
    pub(crate) fn is_honest(&self, node: usize) -> bool {
        self.members[node].is_none()
    }
}

/// Powers of members, and sometimes one more that has none yet.
fn powers(members: &mut Vec<Option<Habits>>, random: &mut Random) -> Vec<u64> {
    let mut powers: Vec<u64> = members.iter().map(|_| 1).collect();
    if random.chance(400) {
        let drawn = members.iter().map(|member| if member.is_some() { 1 } else { random.between(1, 3) });
        powers = drawn.collect();
    }
    // The Byzantine ones, and the heaviest of the others, whose log may be damaged, are less than a third.
    let byzantine = members.iter().flatten().count() as u64;
    let heaviest = powers.iter().max().copied().unwrap_or(1);
    if (byzantine + heaviest) * 3 >= powers.iter().sum() {
        powers.fill(1);
    }
    if random.chance(300) {
        members.push(None);
        powers.push(0);
    }
    powers
}
