//! The phases of the show, and units that are added to it.

use dropcast_domain::show::{Command, DropPhase, Refusal, ShowPhase, UNITS_MAX};

use crate::fixture::*;

#[test]
fn a_show_starts_once_and_ends_once() {
    let mut stage = Stage::draft(plan());
    stage.refuses(&host(), Command::End, Refusal::ShowNotLive);
    stage.accepts(&host(), Command::Start, &["started"]);
    stage.refuses(&host(), Command::Start, Refusal::ShowAlreadyLive);
    stage.accepts(&host(), Command::End, &["ended"]);
    stage.refuses(&host(), Command::Start, Refusal::ShowEnded);
    stage.refuses(&host(), Command::End, Refusal::ShowEnded);
    stage.refuses(&brand(), plan_of(plan()), Refusal::ShowEnded);
    assert_eq!(stage.show.phase(), ShowPhase::Ended);
    assert_eq!((stage.show.started_at(), stage.show.ended_at()), (Some(stage.now), Some(stage.now)));
}

#[test]
fn the_end_closes_what_is_open_and_holds_outlive_it() {
    let mut plan = plan();
    plan.drops.extend(["noon", "dawn"].map(|name| drop_plan(name, "tee")));
    let mut stage = Stage::selling_as(plan);
    stage.ask(&host(), open("noon")).unwrap();
    stage.ask(&host(), pause("noon")).unwrap();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    stage.accepts(&host(), Command::End, &["night closed: ShowEnded", "noon closed: ShowEnded", "ended"]);
    assert_eq!(stage.show.drop(&drop_id("dawn")).unwrap().phase(), DropPhase::Planned);
    assert_eq!(stage.wait_ms(120_000), ["#1 expired"]);
    assert_eq!(stage.stock("tee"), "5 = 5 + 0 + 0");
}

#[test]
fn units_come_on_top_of_the_plans_and_raise_a_cap_along() {
    let mut stage = Stage::draft(plan());
    stage.accepts(&host(), add_units(None, "tee", 3), &["3 tee added"]);
    stage.ask(&host(), Command::Start).unwrap();
    stage.ask(&host(), open("night")).unwrap();
    stage.accepts(&host(), add_units(Some("night"), "tee", 1), &["1 tee added"]);
    stage.accepts(&host(), add_units(Some("night"), "cap", 1), &["1 cap added", "night sells 1 cap more"]);
    stage.accepts(&host(), add_units(None, "cap", 4), &["4 cap added"]);
    assert_eq!((stage.stock("tee"), stage.stock("cap")), ("9 = 9 + 0 + 0".into(), "7 = 7 + 0 + 0".into()));
    assert_eq!(stage.show.available(&drop_id("night"), &sku("cap")), 2);
    stage.accepts(&brand(), plan_of(plan()), &[]);
}

#[test]
fn units_are_refused_where_they_can_not_go() {
    let mut stage = Stage::selling();
    let max = UNITS_MAX;
    stage.refuses(&host(), add_units(Some("none"), "none", 0), Refusal::DropUnknown);
    stage.refuses(&host(), add_units(Some("night"), "none", 0), Refusal::SkuUnknown);
    stage.refuses(&host(), add_units(None, "none", 0), Refusal::SkuUnknown);
    for units in [0, max + 1, u32::MAX] {
        stage.refuses(&host(), add_units(None, "tee", units), Refusal::QuantityInvalid { max });
    }
    stage.refuses(&host(), add_units(None, "tee", max), Refusal::Full { bound: "UNITS_MAX".into() });
    stage.ask(&host(), add_units(None, "tee", max - 5)).unwrap();
    stage.refuses(&host(), add_units(None, "tee", 1), Refusal::Full { bound: "UNITS_MAX".into() });
    stage.ask(&host(), close("night")).unwrap();
    let closed = Refusal::DropPhase { phase: DropPhase::Closed };
    stage.refuses(&host(), add_units(Some("night"), "tee", 0), closed);
    stage.ask(&host(), Command::End).unwrap();
    stage.refuses(&host(), add_units(None, "tee", 1), Refusal::ShowEnded);
}
