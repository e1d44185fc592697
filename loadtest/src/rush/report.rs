//! What a rush showed: a table for people, one JSON object for machines.

use std::{collections::BTreeMap, fmt};

use dropcast_proto::v1::RefusalCode;
use hdrhistogram::Histogram;
use indicatif::HumanCount;
use serde::Serialize;
use tokio::time::Instant;

use super::{
    arguments::{Arguments, Journal},
    audit::Audit,
    bots::{Figures, Haul},
    findings::{Counters, Findings},
    served::Served,
    units::Units,
    verdict::{self, Case},
};
use crate::{
    history::{self, History},
    violations::Violations,
};

/// Digits that the percentiles are exact to.
const DIGITS: u8 = 3;
/// The longest time that is told apart, in microseconds: a day, as long as a rush may last. Longer ones count as this.
const LONGEST_US: u64 = 24 * 3_600 * 1_000_000;

/// What the rush left behind, to be reported.
pub(super) struct Seen<'a> {
    /// When the host's call left that opened the drop.
    pub(super) opening_at: Instant,
    /// When the first click was due.
    pub(super) clicking_at: Instant,
    /// What was killed, in the order of time.
    pub(super) kills: &'a [String],
    /// What each viewer saw.
    pub(super) findings: Vec<Findings>,
    /// What bots did.
    pub(super) haul: Haul,
    /// What they asked and were told.
    pub(super) history: History,
    /// What they did together.
    pub(super) counters: &'a Counters,
    /// Whether nothing moved any more in the end.
    pub(super) has_settled: bool,
}

/// The last line on standard output.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    journal: Journal,
    nodes: u32,
    viewers: u32,
    buyers: u32,
    clicks: u32,
    answered: u64,
    unanswered: u64,
    stock: u32,
    held: u64,
    sold: u64,
    oversold: u64,
    lost: u64,
    broken_promises: u64,
    /// Answers that were held against the journal.
    history_checked: u64,
    /// What of them can't be true.
    history_violations: u64,
    #[serde(flatten)]
    bots: Figures,
    #[serde(flatten)]
    served: Served,
    kills: usize,
    click_p50_ms: Option<f64>,
    click_p99_ms: Option<f64>,
    drop_p50_ms: Option<f64>,
    drop_p99_ms: Option<f64>,
    /// Clicks answered per second, from the moment the first was due to the last answer.
    clicks_per_second: f64,
}

/// What a rush showed. Displayed, it is the table.
pub(super) struct Report {
    /// For machines.
    pub(super) line: Line,
    /// What is wrong, a sentence each.
    pub(super) faults: Vec<String>,
    click_us: Histogram<u64>,
    drop_us: Histogram<u64>,
    units: Units,
    refused: BTreeMap<i32, u64>,
    connections: String,
    killed: String,
    has_lines: bool,
    complaint: Option<String>,
}

impl Report {
    /// Adds everything up and judges it.
    pub(super) fn new(arguments: &Arguments, seen: Seen<'_>, mut audit: Audit) -> Self {
        let counters = seen.counters;
        let (mut click_us, mut drop_us) = (histogram(), histogram());
        let (mut refused, mut acknowledged, mut complaint) = (BTreeMap::<i32, u64>::new(), Vec::new(), None);
        let mut last_answer_at = seen.clicking_at;
        let mut violations_served = Violations::default();
        let served = Served::new(arguments, &audit, &seen.findings, seen.has_settled, &mut violations_served);
        for findings in seen.findings {
            findings.answer_us.iter().for_each(|&us| click_us.saturating_record(us));
            if let Some(at) = findings.drop_seen_at {
                drop_us.saturating_record(micros(at.saturating_duration_since(seen.opening_at)));
            }
            findings.refused.into_iter().for_each(|(code, count)| *refused.entry(code).or_default() += count);
            acknowledged.extend(findings.acknowledged);
            complaint = complaint.or(findings.complaint);
            last_answer_at = last_answer_at.max(findings.last_answer_at.unwrap_or(last_answer_at));
        }
        let lost = audit.count_lost(acknowledged);
        let answers = history::check(&seen.history, audit.states());
        let bots = Figures::new(arguments.bots, &seen.haul, &audit.shares());
        let (units, violations) = (audit.totals(), audit.into_violations());
        let answered = counters.answered.get();
        let unanswered = u64::from(arguments.clicks).saturating_sub(answered);
        let settles_unanswered = counters.settles.get().saturating_sub(counters.settles_answered.get());
        let bots_ignored = bots.bots > 0 && bots.bots_answered == 0;
        let (violations, history) = (&violations, &answers.violations);
        let case = Case {
            units,
            lost,
            unanswered,
            settles_unanswered,
            violations,
            answers: history,
            served: &violations_served,
            bots_ignored,
        };
        Self {
            faults: verdict::faults(&case),
            line: Line {
                journal: arguments.journal,
                nodes: arguments.nodes(),
                viewers: arguments.viewers,
                buyers: arguments.buyers,
                clicks: arguments.clicks,
                answered,
                unanswered,
                stock: arguments.stock,
                held: units.held,
                sold: units.sold,
                oversold: units.oversold,
                lost,
                broken_promises: units.broken_promises,
                history_checked: answers.checked,
                history_violations: answers.violations.count,
                bots,
                served,
                kills: seen.kills.len(),
                click_p50_ms: percentile_ms(&click_us, 50.0),
                click_p99_ms: percentile_ms(&click_us, 99.0),
                drop_p50_ms: percentile_ms(&drop_us, 50.0),
                drop_p99_ms: percentile_ms(&drop_us, 99.0),
                clicks_per_second: rate(answered, seen.clicking_at, last_answer_at),
            },
            click_us,
            drop_us,
            units,
            refused,
            has_lines: arguments.has_lines(),
            killed: if seen.kills.is_empty() { "nothing".to_owned() } else { seen.kills.join("; ") },
            connections: format!(
                "{} cut on purpose, {} opened again, {} of them resumed; {} presses sent again as told",
                HumanCount(counters.cuts.get()),
                HumanCount(counters.reconnects.get()),
                HumanCount(counters.resumes.get()),
                HumanCount(counters.retries.get()),
            ),
            complaint,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, units, .. } = self;
        writeln!(f, "\n{:>18} {:>9} {:>9} {:>9} {:>9} {:>9}", "milliseconds", "p50", "p90", "p99", "p99.9", "max")?;
        write_percentiles(f, "click to answer", &self.click_us)?;
        write_percentiles(f, "drop to screen", &self.drop_us)?;
        let count = |count: u64| HumanCount(count);
        writeln!(
            f,
            "\n      clicks  {} by {} of {} viewers; {} answered, {} not; {:.0} answered a second",
            count(line.clicks.into()),
            count(line.buyers.into()),
            count(line.viewers.into()),
            count(line.answered),
            count(line.unanswered),
            line.clicks_per_second,
        )?;
        let refused: Vec<_> =
            self.refused.iter().map(|(code, refused)| format!("{} {}", count(*refused), code_name(*code))).collect();
        writeln!(f, "     refused  {}", if refused.is_empty() { "none".to_owned() } else { refused.join(", ") })?;
        writeln!(
            f,
            "       units  {} allotted; {} held, {} offered, {} sold, {} released, {} expired; {} oversold, {} lost",
            count(units.allotted),
            count(units.held),
            count(units.offered),
            count(units.sold),
            count(units.released),
            count(units.expired),
            count(units.oversold),
            count(line.lost),
        )?;
        if line.broken_promises > 0 {
            writeln!(f, "    promises  {} broken, each recorded and told", count(line.broken_promises))?;
        }
        if line.bots.bots > 0 {
            writeln!(f, "        bots  {}", line.bots)?;
        }
        if self.has_lines {
            write!(f, "{}", line.served)?;
        }
        writeln!(
            f,
            "     history  {} answers checked, {} of them can't be true",
            count(line.history_checked),
            count(line.history_violations)
        )?;
        writeln!(f, " drop on time  {} of {} screens", count(self.drop_us.len()), count(line.viewers.into()))?;
        writeln!(f, " connections  {}", self.connections)?;
        writeln!(f, "      killed  {}", self.killed)?;
        if let Some(complaint) = &self.complaint {
            writeln!(f, "   complaint  {complaint}")?;
        }
        Ok(())
    }
}

fn histogram() -> Histogram<u64> {
    // Bounds of its own, because a histogram that resizes itself saturates at 2.
    Histogram::new_with_bounds(1, LONGEST_US, DIGITS).expect("the bounds are in order and the digits at most five")
}

fn write_percentiles(f: &mut fmt::Formatter<'_>, name: &str, histogram: &Histogram<u64>) -> fmt::Result {
    write!(f, "{name:>18}")?;
    for percentile in [50.0, 90.0, 99.0, 99.9, 100.0] {
        match percentile_ms(histogram, percentile) {
            Some(ms) => write!(f, " {ms:>9.2}")?,
            None => write!(f, " {:>9}", "-")?,
        }
    }
    writeln!(f)
}

/// Milliseconds, to the microsecond; `None` when nothing was measured.
fn percentile_ms(histogram: &Histogram<u64>, percentile: f64) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "a duration in microseconds is far below 2^53")]
    let ms = |us: u64| us as f64 / 1_000.0;
    (!histogram.is_empty()).then(|| ms(histogram.value_at_percentile(percentile)))
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn rate(count: u64, from: Instant, to: Instant) -> f64 {
    let seconds = to.saturating_duration_since(from).as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^32 clicks")]
    let rate = if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
    (rate * 10.0).round() / 10.0
}

fn code_name(code: i32) -> String {
    let code = RefusalCode::try_from(code).unwrap_or_default();
    code.as_str_name().trim_start_matches("REFUSAL_CODE_").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_measured_to_three_digits_up_to_a_day() {
        let mut times = histogram();
        assert_eq!(percentile_ms(&times, 50.0), None);
        for us in [0, 1_234, 5_000_000, u64::MAX] {
            times.saturating_record(us);
        }
        let close_to = |ms: f64, expected: f64| (ms - expected).abs() <= expected / 1_000.0;
        assert!(close_to(percentile_ms(&times, 50.0).unwrap(), 1.234));
        assert!(close_to(percentile_ms(&times, 75.0).unwrap(), 5_000.0));
        assert!(close_to(percentile_ms(&times, 100.0).unwrap(), 86_400_000.0));
    }
}
