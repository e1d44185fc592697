//! All measurements, one after the other.

use std::time::Duration;

use super::{
    arguments::Arguments,
    crowd::Crowd,
    error::FanError,
    figures::{Measured, Rounds, median},
    measure::{as_float, last, stretch},
    peer::Peer,
    processor::Processors,
    report::Report,
    stage::Stage,
    storm,
};
use crate::{machine, rush::progress::say};

/// How many connections there are, step by step, to see how the cost grows.
const STEPS: [u32; 4] = [1_000, 5_000, 10_000, 19_000];
/// Who is measured so.
const GROWING: [Peer; 5] = [Peer::Send, Peer::Uws, Peer::Axum, Peer::Hub, Peer::Json];
/// Who is also measured with all processors for everything.
const TOGETHER: [Peer; 2] = [Peer::Send, Peer::Hub];
/// How long after the last one came in memory is looked at.
const BREATH: Duration = Duration::from_millis(500);

/// A server at one number of connections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) peer: Peer,
    pub(super) connections: u32,
    pub(super) processor_us: f64,
    /// From one message to the next, each published when everybody has the one before.
    pub(super) message_ms: f64,
    pub(super) bytes: f64,
}

/// Runs everything that is asked for.
pub(super) fn run(arguments: &Arguments) -> Result<Report, FanError> {
    let (machine, given) = (machine::describe(), Processors::given()?);
    let mut rounds = Rounds::default();
    for round in 1..=arguments.rounds {
        for peer in &arguments.peers {
            let measured = apart(*peer, arguments, given)?;
            say(&format!("round {round}, {}: {}", peer.title(), short(&measured)));
            rounds.apart.push((*peer, measured));
        }
        for peer in TOGETHER.iter().filter(|peer| arguments.peers.contains(peer)) {
            let last = together(*peer, arguments, given)?;
            say(&format!("round {round}, {}, on all processors: the last after {last:.1?}", peer.title()));
            rounds.together.push((*peer, last));
        }
    }
    for peer in &arguments.once {
        let measured = apart(*peer, arguments, given)?;
        say(&format!("once, {}: {}", peer.title(), short(&measured)));
        rounds.apart.push((*peer, measured));
    }
    let steps = if arguments.brief { Vec::new() } else { grow(arguments, given)? };
    let storms = if arguments.brief { Vec::new() } else { storm::run(arguments, given)? };
    Ok(Report { rounds, steps, storms, machine, arguments: arguments.clone() })
}

fn short(measured: &Measured) -> String {
    let Measured { one, eight, sixty_four, last, bytes, .. } = measured;
    format!(
        "{:.2} µs with one outstanding, {:.2} with eight, {:.0}/s with sixty-four; the last after {last:.1?}; {bytes:.0} bytes",
        one.processor_us, eight.processor_us, sixty_four.per_s
    )
}

/// A server with everybody there, and the memory that each took.
fn open(
    peer: Peer,
    arguments: &Arguments,
    given: Processors,
    connections: u32,
) -> Result<(Stage, Crowd, u64), FanError> {
    let stage = Stage::start(peer, arguments, given.first())?;
    given.second().bind()?;
    let mut crowd = stage.crowd(connections)?;
    let before = stage.usage.memory()?;
    stage.fill(&mut crowd, connections)?;
    crowd.idle(BREATH)?;
    Ok((stage, crowd, before))
}

fn apart(peer: Peer, arguments: &Arguments, given: Processors) -> Result<Measured, FanError> {
    let connections = arguments.connections;
    let (stage, mut crowd, before) = open(peer, arguments, given, connections)?;
    let bytes = || Ok::<_, FanError>(as_float(stage.usage.memory()?.saturating_sub(before)) / f64::from(connections));
    let (first_bytes, time) = (bytes()?, Duration::from_millis(arguments.stretch_ms));
    Ok(Measured {
        bytes: first_bytes,
        one: stretch(&mut crowd, stage.usage, 1, time)?,
        eight: stretch(&mut crowd, stage.usage, 8, time)?,
        sixty_four: stretch(&mut crowd, stage.usage, 64, time)?,
        last: middle(&last(&mut crowd, arguments.beats as usize)?),
        bytes_later: bytes()?,
    })
}

fn together(peer: Peer, arguments: &Arguments, given: Processors) -> Result<Duration, FanError> {
    let stage = Stage::start(peer, arguments, given)?;
    let mut crowd = stage.crowd(arguments.connections)?;
    stage.fill(&mut crowd, arguments.connections)?;
    crowd.idle(BREATH)?;
    Ok(middle(&last(&mut crowd, arguments.beats as usize)?))
}

fn grow(arguments: &Arguments, given: Processors) -> Result<Vec<Step>, FanError> {
    let mut steps = Vec::new();
    let time = Duration::from_millis(arguments.stretch_ms / 2);
    for peer in GROWING.into_iter().filter(|peer| arguments.peers.contains(peer)) {
        for connections in STEPS {
            let (stage, mut crowd, before) = open(peer, arguments, given, connections)?;
            let grown = as_float(stage.usage.memory()?.saturating_sub(before));
            let one = stretch(&mut crowd, stage.usage, 1, time)?;
            let step = Step {
                peer,
                connections,
                processor_us: one.processor_us,
                message_ms: f64::from(connections) / one.per_s * 1_000.0,
                bytes: grown / f64::from(connections),
            };
            say(&format!("{connections} connections, {}: {:.2} µs", peer.title(), one.processor_us));
            steps.push(step);
        }
    }
    Ok(steps)
}

fn middle(waits: &[Duration]) -> Duration {
    Duration::from_secs_f64(median(waits.iter().map(Duration::as_secs_f64).collect()).unwrap_or_default())
}
