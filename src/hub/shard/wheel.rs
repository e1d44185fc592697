//! One timer per connection, in a wheel: setting, moving and cancelling cost the same few instructions however many
//! there are, and take no memory beyond twelve bytes per timer.

use super::clock::NEVER;

/// A hashed timing wheel (Varghese and Lauck, 1987) whose lists run through one array. A timer further away than a
/// rotation fires at the rotation's end; whoever set it looks at what is due and sets it again.
pub(super) struct Wheel {
    /// Per place of the wheel the first timer in it.
    heads: Box<[u32]>,
    /// Per place a bit: whether there is one.
    occupied: Box<[u64]>,
    timers: Vec<Timer>,
    /// Everything up to this tick has fired.
    current: u64,
}

#[derive(Clone)]
struct Timer {
    /// The tick, as a place of the wheel.
    place: u32,
    next: u32,
    previous: u32,
}

const NONE: u32 = u32::MAX;
const UNSET: Timer = Timer { place: NONE, next: NONE, previous: NONE };
/// Places of the wheel: a rotation of 41 seconds.
const PLACES: u32 = 4_096;
/// The furthest that a timer can be set.
const FURTHEST: u64 = PLACES as u64 - 1;

impl Wheel {
    pub(super) fn new(current: u64) -> Self {
        let heads = vec![NONE; PLACES as usize].into();
        let occupied = vec![0; PLACES as usize / 64].into();
        Self { heads, occupied, timers: Vec::new(), current }
    }

    /// Sets the timer `id` to fire at `tick`, or at the next one if that has come; [`NEVER`] unsets it.
    pub(super) fn set(&mut self, id: u32, tick: u64) {
        self.unset(id);
        if tick == NEVER {
            return;
        }
        if self.timers.len() <= id as usize {
            self.timers.resize(id as usize + 1, UNSET);
        }
        let place = place_of(tick.clamp(self.current + 1, self.current + FURTHEST));
        let next = std::mem::replace(&mut self.heads[place as usize], id);
        self.occupied[place as usize / 64] |= 1 << (place % 64);
        if let Some(next) = self.timers.get_mut(next as usize) {
            next.previous = id;
        }
        self.timers[id as usize] = Timer { place, next, previous: NONE };
    }

    /// Unsets the timer.
    pub(super) fn unset(&mut self, id: u32) {
        let Some(timer) = self.timers.get_mut(id as usize).filter(|timer| timer.place != NONE) else { return };
        let Timer { place, next, previous } = std::mem::replace(timer, UNSET);
        if let Some(next) = self.timers.get_mut(next as usize) {
            next.previous = previous;
        }
        match self.timers.get_mut(previous as usize) {
            Some(previous) => previous.next = next,
            None => self.set_head(place, next),
        }
    }

    /// Unsets every timer that fires at `now` or before, and adds them to `due` in the order of their ticks.
    pub(super) fn expire(&mut self, now: u64, due: &mut Vec<u32>) {
        while let Some(tick) = self.next().filter(|tick| *tick <= now) {
            self.current = tick;
            let mut id = self.heads[place_of(tick) as usize];
            while let Some(timer) = self.timers.get_mut(id as usize) {
                due.push(id);
                id = std::mem::replace(timer, UNSET).next;
            }
            self.set_head(place_of(tick), NONE);
        }
        self.current = self.current.max(now);
    }

    /// The next tick at which something fires.
    pub(super) fn next(&self) -> Option<u64> {
        let from = place_of(self.current + 1);
        let words = self.occupied.len();
        let first = from as usize / 64;
        // The word that `from` lies in is looked at twice: from there on, and at the end what comes before.
        (0..=words).find_map(|step| {
            let word = (first + step) % words;
            let later = u64::MAX << (from % 64);
            let mask = if step == 0 {
                later
            } else if step == words {
                !later
            } else {
                u64::MAX
            };
            let bits = self.occupied[word] & mask;
            #[expect(clippy::cast_possible_truncation, reason = "there are 64 words")]
            let place = word as u32 * 64 + bits.trailing_zeros();
            (bits != 0).then(|| self.current + 1 + u64::from((place + PLACES - from) % PLACES))
        })
    }

    fn set_head(&mut self, place: u32, head: u32) {
        self.heads[place as usize] = head;
        if head == NONE {
            self.occupied[place as usize / 64] &= !(1 << (place % 64));
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a place is below 4,096")]
fn place_of(tick: u64) -> u32 {
    (tick % u64::from(PLACES)) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn far_timer_fires_at_the_rotations_end() {
        let mut wheel = Wheel::new(7);
        wheel.set(3, 1_000_000);
        let end = 7 + FURTHEST;
        assert_eq!(wheel.next(), Some(end));
        let mut due = Vec::new();
        wheel.expire(end, &mut due);
        assert_eq!((due, wheel.next()), (vec![3], None));
    }

    proptest! {
        /// Against a sorted map, over several rotations.
        #[test]
        fn fires_what_a_sorted_map_would(
            steps in prop::collection::vec((0_u32..20, prop::option::of(0_u64..5_000), 0_u64..900), 1..200)
        ) {
            let mut wheel = Wheel::new(0);
            let mut model = BTreeMap::new();
            let mut now = 0;
            for (id, after, advance) in steps {
                if let Some(after) = after {
                    wheel.set(id, now + after);
                    model.insert(id, (now + after).clamp(now + 1, now + FURTHEST));
                } else {
                    wheel.unset(id);
                    model.remove(&id);
                }
                prop_assert_eq!(wheel.next(), model.values().min().copied());
                now += advance;
                let mut fired = Vec::new();
                wheel.expire(now, &mut fired);
                let ticks: Vec<u64> = fired.iter().map(|id| model[id]).collect();
                prop_assert!(ticks.is_sorted());
                fired.sort_unstable();
                let expected: Vec<u32> = model.extract_if(.., |_, tick| *tick <= now).map(|(id, _)| id).collect();
                prop_assert_eq!(fired, expected);
            }
        }
    }
}
