//! Every scenario, in every order of the threads' turns in which at most so many are cut short.

use dropcast_model::hub::scenarios;

/// Nearly all mistakes show with two threads interrupted at the wrong moment.
const INTERRUPTIONS_MAX: usize = 4;

fn check(scenario: fn()) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(INTERRUPTIONS_MAX);
    model.check(scenario);
}

#[test]
fn nothing_published_is_slept_through() {
    check(scenarios::nothing_published_is_slept_through);
}

#[test]
fn nothing_falls_between_joining_and_waking() {
    check(scenarios::nothing_falls_between_joining_and_waking);
}

#[test]
fn the_newest_value_arrives() {
    check(scenarios::the_newest_value_arrives);
}

#[test]
fn nothing_overtakes_what_was_published_before_it() {
    check(scenarios::nothing_overtakes_what_was_published_before_it);
}

#[test]
fn a_place_is_not_mixed_up_with_its_next_connection() {
    check(scenarios::a_place_is_not_mixed_up_with_its_next_connection);
}

#[test]
fn too_many_private_frames_are_one_overflow() {
    check(scenarios::too_many_private_frames_are_one_overflow);
}

#[test]
fn a_connection_is_closed_once_and_sends_nothing_after_it() {
    check(scenarios::a_connection_is_closed_once_and_sends_nothing_after_it);
}
