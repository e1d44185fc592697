//! What can be asked of a rush.

use std::{path::PathBuf, time::Duration};

use clap::{Args, value_parser};

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
    /// The part of the holds that is confirmed.
    #[arg(long, default_value_t = 0.0, value_name = "FRACTION", value_parser = fraction)]
    pub(super) confirm: f64,
    /// How fast the crowd connects.
    #[arg(long, default_value_t = 1_000, value_parser = value_parser!(u32).range(1..=100_000))]
    pub(super) connects_per_second: u32,
    /// How often the server of --server is killed with -9 and started again, evenly spread over the clicks.
    #[arg(long, default_value_t = 0, value_name = "TIMES", requires = "server")]
    pub(super) kill: u32,
    /// Where to write the same JSON object that ends standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
    /// Which journal the servers use, for the report.
    #[arg(long, default_value = "embedded")]
    pub(super) journal: String,
    /// How many nodes serve, for the report; as many as there are addresses, where it isn't said.
    #[arg(long)]
    pub(super) nodes: Option<u32>,
    /// Who clicks when, and who is cut: the same seed, the same choices.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// How many threads carry the crowd.
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u16).range(1..=64))]
    pub(super) threads: u16,
}

/// What is rushed: one or the other.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(super) struct Target {
    /// Servers to rush, such as `http://127.0.0.1:8080`; viewers are spread over them, HTTP calls go to the first.
    #[arg(long, value_delimiter = ',', requires = "token_secret")]
    pub(super) url: Vec<String>,
    /// A server program to start on a free port with a fresh data directory, to rush, and to stop again.
    #[arg(long, value_name = "BINARY")]
    pub(super) server: Option<PathBuf>,
}

impl Arguments {
    /// What is contradictory about them, in words.
    pub(super) fn contradiction(&self) -> Option<String> {
        if self.buyers > self.viewers {
            return Some(format!("{} buyers can't be among {} viewers", self.buyers, self.viewers));
        }
        let window = self.click_window();
        let too_long = || format!("the clicks take {window:?} to arrive, longer than --duration {}", self.duration);
        (window >= self.duration()).then(too_long)
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
