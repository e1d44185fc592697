//! Who waits for what, in which order, and who is served next.

use dropcast_proto::v1::{
    DrawCommitted, DropPhase, LotsDrawn, ReservationOffered, ReservationState, WaiterState, WaitlistJoined,
};

use super::{
    call::Name,
    drops::Draw,
    states::{States, Waiter},
    timeline::Timeline,
};
use crate::lots;

impl States {
    pub(super) fn join(&mut self, seq: u64, joined: &WaitlistJoined) -> Result<(), String> {
        let WaitlistJoined { waiter: number, viewer, drop, sku, quantity } = joined;
        let (viewer, name, sku) = (Name::from(viewer.as_str()), Name::from(drop.as_str()), Name::from(sku.as_str()));
        let drop = self.drop_of(&name)?;
        let (draw, before) = (drop.draw.now().copied(), drop.place_of(&viewer, seq));
        let place = if draw == Some(Draw::Ahead) { None } else { Some(drop.next_place()) };
        if let Some(place) = place {
            drop.lines.entry(Name::clone(&sku)).or_default().join(seq, place, *number);
        }
        drop.waiting.entry(Name::clone(&viewer)).or_default().set(seq, Some(*number));
        self.count(seq, (&viewer, &name), i64::from(*quantity))?;
        let mut state = Timeline::default();
        state.set(seq, WaiterState::Waiting);
        let waiter = Waiter { viewer: Name::clone(&viewer), drop: name, line: (sku, *quantity), place, state };
        if self.waiters.insert(*number, waiter).is_some() {
            return Err(format!("waiter {number} is there twice"));
        }
        before.map_or(Ok(()), |before| Err(format!("{viewer} waits as {number} and as {before} in one drop")))
    }

    pub(super) fn leave(&mut self, seq: u64, number: u64) -> Result<(), String> {
        self.end(seq, number, WaiterState::Left)
    }

    /// The place of who is served ends, and what is offered is the viewer's.
    pub(super) fn offer(&mut self, seq: u64, offered: &ReservationOffered) -> Result<(), String> {
        let wrong = self.wrong_offer(offered);
        self.offers += 1;
        self.offers_in_order += u64::from(wrong.is_none());
        self.end(seq, offered.waiter, WaiterState::Offered)?;
        let name = |text: &String| Name::from(text.as_str());
        let line = (name(&offered.sku), offered.quantity);
        let whose = (name(&offered.viewer), name(&offered.drop), line);
        self.begin(seq, offered.reservation, ReservationState::Offered, whose)?;
        wrong.map_or(Ok(()), Err)
    }

    /// In words, why this should not be offered.
    fn wrong_offer(&self, offered: &ReservationOffered) -> Option<String> {
        let ReservationOffered { reservation, waiter: number, viewer, drop, sku, quantity, .. } = offered;
        let next = self.next_in_line();
        if next != Some(*number) {
            let next = next.map_or("nobody is".to_owned(), |next| format!("{next} is"));
            return Some(format!("reservation {reservation} is offered to waiter {number}, where {next} next in line"));
        }
        let waiter = self.waiters.get(number)?;
        let left = self.left(self.last, &waiter.drop, &waiter.line.0).unwrap_or_default();
        let most = i64::from(waiter.line.1).min(left);
        let is_own = *waiter.viewer == **viewer && *waiter.drop == **drop && *waiter.line.0 == **sku;
        let fits = is_own && i64::from(*quantity) == most;
        (!fits).then(|| {
            format!(
                "reservation {reservation} offers {quantity} of {sku} to {viewer}, which waiter {number} is not due"
            )
        })
    }

    /// Who is served next: within a drop who stands first for something that is free, between drops who came first.
    pub(super) fn next_in_line(&self) -> Option<u64> {
        let of_drops = self.drops.iter().filter(|(_, drop)| drop.phase_at(self.last) == Some(DropPhase::Open));
        let next = of_drops.filter_map(|(name, drop)| {
            let lines = drop.lines.iter().filter_map(|(sku, line)| Some((line.standing.first_key_value()?, sku)));
            let is_free = |sku: &Name| self.left(self.last, name, sku).is_some_and(|left| left > 0);
            lines.filter(|(_, sku)| is_free(sku)).map(|(first, _)| first).min().map(|(_, waiter)| *waiter)
        });
        next.min()
    }

    pub(super) fn commit(&mut self, committed: &DrawCommitted) -> Result<(), String> {
        let drop = self.drop_of(&committed.drop)?;
        drop.commitment.clone_from(&committed.commitment);
        let is_planned = drop.phase.now().copied().flatten() == Some(DropPhase::Planned);
        let name = &committed.drop;
        if is_planned { Ok(()) } else { Err(format!("the draw of {name} is bound to a seed once it was opened")) }
    }

    /// Who entered takes a place, the lowest lot first; of equal ones who entered first.
    pub(super) fn draw(&mut self, seq: u64, drawn: &LotsDrawn) -> Result<(), String> {
        let LotsDrawn { drop: name, seed, digest } = drawn;
        let drop =
            self.drops.get_mut(name.as_str()).ok_or_else(|| format!("lots of {name}, which was never planned"))?;
        let entrants =
            drop.waiting.iter().filter_map(|(viewer, waits)| Some((viewer, waits.now().copied().flatten()?)));
        let mut lots: Vec<_> = entrants.map(|(viewer, waiter)| (lots::lot(seed, digest, viewer), waiter)).collect();
        lots.sort_unstable();
        for (_, number) in lots {
            let Some(waiter) = self.waiters.get_mut(&number).filter(|waiter| waiter.place.is_none()) else { continue };
            let place = drop.next_place();
            waiter.place = Some(place);
            drop.lines.entry(Name::clone(&waiter.line.0)).or_default().join(seq, place, number);
        }
        let was_ahead = drop.draw.now() == Some(&Draw::Ahead);
        drop.draw.set(seq, Draw::Over);
        if !was_ahead {
            return Err(format!("lots of {name} are drawn where none are to be drawn"));
        }
        let is_bound = lots::is_bound(&drop.commitment, seed);
        if is_bound { Ok(()) } else { Err(format!("lots of {name} are drawn with another seed than it was bound to")) }
    }

    /// Nobody waits any more in a drop that is closed, or planned again.
    pub(super) fn end_lines(&mut self, seq: u64, name: &str, phase: DropPhase) -> Result<(), String> {
        let drop = self.drop_of(name)?;
        drop.phase.set(seq, Some(phase));
        let waiting: Vec<_> = drop.waiting.values().filter_map(|waits| waits.now().copied().flatten()).collect();
        waiting.into_iter().try_for_each(|waiter| self.end(seq, waiter, WaiterState::Closed))
    }

    /// Somebody does not wait any more.
    fn end(&mut self, seq: u64, number: u64, state: WaiterState) -> Result<(), String> {
        let waits = |waiter: &&mut Waiter| waiter.state.now() == Some(&WaiterState::Waiting);
        let Some(waiter) = self.waiters.get_mut(&number).filter(waits) else {
            return Err(format!("waiter {number} does not wait"));
        };
        waiter.state.set(seq, state);
        let (viewer, name, place) = (Name::clone(&waiter.viewer), Name::clone(&waiter.drop), waiter.place);
        let (sku, quantity) = waiter.line.clone();
        let drop = self.drop_of(&name)?;
        drop.waiting.entry(Name::clone(&viewer)).or_default().set(seq, None);
        if let Some(place) = place {
            drop.lines.entry(sku).or_default().leave(seq, place);
        }
        self.count(seq, (&viewer, &name), -i64::from(quantity))
    }
}
