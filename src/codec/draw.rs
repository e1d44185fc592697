//! Draws, as whoever checks them sees them.

use dropcast_domain::{
    ids::{DropId, PrincipalId, Sku},
    inventory::{Waiter, WaiterState},
    show::{Drop, Lots, Show},
};

/// Who entered a draw.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Entrants {
    /// How many entered and did not leave before the lots were drawn.
    pub count: u32,
    /// Some of them in the order of their places, once the lots are drawn; before that nobody is shown.
    pub page: Vec<Entrant>,
}

/// A lot of a draw.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entrant {
    /// Who, which nobody is told.
    viewer: PrincipalId,
    /// What was wanted.
    pub sku: Sku,
    /// How many at most.
    pub quantity: u32,
    /// The place that was drawn, from 1.
    pub place: u32,
    /// Whether units were offered to it.
    pub offered: bool,
}

impl Entrant {
    /// What stands for the viewer's name: SHA-256 of it. It costs more than all the rest, so it is made where nobody
    /// waits.
    pub fn ticket(&self) -> [u8; 32] {
        Lots::ticket(&self.viewer).0
    }
}

/// Who entered the drop's draw: those whose places come after `after`, at most `limit`. It costs what the show has of
/// places in line.
pub fn entrants(show: &Show, drop: &DropId, after: u32, limit: u32) -> Entrants {
    let Some(drawn) = show.drop(drop) else { return Entrants::default() };
    let of_page = |place: u32| (1..=limit).contains(&place.saturating_sub(after));
    let mut entrants = Entrants::default();
    for waiter in show.waiters_in(drop).filter(|waiter| entered(drawn, waiter)) {
        entrants.count += 1;
        if let Some(place) = waiter.place.filter(|&place| of_page(place)) {
            entrants.page.push(entrant(&waiter, place));
        }
    }
    entrants.page.sort_unstable_by_key(|entrant| entrant.place);
    entrants
}

/// Whether it is a lot of the draw, and not a place in the line behind it, or one that was left before, or of an opening
/// that was taken back.
fn entered(drop: &Drop, waiter: &Waiter<'_>) -> bool {
    let since = drop.opened_at().is_some_and(|opened_at| opened_at <= waiter.joined_at);
    let in_time = since && drop.entries_close_at().is_some_and(|close_at| waiter.joined_at < close_at);
    in_time && (waiter.place.is_some() || (drop.lots().is_none() && waiter.state != WaiterState::Left))
}

fn entrant(waiter: &Waiter<'_>, place: u32) -> Entrant {
    Entrant {
        viewer: waiter.viewer.clone(),
        sku: waiter.sku.clone(),
        quantity: waiter.quantity,
        place,
        offered: matches!(waiter.state, WaiterState::Offered(_)),
    }
}
