//! What viewers ask of the small server about places in line, and about more time.

use dropcast_proto::v1::{
    AnswerOutcome, ExtendHold, JoinWaitlist, LeaveWaitlist, RefusalCode, ReservationState, Role, WaiterState,
    WaitlistLeft, answer_outcome::Kind, fact, key_outcome,
};

use super::{
    shop::{Asked, outcome, refusal},
    world::{World, cause},
};

impl World {
    pub(crate) fn join_waitlist(&mut self, viewer: &str, join: &JoinWaitlist) -> Option<AnswerOutcome> {
        let JoinWaitlist { key, drop, sku, quantity, .. } = join.clone();
        let asked = Asked::Join { drop, sku, quantity };
        if let Some(before) = self.before(viewer, &key, &asked) {
            return outcome(before);
        }
        if let Some(refusal) = self.unaskable(&join.drop, quantity) {
            return outcome(Kind::Refused(refusal));
        }
        if !self.line.is_ahead() && !self.line.is_automatic {
            return outcome(Kind::Refused(refusal(RefusalCode::WaitlistOff)));
        }
        let waits = self.line.place_of(viewer).is_some();
        if let Some(refusal) = self.beyond_limit(viewer, quantity).filter(|_| !waits) {
            return outcome(Kind::Refused(refusal));
        }
        let place = self.join(viewer, &key, quantity);
        if matches!(place, Kind::Waiter(_)) {
            self.bind(viewer, &key, asked, place.clone());
        }
        outcome(place)
    }

    pub(crate) fn leave_waitlist(&mut self, viewer: &str, leave: &LeaveWaitlist) -> Option<AnswerOutcome> {
        let LeaveWaitlist { key, waiter: number, .. } = leave;
        if let Some(before) = self.before(viewer, key, &Asked::Leave(*number)) {
            return outcome(before);
        }
        let place = usize::try_from(*number).unwrap().wrapping_sub(1);
        let Some(waiter) = self.line.waiters.get_mut(place).filter(|waiter| waiter.viewer == viewer) else {
            return outcome(Kind::Refused(refusal(RefusalCode::WaiterUnknown)));
        };
        if waiter.state != WaiterState::Waiting {
            return outcome(Kind::Refused(refusal(RefusalCode::WaiterOver)));
        }
        waiter.state = WaiterState::Left;
        let cause = cause(Role::Viewer, viewer, key, key_outcome::Kind::Waiter(*number));
        self.append(Some(cause), vec![fact::Kind::WaitlistLeft(WaitlistLeft { waiter: *number })]);
        self.tell_stock();
        let left = Kind::Waiter(self.waiter(*number));
        self.bind(viewer, key, Asked::Leave(*number), left.clone());
        outcome(left)
    }

    /// This show extends nothing.
    pub(crate) fn extend_hold(&mut self, viewer: &str, extend: &ExtendHold) -> Option<AnswerOutcome> {
        let ExtendHold { key, reservation, .. } = extend;
        if let Some(before) = self.before(viewer, key, &Asked::Extend(*reservation)) {
            return outcome(before);
        }
        let state = self.held_by(viewer, *reservation).map(|held| held.state);
        let refused = match state {
            Err(refusal) => refusal,
            Ok(ReservationState::Held | ReservationState::Offered) => refusal(RefusalCode::ExtensionOver),
            Ok(state) => {
                let mut over = refusal(RefusalCode::ReservationState);
                over.reservation_state = state.into();
                over
            }
        };
        outcome(Kind::Refused(refused))
    }
}
