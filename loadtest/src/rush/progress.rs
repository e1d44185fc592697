//! What is shown while a rush runs: bars on a terminal, plain lines elsewhere. All of it goes to standard error.

use std::{io::IsTerminal as _, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::{Instant, sleep_until};

/// How often a count is looked at.
const STEP: Duration = Duration::from_millis(20);
/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(2);

/// Shows one phase after the other.
pub(crate) struct Progress {
    terminal: bool,
}

impl Progress {
    /// For the standard error of this process.
    pub(crate) fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal() }
    }

    /// Shows `count` growing to `total`, until it gets there (true) or the deadline has passed (false).
    pub(crate) async fn watch(
        &self,
        phase: &'static str,
        total: u64,
        deadline: Instant,
        count: impl Fn() -> u64,
    ) -> bool {
        let shown = Shown::new(self.terminal, phase, total);
        let mut next_line = Instant::now() + LINE_EVERY;
        loop {
            let (now, counted) = (Instant::now(), count());
            shown.bar.set_position(counted);
            if counted >= total || now >= deadline {
                shown.end(counted);
                return counted >= total;
            }
            if now >= next_line {
                shown.line(counted);
                next_line += LINE_EVERY;
            }
            sleep_until(deadline.min(now + STEP)).await;
        }
    }
}

/// Says something between two phases.
#[allow(clippy::print_stderr, reason = "the terminal is where a load test speaks")]
pub(crate) fn say(sentence: &str) {
    eprintln!("{sentence}");
}

struct Shown {
    terminal: bool,
    phase: &'static str,
    total: u64,
    bar: ProgressBar,
}

impl Shown {
    fn new(terminal: bool, phase: &'static str, total: u64) -> Self {
        let target = if terminal { ProgressDrawTarget::stderr_with_hz(5) } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{prefix:>10} {bar:40} {human_pos:>9} of {human_len} {elapsed:>4}");
        let bar = ProgressBar::with_draw_target(Some(total), target).with_prefix(phase);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { terminal, phase, total, bar }
    }

    #[allow(clippy::print_stderr, reason = "the terminal is where a load test speaks")]
    fn line(&self, counted: u64) {
        if !self.terminal {
            eprintln!("{}: {counted} of {}", self.phase, self.total);
        }
    }

    fn end(&self, counted: u64) {
        self.line(counted);
        self.bar.abandon();
    }
}
