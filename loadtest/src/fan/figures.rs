//! What was measured, and its medians and ratios.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{measure::Stretch, peer::Peer};
use crate::figure::{ms, rounded};

/// What a server came to in one round, with the server on one processor and the subscribers on another.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measured {
    pub(super) one: Stretch,
    pub(super) eight: Stretch,
    pub(super) sixty_four: Stretch,
    /// How long the last subscriber waited for a message, a message a second.
    pub(super) last: Duration,
    /// Memory of the server's process for each connection that has received nothing yet.
    pub(super) bytes: f64,
    /// The same after all those messages.
    pub(super) bytes_later: f64,
}

/// The figures of all rounds.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    pub(super) apart: Vec<(Peer, Measured)>,
    /// How long the last waited where server and subscribers had all processors.
    pub(super) together: Vec<(Peer, Duration)>,
}

/// One server's medians, each figure by itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Medians {
    pub(super) one_us: f64,
    pub(super) eight_us: f64,
    pub(super) sixtyfour_us: f64,
    pub(super) sixtyfour_per_s: f64,
    pub(super) last_ms: f64,
    pub(super) bytes: f64,
    pub(super) bytes_later: f64,
}

impl Rounds {
    /// What a server came to, when it was measured.
    pub(super) fn medians(&self, peer: Peer) -> Option<Medians> {
        let all: Vec<_> = self.apart.iter().filter(|(of, _)| *of == peer).map(|(_, measured)| measured).collect();
        let of = |figure: fn(&Measured) -> f64| median(all.iter().map(|measured| figure(measured)).collect());
        Some(Medians {
            one_us: of(|measured| measured.one.processor_us)?,
            eight_us: of(|measured| measured.eight.processor_us)?,
            sixtyfour_us: of(|measured| measured.sixty_four.processor_us)?,
            sixtyfour_per_s: of(|measured| measured.sixty_four.per_s)?,
            last_ms: of(|measured| ms(measured.last))?,
            bytes: of(|measured| measured.bytes)?,
            bytes_later: of(|measured| measured.bytes_later)?,
        })
    }

    /// How long the last waited, in milliseconds, where all processors were there for everything.
    pub(super) fn together_ms(&self, peer: Peer) -> Option<f64> {
        median(self.together.iter().filter(|(of, _)| *of == peer).map(|(_, last)| ms(*last)).collect())
    }

    /// The better of the two that are made of uWebSockets, figure by figure.
    fn uws(&self, figure: fn(&Medians) -> f64) -> Option<f64> {
        [Peer::Uws, Peer::Bun]
            .iter()
            .filter_map(|peer| self.medians(*peer))
            .map(|medians| figure(&medians))
            .reduce(f64::min)
    }

    /// The ratios, ours to theirs; absent where one of the two was not measured.
    pub(super) fn ratios(&self) -> Ratios {
        let (hub, send, coalesced) = (self.medians(Peer::Hub), self.medians(Peer::Send), self.medians(Peer::Coalesced));
        let real = [Peer::Json, Peer::Protobuf].map(|peer| self.medians(peer));
        Ratios {
            one_vs_uws: ratio(hub.map(|hub| hub.one_us), self.uws(|uws| uws.one_us)),
            one_vs_send: ratio(hub.map(|hub| hub.one_us), send.map(|send| send.one_us)),
            eight_vs_uws: ratio(hub.map(|hub| hub.eight_us), self.uws(|uws| uws.eight_us)),
            eight_vs_coalesced: ratio(hub.map(|hub| hub.eight_us), coalesced.map(|loop_| loop_.eight_us)),
            sixtyfour_vs_coalesced: ratio(
                hub.map(|hub| hub.sixtyfour_per_s),
                coalesced.map(|loop_| loop_.sixtyfour_per_s),
            ),
            last_vs_send: ratio(hub.map(|hub| hub.last_ms), send.map(|send| send.last_ms)),
            last_both_vs_send: ratio(self.together_ms(Peer::Hub), send.map(|send| send.last_ms)),
            bytes_per_connection: real.into_iter().flatten().map(|real| real.bytes).reduce(f64::max).map(f64::round),
            bytes_per_connection_hub: hub.map(|hub| hub.bytes.round()),
        }
    }

    /// Everything as one JSON object: the ratios, and the medians under each server's name.
    pub(super) fn line(&self, peers: &[Peer]) -> Value {
        let medians: Map<_, _> = peers
            .iter()
            .filter_map(|peer| {
                let mut of = json!(self.medians(*peer)?);
                for figure in of.as_object_mut().into_iter().flat_map(|of| of.values_mut()) {
                    *figure = json!(rounded(figure.as_f64().unwrap_or_default()));
                }
                if let (Some(of), Some(ms)) = (of.as_object_mut(), self.together_ms(*peer)) {
                    of.insert("last_both_ms".to_owned(), json!(rounded(ms)));
                }
                Some((peer.name(), of))
            })
            .collect();
        let mut line = json!(self.ratios());
        line["medians"] = Value::Object(medians);
        line
    }
}

/// Ours to theirs: medians of figures of the same run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Ratios {
    pub(super) one_vs_uws: Option<f64>,
    pub(super) one_vs_send: Option<f64>,
    pub(super) eight_vs_uws: Option<f64>,
    pub(super) eight_vs_coalesced: Option<f64>,
    pub(super) sixtyfour_vs_coalesced: Option<f64>,
    pub(super) last_vs_send: Option<f64>,
    pub(super) last_both_vs_send: Option<f64>,
    pub(super) bytes_per_connection: Option<f64>,
    pub(super) bytes_per_connection_hub: Option<f64>,
}

fn ratio(ours: Option<f64>, theirs: Option<f64>) -> Option<f64> {
    Some(rounded(ours? / theirs?))
}

/// The one in the middle, the higher one of two.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(us: f64, per_s: f64, last_ms: u64, bytes: f64) -> Measured {
        let stretch = Stretch { processor_us: us, per_s };
        let last = Duration::from_millis(last_ms);
        Measured { one: stretch, eight: stretch, sixty_four: stretch, last, bytes, bytes_later: bytes }
    }

    #[test]
    fn ratios_are_of_medians_and_uws_is_the_better_of_two() {
        let mut rounds = Rounds::default();
        for (us, per_s) in [(9.0, 10.0), (1.0, 90.0), (6.0, 30.0)] {
            rounds.apart.push((Peer::Hub, measured(us, per_s, 60, 400.0)));
        }
        rounds.apart.push((Peer::Send, measured(5.0, 1.0, 50, 40.0)));
        rounds.apart.push((Peer::Coalesced, measured(4.0, 40.0, 50, 40.0)));
        rounds.apart.push((Peer::Uws, measured(8.0, 1.0, 1, 670.0)));
        rounds.apart.push((Peer::Bun, measured(7.5, 1.0, 1, 1_000.0)));
        rounds.apart.push((Peer::Json, measured(9.0, 1.0, 1, 900.4)));
        rounds.apart.push((Peer::Protobuf, measured(9.0, 1.0, 1, 800.0)));
        rounds.together.push((Peer::Hub, Duration::from_millis(40)));
        let expected = Ratios {
            one_vs_uws: Some(0.8),
            one_vs_send: Some(1.2),
            eight_vs_uws: Some(0.8),
            eight_vs_coalesced: Some(1.5),
            sixtyfour_vs_coalesced: Some(0.75),
            last_vs_send: Some(1.2),
            last_both_vs_send: Some(0.8),
            bytes_per_connection: Some(900.0),
            bytes_per_connection_hub: Some(400.0),
        };
        assert_eq!(rounds.ratios(), expected);
        let line = rounds.line(&[Peer::Hub, Peer::Axum]);
        assert_eq!((&line["medians"]["hub"]["one_us"], &line["medians"]["axum"]), (&json!(6.0), &Value::Null));
    }

    #[test]
    fn without_a_figure_there_is_no_ratio() {
        assert_eq!(Rounds::default().ratios().one_vs_send, None);
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0]), Some(3.0));
    }
}
