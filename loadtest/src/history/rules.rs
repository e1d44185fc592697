//! What the rules say, by themselves: a second, naive reading of what `docs/protocol` promises.

use dropcast_proto::v1::{DropPhase, ReservationState, ShowPhase, WaiterState, Waitlist};

use super::{
    call::{Asked, Line, Name, Owner, Refusal},
    drops::{Draw, DropStates},
    states::States,
};

/// The most units that one click may ask for.
const QUANTITY_MAX: u64 = 100;
/// The most SKUs that one reservation holds.
const BUNDLE_LINES_MAX: usize = 10;

/// What the rules say to something that is asked.
#[derive(Debug)]
pub(super) struct Ruling {
    /// What may be said instead, depending on how late it is: no entry tells.
    pub(super) perhaps: Vec<Refusal>,
    /// What is said otherwise.
    pub(super) otherwise: Result<Accepted, Refusal>,
}

/// What comes of what is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accepted {
    /// A place in a line or a draw.
    InLine,
    /// Everything else.
    AtOnce,
}

/// Why something is refused; what else may be said, depending on the time, is put down on the way.
type Judged<T = ()> = Result<T, Refusal>;

impl Ruling {
    /// Whether this may be why it was refused.
    pub(super) fn allows(&self, refusal: Refusal) -> bool {
        self.otherwise == Err(refusal) || self.perhaps.contains(&refusal)
    }
}

impl States {
    /// What the rules say to this after entry `at`.
    pub(super) fn ruling(&self, at: u64, owner: &Owner, asked: &Asked) -> Ruling {
        let mut perhaps = Vec::new();
        let otherwise = self.judge(at, owner, asked, &mut perhaps);
        Ruling { perhaps, otherwise }
    }

    fn judge(&self, at: u64, owner: &Owner, asked: &Asked, perhaps: &mut Vec<Refusal>) -> Judged<Accepted> {
        let viewer = &owner.name;
        if let Some(bound) = self.bound.get(owner).filter(|bound| bound.seq <= at) {
            return match &bound.asked {
                Some(accepted) if accepted.may_come_of(asked) => {
                    // Of a place in line the entry doesn't tell which of the two was asked.
                    perhaps.extend((accepted != asked).then_some(Refusal::KeyConflict));
                    Ok(if bound.waiter.is_some() { Accepted::InLine } else { Accepted::AtOnce })
                }
                _ => Err(Refusal::KeyConflict),
            };
        }
        match asked {
            Asked::Reserve { drop, lines } => self.judge_click(at, viewer, (drop, lines), perhaps),
            Asked::Join { drop, line } => self.judge_join(at, viewer, (drop, line), perhaps),
            Asked::Leave { waiter } => self.judge_leave(at, viewer, *waiter),
            Asked::Extend { reservation } => self.judge_extension(at, viewer, *reservation),
            Asked::Confirm { reservation } | Asked::Release { reservation } => {
                self.judge_settling(at, viewer, *reservation).map(|()| Accepted::AtOnce)
            }
            Asked::Run => Ok(Accepted::AtOnce),
        }
    }

    fn judge_click(
        &self,
        at: u64,
        viewer: &Name,
        (name, lines): (&Name, &[Line]),
        perhaps: &mut Vec<Refusal>,
    ) -> Judged<Accepted> {
        let drop = self.open_drop(at, name, lines)?;
        if drop.draw.at(at) == Some(&Draw::Ahead) {
            perhaps.push(Refusal::DrawPending);
            return self.judge_place(at, viewer, (drop, lines), perhaps);
        }
        self.may_hold(at, viewer, (drop, lines), perhaps)?;
        match self.missing(at, name, lines) {
            Some(Refusal::SoldOut) if drop.waitlist.at(at) == Some(&Waitlist::Automatic) && lines.len() == 1 => {
                self.judge_place(at, viewer, (drop, lines), perhaps)
            }
            Some(refusal) => Err(refusal),
            None => Ok(Accepted::AtOnce),
        }
    }

    fn judge_join(
        &self,
        at: u64,
        viewer: &Name,
        (name, line): (&Name, &Line),
        perhaps: &mut Vec<Refusal>,
    ) -> Judged<Accepted> {
        let lines = std::slice::from_ref(line);
        let drop = self.open_drop(at, name, lines)?;
        if drop.draw.at(at) == Some(&Draw::Ahead) {
            perhaps.push(Refusal::DrawPending);
        } else if !matches!(drop.waitlist.at(at), Some(Waitlist::Ask | Waitlist::Automatic)) {
            return Err(Refusal::WaitlistOff);
        }
        self.judge_place(at, viewer, (drop, lines), perhaps)
    }

    /// A place in a line or a draw.
    fn judge_place(
        &self,
        at: u64,
        viewer: &Name,
        (drop, lines): (&DropStates, &[Line]),
        perhaps: &mut Vec<Refusal>,
    ) -> Judged<Accepted> {
        if lines.len() > 1 {
            return Err(Refusal::BundleInvalid);
        }
        if let Some(waiter) = drop.place_of(viewer, at) {
            return Err(Refusal::AlreadyWaiting(Some(waiter)));
        }
        self.may_hold(at, viewer, (drop, lines), perhaps)?;
        Ok(Accepted::InLine)
    }

    /// The drop, where this can be asked for at all.
    fn open_drop(&self, at: u64, name: &Name, lines: &[Line]) -> Judged<&DropStates> {
        match self.show.at(at) {
            Some(ShowPhase::Live) => {}
            Some(ShowPhase::Ended) => return Err(Refusal::ShowEnded),
            _ => return Err(Refusal::ShowNotLive),
        }
        let drop = self.drops.get(name).ok_or(Refusal::DropUnknown)?;
        match drop.phase_at(at) {
            Some(DropPhase::Open) => {}
            Some(phase) => return Err(Refusal::DropPhase(phase)),
            None => return Err(Refusal::DropUnknown),
        }
        if lines.iter().any(|(sku, _)| self.left(at, name, sku).is_none()) {
            return Err(Refusal::SkuUnknown);
        }
        if lines.iter().any(|(_, quantity)| *quantity == 0) || units(lines) > QUANTITY_MAX {
            return Err(Refusal::QuantityInvalid);
        }
        let is_twice = |place: usize| lines[..place].iter().any(|(sku, _)| *sku == lines[place].0);
        if lines.len() > BUNDLE_LINES_MAX || (0..lines.len()).any(is_twice) {
            return Err(Refusal::BundleInvalid);
        }
        Ok(drop)
    }

    /// Whether the viewer may have these units, were there enough.
    fn may_hold(
        &self,
        at: u64,
        viewer: &Name,
        (drop, lines): (&DropStates, &[Line]),
        perhaps: &mut Vec<Refusal>,
    ) -> Judged {
        let rules = self.hold_rules.at(at).copied().unwrap_or_default();
        let has = self.viewers.get(viewer);
        let newest = |value: Option<&i64>| value.copied().unwrap_or_default();
        let lapses = newest(has.and_then(|has| has.lapses.at(at)));
        if rules.cool_down.is_some_and(|rest| lapses > i64::from(rest.lapses_allowed)) {
            perhaps.push(Refusal::CoolingDown);
        }
        let open = newest(has.and_then(|has| has.open.at(at)));
        if let Some(limit) = rules.open_holds_per_viewer.filter(|limit| open >= i64::from(*limit)) {
            return Err(Refusal::OpenHoldsReached(Some(limit)));
        }
        let more = |limit: i64, taken: i64| u32::try_from((limit - taken).max(0)).unwrap_or(u32::MAX);
        let limit = newest(drop.limit.at(at));
        let remaining = more(limit, newest(drop.taken.get(viewer).and_then(|taken| taken.at(at))));
        if units(lines) > u64::from(remaining) {
            return Err(Refusal::LimitReached(Some(remaining)));
        }
        let Some(limit) = rules.limit_per_viewer else { return Ok(()) };
        let remaining = more(i64::from(limit), newest(has.and_then(|has| has.units.at(at))));
        if units(lines) > u64::from(remaining) {
            return Err(Refusal::ShowLimitReached(Some(remaining)));
        }
        Ok(())
    }

    /// Why these units can't be had; of a bundle what it lacks most.
    fn missing(&self, at: u64, name: &Name, lines: &[Line]) -> Option<Refusal> {
        let count = |units: i64| u32::try_from(units.max(0)).unwrap_or(u32::MAX);
        let mut refusal = None;
        for (sku, quantity) in lines {
            match self.available(at, name, sku).map_or(0, count) {
                0 => return Some(Refusal::SoldOut),
                left if left < *quantity => refusal = Some(Refusal::NotEnough(Some(left))),
                _ => {}
            }
        }
        let shared = self.drops.get(name).map_or(i64::MAX, |drop| drop.shared_left(at));
        let is_short = units(lines) > u64::from(count(shared));
        refusal.or_else(|| is_short.then(|| Refusal::NotEnough(Some(count(shared)))))
    }

    fn judge_leave(&self, at: u64, viewer: &Name, waiter: u64) -> Judged<Accepted> {
        let own = self.waiters.get(&waiter).filter(|waiter| waiter.viewer == *viewer);
        match own.and_then(|own| own.state.at(at)) {
            None => Err(Refusal::WaiterUnknown),
            Some(WaiterState::Waiting) => Ok(Accepted::InLine),
            Some(_) => Err(Refusal::WaiterOver),
        }
    }

    fn judge_extension(&self, at: u64, viewer: &Name, reservation: u64) -> Judged<Accepted> {
        self.judge_settling(at, viewer, reservation)?;
        let by_ms = self.hold_rules.at(at).map_or(0, |rules| rules.payment_extension_ms);
        let was_extended = self.reservations.get(&reservation).is_some_and(|own| own.was_extended.at(at).is_some());
        if by_ms == 0 || was_extended { Err(Refusal::ExtensionOver) } else { Ok(Accepted::AtOnce) }
    }

    /// What is held or offered can be bought and given back by its viewer, and by nobody else.
    fn judge_settling(&self, at: u64, viewer: &Name, reservation: u64) -> Judged {
        let own = self.reservations.get(&reservation).filter(|reservation| reservation.viewer == *viewer);
        match own.and_then(|own| own.state.at(at)) {
            None => Err(Refusal::ReservationUnknown),
            Some(ReservationState::Held | ReservationState::Offered) => Ok(()),
            Some(state) => Err(Refusal::ReservationState(*state)),
        }
    }
}

fn units(lines: &[Line]) -> u64 {
    lines.iter().map(|(_, quantity)| u64::from(*quantity)).sum()
}
