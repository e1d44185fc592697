//! Holding, buying, giving back, and the end of holds.

use dropcast_domain::{
    ids::{OrderId, ReservationId},
    show::{DropPhase, QUANTITY_MAX, Refusal, ReservationState},
};

use crate::fixture::*;

#[test]
fn a_unit_goes_from_free_to_held_to_sold() {
    let mut stage = Stage::selling();
    stage.accepts(&viewer("ann"), reserve("night", "tee", 2), &["#1: 2 tee@2500 held for ann in night until 120000"]);
    assert_eq!(stage.stock("tee"), "5 = 3 + 2 + 0");
    stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", "order 1: #1 for 5000"]);
    assert_eq!(stage.stock("tee"), "5 = 3 + 0 + 2");
}

#[test]
fn a_drop_may_have_its_own_price_cap_and_hold() {
    let mut plan = plan();
    plan.drops[0].hold_ttl_ms = Some(7_000);
    let mut stage = Stage::selling_as(plan);
    stage.accepts(&viewer("ann"), reserve("night", "cap", 1), &["#1: 1 cap@800 held for ann in night until 7000"]);
    stage.refuses(&viewer("bob"), reserve("night", "cap", 1), Refusal::SoldOut);
    assert_eq!(stage.stock("cap"), "2 = 1 + 1 + 0", "the cap is used up, the allotment is not");
}

#[test]
fn a_reserve_is_refused_for_the_first_reason_that_applies() {
    let ann = viewer("ann");
    Stage::draft(plan()).refuses(&ann, reserve("none", "none", 0), Refusal::ShowNotLive);
    let mut stage = Stage::live(plan());
    stage.refuses(&ann, reserve("none", "none", 0), Refusal::DropUnknown);
    stage.refuses(&ann, reserve("night", "none", 0), Refusal::DropPhase { phase: DropPhase::Planned });
    stage.ask(&host(), open("night")).unwrap();
    stage.refuses(&ann, reserve("night", "none", 0), Refusal::SkuUnknown);
    for quantity in [0, QUANTITY_MAX + 1, u32::MAX] {
        stage.refuses(&ann, reserve("night", "tee", quantity), Refusal::QuantityInvalid { max: QUANTITY_MAX });
    }
    stage.refuses(&ann, reserve("night", "cap", 3), Refusal::LimitReached { limit: 2, remaining: 2 });
    stage.refuses(&ann, reserve("night", "cap", 2), Refusal::NotEnough { available: 1 });
    stage.ask(&viewer("bob"), reserve("night", "cap", 1)).unwrap();
    stage.refuses(&ann, reserve("night", "cap", 2), Refusal::SoldOut);
    stage.ask(&host(), dropcast_domain::show::Command::End).unwrap();
    stage.refuses(&ann, reserve("none", "none", 0), Refusal::ShowEnded);
}

#[test]
fn a_viewers_first_reservation_and_first_order_are_known() {
    let mut stage = Stage::selling();
    for (name, command) in [
        ("ann", reserve("night", "tee", 1)),
        ("bob", reserve("night", "tee", 1)),
        ("ann", release(1)),
        ("ann", reserve("night", "tee", 1)),
        ("ann", reserve("night", "tee", 1)),
        ("ann", confirm(4)),
        ("bob", confirm(2)),
        // An order of its own, after that of a later reservation.
        ("ann", confirm(3)),
    ] {
        stage.ask(&viewer(name), command).unwrap();
    }
    let reservations = (0..=5).filter(|id| stage.show.is_first_reservation(ReservationId(*id)));
    assert_eq!(reservations.collect::<Vec<_>>(), [1, 2]);
    let orders = (0..=4).filter(|id| stage.show.is_first_order(OrderId(*id)));
    assert_eq!(orders.collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn held_and_sold_units_count_towards_the_limit_and_those_given_back_do_not() {
    let mut stage = Stage::selling();
    let ann = viewer("ann");
    for _ in 0..2 {
        stage.ask(&ann, reserve("night", "tee", 1)).unwrap();
    }
    stage.ask(&ann, confirm(1)).unwrap();
    let full = Refusal::LimitReached { limit: 2, remaining: 0 };
    stage.refuses(&ann, reserve("night", "tee", 1), full.clone());
    stage.accepts(&ann, release(2), &["#2 released"]);
    stage.ask(&ann, reserve("night", "tee", 1)).unwrap();
    stage.refuses(&ann, reserve("night", "tee", 1), full);
    assert_eq!(stage.wait_ms(120_000), ["#3 expired"]);
    stage.refuses(&ann, reserve("night", "tee", 2), Refusal::LimitReached { limit: 2, remaining: 1 });
    assert_eq!(stage.show.remaining_limit(&drop_id("night"), &somebody("ann")), Some(1));
    assert_eq!(stage.show.remaining_limit(&drop_id("night"), &somebody("bob")), Some(2));
}

#[test]
fn a_hold_is_over_at_its_deadline_and_not_before() {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("bob"), reserve("night", "tee", 1)).unwrap();
    assert_eq!(stage.wait_ms(119_999), [""; 0]);
    stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", "order 1: #1 for 2500"]);
    assert_eq!(stage.show.next_deadline(), Some(stage.now.after_ms(1)));
    stage.now = stage.now.after_ms(1);
    let expired = Refusal::ReservationState { state: ReservationState::Expired };
    assert_eq!(stage.ask(&viewer("bob"), confirm(2)), Err(expired.clone()));
    assert_eq!(stage.stock("tee"), "5 = 4 + 0 + 1", "it was expired before the decision");
    stage.refuses(&viewer("bob"), release(2), expired);
}

#[test]
fn a_reservation_ends_once_and_for_its_viewer_only() {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("bob"), reserve("night", "tee", 1)).unwrap();
    for reservation in [0, 2, 3, u64::MAX] {
        stage.refuses(&viewer("ann"), confirm(reservation), Refusal::ReservationUnknown);
        stage.refuses(&viewer("ann"), release(reservation), Refusal::ReservationUnknown);
    }
    stage.ask(&viewer("ann"), confirm(1)).unwrap();
    stage.ask(&viewer("bob"), release(2)).unwrap();
    for (who, reservation, state) in [("ann", 1, ReservationState::Sold), ("bob", 2, ReservationState::Released)] {
        stage.refuses(&viewer(who), confirm(reservation), Refusal::ReservationState { state });
        stage.refuses(&viewer(who), release(reservation), Refusal::ReservationState { state });
    }
}

#[test]
fn what_is_held_can_be_bought_while_nothing_else_can() {
    let mut stage = Stage::selling();
    for who in ["ann", "bob", "cem"] {
        stage.ask(&viewer(who), reserve("night", "tee", 1)).unwrap();
    }
    stage.ask(&host(), pause("night")).unwrap();
    stage.refuses(&viewer("dee"), reserve("night", "tee", 1), Refusal::DropPhase { phase: DropPhase::Paused });
    stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", "order 1: #1 for 2500"]);
    stage.ask(&host(), close("night")).unwrap();
    stage.refuses(&viewer("dee"), reserve("night", "tee", 1), Refusal::DropPhase { phase: DropPhase::Closed });
    stage.accepts(&viewer("bob"), confirm(2), &["#2 sold", "order 2: #2 for 2500"]);
    stage.ask(&host(), dropcast_domain::show::Command::End).unwrap();
    stage.accepts(&viewer("cem"), confirm(3), &["#3 sold", "order 3: #3 for 2500"]);
}

#[test]
fn a_viewer_finds_their_reservations_and_orders() {
    let mut stage = Stage::selling();
    for who in ["ann", "bob", "ann"] {
        stage.ask(&viewer(who), reserve("night", "tee", 1)).unwrap();
    }
    stage.ask(&viewer("ann"), confirm(3)).unwrap();
    let (show, ann) = (&stage.show, somebody("ann"));
    assert_eq!(show.reservations_of(&ann).map(|reservation| reservation.id.0).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(show.orders_of(&ann).map(|order| (order.id.0, order.reservation.0)).collect::<Vec<_>>(), [(1, 3)]);
    assert_eq!(show.reservations_of(&somebody("dee")).count(), 0);
    assert_eq!((show.reservation_count(), show.hold_count(), show.order_count(), show.key_count()), (3, 2, 1, 7));
}
