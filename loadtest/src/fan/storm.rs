//! What becomes of a critical message while much else goes on.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use super::{
    arguments::Arguments,
    arrival::arrive,
    crowd::Crowd,
    error::FanError,
    frame::{Kind, masked},
    measure::as_float,
    peer::Peer,
    processor::Processors,
    show,
    slow::SlowReaders,
    stage::Stage,
};
use crate::{figure::ms, rush::progress::say};

/// How long each lasts.
const TIME: Duration = Duration::from_secs(10);
/// How often there is a critical message in a storm of other messages.
const BEAT: Duration = Duration::from_secs(1);
/// How often there is one while everybody comes at once.
const QUICK_BEAT: Duration = Duration::from_millis(100);
/// How long it is watched before.
const CALM: Duration = Duration::from_secs(5);
const STOCK_CHANGES_PER_S: f64 = 1_000.0;
const BEST_EFFORT_PER_S: f64 = 50.0;
const BUYERS: u32 = 200;
const STEP: Duration = Duration::from_millis(1);

/// A storm, and how long critical messages took without and with it.
#[derive(Clone, Debug)]
pub(super) struct Storm {
    pub(super) title: String,
    pub(super) calm: Delays,
    pub(super) during: Delays,
    pub(super) note: String,
}

/// From the publisher's sending to a subscriber's reading, over all subscribers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Delays {
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
}

/// How one is measured.
type Run = fn(&Arguments, Processors) -> Result<Storm, FanError>;

/// All storms, one after the other, the server on one processor and everybody else on another. One that can't be measured
/// says so in its place: what was measured before is worth keeping.
pub(super) fn run(arguments: &Arguments, given: Processors) -> Result<Vec<Storm>, FanError> {
    let all: [(&str, Run); 4] = [
        ("changing stock", stock),
        ("latest values and best-effort messages", chat),
        ("slow readers", slow_readers),
        ("everybody at once", everybody_at_once),
    ];
    let mut storms = Vec::with_capacity(all.len());
    for (name, run) in all {
        let storm = match run(arguments, given) {
            Err(FanError::Interrupted) => return Err(FanError::Interrupted),
            Err(error) => Storm {
                title: name.to_owned(),
                calm: Delays::default(),
                during: Delays::default(),
                note: format!("could not be measured: {error}"),
            },
            Ok(storm) => storm,
        };
        let Storm { title, calm, during, note } = &storm;
        say(&format!("{title}: p99 {:.1} ms, {:.1} ms without; {note}", during.p99_ms, calm.p99_ms));
        storms.push(storm);
    }
    Ok(storms)
}

fn open(peer: Peer, arguments: &Arguments, given: Processors, viewers: u32) -> Result<(Stage, Crowd), FanError> {
    let stage = Stage::start(peer, arguments, given.first())?;
    given.second().bind()?;
    let mut crowd = stage.crowd(viewers)?;
    stage.fill(&mut crowd, viewers)?;
    crowd.idle(BEAT)?;
    Ok((stage, crowd))
}

/// Publishes a critical message every so often, for so long, and does something else besides.
fn beats(
    crowd: &mut Crowd,
    every: Duration,
    mut besides: impl FnMut(Duration) -> Result<bool, FanError>,
) -> Result<Delays, FanError> {
    crowd.note_delays()?;
    let (start, mut next) = (Instant::now(), Duration::ZERO);
    while besides(start.elapsed())? {
        if start.elapsed() >= next {
            crowd.publish()?;
            next += every;
        }
        crowd.pump(STEP)?;
    }
    crowd.drain()?;
    Ok(crowd.take_delays().map_or(Delays::default(), |delays| {
        let at = |quantile| ms(Duration::from_micros(delays.value_at_quantile(quantile)));
        Delays { p50_ms: at(0.5), p99_ms: at(0.99) }
    }))
}

/// Buyers click a thousand times a second; each click changes the stock that everybody sees.
fn stock(arguments: &Arguments, given: Processors) -> Result<Storm, FanError> {
    let viewers = arguments.connections;
    let (stage, mut crowd) = open(Peer::Json, arguments, given, viewers)?;
    let mut buyers =
        (0..BUYERS).map(|number| stage.buyer(&format!("buyer-{number}"))).collect::<Result<Vec<_>, _>>()?;
    crowd.idle(BEAT)?;
    let calm = beats(&mut crowd, BEAT, |elapsed| Ok(elapsed < CALM))?;
    let (latest, mut clicks) = (crowd.latest(), 0);
    let during = beats(&mut crowd, BEAT, |elapsed| {
        while f64::from(clicks) < elapsed.as_secs_f64() * STOCK_CHANGES_PER_S {
            let buyer = &mut buyers[(clicks % BUYERS) as usize];
            buyer.write_all(&show::click(clicks / BUYERS))?;
            discard(buyer)?;
            clicks += 1;
        }
        Ok(elapsed < TIME)
    })?;
    let received = as_float(crowd.latest() - latest) / f64::from(viewers) / TIME.as_secs_f64();
    let clicks = f64::from(clicks) / TIME.as_secs_f64();
    Ok(Storm {
        title: format!("{viewers} viewers of a Dropcast server (JSON), clicks that change the stock"),
        calm,
        during,
        note: format!("{clicks:.0} clicks/s; each viewer received {received:.1} latest values/s"),
    })
}

/// The same rate of changes and fifty best-effort messages a second at the hub alone.
fn chat(arguments: &Arguments, given: Processors) -> Result<Storm, FanError> {
    let viewers = arguments.connections;
    let (stage, mut crowd) = open(Peer::Hub, arguments, given, viewers)?;
    let mut publisher = stage.publisher()?;
    let calm = beats(&mut crowd, BEAT, |elapsed| Ok(elapsed < CALM))?;
    let (latest, best_effort) = (crowd.latest(), crowd.best_effort());
    let (mut changes, mut chats) = (0, 0);
    let during = beats(&mut crowd, BEAT, |elapsed| {
        let seconds = elapsed.as_secs_f64();
        while f64::from(changes) < seconds * STOCK_CHANGES_PER_S {
            publisher.write_all(&masked(Kind::Text, format!("latest {changes:0100}").as_bytes()))?;
            changes += 1;
        }
        while f64::from(chats) < seconds * BEST_EFFORT_PER_S {
            publisher.write_all(&masked(Kind::Text, format!("best-effort {chats:0100}").as_bytes()))?;
            chats += 1;
        }
        Ok(elapsed < TIME)
    })?;
    let each = |received: u64| as_float(received) / f64::from(viewers) / TIME.as_secs_f64();
    Ok(Storm {
        title: format!(
            "{viewers} subscribers of the hub alone, 1,000 latest-value changes and 50 best-effort messages/s"
        ),
        calm,
        during,
        note: format!(
            "each received {:.1} latest values/s and {:.1} best-effort messages/s",
            each(crowd.latest() - latest),
            each(crowd.best_effort() - best_effort)
        ),
    })
}

/// A thousand who read nothing, and a thousand who read a byte a second, among the others.
fn slow_readers(arguments: &Arguments, given: Processors) -> Result<Storm, FanError> {
    const EACH: u32 = 1_000;
    let viewers = arguments.connections.min(15_000);
    let (stage, mut crowd) = open(Peer::Json, arguments, given, viewers)?;
    let calm = beats(&mut crowd, QUICK_BEAT, |elapsed| Ok(elapsed < TIME))?;
    let before = stage.usage.memory()?;
    let mut slow = SlowReaders::enter(&stage, EACH, EACH)?;
    crowd.idle(BEAT)?;
    let during = beats(&mut crowd, QUICK_BEAT, |elapsed| {
        slow.sip();
        Ok(elapsed < TIME)
    })?;
    let bytes = as_float(stage.usage.memory()?.saturating_sub(before)) / f64::from(2 * EACH);
    Ok(Storm {
        title: format!("{viewers} viewers, 1,000 more that read nothing and 1,000 that read a byte a second"),
        calm,
        during,
        note: format!("a critical message every 100 ms; {bytes:.0} bytes of memory for each slow reader"),
    })
}

/// Most viewers come at once, while the others watch.
fn everybody_at_once(arguments: &Arguments, given: Processors) -> Result<Storm, FanError> {
    let there = (arguments.connections / 5).max(1);
    let coming = arguments.connections - there;
    let (stage, mut crowd) = open(Peer::Json, arguments, given, there)?;
    let calm = beats(&mut crowd, QUICK_BEAT, |elapsed| Ok(elapsed < CALM))?;
    let (door, dialect) = (stage.subscribers_door(), stage.dialect());
    let greetings = stage.greetings("returner", coming)?;
    let (during, took) = thread::scope(|scope| {
        let arrival = scope.spawn(|| arrive(&door, dialect, &greetings));
        let during = beats(&mut crowd, QUICK_BEAT, |_| Ok(!arrival.is_finished()))?;
        let took = arrival.join().map_err(|_| FanError::Interrupted)??;
        Ok::<_, FanError>((during, took))
    })?;
    Ok(Storm {
        title: format!("{there} viewers, {coming} more come at once"),
        calm,
        during,
        note: format!("a critical message every 100 ms; all have their snapshot after {:.1} s", took.as_secs_f64()),
    })
}

/// Reads what there is, so that there is always room for more.
fn discard(stream: &mut TcpStream) -> Result<(), FanError> {
    let mut scratch = [0; 16 * 1_024];
    loop {
        match stream.read(&mut scratch) {
            Ok(0) => return Err(FanError::BuyerLost { why: "it is over".to_owned() }),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(FanError::BuyerLost { why: error.to_string() }),
        }
    }
}
