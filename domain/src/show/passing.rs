//! What the passing of time makes true.

use super::{
    CloseReason, ENTRY_FACTS_MAX, Fact, Show,
    deadlines::{Deadline, Due},
};
use crate::time::Timestamp;

/// The next facts that the passing of time made true up to `now`, in the order of their deadlines; `None` when there
/// are none. What one moment freed is offered to who waits for it before the next moment comes, whenever somebody
/// looks. At one moment drops close before holds expire, and holds expire before drops open; drops among themselves go
/// in the order of the run of show.
///
/// At most [`ENTRY_FACTS_MAX`]: they are taken in before it is asked again. A deadline is due at its own moment
/// already. A drop that was to open and to close while nobody ran the show opens and closes now, one after the other:
/// it is never skipped in silence. One that draws opens now for all its time.
pub(super) fn passing(show: &Show, now: Timestamp) -> Option<Vec<Fact>> {
    // Whatever came free belongs to who waits before anything else happens.
    if let Some(offer) = show.next_offer(now) {
        return Some(vec![offer]);
    }
    // Asked twice for every decision, it mostly has nothing to say.
    if show.next_deadline().is_none_or(|deadline| now < deadline) {
        return None;
    }
    let somebody_waits = show.somebody_waits();
    let mut facts = Vec::new();
    let mut moment = None;
    for deadline in show.index.deadlines.iter().take_while(|deadline| deadline.at <= now).take(ENTRY_FACTS_MAX) {
        // What one moment frees is offered before the next one comes, as if somebody had been awake.
        if somebody_waits && moment.is_some_and(|moment| moment < deadline.at) {
            break;
        }
        moment = Some(deadline.at);
        let (fact, closes_at) = due(show, now, deadline);
        facts.push(fact);
        // The end of what opens is not among the deadlines yet and may come before the next of them.
        if closes_at.is_some_and(|closes_at| closes_at <= now) && !somebody_waits {
            break;
        }
    }
    if facts.is_empty() { None } else { Some(facts) }
}

/// The fact, and the new deadline that comes with it.
fn due(show: &Show, now: Timestamp, deadline: Deadline) -> (Fact, Option<Timestamp>) {
    match deadline.due {
        Due::Close(_, drop) => {
            let drop = show.records.drops.name(drop).clone();
            (Fact::DropClosed { drop, reason: CloseReason::Time }, None)
        }
        Due::Expire(reservation) => (Fact::ReservationExpired { reservation }, None),
        Due::Open(_, slot) => {
            let drop = show.records.drops.name(slot).clone();
            let opened = &show.records.drops[slot];
            // Nobody can have entered a draw while nobody ran the show: it has all its time.
            let closes_at = opened.end_if_opened(if opened.draws() { now } else { deadline.at });
            (Fact::DropOpened { drop, closes_at }, closes_at)
        }
    }
}
