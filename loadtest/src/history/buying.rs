//! Units that are held, offered, bought and given back.

use dropcast_proto::v1::{BundleLineHeld, ReservationHeld, ReservationState};

use super::{
    call::{Line, Name},
    states::{Reservation, States},
    timeline::Timeline,
};

impl States {
    pub(super) fn hold(&mut self, seq: u64, held: &ReservationHeld) -> Result<(), String> {
        let ReservationHeld { reservation, viewer, drop, sku, quantity, .. } = held;
        let name = |text: &String| Name::from(text.as_str());
        let line = (name(sku), *quantity);
        self.begin(seq, *reservation, ReservationState::Held, (name(viewer), name(drop), line))
    }

    /// A reservation begins, for a viewer in a drop.
    pub(super) fn begin(
        &mut self,
        seq: u64,
        number: u64,
        as_what: ReservationState,
        (viewer, drop, line): (Name, Name, Line),
    ) -> Result<(), String> {
        let mut state = Timeline::default();
        state.set(seq, as_what);
        let was_offered = as_what == ReservationState::Offered;
        let (lines, was_extended) = (vec![line.clone()], Timeline::default());
        let (owner, place) = (Name::clone(&viewer), Name::clone(&drop));
        let record = Reservation { viewer, drop, lines, was_offered, state, was_extended };
        if self.reservations.insert(number, record).is_some() {
            return Err(format!("reservation {number} is held twice"));
        }
        self.viewers.entry(Name::clone(&owner)).or_default().open.add(seq, 1);
        self.take(seq, (&owner, &place), &line, 1)
    }

    /// A reservation holds more.
    pub(super) fn hold_more(&mut self, seq: u64, more: &BundleLineHeld) -> Result<(), String> {
        let line = (Name::from(more.sku.as_str()), more.quantity);
        let record = self.reservation_of(more.reservation)?;
        record.lines.push(line.clone());
        let (viewer, drop) = (Name::clone(&record.viewer), Name::clone(&record.drop));
        self.take(seq, (&viewer, &drop), &line, 1)
    }

    pub(super) fn extend(&mut self, seq: u64, number: u64) -> Result<(), String> {
        let record = self.reservation_of(number)?;
        if record.was_extended.now().is_some() {
            return Err(format!("reservation {number} is extended twice"));
        }
        record.was_extended.set(seq, true);
        Ok(())
    }

    pub(super) fn settle(&mut self, seq: u64, number: u64, state: ReservationState) -> Result<(), String> {
        let record = self.reservation_of(number)?;
        record.state.set(seq, state);
        let lapsed = state == ReservationState::Expired;
        let (viewer, drop, lines) = (Name::clone(&record.viewer), Name::clone(&record.drop), record.lines.clone());
        let tally = self.viewers.entry(Name::clone(&viewer)).or_default();
        tally.open.add(seq, -1);
        tally.lapses.add(seq, i64::from(lapsed));
        if state != ReservationState::Sold {
            for line in &lines {
                self.take(seq, (&viewer, &drop), line, -1)?;
            }
        }
        Ok(())
    }

    /// Units of a line are a viewer's from now on (1), or not any more (-1).
    fn take(&mut self, seq: u64, (viewer, drop): (&Name, &Name), line: &Line, sign: i64) -> Result<(), String> {
        let (sku, units) = (Name::clone(&line.0), sign * i64::from(line.1));
        self.move_units(seq, &sku, -units);
        let of_drop = self.drop_of(drop)?;
        of_drop.items.entry(sku).or_default().use_units(seq, units);
        of_drop.shared.use_units(seq, units);
        self.count(seq, (viewer, drop), units)
    }

    /// So many units more, or fewer, count towards what a viewer may have.
    pub(super) fn count(&mut self, seq: u64, (viewer, drop): (&Name, &Name), units: i64) -> Result<(), String> {
        self.drop_of(drop)?.taken.entry(Name::clone(viewer)).or_default().add(seq, units);
        self.viewers.entry(Name::clone(viewer)).or_default().units.add(seq, units);
        Ok(())
    }

    fn reservation_of(&mut self, number: u64) -> Result<&mut Reservation, String> {
        self.reservations.get_mut(&number).ok_or_else(|| format!("reservation {number} was never held"))
    }
}
