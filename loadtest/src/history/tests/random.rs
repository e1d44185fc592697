//! Random runs, decided one after the other, whose calls and answers overlap: right as they are, wrong once changed.

use std::{collections::BTreeMap, time::Duration};

use dropcast_proto::v1::{
    Cause, DropPhase, DropResumed, EntryBody, ReservationExpired, ReservationState, UnitsAdded, fact::Kind,
};
use proptest::prelude::*;

use super::story::{DROP, SKU, Story, reserve};
use crate::history::{
    Asked, Verdict,
    call::{Call, Refusal, Told},
};

const UNITS: u32 = 6;
const LIMIT: u32 = 3;
const VIEWERS: [&str; 4] = ["ann", "bob", "cai", "dov"];

/// What somebody does, how long before it was decided it was asked, and how long after it was answered, if it was.
#[derive(Debug, Clone)]
struct Step {
    viewer: usize,
    act: Act,
    before: u64,
    after: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Click(u32),
    Confirm(u64),
    Release(u64),
    /// What was asked so many steps ago, once more.
    Again(usize),
    PauseOrResume,
    AddUnit,
    Expire(u64),
}

/// The run: a shop decided by the book, and the story of it.
struct Run {
    story: Story,
    open: bool,
    free: u32,
    taken: BTreeMap<usize, u32>,
    reservations: Vec<(usize, u32, ReservationState)>,
    /// What was asked so far: by whom, under which key, and what came of it if it was accepted.
    asked: Vec<(usize, String, Asked, Option<Told>)>,
}

impl Run {
    fn of(steps: &[Step]) -> Self {
        let (taken, reservations, asked) = Default::default();
        let mut run = Self { story: Story::open(UNITS, LIMIT), open: true, free: UNITS, taken, reservations, asked };
        // What the first two hold is known to them before anybody else asks.
        let moments = [10, 20].into_iter().chain((100..).step_by(10));
        for (moment, step) in moments.zip(steps) {
            run.step(moment, step);
        }
        run
    }

    fn step(&mut self, moment: u64, step: &Step) {
        let viewer = step.viewer;
        let (asked, again) = match step.act {
            Act::Click(quantity) => (reserve(quantity), None),
            Act::Confirm(reservation) => (Asked::Confirm { reservation }, None),
            Act::Release(reservation) => (Asked::Release { reservation }, None),
            Act::Again(ago) => match self.asked.len().checked_sub(ago + 1) {
                Some(which) => (self.asked[which].2.clone(), Some(which)),
                None => return,
            },
            Act::PauseOrResume | Act::AddUnit | Act::Expire(_) => return self.pass(step.act),
        };
        let which = again.unwrap_or(self.asked.len());
        if again.is_none() {
            self.asked.push((viewer, format!("key-{which}"), asked.clone(), None));
        }
        let (viewer, key, _, accepted) = self.asked[which].clone();
        let told = accepted.unwrap_or_else(|| self.decide(viewer, &key, &asked));
        if !matches!(told, Told::Refused(_)) {
            self.asked[which].3 = Some(told.clone());
        }
        let (called, name) = (moment - 1 - step.before, VIEWERS[viewer]);
        match step.after {
            Some(after) => self.story.call(name, &key, asked, called..moment + 1 + after, told),
            None => self.story.ask(name, &key, asked, called),
        }
    }

    fn pass(&mut self, act: Act) {
        match act {
            Act::PauseOrResume if self.open => drop(self.story.phase(DropPhase::Paused)),
            Act::PauseOrResume => {
                self.story.pass(vec![Kind::DropResumed(DropResumed { drop: DROP.into() })]);
            }
            Act::AddUnit => {
                self.free += 1;
                self.story.pass(vec![Kind::UnitsAdded(UnitsAdded { sku: SKU.into(), units: 1, planned: false })]);
            }
            Act::Expire(reservation) if self.end(reservation, ReservationState::Expired).is_ok() => {
                self.story.pass(vec![Kind::ReservationExpired(ReservationExpired { reservation })]);
            }
            _ => {}
        }
        self.open ^= matches!(act, Act::PauseOrResume);
    }

    fn decide(&mut self, viewer: usize, key: &str, asked: &Asked) -> Told {
        let name = VIEWERS[viewer];
        match *asked {
            Asked::Reserve { ref lines, .. } => {
                let quantity = lines[0].1;
                if let Some(refusal) = self.refusal(viewer, quantity) {
                    return Told::Refused(refusal);
                }
                self.free -= quantity;
                *self.taken.entry(viewer).or_default() += quantity;
                self.reservations.push((viewer, quantity, ReservationState::Held));
                let reservation = self.story.hold(name, key, quantity);
                Told::Held { reservation, drop: DROP.into(), lines: vec![(SKU.into(), quantity)] }
            }
            Asked::Confirm { reservation } | Asked::Release { reservation } => {
                let is_confirm = matches!(asked, Asked::Confirm { .. });
                let state = if is_confirm { ReservationState::Sold } else { ReservationState::Released };
                let own = self.reservations.get(number(reservation)).is_some_and(|held| held.0 == viewer);
                if !own {
                    return Told::Refused(Refusal::ReservationUnknown);
                }
                match self.end(reservation, state) {
                    Err(instead) => Told::Refused(Refusal::ReservationState(instead)),
                    Ok(()) if is_confirm => Told::Sold { reservation, order: self.story.sell(name, key, reservation) },
                    Ok(()) => {
                        self.story.release(name, key, reservation);
                        Told::Released { reservation }
                    }
                }
            }
            Asked::Join { .. } | Asked::Leave { .. } | Asked::Extend { .. } | Asked::Run => Told::Done,
        }
    }

    fn refusal(&self, viewer: usize, quantity: u32) -> Option<Refusal> {
        let remaining = LIMIT - self.taken.get(&viewer).copied().unwrap_or_default();
        if !self.open {
            Some(Refusal::DropPhase(DropPhase::Paused))
        } else if quantity > remaining {
            Some(Refusal::LimitReached(Some(remaining)))
        } else if self.free == 0 {
            Some(Refusal::SoldOut)
        } else {
            (self.free < quantity).then_some(Refusal::NotEnough(Some(self.free)))
        }
    }

    /// Ends a hold; what it is instead, where it is none.
    fn end(&mut self, reservation: u64, into: ReservationState) -> Result<(), ReservationState> {
        let unknown = ReservationState::Unspecified;
        let (viewer, quantity, state) = self.reservations.get_mut(number(reservation)).ok_or(unknown)?;
        if *state != ReservationState::Held {
            return Err(*state);
        }
        *state = into;
        if into != ReservationState::Sold {
            self.free += *quantity;
            self.taken.entry(*viewer).and_modify(|taken| *taken -= *quantity);
        }
        Ok(())
    }
}

/// Where a reservation is; reservations are numbered from 1.
fn number(reservation: u64) -> usize {
    usize::try_from(reservation.wrapping_sub(1)).unwrap_or(usize::MAX)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let reservation = || 0_u64..8;
    let act = prop_oneof![
        6 => (1..=LIMIT).prop_map(Act::Click),
        2 => reservation().prop_map(Act::Confirm),
        2 => reservation().prop_map(Act::Release),
        2 => (0_usize..6).prop_map(Act::Again),
        1 => Just(Act::PauseOrResume),
        1 => Just(Act::AddUnit),
        1 => reservation().prop_map(Act::Expire),
    ];
    let after = proptest::option::weighted(0.9, 0_u64..60);
    let step = (0..VIEWERS.len(), act, 0_u64..60, after);
    let step = step.prop_map(|(viewer, act, before, after)| Step { viewer, act, before, after });
    // Two that hold something and know it before the others come, and one who can't have that much more.
    let first = |viewer| Step { viewer, act: Act::Click(1), before: 1, after: Some(1) };
    let last = Step { viewer: 0, act: Act::Click(LIMIT), before: 9, after: Some(9) };
    proptest::collection::vec(step, 0..40).prop_map(move |steps| {
        let mut all = vec![first(0), first(1)];
        all.extend(steps);
        all.push(last.clone());
        all
    })
}

fn is_accepted(call: &&mut Call) -> bool {
    matches!(call.answer, Some((_, Told::Held { .. })))
}

fn is_never_true_at_first(refusal: Refusal) -> bool {
    matches!(refusal, Refusal::SoldOut | Refusal::NotEnough(_) | Refusal::LimitReached(_))
}

/// A story of these steps in which something is changed.
fn changed(steps: &[Step], change: impl FnOnce(&mut Story)) -> Verdict {
    let mut story = Run::of(steps).story;
    change(&mut story);
    story.check()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_run_decided_one_after_the_other_is_right(steps in steps()) {
        let story = Run::of(&steps).story;
        let answered = story.history.calls.iter().filter(|call| call.answer.is_some()).count() as u64;
        let verdict = story.check();
        prop_assert_eq!(&verdict.violations.told, &[""; 0]);
        prop_assert_eq!(verdict.checked, answered);
    }

    #[test]
    fn an_answer_that_names_another_reservation_is_found(steps in steps(), which: prop::sample::Index) {
        let verdict = changed(&steps, |story| {
            let mut held: Vec<_> = story.history.calls.iter_mut().filter(is_accepted).collect();
            let which = which.index(held.len());
            if let Some((_, Told::Held { reservation, .. })) = &mut held[which].answer {
                *reservation += 1;
            }
        });
        prop_assert!(verdict.violations.count > 0);
    }

    #[test]
    fn an_entry_that_is_gone_is_found(steps in steps(), which: prop::sample::Index) {
        let verdict = changed(&steps, |story| {
            let held: Vec<_> = story.history.calls.iter_mut().filter(is_accepted).collect();
            let key = held[which.index(held.len())].owner.key.to_string();
            let is_it = |cause: &Cause| cause.binding.as_ref().unwrap().key == key;
            let entry = story.entries.iter_mut().find(|entry| entry.cause.as_ref().is_some_and(is_it));
            *entry.unwrap() = EntryBody::default();
        });
        prop_assert!(verdict.violations.count > 0);
    }

    #[test]
    fn entries_in_the_wrong_order_are_found(steps in steps(), which: prop::sample::Index) {
        let verdict = changed(&steps, |story| {
            // The fourth entry was known before what is behind it was asked.
            let later: Vec<_> =
                (4..story.entries.len()).filter(|place| story.entries[*place].cause.is_some()).collect();
            story.entries.swap(3, later[which.index(later.len())]);
        });
        prop_assert!(verdict.violations.count > 0);
    }

    #[test]
    fn a_refusal_that_came_too_early_to_be_true_is_found(steps in steps()) {
        let verdict = changed(&steps, |story| {
            let mut calls = story.history.calls.iter_mut();
            match calls.find(|call| call.refusal().is_some_and(|(_, refusal)| is_never_true_at_first(refusal))) {
                Some(call) => {
                    call.called = Duration::from_millis(1);
                    call.answer.as_mut().unwrap().0 = Duration::from_millis(2);
                }
                None => story.refused("eve", "early", 1, 1..2, Refusal::SoldOut),
            }
        });
        prop_assert!(verdict.violations.count > 0);
    }

    #[test]
    fn a_refusal_of_what_was_accepted_is_found(steps in steps(), which: prop::sample::Index) {
        let verdict = changed(&steps, |story| {
            let held: Vec<_> = story.history.calls.iter_mut().filter(is_accepted).collect();
            let owner = held[which.index(held.len())].owner.clone();
            for call in story.history.calls.iter_mut().filter(|call| call.owner == owner) {
                call.answer = Some((call.called + Duration::from_millis(1), Told::Refused(Refusal::SoldOut)));
            }
        });
        prop_assert!(verdict.violations.count > 0);
    }
}
