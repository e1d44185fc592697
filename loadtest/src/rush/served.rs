//! Lines and draws: what viewers saw, held against what was published and against the journal.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;
use tokio::time::Instant;

use super::{
    arguments::{Arguments, Mode},
    audit::Audit,
    bots,
    findings::Findings,
};
use crate::{lots, violations::Violations};

/// Who waited and was served, as it is reported. Displayed, it is for people.
#[derive(Debug, Serialize)]
pub(super) struct Served {
    mode: Mode,
    waitlist: bool,
    /// Whether nothing moved any more in the end; of which offers their viewers were told is judged only then.
    settled: bool,
    /// How many entered the draw.
    entered: u64,
    /// Whether the lots were drawn.
    drawn: bool,
    /// How many places were drawn anew from what was published, as their viewers were told.
    draw_recomputed: u64,
    /// Of the people who were the first to be offered something, the part who are in the first tenth of those who clicked.
    winners_first_tenth: Option<f64>,
    /// The same of the last tenth.
    winners_last_tenth: Option<f64>,
    /// How many ever had a place in the line or the draw.
    waited: u64,
    /// How often something was offered to who waited.
    offers: u64,
    /// Of these, how often to who was next.
    offers_in_order: u64,
    /// Of these to people, of how many their viewers were told.
    offers_told: u64,
}

impl Served {
    /// Counts, and tells what can't be.
    pub(super) fn new(
        arguments: &Arguments,
        audit: &Audit,
        findings: &[Findings],
        has_settled: bool,
        violations: &mut Violations,
    ) -> Self {
        let (states, draw) = (audit.states(), audit.draw());
        let mut served = Self {
            mode: arguments.mode,
            waitlist: arguments.waitlist,
            settled: has_settled,
            entered: draw.entrants.len() as u64,
            drawn: draw.lots.is_some(),
            draw_recomputed: 0,
            winners_first_tenth: None,
            winners_last_tenth: None,
            waited: states.waiters().count() as u64,
            offers: states.offers,
            offers_in_order: states.offers_in_order,
            offers_told: 0,
        };
        // Of a history that is lost viewers may have been told other things.
        if !states.has_promises() {
            for seen in findings {
                if let Some(wrong) = &seen.own.wrong {
                    violations.tell(format!("{} saw that {wrong}", seen.name));
                }
            }
            if arguments.mode == Mode::Draw && !arguments.waitlist {
                once(findings, violations);
            }
            places(audit, findings, violations);
            served.offers_told = offers(audit, findings, has_settled, violations);
            if arguments.mode == Mode::Draw {
                served.draw_recomputed = published(audit, findings, violations);
                if let Some(wrong) = draw.wrong_first_offers(states, arguments.stock) {
                    violations.tell(wrong);
                }
                if draw.lots.is_none() {
                    violations.tell("the lots were never drawn".to_owned());
                }
            }
        }
        (served.winners_first_tenth, served.winners_last_tenth) = tenths(audit, findings);
        served
    }
}

/// Places are in the journal as they were told.
fn places(audit: &Audit, findings: &[Findings], violations: &mut Violations) {
    let waiters: BTreeMap<_, _> =
        audit.states().waiters().map(|(number, viewer, place)| (number, (viewer, place))).collect();
    for seen in findings {
        for (number, place) in &seen.own.places {
            let is_it = |(viewer, is): &(&str, Option<u32>)| *viewer == seen.name && (place.is_none() || is == place);
            if !waiters.get(number).is_some_and(is_it) {
                let place = place.map_or("no place yet".to_owned(), |place| format!("place {place}"));
                violations.tell(format!("{} was told of waiter {number} in {place}, unlike the journal", seen.name));
            }
        }
    }
}

/// Whoever is offered something is told; how many were.
fn offers(audit: &Audit, findings: &[Findings], has_settled: bool, violations: &mut Violations) -> u64 {
    let seen: BTreeMap<_, _> = findings.iter().map(|seen| (seen.name.as_str(), &seen.own)).collect();
    let mut told = 0;
    for (reservation, viewer) in audit.states().offered() {
        let Some(own) = seen.get(viewer) else { continue };
        if own.reservations.contains(&reservation) {
            told += 1;
        } else if has_settled && own.is_here {
            violations.tell(format!("{viewer} was never told of the offer {reservation}"));
        }
    }
    told
}

/// Whoever entered a draw has one place in it.
fn once(findings: &[Findings], violations: &mut Violations) {
    for seen in findings.iter().filter(|seen| seen.own.places.len() > 1) {
        violations.tell(format!("{} has {} places in the draw", seen.name, seen.own.places.len()));
    }
}

/// Draws the lots anew, from what everybody could read; how many places came out as their viewers were told.
fn published(audit: &Audit, findings: &[Findings], violations: &mut Violations) -> u64 {
    let mut commitments = findings.iter().filter_map(|seen| seen.own.commitment.as_ref());
    let Some(commitment) = commitments.next() else {
        violations.tell("nobody was shown what the draw is bound to before it opened".to_owned());
        return 0;
    };
    let mut lots = findings.iter().filter_map(|seen| seen.own.lots.as_ref());
    let Some(published @ (seed, digest)) = lots.next() else {
        violations.tell("the seed of the draw was never shown".to_owned());
        return 0;
    };
    if commitments.any(|other| other != commitment) || lots.any(|other| other != published) {
        violations.tell("not everybody was shown the same draw".to_owned());
    }
    if !lots::is_bound(commitment, seed) {
        violations.tell("the draw was shown to be bound to another seed than it was drawn with".to_owned());
    }
    if audit.draw().lots.as_ref() != Some(published) {
        violations.tell("the draw was shown otherwise than it is in the journal".to_owned());
    }
    let entrants = &audit.draw().entrants;
    let mut drawn: Vec<_> = audit.states().waiters().filter(|(number, ..)| entrants.contains(number)).collect();
    drawn.sort_by_key(|(number, viewer, _)| (lots::lot(seed, digest, viewer), *number));
    let told: BTreeMap<_, _> = findings.iter().flat_map(|seen| &seen.own.places).collect();
    let mut recomputed = 0;
    for (place, (number, viewer, journaled)) in (1..).zip(drawn) {
        let told = told.get(&number).copied().copied().flatten();
        if journaled == Some(place) && told.is_none_or(|told| told == place) {
            recomputed += u64::from(told.is_some());
        } else {
            violations.tell(format!("{viewer} drew place {place}, and was given {journaled:?} and told {told:?}"));
        }
    }
    recomputed
}

/// Which part of the people who were the first to be offered something is in the first and in the last tenth of those who
/// clicked.
fn tenths(audit: &Audit, findings: &[Findings]) -> (Option<f64>, Option<f64>) {
    let waiters: BTreeMap<_, _> = audit.states().waiters().map(|(number, viewer, _)| (number, viewer)).collect();
    let winners = audit.draw().winners().filter_map(|waiter| waiters.get(&waiter).copied());
    let winners: Vec<_> = winners.filter(|viewer| !viewer.starts_with(bots::NAME)).collect();
    let mut clickers: Vec<(Instant, &str)> =
        findings.iter().filter_map(|seen| Some((seen.first_click_at?, seen.name.as_str()))).collect();
    clickers.sort_unstable();
    let tenth = clickers.len() / 10;
    let part = |of: &[(Instant, &str)]| {
        let won = of.iter().filter(|(_, viewer)| winners.contains(viewer)).count();
        #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^32 viewers")]
        let part = won as f64 / winners.len() as f64;
        (!winners.is_empty() && !of.is_empty()).then_some((part * 1_000.0).round() / 1_000.0)
    };
    (part(&clickers[..tenth]), part(&clickers[clickers.len() - tenth..]))
}

impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mode == Mode::Draw {
            let part = |part: Option<f64>| part.map_or("-".to_owned(), |part| format!("{:.1} %", part * 100.0));
            writeln!(
                f,
                "        draw  {} entered, {}, {} places drawn anew; of the winners {} clicked in the first tenth, \
                 {} in the last",
                self.entered,
                if self.drawn { "drawn" } else { "not drawn" },
                self.draw_recomputed,
                part(self.winners_first_tenth),
                part(self.winners_last_tenth),
            )?;
        }
        writeln!(
            f,
            "        line  {} waited; {} offers, {} in order, {} told to people",
            self.waited, self.offers, self.offers_in_order, self.offers_told
        )
    }
}
