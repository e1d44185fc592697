//! What can be asked of a rush.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum, value_parser};
use serde::Serialize;

use super::{choices::Choices, kills::Kill, show::Rules};

/// A server's own default.
const PER_TOKEN_PER_SECOND_MIN: u32 = 10;
/// How long a draw takes entries at least, where it isn't said.
const ENTRY_MS_MIN: u64 = 3_000;
/// How long it takes entries after the last click, where it isn't said.
const ENTRY_MARGIN_MS: u64 = 1_000;
/// The part of holds and offers that is bought where others wait, where it isn't said.
const CONFIRM_WITH_LINES: f64 = 0.5;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(super) target: Target,
    /// The secret that the servers at --url check tokens with.
    #[arg(long, env = "DROPCAST_TOKEN_SECRET", hide_env_values = true, value_name = "SECRET")]
    pub(super) token_secret: Option<String>,
    /// How many WebSockets watch.
    #[arg(long, default_value_t = 2_000, value_parser = value_parser!(u32).range(1..))]
    pub(super) viewers: u32,
    /// How many of the viewers click.
    #[arg(long, default_value_t = 1_000, value_parser = value_parser!(u32).range(1..))]
    pub(super) buyers: u32,
    /// How many clicks they make together, each for one unit.
    #[arg(long, default_value_t = 50_000, value_parser = value_parser!(u32).range(1..))]
    pub(super) clicks: u32,
    /// How fast the clicks arrive, whether or not earlier ones were answered.
    #[arg(long, default_value_t = 10_000, value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub(super) clicks_per_second: u32,
    /// How many units there are.
    #[arg(long, default_value_t = 500, value_parser = value_parser!(u32).range(1..))]
    pub(super) stock: u32,
    /// How many units one viewer may have.
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u32).range(1..=100))]
    pub(super) limit: u32,
    /// How long after the drop opened every click must be answered.
    #[arg(long, default_value_t = 60, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..=86_400))]
    pub(super) duration: u64,
    /// The part of the viewers whose connection is cut once while the clicks arrive; they connect again and resume.
    #[arg(long, default_value_t = 0.02, value_name = "FRACTION", value_parser = fraction)]
    pub(super) cut: f64,
    /// Who gets the units: who clicks first, or whom lots favour among all who click while the draw takes entries.
    #[arg(long, value_enum, default_value_t = Mode::FirstCome)]
    pub(super) mode: Mode,
    /// How long the draw takes entries. Where it isn't said, a second longer than the clicks take, and at least 3,000.
    #[arg(long, value_name = "MS", value_parser = value_parser!(u64).range(1..=3_600_000))]
    pub(super) entry_ms: Option<u64>,
    /// Whether who comes too late waits in line. Holds and offers are bought, given back, or run out after two seconds,
    /// and the rush goes on until nothing moves any more.
    #[arg(long)]
    pub(super) waitlist: bool,
    /// The part of the holds, and of what is offered, that is confirmed. Where it isn't said: none, but half in a draw or
    /// with --waitlist.
    #[arg(long, value_name = "FRACTION", value_parser = fraction)]
    pub(super) confirm: Option<f64>,
    /// The part that is given back with --waitlist; what is left of it runs out.
    #[arg(long, default_value_t = 0.25, value_name = "FRACTION", value_parser = fraction)]
    pub(super) release: f64,
    /// How many bots hammer beside the viewers, from before the drop opens: several connections each, the same keys
    /// over and over, no waiting, reservations of others, messages that can't be read. Nodes of --server then let one
    /// viewer send twice as many commands a second as a buyer does on average, and at least 10.
    #[arg(long, default_value_t = 0, value_parser = value_parser!(u32).range(..=10_000))]
    pub(super) bots: u32,
    /// How fast the crowd connects.
    #[arg(long, default_value_t = 1_000, value_parser = value_parser!(u32).range(1..=100_000))]
    pub(super) connects_per_second: u32,
    /// What of --server is killed with -9 and started again while the clicks arrive: nothing (0); the node half-way, or
    /// on Redis one node every few seconds, first the one that writes the show (1 or node); a node so many times,
    /// evenly spread (any other number); or Redis half-way (redis).
    #[arg(long, default_value = "0", value_name = "TIMES|node|redis", requires = "server")]
    pub(super) kill: Kill,
    /// Where to write the same JSON object that ends standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
    /// Which journal the nodes have: one of their own, or a Redis that is started for --server; of --url, for the
    /// report.
    #[arg(long, value_enum, default_value_t = Journal::Embedded)]
    pub(super) journal: Journal,
    /// How many nodes of --server are started, more than one only on Redis; of --url, how many serve, for the report.
    /// Where it isn't said, one, or as many as there are addresses.
    #[arg(long, value_parser = value_parser!(u32).range(1..=64))]
    pub(super) nodes: Option<u32>,
    /// Who clicks when, and who is cut: the same seed, the same choices.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// How many threads carry the crowd.
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u16).range(1..=64))]
    pub(super) threads: u16,
}

/// Who gets the units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Mode {
    /// Who clicks first.
    FirstCome,
    /// Whom lots favour.
    Draw,
}

/// Where the servers keep what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Journal {
    /// In a file of their own.
    Embedded,
    /// In one Redis for all.
    Redis,
}

/// What is rushed: one or the other.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(super) struct Target {
    /// Servers to rush, such as `http://127.0.0.1:8080`; viewers are spread over them, and HTTP calls go to one
    /// that is up.
    #[arg(long, value_delimiter = ',', requires = "token_secret")]
    pub(super) url: Vec<String>,
    /// A server program to start on free ports with fresh data directories, to rush, and to stop again.
    #[arg(long, value_name = "BINARY")]
    pub(super) server: Option<PathBuf>,
}

impl Arguments {
    /// What is contradictory about them, in words.
    pub(super) fn contradiction(&self) -> Option<String> {
        if self.buyers > self.viewers {
            return Some(format!("{} buyers can't be among {} viewers", self.buyers, self.viewers));
        }
        if let Some(contradiction) = self.contradiction_of_servers() {
            return Some(contradiction);
        }
        let window = self.click_window();
        if let Some(entry_ms) = self.draw_entry_ms().filter(|entry_ms| window >= Duration::from_millis(*entry_ms)) {
            return Some(format!("the clicks take {window:?} to arrive, longer than --entry-ms {entry_ms}"));
        }
        let ends = window.max(Duration::from_millis(self.draw_entry_ms().unwrap_or_default()));
        let too_long = || format!("the clicks and the draw take {ends:?}, longer than --duration {}", self.duration);
        (ends >= self.duration()).then(too_long)
    }

    fn contradiction_of_servers(&self) -> Option<String> {
        let own_journals = self.target.server.is_some() && self.journal == Journal::Embedded;
        if own_journals && self.nodes() > 1 {
            return Some(format!("{} nodes can't share an embedded journal; take --journal redis", self.nodes()));
        }
        let no_redis = own_journals && self.kill == Kill::Redis;
        no_redis.then(|| "there is no Redis to kill without --journal redis".to_owned())
    }

    /// How long the draw takes entries, in a draw.
    pub(super) fn draw_entry_ms(&self) -> Option<u64> {
        let window_ms = u64::try_from(self.click_window().as_millis()).unwrap_or(u64::MAX);
        let entry_ms = || ENTRY_MS_MIN.max(window_ms.saturating_add(ENTRY_MARGIN_MS));
        (self.mode == Mode::Draw).then(|| self.entry_ms.unwrap_or_else(entry_ms))
    }

    /// How the drop sells.
    pub(super) fn rules(&self) -> Rules {
        Rules { draw_entry_ms: self.draw_entry_ms(), waitlist: self.waitlist }
    }

    /// Whether viewers wait for something.
    pub(super) fn has_lines(&self) -> bool {
        self.waitlist || self.mode == Mode::Draw
    }

    /// What is done with what is held and offered.
    pub(super) fn choices(&self) -> Choices {
        let usual = if self.has_lines() { CONFIRM_WITH_LINES } else { 0.0 };
        let release = if self.waitlist { self.release } else { 0.0 };
        Choices { confirm: self.confirm.unwrap_or(usual), release }
    }

    /// How many nodes serve.
    pub(super) fn nodes(&self) -> u32 {
        self.nodes.unwrap_or_else(|| u32::try_from(self.target.url.len().max(1)).unwrap_or(u32::MAX))
    }

    /// How many commands nodes of our own let one viewer send per second: it slows down bots and no people. 0 is no
    /// limit.
    pub(super) fn per_token_per_second(&self) -> u32 {
        if self.bots == 0 {
            0
        } else {
            (2 * self.clicks_per_second.div_ceil(self.buyers)).max(PER_TOKEN_PER_SECOND_MIN)
        }
    }

    /// How long the clicks take to arrive.
    pub(super) fn click_window(&self) -> Duration {
        Duration::from_secs_f64(f64::from(self.clicks) / f64::from(self.clicks_per_second))
    }

    /// How long after the drop opened the rush is over.
    pub(super) fn duration(&self) -> Duration {
        Duration::from_secs(self.duration)
    }
}

fn fraction(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "is not a number".to_owned())?;
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err("is not between 0 and 1".to_owned()) }
}
