//! What is killed while the clicks arrive, and when.

use std::{str::FromStr, time::Duration};

use super::arguments::Journal;

/// Where nodes share a journal, one is killed every so often: long enough for another to take the show over and sell.
const NODE_EVERY: Duration = Duration::from_secs(3);

/// What is asked to be killed with -9 and started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kill {
    /// Nothing.
    Nothing,
    /// A node: half-way through the clicks where there is one, or every few seconds in turn where there are many.
    Node,
    /// A node so many times, evenly spread over the clicks.
    NodeTimes(u32),
    /// Redis, half-way through the clicks.
    Redis,
}

/// What is killed at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Victim {
    /// A node.
    Node,
    /// Redis.
    Redis,
}

impl FromStr for Kill {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "0" => Ok(Self::Nothing),
            "1" | "node" => Ok(Self::Node),
            "redis" => Ok(Self::Redis),
            _ => text.parse().map(Self::NodeTimes).map_err(|_| "is neither a number nor node nor redis"),
        }
    }
}

impl Kill {
    /// Who is killed how long after the first of the clicks, which take `window` to arrive; in the order of time.
    pub(super) fn plan(self, journal: Journal, window: Duration) -> Vec<(Duration, Victim)> {
        match (self, journal) {
            (Self::Nothing, _) => Vec::new(),
            (Self::Node, Journal::Embedded) => vec![(window / 2, Victim::Node)],
            (Self::Node, Journal::Redis) => every_few_seconds(window),
            (Self::NodeTimes(times), _) => {
                let every = window / times.saturating_add(1);
                (1..=times).map(|nth| (every * nth, Victim::Node)).collect()
            }
            (Self::Redis, _) => vec![(window / 2, Victim::Redis)],
        }
    }
}

/// Whose turn it is to die, among nodes that are numbered from 0.
#[derive(Debug, Default)]
pub(super) struct Turns {
    next: Option<usize>,
}

impl Turns {
    /// The first is the one that writes the show, where that is known; after it come the others in turn.
    pub(super) fn take(&mut self, writer: Option<usize>, nodes: usize) -> usize {
        let victim = self.next.or(writer).unwrap_or(0);
        self.next = Some((victim + 1) % nodes);
        victim
    }
}

/// The first early, so that the show is taken over while most clicks are still to come.
fn every_few_seconds(window: Duration) -> Vec<(Duration, Victim)> {
    let first = NODE_EVERY.min(window / 4);
    let moments = std::iter::successors(Some(first), |moment| Some(*moment + NODE_EVERY));
    moments.take_while(|moment| *moment < window).map(|moment| (moment, Victim::Node)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(kill: &str, journal: Journal, window_ms: u64) -> Vec<(u128, Victim)> {
        let kill: Kill = kill.parse().unwrap();
        let plan = kill.plan(journal, Duration::from_millis(window_ms));
        plan.into_iter().map(|(after, victim)| (after.as_millis(), victim)).collect()
    }

    #[test]
    fn one_node_is_killed_half_way_and_several_times_evenly() {
        assert_eq!(plan("0", Journal::Embedded, 5_000), []);
        for once in ["1", "node"] {
            assert_eq!(plan(once, Journal::Embedded, 5_000), [(2_500, Victim::Node)]);
        }
        let evenly = [(1_250, Victim::Node), (2_500, Victim::Node), (3_750, Victim::Node)];
        assert_eq!(plan("3", Journal::Embedded, 5_000), evenly);
        assert_eq!(plan("3", Journal::Redis, 5_000), evenly);
    }

    #[test]
    fn nodes_on_redis_are_killed_every_few_seconds() {
        assert_eq!(plan("0", Journal::Redis, 5_000), []);
        for every_few_seconds in ["1", "node"] {
            let moments = [(1_250, Victim::Node), (4_250, Victim::Node)];
            assert_eq!(plan(every_few_seconds, Journal::Redis, 5_000), moments);
        }
        assert_eq!(plan("1", Journal::Redis, 200), [(50, Victim::Node)]);
        assert_eq!(plan("1", Journal::Redis, 60_000).len(), 19);
    }

    #[test]
    fn the_writer_dies_first_and_then_the_others_in_turn() {
        let mut turns = Turns::default();
        let victims = [Some(1), Some(0), None, Some(1)].map(|writer| turns.take(writer, 3));
        assert_eq!(victims, [1, 2, 0, 1]);
        assert_eq!(Turns::default().take(None, 1), 0);
    }

    #[test]
    fn redis_is_killed_once_half_way() {
        assert_eq!(plan("redis", Journal::Redis, 5_000), [(2_500, Victim::Redis)]);
    }

    #[test]
    fn what_is_neither_a_number_nor_a_victim_is_refused() {
        for text in ["", "-1", "1.5", "everything", "4294967296"] {
            assert!(text.parse::<Kill>().is_err(), "{text:?}");
        }
    }
}
