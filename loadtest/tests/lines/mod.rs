//! `loadtest rush` with lines and draws: green when the server is honest, red for each way in which it is not.

use serde_json::json;

use crate::{
    assert_red, rush,
    support::{
        rush::{Outcome, same_flag},
        world::Behaviour,
    },
};

/// A draw of ten units for twenty buyers; `more` comes last and wins.
fn draw(behaviour: Behaviour, more: &[&str]) -> Outcome {
    rush_as(behaviour, &["--mode=draw", "--entry-ms=500", "--stock=10", "--limit=1", "--cut=0"], more)
}

/// A line for ten units; `more` comes last and wins.
fn line(behaviour: Behaviour, more: &[&str]) -> Outcome {
    rush_as(behaviour, &["--waitlist", "--stock=10", "--limit=1", "--cut=0"], more)
}

fn rush_as(behaviour: Behaviour, usual: &[&str], more: &[&str]) -> Outcome {
    let usual = usual.iter().filter(|flag| !more.iter().any(|other| same_flag(flag, other)));
    rush(behaviour, &usual.chain(more).copied().collect::<Vec<_>>())
}

#[test]
fn an_honest_draw_is_green() {
    let outcome = draw(Behaviour::Honest, &["--cut=0.2"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let report = outcome.json();
    assert_eq!((&report["mode"], &report["drawn"], &report["settled"]), (&json!("draw"), &json!(true), &json!(true)));
    assert_eq!((&report["entered"], &report["draw_recomputed"]), (&json!(20), &json!(20)));
    assert_eq!(
        (&report["offers"], &report["offers_in_order"], &report["offers_told"]),
        (&json!(10), &json!(10), &json!(10))
    );
    assert!(report["winners_first_tenth"].as_f64() <= Some(0.2), "{report}");
    assert!(outcome.stdout.contains("already_waiting"), "{}", outcome.stdout);
}

#[test]
fn an_honest_line_is_green_and_goes_on_until_all_is_sold() {
    let outcome = line(Behaviour::Honest, &["--confirm=0.6", "--release=0.4", "--buyers=30"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let report = outcome.json();
    let count = |name: &str| report[name].as_u64().unwrap();
    assert_eq!((&report["waitlist"], &report["settled"]), (&json!(true), &json!(true)));
    assert!(count("waited") >= 10, "{report}");
    assert_eq!([count("offers_in_order"), count("offers_told")], [count("offers"); 2]);
    assert!(count("sold") == 10 || count("offers") >= 20, "{report}");
}

#[test]
fn units_that_run_out_are_offered_to_who_waits() {
    let outcome = line(Behaviour::Honest, &["--confirm=0", "--release=0", "--buyers=20"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let report = outcome.json();
    assert_eq!((&report["sold"], &report["offers"], &report["held"]), (&json!(0), &json!(10), &json!(0)));
}

#[test]
fn a_draw_that_is_not_what_was_published_is_red() {
    let rows = [
        (Behaviour::DrawsByClick, "next in line"),
        (Behaviour::DrawsWithAnyDigest, "draws lots with another digest than that of the entry before"),
        (Behaviour::ShowsAnotherSeed, "the draw was shown otherwise than it is in the journal"),
        (Behaviour::HidesCommitment, "nobody was shown what the draw is bound to before it opened"),
        (Behaviour::EntersTwice, "has 2 places in the draw"),
        (Behaviour::TellsOtherPlaces, "unlike the journal"),
    ];
    std::thread::scope(|scope| {
        for (behaviour, sentence) in rows {
            scope.spawn(move || assert_red(&draw(behaviour, &[]), sentence));
        }
    });
}

#[test]
fn a_draw_that_closes_early_is_red() {
    let outcome = draw(Behaviour::ClosesEarly, &["--entry-ms=4000"]);
    assert_red(&outcome, "saw that the draw was said to be closed too early");
}

#[test]
fn a_draw_that_never_comes_is_red() {
    let outcome = draw(Behaviour::NeverDraws, &["--duration=2"]);
    assert_red(&outcome, "the lots were never drawn");
    assert_eq!((&outcome.json()["drawn"], &outcome.json()["draw_recomputed"]), (&json!(false), &json!(0)));
}

#[test]
fn places_that_do_not_follow_from_the_lots_are_red() {
    assert_red(&draw(Behaviour::DrawsByClick, &[]), "Not everybody was served as it was due: viewer-");
}

#[test]
fn a_line_that_is_not_served_in_order_is_red() {
    let rows = [
        (Behaviour::OffersToTheLast, "next in line"),
        (Behaviour::OffersInSilence, "was never told of the offer"),
        (Behaviour::KeepsWhatComesBack, "offered what is free"),
        (Behaviour::ShowsWhatIsKept, "1 units were to be had while place"),
        (Behaviour::TellsOtherPlaces, "unlike the journal"),
    ];
    // Units come back once everybody waits who will, and that takes a while, so all at once.
    std::thread::scope(|scope| {
        for (behaviour, sentence) in rows {
            scope.spawn(move || assert_red(&line(behaviour, &["--confirm=0", "--release=0"]), sentence));
        }
    });
}

#[test]
fn bots_wait_like_anybody() {
    for rush in [draw, line] {
        let outcome = rush(Behaviour::Honest, &["--bots=2", "--limit=2"]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(outcome.json()["bots_answered"].as_u64() > Some(0));
    }
}

#[test]
fn clicks_that_come_too_late_for_the_draw_are_refused_before_it_is_run() {
    let outcome = draw(Behaviour::Honest, &["--entry-ms=200"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("longer than --entry-ms 200"), "{}", outcome.stderr);
}
