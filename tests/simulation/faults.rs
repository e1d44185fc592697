//! What goes wrong, and when: drawn from the seed before the world begins.

use crate::{
    link::{Reach, Weather},
    random::Random,
};

/// How many writes a failover can lose.
pub(crate) const WRITES_LOST_MAX: usize = 12;
/// The most faults of one world.
const FAULTS_MAX: u64 = 7;
/// Instead of a node: the one that claimed the show last.
pub(crate) const WRITER: usize = usize::MAX;
const HOUR_MS: i64 = 3_600_000;

/// Something that goes wrong at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// A node is gone, and comes back: as itself or, `renamed`, as another one.
    Crash { node: usize, down_ms: u64, renamed: bool },
    /// An operator restarts a node.
    Restart { node: usize, down_ms: u64 },
    /// A node gets no processor.
    Pause { node: usize, for_ms: u64 },
    /// A node doesn't reach the journal.
    Partition { node: usize, for_ms: u64, reach: Reach },
    /// A node's connection breaks.
    Cut { node: usize },
    /// The journal loses its last writes; `with_writer`: the writer's node is lost at the same time.
    FailOver { writes: usize, with_writer: bool },
    /// Somebody who runs no show claims it, whatever the lease says.
    Usurp,
    /// A node's clock is wrong by so much.
    ClockJump { node: usize, by_ms: i64, for_ms: u64 },
    /// Everything that a snapshot stands for is trimmed.
    Trim,
    /// Somebody tries to trim what no snapshot stands for.
    TrimTooMuch,
}

/// The names of the kinds, as the summary has them.
pub(crate) const KINDS: [&str; 10] = [
    "crashes",
    "restarts",
    "pauses",
    "partitions",
    "cuts",
    "failovers",
    "usurpations",
    "clock_jumps",
    "trims",
    "trims_too_far",
];

impl Fault {
    /// Whether what a node has in memory is lost.
    pub(crate) fn takes_a_node_down(&self) -> bool {
        matches!(self, Self::Crash { .. } | Self::Restart { .. } | Self::FailOver { with_writer: true, .. })
    }

    /// Which of [`KINDS`] it is.
    pub(crate) fn kind(&self) -> usize {
        match self {
            Self::Crash { .. } => 0,
            Self::Restart { .. } => 1,
            Self::Pause { .. } => 2,
            Self::Partition { .. } => 3,
            Self::Cut { .. } => 4,
            Self::FailOver { .. } => 5,
            Self::Usurp => 6,
            Self::ClockJump { .. } => 7,
            Self::Trim => 8,
            Self::TrimTooMuch => 9,
        }
    }
}

/// The faults of a world, each with its moment in milliseconds from the beginning.
pub(crate) fn draw(random: &mut Random, nodes: usize, length_ms: u64) -> Vec<(u64, Fault)> {
    let count = random.below(FAULTS_MAX + 1);
    let mut faults: Vec<_> = (0..count).map(|_| (random.between(500, length_ms), draw_one(random, nodes))).collect();
    faults.sort_by_key(|(at_ms, _)| *at_ms);
    faults
}

fn draw_one(random: &mut Random, nodes: usize) -> Fault {
    let node = if random.percent(40) { WRITER } else { random.place(nodes) };
    match random.below(18) {
        0 | 1 => Fault::Crash { node, down_ms: random.between(1, 4_000), renamed: random.percent(50) },
        2 => Fault::Restart { node, down_ms: random.between(1, 2_000) },
        3 | 4 => {
            let reach = if random.percent(70) { Reach::Silent } else { Reach::Refused };
            Fault::Partition { node, for_ms: random.between(50, 5_000), reach }
        }
        5 | 6 => Fault::Cut { node },
        7 => {
            let small = i64::try_from(random.below(4_000)).unwrap() - 2_000;
            let by_ms = [HOUR_MS, -HOUR_MS, small][random.place(3)];
            Fault::ClockJump { node, by_ms, for_ms: random.between(200, 6_000) }
        }
        8 => Fault::Trim,
        9 => Fault::TrimTooMuch,
        10..=13 => Fault::Pause { node, for_ms: random.between(500, 8_000) },
        14..=16 => Fault::FailOver { writes: random.count(1, WRITES_LOST_MAX), with_writer: random.percent(50) },
        _ => Fault::Usurp,
    }
}

/// How the network behaves in a world: well in one of four.
pub(crate) fn weather(random: &mut Random) -> Weather {
    let delay_ms_max = random.between(1, 12);
    if random.percent(25) {
        return Weather { delay_ms_max, ..Weather::default() };
    }
    Weather {
        delay_ms_max,
        lost_per_mille: random.below(30),
        slow_per_mille: random.below(80),
        late_per_mille: random.below(12),
        twice_per_mille: random.below(100),
    }
}
