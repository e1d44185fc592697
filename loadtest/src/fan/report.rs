//! What the measurements end with: tables, a section of a page, a plot, and one line for programs.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{
    arguments::Arguments,
    figures::{Ratios, Rounds},
    million,
    peer::Peer,
    plot::{Line, Panel, Plot},
    run::Step,
    storm::Storm,
};

/// One of the ratios.
type Figure = fn(&Ratios) -> Option<f64>;

/// What was found.
pub(super) struct Report {
    pub(super) rounds: Rounds,
    pub(super) steps: Vec<Step>,
    pub(super) storms: Vec<Storm>,
    pub(super) machine: String,
    pub(super) arguments: Arguments,
}

impl Report {
    /// One JSON object.
    pub(super) fn line(&self) -> String {
        self.rounds.line(&self.arguments.everybody()).to_string()
    }

    /// Everything in tables.
    pub(super) fn tables(&self) -> String {
        [self.medians(), self.ratios(), self.growth(), self.storms()].join("\n")
    }

    fn medians(&self) -> String {
        let mut table = "| server | µs CPU per delivery, one | eight | sixty-four | deliveries/s, sixty-four | the last has it, ms | \
            the same, all cores for both | bytes per connection, idle | after the run |\n|---|---|---|---|---|---|---|---|---|\n"
            .to_owned();
        for peer in self.arguments.everybody() {
            let Some(of) = self.rounds.medians(peer) else { continue };
            let together = self.rounds.together_ms(peer).map_or("–".to_owned(), |ms| format!("{ms:.1}"));
            // Nothing can go wrong while a text is written.
            let _ = writeln!(
                table,
                "| {} | {:.2} | {:.2} | {:.2} | {:.0} | {:.1} | {together} | {:.0} | {:.0} |",
                peer.title(),
                of.one_us,
                of.eight_us,
                of.sixtyfour_us,
                of.sixtyfour_per_s,
                of.last_ms,
                of.bytes,
                of.bytes_later
            );
        }
        table
    }

    fn ratios(&self) -> String {
        let of = self.rounds.ratios();
        let rows: [(&str, Figure, &str); 8] = [
            ("CPU per delivery, one outstanding: hub ÷ uWebSockets", |of| of.one_vs_uws, "at most 0.95"),
            ("the same: hub ÷ bare loop", |of| of.one_vs_send, "at most 1.08"),
            ("CPU per delivery, eight: hub ÷ uWebSockets", |of| of.eight_vs_uws, "at most 1"),
            ("the same: hub ÷ coalescing loop", |of| of.eight_vs_coalesced, "at most 1.1"),
            ("deliveries/s, sixty-four: hub ÷ coalescing loop", |of| of.sixtyfour_vs_coalesced, "at least 0.7"),
            ("the last has it: hub ÷ bare loop", |of| of.last_vs_send, "at most 1.05"),
            ("the same, the hub with all cores ÷ bare loop with one", |of| of.last_both_vs_send, "below 1"),
            ("bytes per connection, Dropcast", |of| of.bytes_per_connection, "at most 1,000"),
        ];
        let mut table = "| ratio of medians | reached | to reach |\n|---|---|---|\n".to_owned();
        for (what, figure, goal) in rows {
            let reached = figure(&of).map_or("not measured".to_owned(), |figure| figure.to_string());
            let _ = writeln!(table, "| {what} | {reached} | {goal} |");
        }
        table
    }

    fn growth(&self) -> String {
        if self.steps.is_empty() {
            return String::new();
        }
        let mut table = "| server | connections | µs CPU per delivery, one | from message to message, ms | bytes per connection |\n\
            |---|---|---|---|---|\n"
            .to_owned();
        for Step { peer, connections, processor_us, message_ms, bytes } in &self.steps {
            let title = peer.title();
            let _ = writeln!(table, "| {title} | {connections} | {processor_us:.2} | {message_ms:.1} | {bytes:.0} |");
        }
        table
    }

    fn storms(&self) -> String {
        if self.storms.is_empty() {
            return String::new();
        }
        let mut table =
            "| storm | p50 before, ms | p99 before, ms | p50 in it, ms | p99 in it, ms | p99 ratio | besides |\n\
            |---|---|---|---|---|---|---|\n"
                .to_owned();
        for Storm { title, calm, during, note } in &self.storms {
            let ratio = during.p99_ms / calm.p99_ms;
            let _ = writeln!(
                table,
                "| {title} | {:.1} | {:.1} | {:.1} | {:.1} | {ratio:.2} | {note} |",
                calm.p50_ms, calm.p99_ms, during.p50_ms, during.p99_ms
            );
        }
        table
    }

    /// How the cost grows, when that was measured.
    pub(super) fn plot(&self) -> Option<Plot> {
        let panel = |title, figure: fn(&Step) -> f64| {
            let mut lines: Vec<(Peer, Line)> = Vec::new();
            for step in &self.steps {
                let point = (f64::from(step.connections), figure(step));
                match lines.last_mut() {
                    Some((peer, line)) if *peer == step.peer => line.points.push(point),
                    _ => lines.push((step.peer, Line { name: step.peer.short_title(), points: vec![point] })),
                }
            }
            Panel { title, lines: lines.into_iter().map(|(_, line)| line).collect() }
        };
        (!self.steps.is_empty()).then(|| Plot {
            across: "connections",
            panels: vec![
                panel("µs of CPU per delivery, one message outstanding", |step| step.processor_us),
                panel("ms from one message to the next", |step| step.message_ms),
            ],
        })
    }

    /// The section of the page.
    pub(super) fn section(&self) -> String {
        let Arguments { rounds, connections, .. } = self.arguments;
        let date = Timestamp::now().strftime("%Y-%m-%d");
        let machine = &self.machine;
        let growth = if self.steps.is_empty() {
            String::new()
        } else {
            format!(
                "### How the cost grows\n\n![How the cost grows with the connections](benchmarks/fan.svg)\n\n{}\n",
                self.growth()
            )
        };
        let storms =
            if self.storms.is_empty() { String::new() } else { format!("### Storms\n\n{}\n{}", self.storms(), STORMS) };
        let million = million::text(&self.rounds).unwrap_or_default();
        format!(
            "## Handing a message to everybody\n\n\
             Written by `make bench-fan`. Figures are medians of {rounds} rounds of one run, in which each server had its\n\
             turn in every round; what counts is their ratio. Measured on {date}, everything on one machine:\n\
             {machine} (before the run).\n\n\
             {}\n{}\n{METHOD}\n{growth}{storms}{million}\n\
             Again: `make bench-fan ROUNDS={rounds} CONNECTIONS={connections}`. The last line is one JSON object:\n\n\
             ```json\n{}\n```\n",
            self.medians(),
            self.ratios(),
            self.line(),
        )
    }
}

/// How it was measured.
const METHOD: &str = "\
- **The subscribers** (`loadtest fan`) are one thread over epoll in a process of their own; they check every delivery
  for order and completeness. The server is bound to one processor, they to another; where it says *all cores for
  both*, neither is bound. Loopback, plain TCP, messages of 200 bytes; Dropcast's are what viewers receive when a host
  pauses or resumes a drop (`drop_changed`).
- **One, eight, sixty-four**: so many messages are on their way at most; the next one is published when everybody has
  the oldest. With more than one, what falls together can leave together. CPU is what the scheduler counted for all
  threads of the server's process, per delivery.
- **The last has it**: a message a second, from its publishing until the last of all subscribers has read it.
- **Bytes per connection**: how far `Private_Dirty` of the server's process grew, per connection that is established
  and subscribed; Dropcast's are authenticated and in a show. The kernel's own memory is not in it.
- **uWebSockets** in the ratios is the better of the two that are made of it, figure by figure.
";

const STORMS: &str = "\
Delays run from the publisher's sending a critical message to each subscriber's reading it, over all subscribers; at a
Dropcast server they contain the decision and the disk. Subscribers and everybody else share one processor, the server
has the other. There is no source of best-effort messages in the public protocol yet, so that lane is measured at the
hub alone.

";
