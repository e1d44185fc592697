//! `loadtest rush` against a small server: green when the server is honest, red for each way in which it is not.

mod lines;
mod support;

use std::path::Path;

use serde_json::json;
use support::{
    rush::{Outcome, finish, own, start},
    server::Server,
    world::Behaviour,
};

fn rush(behaviour: Behaviour, more: &[&str]) -> Outcome {
    let server = Server::start(behaviour);
    finish(start(&server.url(), more))
}

fn assert_red(outcome: &Outcome, sentence: &str) {
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    assert!(outcome.stderr.contains(sentence), "{:?} is not in {}", sentence, outcome.stderr);
}

#[test]
fn an_honest_server_is_green() {
    let outcome = rush(Behaviour::Honest, &[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let line = outcome.json();
    assert_eq!((&line["answered"], &line["unanswered"]), (&json!(400), &json!(0)));
    assert_eq!((&line["held"], &line["sold"], &line["stock"]), (&json!(25), &json!(0), &json!(25)));
    assert_eq!((&line["oversold"], &line["lost"], &line["kills"]), (&json!(0), &json!(0), &json!(0)));
    // Every click, and the host's two calls.
    assert_eq!((&line["history_checked"], &line["history_violations"]), (&json!(402), &json!(0)));
    assert!(line["click_p99_ms"].as_f64() >= line["click_p50_ms"].as_f64());
    assert!(line["drop_p50_ms"].as_f64() > Some(0.0));
    assert!(outcome.stdout.contains("sold_out"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("30 of 30 screens"), "{}", outcome.stdout);
}

#[test]
fn the_last_line_has_these_fields_in_this_order() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let outcome = rush(Behaviour::Honest, &["--json", path, "--journal", "redis", "--nodes", "2"]);
    let names = [
        "journal",
        "nodes",
        "viewers",
        "buyers",
        "clicks",
        "answered",
        "unanswered",
        "stock",
        "held",
        "sold",
        "oversold",
        "lost",
        "broken_promises",
        "history_checked",
        "history_violations",
        "bots",
        "bots_asked",
        "bots_answered",
        "bots_held",
        "bot_most_held",
        "people_held",
        "mode",
        "waitlist",
        "settled",
        "entered",
        "drawn",
        "draw_recomputed",
        "winners_first_tenth",
        "winners_last_tenth",
        "waited",
        "offers",
        "offers_in_order",
        "offers_told",
        "kills",
        "click_p50_ms",
        "click_p99_ms",
        "drop_p50_ms",
        "drop_p99_ms",
        "clicks_per_second",
    ];
    let line = outcome.last_line();
    let places: Vec<_> = names.iter().map(|name| line.find(&format!("\"{name}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{line}");
    assert_eq!(outcome.json().as_object().unwrap().len(), names.len());
    assert_eq!((&outcome.json()["journal"], &outcome.json()["nodes"]), (&json!("redis"), &json!(2)));
    assert_eq!(std::fs::read_to_string(path).unwrap().trim_end(), line);
}

#[test]
fn a_click_that_is_told_to_retry_is_sent_again_with_its_key() {
    let outcome = rush(Behaviour::RetriesFirst, &["--cut=0"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(outcome.json()["held"], 25);
    assert!(outcome.stdout.contains("400 presses sent again"), "{}", outcome.stdout);
    // Each was asked to wait at least 5 ms, and the time counts from the first attempt.
    assert!(outcome.json()["click_p50_ms"].as_f64() >= Some(5.0), "{}", outcome.stdout);
}

#[test]
fn cut_connections_resume() {
    let server = Server::start(Behaviour::Honest);
    let outcome = finish(start(&server.url(), &["--cut=0.5"]));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(!outcome.stdout.contains(" 0 cut on purpose"), "{}", outcome.stdout);
    assert!(server.shared.world().resumed > 0);
}

#[test]
fn a_server_that_dies_in_the_middle_is_survived() {
    let mut server = Server::start(Behaviour::Honest);
    let rush = start(&server.url(), &["--clicks-per-second=500"]);
    server.wait_until(|world| world.clicks >= 100);
    server.kill_and_restart();
    let outcome = finish(rush);
    assert_eq!(outcome.code, 0, "{}\n{}", outcome.stdout, outcome.stderr);
    assert_eq!((&outcome.json()["answered"], &outcome.json()["held"]), (&json!(400), &json!(25)));
    // Those whose clicks were open came back; a viewer that only watches may still be waiting when the rush is over.
    assert!(server.shared.world().resumed > 0);
}

#[test]
fn when_one_of_two_servers_dies_for_good_the_other_serves_everybody() {
    let first = Server::start(Behaviour::Honest);
    let second = Server::start_beside(&first);
    let rush = start(&format!("{},{}", first.url(), second.url()), &["--clicks-per-second=500", "--cut=0"]);
    second.wait_until(|world| world.clicks >= 100);
    // It took the calls so far; the journal has to come from the other.
    drop(first);
    let outcome = finish(rush);
    assert_eq!(outcome.code, 0, "{}\n{}", outcome.stdout, outcome.stderr);
    let line = outcome.json();
    assert_eq!((&line["answered"], &line["held"], &line["nodes"]), (&json!(400), &json!(25), &json!(2)));
    assert!(second.shared.world().resumed > 0);
}

#[test]
fn the_first_server_need_not_be_up() {
    let down = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server::start(Behaviour::Honest);
    let outcome = finish(start(&format!("http://{down},{}", server.url()), &[]));
    assert_eq!(outcome.code, 0, "{}\n{}", outcome.stdout, outcome.stderr);
    assert_eq!(outcome.json()["held"], 25);
}

#[test]
fn a_server_that_takes_no_work_is_passed_over() {
    let (away, server) = (Server::start_unavailable(), Server::start(Behaviour::Honest));
    let outcome = finish(start(&format!("{},{}", away.url(), server.url()), &[]));
    assert_eq!(outcome.code, 0, "{}\n{}", outcome.stdout, outcome.stderr);
    assert_eq!(outcome.json()["held"], 25);
}

#[test]
fn holds_can_be_confirmed() {
    let outcome = rush(Behaviour::Honest, &["--confirm=1"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!((&outcome.json()["held"], &outcome.json()["sold"]), (&json!(0), &json!(25)));
}

#[test]
fn bots_get_no_more_than_anybody() {
    let outcome = rush(Behaviour::Honest, &["--bots=8", "--clicks-per-second=400", "--stock=100", "--cut=0"]);
    assert_eq!(outcome.code, 0, "{}\n{}", outcome.stdout, outcome.stderr);
    let line = outcome.json();
    let number = |name: &str| line[name].as_u64().unwrap();
    assert_eq!((number("bots"), number("answered"), number("unanswered")), (8, 400, 0));
    assert_eq!(number("bots_held") + number("people_held"), number("held") + number("sold"));
    assert!((1..=3).contains(&number("bot_most_held")), "{line}");
    assert!(number("bots_answered") > number("bots_held"));
    // Every answer to a click, to the host and to the bots was looked at, but those that were to wait.
    assert!(number("history_checked") > 402);
    assert!(outcome.stdout.contains("unreadable messages"), "{}", outcome.stdout);
}

#[test]
fn a_bot_above_the_limit_is_red() {
    let outcome = rush(Behaviour::IgnoresLimit, &["--bots=8", "--limit=1", "--stock=500", "--clicks-per-second=400"]);
    assert_red(&outcome, "where 1 are allowed");
    assert!(outcome.json()["bot_most_held"].as_u64() > Some(1));
}

#[test]
fn bots_that_nobody_answers_are_red() {
    assert_red(&rush(Behaviour::DeafToBots, &["--bots=2"]), "The bots got no answer at all.");
}

#[test]
fn one_unit_too_many_is_red() {
    let outcome = rush(Behaviour::Oversells, &[]);
    assert_red(&outcome, "1 unit was held or sold beyond the allotment of 25.");
    assert_eq!(outcome.json()["oversold"], 1);
}

#[test]
fn a_viewer_above_the_limit_is_red() {
    assert_red(&rush(Behaviour::IgnoresLimit, &["--limit=1"]), "where 1 are allowed");
}

#[test]
fn an_acknowledged_hold_that_is_missing_is_red() {
    let outcome = rush(Behaviour::LosesHold, &[]);
    assert_red(&outcome, "1 acknowledged reservation is missing from the journal.");
    assert_eq!(outcome.json()["lost"], 1);
}

#[test]
fn an_acknowledged_sale_that_is_missing_is_red() {
    let outcome = rush(Behaviour::LosesSales, &["--confirm=1"]);
    assert_red(&outcome, "25 acknowledged reservations are missing from the journal.");
}

#[test]
fn a_refusal_that_was_never_true_is_red() {
    let outcome = rush(Behaviour::RefusesFalsely, &[]);
    assert_red(&outcome, "was refused (sold_out), which was not so after any of the entries");
    assert_eq!(outcome.json()["history_violations"], 1);
}

#[test]
fn a_click_without_an_answer_is_red() {
    let outcome = rush(Behaviour::Silent, &["--duration=2", "--cut=0"]);
    assert_red(&outcome, "40 clicks got no answer.");
    assert_eq!((&outcome.json()["answered"], &outcome.json()["unanswered"]), (&json!(360), &json!(40)));
}

#[test]
fn two_reservations_for_one_key_are_red() {
    // Enough for everybody, so that the second time comes before the last unit is gone.
    assert_red(&rush(Behaviour::HoldsTwice, &["--stock=500", "--limit=100"]), "for one key");
}

#[test]
fn a_broken_chain_is_red() {
    assert_red(&rush(Behaviour::BreaksChain, &[]), "the digest of entry 3 is not chained");
}

#[test]
fn an_entry_that_shows_other_facts_than_it_hashed_is_red() {
    assert_red(&rush(Behaviour::ShowsOtherFacts, &[]), "entry 3 is shown otherwise than it was hashed");
}

#[test]
fn a_rush_that_cannot_be_run_says_why() {
    let outcome = rush(Behaviour::Honest, &["--buyers=31"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("31 buyers can't be among 30 viewers"), "{}", outcome.stderr);
}

#[test]
fn servers_that_cannot_be_started_together_are_refused() {
    let refused = |more: &[&str]| {
        let outcome = finish(own(Path::new("/nowhere/dropcast"), more).spawn().unwrap());
        assert_eq!(outcome.code, 2);
        outcome.stderr
    };
    let shared = refused(&["--nodes=2"]);
    assert!(shared.contains("2 nodes can't share an embedded journal; take --journal redis"), "{shared}");
    let no_redis = refused(&["--kill=redis"]);
    assert!(no_redis.contains("there is no Redis to kill without --journal redis"), "{no_redis}");
    let unknown = refused(&["--kill=everything"]);
    assert!(unknown.contains("is neither a number nor node nor redis"), "{unknown}");
}
