//! Time: it is told, it never goes back, and a long row of deadlines falls into several entries.

use dropcast_domain::{
    show::{ENTRY_FACTS_MAX, Refusal},
    time::Timestamp,
};

use crate::fixture::*;

#[test]
fn a_long_row_of_deadlines_falls_into_several_entries() {
    let mut plan = plan();
    plan.products[0].variants[0].units = 1_000;
    let mut stage = Stage::selling_as(plan);
    let holds = ENTRY_FACTS_MAX * 2 + 1;
    for number in 0..holds {
        stage.ask(&viewer(&format!("viewer-{number}")), reserve("night", "tee", 1)).unwrap();
    }
    let before = stage.entries.len();
    assert_eq!(stage.wait_ms(120_000).len(), holds);
    let lengths: Vec<_> = stage.entries[before..].iter().map(|entry| entry.facts.len()).collect();
    assert_eq!(lengths, [ENTRY_FACTS_MAX, ENTRY_FACTS_MAX, 1]);
    assert!(stage.entries[before..].iter().all(|entry| entry.cause.is_none()));
}

#[test]
fn a_clock_that_goes_back_counts_as_the_last_moment() {
    let mut stage = Stage::selling();
    let last = stage.show.last_at();
    stage.now = Timestamp(last.0 - 500);
    stage.accepts(&viewer("ann"), reserve("night", "tee", 1), &["#1: 1 tee@2500 held for ann in night until 120000"]);
    assert_eq!(stage.show.last_at(), last);
}

#[test]
fn what_was_due_stays_true_when_the_command_is_refused() {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.now = stage.now.after_ms(120_000);
    let before = stage.entries.len();
    assert_eq!(stage.ask(&viewer("bob"), reserve("night", "none", 1)), Err(Refusal::SkuUnknown));
    assert_eq!(stage.entries.len(), before + 1);
    assert_eq!(stage.stock("tee"), "5 = 5 + 0 + 0");
}

#[test]
fn the_end_of_time_is_a_moment_like_any_other() {
    let mut stage = Stage::selling();
    stage.now = Timestamp::MAX;
    assert!(stage.ask(&viewer("ann"), reserve("night", "tee", 1)).is_ok());
}
