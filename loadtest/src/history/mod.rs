//! Whether what clients were told can be true: their calls, on one clock, held against the show's journal.
//!
//! No clock of a server is trusted. A call lies between the moment at which it was made and the moment at which its
//! answer came, and the journal says in which order things became true. Three things follow.
//!
//! - *Order*: what was answered before another call was made comes before it in the journal.
//! - *Acceptances*: each is in the journal once, as it was told; nothing else is there under a client's key.
//! - *Refusals*: each was true in a state that may have been the newest at some moment between call and answer: after
//!   an entry that is no earlier than any that somebody knew of before the call, and before any whose call was made
//!   after the answer.
//!
//! The journal itself is held against the rules where answers rest on it: what is free is offered at once to who is next,
//! in the order of places, which those of a draw get from its lots.
//!
//! A journal that records promises has lost a history in which other answers were true: then only acceptances are
//! checked, and of these no places in line, which nobody promises.
//!
//! What depends on how late it is, is not judged: until when a viewer who let holds run out has to rest, only that there
//! may be a reason to; whether the entries to a draw were over before its lots are drawn, only that they stay so once anybody
//! was told; when holds run out.

mod acceptances;
mod binding;
mod buying;
mod call;
mod drops;
mod fold;
mod order;
mod recorder;
mod refusals;
mod refused;
mod rules;
mod states;
#[cfg(test)]
mod tests;
mod timeline;
mod turns;
mod waiting;
mod window;

use std::time::Duration;

pub(crate) use call::{Asked, Call, Name};
use dropcast_proto::v1::DropPhase;
pub(crate) use recorder::Recorder;
pub(crate) use states::States;

use self::{acceptances::Journaled, window::Window};
use crate::violations::Violations;

/// What clients saw.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Every time that a client asked something; in any order.
    pub(crate) calls: Vec<Call>,
    /// What clients saw beside answers.
    pub(crate) sights: Vec<Sight>,
}

/// A client was shown a drop in a phase.
#[derive(Debug, Clone)]
pub(crate) struct Sight {
    /// When, since the clock began.
    pub(crate) at: Duration,
    /// Which drop.
    pub(crate) drop: Name,
    /// In which phase.
    pub(crate) phase: DropPhase,
}

/// What came of a check.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// How many answers were held against the journal.
    pub(crate) checked: u64,
    /// What can't be true.
    pub(crate) violations: Violations,
}

/// Holds what clients saw against what was true after each entry of the journal.
pub(crate) fn check(history: &History, states: &States) -> Verdict {
    let mut verdict = Verdict::default();
    states.unread().iter().for_each(|unread| verdict.violations.tell(unread.clone()));
    if let Some(waiter) = states.overlooked() {
        verdict.violations.tell(format!("after the last entry: waiter {waiter} is not offered what is free"));
    }
    let journaled = Journaled::new(&history.calls, states);
    acceptances::check(history, states, &journaled, &mut verdict);
    if !states.has_promises() {
        let window = Window::new(history, states, &journaled);
        order::check(&window, &journaled, &mut verdict);
        refusals::check(history, states, &window, &mut verdict);
    }
    verdict
}
