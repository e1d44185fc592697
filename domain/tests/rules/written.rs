//! What nodes tell each other as JSON reads as it was written.

use std::fmt::Debug;

use dropcast_domain::{
    audience::{AudienceCount, TurnedAway},
    ids::{DropId, NameError, SourceId, WaiterId},
    money::Currency,
    show::{
        Command, Digest, DropPhase, Fingerprint, HOLDS_MAX, PlanProblem, Principal, Promise, Refusal, Request,
        ReservationState, Role,
    },
    text::TextError,
    time::Timestamp,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::fixture::*;

fn reads_as_written<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let written = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&written).unwrap(), value, "{written}");
}

#[test]
fn every_command_reads_as_it_was_written() {
    // A new kind of command does not compile here before the list below has it.
    let number = |command: &Command| match command {
        Command::Plan(_) => 0,
        Command::Start => 1,
        Command::End => 2,
        Command::OpenDrop { .. } => 3,
        Command::ScheduleDrop { .. } => 4,
        Command::PauseDrop { .. } => 5,
        Command::ResumeDrop { .. } => 6,
        Command::ExtendDrop { .. } => 7,
        Command::CloseDrop { .. } => 8,
        Command::AddUnits { .. } => 9,
        Command::Reserve { .. } => 10,
        Command::Confirm { .. } => 11,
        Command::Release { .. } => 12,
        Command::SettleOrder { .. } => 13,
        Command::Reclaim(_) => 14,
        Command::ExtendHolds { .. } => 15,
        Command::WithdrawUnits { .. } => 16,
        Command::JoinWaitlist { .. } => 17,
        Command::LeaveWaitlist { .. } => 18,
        Command::ExtendHold { .. } => 19,
        Command::CommitDraw { .. } => 20,
        Command::DrawLots { .. } => 21,
        Command::UndoDrop { .. } => 22,
        Command::CountAudience { .. } => 23,
    };
    let sources = [(SourceId::new("blog").unwrap(), 3)].into();
    let turned_away = TurnedAway { sold_out: 1, limited: 2, closed: 3, other: 4, units: 5 };
    let audience = AudienceCount { viewers: 1, watched: 4, saw: 3, clicked: 2, clicks: 12, turned_away, sources };
    let commands = [
        plan_of(plan()),
        Command::Start,
        Command::End,
        open("night"),
        schedule("night", Some(7)),
        pause("night"),
        resume("night"),
        extend("night", 9),
        undo("night"),
        count("n-1", &audience),
        close("night"),
        add_units(Some("night"), "tee", 3),
        withdraw("tee", 2, true),
        reserve("night", "tee", 2),
        reserve_with("night", "tee", 2, &[("cap", 1)]),
        join("night", "tee", 2),
        leave(1),
        extend_hold(1),
        commit_draw("night", Digest([7; 32])),
        draw_lots("night", Digest([7; 32]), Digest([255; 32])),
        confirm(1),
        release(1),
        settle(1),
        extend_holds(30_000),
        reclaim(promise("ann", 1, lost_hold("r"))),
        reclaim(promise("ann", 1, lost_purchase("r", "c"))),
        reclaim(promise("ann", 1, lost_sale("c"))),
        reclaim(Promise { with: vec![bundled("cap", 1, 800)], ..promise("ann", 1, lost_hold("r")) }),
    ];
    let mut seen = std::collections::BTreeSet::new();
    for command in commands {
        seen.insert(number(&command));
        for key in [None, Some(used("k").key)] {
            let principal = Principal { role: Role::System, id: somebody("healing") };
            reads_as_written(&Request { principal, key, fingerprint: Fingerprint([7; 16]), command: command.clone() });
        }
    }
    assert_eq!(seen, (0..24).collect());
    assert_eq!(serde_json::to_string(&Command::OpenDrop { drop: drop_id("night") }).unwrap(), OPEN_DROP);
}

const OPEN_DROP: &str = r#"{"open_drop":{"drop":"night"}}"#;

#[test]
fn every_refusal_reads_as_it_was_written() {
    let refusals = [
        Refusal::ShowUnknown,
        Refusal::NotYourShow,
        Refusal::RoleForbidden,
        Refusal::KeyMissing,
        Refusal::KeyConflict,
        Refusal::ShowNotLive,
        Refusal::ShowAlreadyLive,
        Refusal::ShowEnded,
        Refusal::DropUnknown,
        Refusal::DropPhase { phase: DropPhase::Paused },
        Refusal::UndoOver,
        Refusal::DropWithoutEnd,
        Refusal::SkuUnknown,
        Refusal::QuantityInvalid { max: 100 },
        Refusal::DurationInvalid { max_ms: 7 },
        Refusal::MomentPassed,
        Refusal::SoldOut,
        Refusal::NotEnough { available: 3 },
        Refusal::LimitReached { limit: 2, remaining: 1 },
        Refusal::ShowLimitReached { limit: 2, remaining: 1 },
        Refusal::OpenHoldsReached { limit: 2 },
        Refusal::CoolingDown { until: Timestamp(7) },
        Refusal::BundleInvalid { max: 10 },
        Refusal::WaitlistOff,
        Refusal::AlreadyWaiting { waiter: WaiterId(3) },
        Refusal::WaiterUnknown,
        Refusal::WaiterOver,
        Refusal::DrawPending,
        Refusal::DrawUncommitted,
        Refusal::DrawNotDue,
        Refusal::SeedForeign,
        Refusal::ExtensionOver,
        Refusal::ReservationUnknown,
        Refusal::ReservationState { state: ReservationState::Expired },
        Refusal::OrderUnknown,
        Refusal::OrderPaid,
        Refusal::Full { bound: format!("HOLDS_MAX of {HOLDS_MAX}").into() },
    ];
    refusals.iter().for_each(reads_as_written);
    for problem in problems() {
        reads_as_written(&Refusal::PlanInvalid { at: "drops[2].items[0].sku".into(), problem });
    }
}

fn problems() -> Vec<PlanProblem> {
    let name = || "night".to_owned();
    vec![
        DropId::new("").unwrap_err().into(),
        NameError::TooLong.into(),
        NameError::Character.into(),
        Currency::new("eur").unwrap_err().into(),
        TextError::Language("English".into()).into(),
        TextError::TooLong("en".into()).into(),
        TextError::TooMany.into(),
        PlanProblem::Empty,
        PlanProblem::TooMany { max: 500 },
        PlanProblem::Twice { name: name() },
        PlanProblem::Unknown { name: name() },
        PlanProblem::Range { min: 1, max: 2 },
        PlanProblem::Address { max: 500 },
        PlanProblem::Fixed { reason: "it was opened".into() },
        PlanProblem::TooLong { max: 200 },
        PlanProblem::LeftOut { name: name(), reason: "it was opened".into() },
        PlanProblem::BelowCommitted { committed: 3 },
    ]
}
