//! Which function decides which command.

use super::{
    access, audience, buying, buying::Wanted, drops, orders, outage, plan, reclaim, run, waitlist, withdrawal,
};
use crate::{
    show::{Command, Fact, Outcome, Refusal, Request, Show},
    time::Timestamp,
};

/// What an accepted request makes true.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// In the order in which they become true; none when nothing changes, because the key was accepted before or the
    /// plan is true already.
    pub facts: Vec<Fact>,
    /// What the key, if there is one, stands for from then on.
    pub outcome: Outcome,
}

/// Decides a request, and changes nothing.
///
/// Time must have passed up to `now` (for [`Command::ExtendHolds`]: up to the outage), as [`Show::handle`] sees to; a
/// `now` before [`Show::last_at`] counts as that. A refusal is the first that applies of: the role, the show, its
/// brand, the key, and then what the command asks for, in the order that its function states.
pub fn decide(show: &Show, now: Timestamp, request: &Request) -> Result<Decision, Refusal> {
    let now = now.max(show.last_at());
    access::check(show, request)?;
    if let Some(outcome) = access::repeated(show, request)? {
        return Ok(Decision { facts: Vec::new(), outcome });
    }
    let who = &request.principal;
    match &request.command {
        Command::Plan(wanted) => plan::plan(show, wanted),
        Command::Start => run::start(show),
        Command::End => run::end(show),
        Command::OpenDrop { drop } => drops::open(show, now, drop),
        Command::ScheduleDrop { drop, opens_at } => drops::schedule(show, now, drop, *opens_at),
        Command::PauseDrop { drop } => drops::pause(show, drop),
        Command::ResumeDrop { drop } => drops::resume(show, drop),
        Command::ExtendDrop { drop, by_ms } => drops::extend(show, drop, *by_ms),
        Command::UndoDrop { drop } => drops::undo(show, now, drop),
        Command::CloseDrop { drop } => drops::close(show, drop),
        Command::AddUnits { drop, sku, units } => run::add_units(show, drop.as_ref(), sku, *units),
        Command::WithdrawUnits { sku, units, force } => withdrawal::withdraw(show, sku, *units, *force),
        &Command::Reserve { ref drop, ref sku, quantity, ref with } => {
            buying::reserve(show, now, &Wanted { viewer: &who.id, drop, sku, quantity, with })
        }
        &Command::JoinWaitlist { ref drop, ref sku, quantity } => {
            waitlist::join(show, now, &Wanted { viewer: &who.id, drop, sku, quantity, with: &[] })
        }
        Command::LeaveWaitlist { waiter } => waitlist::leave(show, &who.id, *waiter),
        Command::ExtendHold { reservation } => buying::extend(show, now, &who.id, *reservation),
        Command::Confirm { reservation } => buying::confirm(show, now, &who.id, *reservation),
        Command::Release { reservation } => buying::release(show, now, &who.id, *reservation),
        Command::CommitDraw { drop, commitment } => waitlist::commit(show, drop, *commitment),
        Command::DrawLots { drop, seed, digest } => waitlist::draw(show, now, drop, *seed, *digest),
        Command::SettleOrder { order, payment } => orders::settle(show, *order, payment),
        Command::ExtendHolds { by_ms } => outage::extend_holds(show, now, *by_ms),
        Command::CountAudience { node, count } => audience::count(show, now, node, count),
        Command::Reclaim(promise) => reclaim::reclaim(show, now, promise),
    }
}

impl Decision {
    /// A decision after which the show, a drop or the stock is as was asked.
    pub(super) fn done(facts: Vec<Fact>) -> Self {
        Self { facts, outcome: Outcome::Done }
    }
}
