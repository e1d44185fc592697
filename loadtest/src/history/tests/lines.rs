//! Lines: what is right, and what is told about each thing that is wrong.

use dropcast_proto::v1::{self, DropPhase, ReservationState, Waitlist, fact::Kind, key_outcome};

use super::story::{DROP, SKU, Story, cause, reserve};
use crate::history::{
    Asked,
    call::{Refusal, Told},
};

/// One unit, one for each viewer, and a line for it.
fn line() -> Story {
    let waitlist = Waitlist::Automatic.into();
    Story::open_as(1, v1::DropPlanned { limit_per_viewer: 1, waitlist, ..Default::default() })
}

fn told(story: &Story) -> Vec<String> {
    story.check().violations.told
}

#[test]
fn who_waits_is_offered_what_comes_back() {
    let mut story = line();
    let reservation = story.holds("ann", "a", 1, 10..20);
    let bob = story.waits("bob", "b", 30..40, Some(1));
    let cai = story.waits("cai", "c", 45..50, None);
    // Who waits counts as if he held.
    story.refused("bob", "b2", 1, 60..70, Refusal::LimitReached(Some(0)));
    story.release("ann", "r", reservation);
    let offered = story.offer("bob", bob, 1);
    story.call("ann", "r", Asked::Release { reservation }, 80..90, Told::Released { reservation });
    // What is offered counts, and is bought like what is held.
    story.refused("bob", "b3", 1, 100..110, Refusal::LimitReached(Some(0)));
    let order = story.sell("bob", "s", offered);
    let sold = Told::Sold { reservation: offered, order };
    story.call("bob", "s", Asked::Confirm { reservation: offered }, 120..130, sold);
    // Told once more, under the key of the click.
    story.told_to_wait("bob", "b", 140..150, bob, Some(1));
    let left = v1::WaitlistLeft { waiter: cai };
    story.entry(Some(cause("cai", "l", key_outcome::Kind::Waiter(cai))), vec![Kind::WaitlistLeft(left)]);
    let waits = Told::Waits { waiter: cai, drop: DROP.into(), line: (SKU.into(), 1), place: Some(2) };
    story.call("cai", "l", Asked::Leave { waiter: cai }, 160..170, waits);
    let over = Told::Refused(Refusal::WaiterOver);
    story.call("cai", "l2", Asked::Leave { waiter: cai }, 180..190, over);
    let unknown = Told::Refused(Refusal::WaiterUnknown);
    story.call("cai", "l3", Asked::Leave { waiter: bob }, 180..190, unknown);
    assert_eq!(told(&story), [""; 0]);
    assert_eq!(story.check().checked, 11);
}

#[test]
fn nobody_waits_in_a_drop_that_closed() {
    let mut story = line();
    story.holds("ann", "a", 1, 10..20);
    let waiter = story.waits("bob", "b", 30..40, Some(1));
    story.phase(DropPhase::Closed);
    story.call("bob", "l", Asked::Leave { waiter }, 50..60, Told::Refused(Refusal::WaiterOver));
    // What comes back after that is nobody's.
    let expired = v1::ReservationExpired { reservation: 1 };
    story.pass(vec![Kind::ReservationExpired(expired)]);
    story.pass(vec![Kind::ShowEnded(v1::ShowEnded {})]);
    assert_eq!(told(&story), [""; 0]);
}

#[test]
fn one_asks_for_a_place_where_there_is_a_line() {
    let join = || Asked::Join { drop: DROP.into(), line: (SKU.into(), 1) };
    let mut story = Story::open(1, 1);
    story.holds("ann", "a", 1, 10..20);
    story.refused("bob", "b", 1, 30..40, Refusal::SoldOut);
    story.call("bob", "c", join(), 30..40, Told::Refused(Refusal::WaitlistOff));
    assert_eq!(told(&story), [""; 0]);

    let waitlist = Waitlist::Ask.into();
    let mut story = Story::open_as(1, v1::DropPlanned { limit_per_viewer: 1, waitlist, ..Default::default() });
    story.holds("ann", "a", 1, 10..20);
    story.refused("bob", "b", 1, 30..40, Refusal::SoldOut);
    let waiter = story.join("bob", "c", 1);
    let waits = Told::Waits { waiter, drop: DROP.into(), line: (SKU.into(), 1), place: Some(1) };
    story.call("bob", "c", join(), 50..60, waits);
    story.call("bob", "d", join(), 70..80, Told::Refused(Refusal::AlreadyWaiting(Some(waiter))));
    assert_eq!(told(&story), [""; 0]);
}

/// A story of [`line`] in which ann holds the unit and bob and cai wait, entries 4 to 6, and what is told about it.
type Row = (fn(&mut Story), &'static str);

#[test]
fn what_is_wrong_about_a_line() {
    let rows: [Row; 11] = [
        (
            |story| {
                give_back(story);
                story.offer("cai", 2, 1);
            },
            "entry 7: reservation 2 is offered to waiter 2, where 1 is next in line",
        ),
        (
            |story| {
                story.offer("bob", 1, 1);
            },
            "entry 6: reservation 2 is offered to waiter 1, where nobody is next in line",
        ),
        (
            |story| {
                give_back(story);
                story.offer("bob", 1, 2);
            },
            "entry 7: reservation 2 offers 2 of scarf to bob, which waiter 1 is not due",
        ),
        (
            |story| {
                give_back(story);
                story.offer("dov", 1, 1);
            },
            "entry 7: reservation 2 offers 1 of scarf to dov, which waiter 1 is not due",
        ),
        (
            |story| {
                give_back(story);
                story.pass(vec![Kind::ShowEnded(v1::ShowEnded {})]);
            },
            "entry 8: it comes before waiter 1 is offered what is free",
        ),
        (give_back, "after the last entry: waiter 1 is not offered what is free"),
        (
            |story| {
                story.waits("cai", "c2", 50..60, None);
            },
            "entry 7: cai waits as 3 and as 2 in one drop",
        ),
        (
            |story| story.told_to_wait("bob", "b", 50..60, 1, Some(2)),
            "bob's b was told waiter 1: 1 of scarf waited for in opening, in place 2, which is not what entry 5 says",
        ),
        (
            |story| story.told_to_wait("bob", "b2", 50..60, 1, Some(1)),
            "bob's b2 was accepted (waiter 1: 1 of scarf waited for in opening, in place 1), \
             which the journal does not have",
        ),
        (
            |story| story.refused("dov", "d", 1, 50..60, Refusal::SoldOut),
            "dov's d was refused (sold_out), which was not so after any of the entries 6 to 6",
        ),
        (
            |story| story.refused("bob", "d", 1, 50..60, Refusal::AlreadyWaiting(Some(2))),
            "bob's d was refused (already_waiting (in place 2)), which was not so after any of the entries 6 to 6",
        ),
    ];
    for (tell, violation) in rows {
        let mut story = line();
        story.holds("ann", "a", 1, 10..20);
        story.waits("bob", "b", 22..24, Some(1));
        story.waits("cai", "c", 26..28, Some(2));
        tell(&mut story);
        assert_eq!(told(&story)[0], violation);
    }
}

/// Time gives back what ann holds: entry 7.
fn give_back(story: &mut Story) {
    story.pass(vec![Kind::ReservationExpired(v1::ReservationExpired { reservation: 1 })]);
}

#[test]
fn what_waits_is_not_given_to_others() {
    let mut story = line();
    story.waits("bob", "b", 10..20, Some(1));
    assert_eq!(
        told(&story),
        ["after the last entry: waiter 1 is not offered what is free", "entry 4 lets bob's b wait for what is there"]
    );

    let mut story = line();
    story.holds("ann", "a", 1, 10..20);
    story.holds("bob", "b", 1, 30..40);
    assert_eq!(told(&story), ["entry 5 gives bob's b at once what others wait for"]);

    // What is free while somebody waits is kept for who waits.
    let mut story = line();
    story.holds("ann", "a", 1, 10..20);
    story.waits("bob", "b", 22..24, Some(1));
    give_back(&mut story);
    story.holds("cai", "c", 1, 30..40);
    assert_eq!(
        told(&story),
        [
            "entry 7: it comes before waiter 1 is offered what is free",
            "entry 7 gives cai's c at once what others wait for"
        ]
    );
}

#[test]
fn of_a_lost_history_places_are_not_checked() {
    let mut story = line();
    story.told_to_wait("bob", "b", 10..20, 1, Some(1));
    assert_eq!(told(&story).len(), 1);
    let broken = v1::PromiseBroken { viewer: "cai".into(), lost: 8, key: "c".into(), ..Default::default() };
    story.pass(vec![Kind::PromiseBroken(broken)]);
    assert_eq!(told(&story), [""; 0]);
}

#[test]
fn an_offer_that_ran_out_is_no_hold_any_more() {
    let mut story = line();
    story.holds("ann", "a", 1, 10..20);
    let waiter = story.waits("bob", "b", 30..40, Some(1));
    give_back(&mut story);
    let reservation = story.offer("bob", waiter, 1);
    story.pass(vec![Kind::ReservationExpired(v1::ReservationExpired { reservation })]);
    let expired = Told::Refused(Refusal::ReservationState(ReservationState::Expired));
    story.call("bob", "c", Asked::Confirm { reservation }, 50..60, expired);
    story.ask("bob", "d", reserve(1), 70);
    assert_eq!(told(&story), [""; 0]);
}
