//! A viewer, who buys, changes his mind, and forgets.

use dropcast::engine::Accepted;
use dropcast_domain::{
    ids::{DropId, ReservationId, Sku},
    show::Command,
};

use crate::{
    client::Script,
    random::Random,
    scenario::{DROPS, SKUS},
};

#[derive(Default)]
pub(crate) struct Viewer {
    /// What he was told is held for him.
    held: Vec<u64>,
    is_finishing: bool,
}

impl Script for Viewer {
    fn next(&mut self, random: &mut Random, _now_ms: u64) -> Option<Command> {
        if self.is_finishing {
            return None;
        }
        if !self.held.is_empty() && random.percent(60) {
            let place = random.place(self.held.len());
            let reservation = ReservationId(self.held.swap_remove(place));
            return match random.below(10) {
                0..=5 => Some(Command::Confirm { reservation }),
                6 | 7 => Some(Command::Release { reservation }),
                // He forgets it: it runs out.
                _ => None,
            };
        }
        let late = random.percent(25);
        let (drop, sku) = if late { (DROPS[1], SKUS[0]) } else { (DROPS[0], SKUS[random.place(SKUS.len())]) };
        let quantity = if random.percent(80) { 1 } else { 2 };
        Some(Command::Reserve {
            drop: DropId::new(drop).unwrap(),
            sku: Sku::new(sku).unwrap(),
            quantity,
            with: Vec::new(),
        })
    }

    fn accepted(&mut self, accepted: &Accepted) {
        if let Accepted::Held(reservation) = accepted
            && !self.held.contains(&reservation.reservation)
        {
            self.held.push(reservation.reservation);
        }
    }

    fn may_give_up(&self) -> bool {
        true
    }

    fn finish(&mut self) {
        self.is_finishing = true;
    }

    fn is_over(&self) -> bool {
        self.is_finishing
    }
}
