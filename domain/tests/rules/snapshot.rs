//! The serialized show: a change of its layout is noticed, and one that contradicts itself is not read.

use dropcast_domain::{
    audience::AudienceCount,
    show::{CoolDown, Digest, DropPlan, Fairness, HoldRules, Refusal, STATE_VERSION, Show, Violation, Waitlist},
};

use crate::fixture::*;

/// When this fails, a snapshot of the last version can't be read any more: raise [`STATE_VERSION`], then pin anew.
#[test]
fn the_layout_is_pinned() {
    let bytes = postcard::to_stdvec(&sample().show).unwrap();
    assert_eq!((STATE_VERSION, bytes.len(), digest(&bytes)), (5, 1_332, 7_211_252_844_528_207_433));
}

#[test]
fn a_snapshot_reads_back_as_it_was_and_goes_on() {
    let mut stage = sample();
    let bytes = postcard::to_stdvec(&stage.show).unwrap();
    stage.show = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(postcard::to_stdvec(&stage.show).unwrap(), bytes);
    let facts = [
        "#1 expired",
        "#5: 1 tee@2500 offered to eli (waiter 2) in night until 240001",
        "#6: 1 tee@2500 offered to fay (waiter 3) in noon until 240001",
    ];
    assert_eq!(stage.wait_ms(120_000), facts, "deadlines were found again, and who waits");
    assert_eq!(stage.show.remaining_limit(&drop_id("night"), &somebody("bob")), Some(1), "and limits");
    let until = dropcast_domain::time::Timestamp(BEGIN_MS + 170_000);
    stage.refuses(&viewer("ann"), reserve("night", "tee", 1), Refusal::CoolingDown { until });
    let dawn = drop_id("dawn");
    let entered: u32 = stage.show.drop_items(&dawn).map(|item| item.waiting).sum();
    assert_eq!(entered, 1, "and who entered a draw");
    assert_eq!(stage.show.pending_draws().next().map(|(_, drop)| drop.plan().drop.as_str()), Some("dawn"));
}

/// Not every wrong byte makes a contradiction; but none makes a show that breaks an invariant, and none a panic.
#[test]
fn a_damaged_snapshot_is_a_whole_show_or_none() {
    let bytes = postcard::to_stdvec(&sample().show).unwrap();
    let mut refused = 0;
    for position in 0..bytes.len() {
        for wrong in [0, 1, 0x7f, 0xff] {
            let mut damaged = bytes.clone();
            damaged[position] = wrong;
            match postcard::from_bytes::<Show>(&damaged) {
                Ok(mut show) => {
                    // A wrong number of units may be one for which somebody waits.
                    let checked = show.check_invariants();
                    assert!(matches!(checked, Ok(()) | Err(Violation::Offer)), "{checked:?} for {position}: {wrong}");
                    show.pass(dropcast_domain::time::Timestamp::MAX, &mut Vec::new());
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 0);
}

/// Something of everything that a show keeps.
fn sample() -> Stage {
    let mut plan = plan();
    plan.drops[0].limit_per_viewer = 3;
    plan.drops[0].waitlist = Waitlist::Ask;
    plan.drops[0].shared_cap = Some(6);
    plan.settings.hold_rules = HoldRules {
        limit_per_viewer: Some(9),
        open_holds_per_viewer: Some(8),
        payment_extension_ms: 60_000,
        cool_down: Some(CoolDown { lapses_allowed: 0, for_ms: 50_000 }),
    };
    for name in ["noon", "dawn"] {
        plan.drops.push(DropPlan { fairness: Fairness::Draw { entry_ms: 1 }, ..drop_plan(name, "tee") });
    }
    let mut stage = Stage::live(plan);
    let seed = Digest([7; 32]);
    for drop in ["noon", "dawn"] {
        stage.ask(&system(), commit_draw(drop, Digest::of(&seed.0))).unwrap();
    }
    for drop in ["night", "noon", "dawn"] {
        stage.ask(&host(), open(drop)).unwrap();
    }
    stage.ask(&viewer("ann"), reserve("night", "tee", 2)).unwrap();
    stage.ask(&viewer("bob"), reserve_with("night", "tee", 1, &[("cap", 1)])).unwrap();
    stage.ask(&viewer("bob"), confirm(2)).unwrap();
    stage.ask(&system(), settle(1)).unwrap();
    stage.ask(&system(), reclaim(promise("cem", 1, lost_purchase("r", "c")))).unwrap();
    stage.ask(&system(), reclaim(promise("ann", 2, lost_hold("r")))).unwrap();
    stage.ask(&brand(), withdraw("cap", 1, false)).unwrap();
    stage.ask(&viewer("dee"), join("night", "tee", 1)).unwrap();
    stage.ask(&viewer("dee"), extend_hold(4)).unwrap();
    stage.ask(&viewer("eli"), join("night", "tee", 1)).unwrap();
    for (viewer_name, drop) in [("fay", "noon"), ("gus", "dawn")] {
        stage.ask(&viewer(viewer_name), reserve(drop, "tee", 1)).unwrap();
    }
    stage.ask(&host(), add_units(Some("night"), "cap", 1)).unwrap();
    stage.now = stage.now.after_ms(1);
    stage.ask(&system(), draw_lots("noon", seed, Digest([42; 32]))).unwrap();
    let from = dropcast_domain::ids::SourceId::new("blog").unwrap();
    let audience = AudienceCount { viewers: 5, watched: 7, sources: [(from, 6)].into(), ..AudienceCount::default() };
    stage.ask(&system(), count("n-1", &audience)).unwrap();
    assert_eq!((stage.show.kept_promise_count(), stage.show.broken_promise_count()), (1, 1));
    assert_eq!(stage.stock("tee"), "5 = 0 + 2 + 2 + 1 offered");
    stage
}

/// FNV-1a, 64 bits (draft-eastlake-fnv, section 2).
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
