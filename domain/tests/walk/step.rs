//! The steps of a walk, small and many: a few people, SKUs and drops, so that they meet.

use proptest::{collection::vec, option, prelude::*, sample::Index};

pub(crate) const SKUS: [&str; 3] = ["tee-s", "tee-m", "cap"];
pub(crate) const DROPS: [&str; 3] = ["dawn", "noon", "night"];
pub(crate) const VIEWERS: [&str; 3] = ["ann", "bob", "cem"];

/// Something that happens in a walk.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Pass(Wait),
    /// Changes to the last plan.
    Plan(Vec<Change>),
    Start,
    End,
    /// The drops are numbers in [`DROPS`], and one that is not there; so it goes with SKUs and viewers.
    Open(usize),
    Schedule(usize, Option<u64>),
    Pause(usize),
    Resume(usize),
    Extend(usize, u64),
    Close(usize),
    Add(Option<usize>, usize, u32),
    Reserve {
        viewer: usize,
        drop: usize,
        sku: usize,
        quantity: u32,
    },
    /// The index picks one of the reservations, or the one that is not there yet.
    Confirm(usize, Index),
    Release(usize, Index),
    Settle(Index),
    /// Nothing is decided for a while; then holds are extended, by its length if nothing else is said.
    Outage {
        lasts_ms: u64,
        by_ms: Option<u64>,
    },
    /// Asks for what a lost history promised.
    Reclaim(Lost),
    /// Asks for an earlier promise, under another key.
    ReclaimAgain(Index),
    /// Asks once more what was asked before; perhaps with other content.
    Again(Index, bool),
}

/// A promise of a lost history.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    pub(crate) viewer: usize,
    pub(crate) drop: usize,
    pub(crate) sku: usize,
    pub(crate) quantity: u32,
    /// Held, bought, or only confirmed of a reservation that is here too.
    pub(crate) what: u8,
    /// Picks one of the reservations, or the one that is not there yet.
    pub(crate) number: Index,
    /// Keys that held and bought: some that were used here, or new ones.
    pub(crate) keys: [Option<Index>; 2],
    pub(crate) held_for_ms: u64,
}

/// How time goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wait {
    Ms(u64),
    /// To the next deadline, and so many milliseconds before or after it.
    Deadline(i64),
    /// A clock that goes back.
    Back(u64),
}

/// A change to a plan.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Units(usize, u32),
    ListPrice(usize, u64),
    /// The second variant, the second product or a drop comes or goes.
    Variant,
    Product,
    Drop(usize),
    Swap,
    Title(usize),
    Limit(usize, u32),
    Cap(usize, Option<u32>),
    OpensAt(usize, Option<u64>),
    Duration(usize, Option<u64>),
    HoldTtl(usize, Option<u64>),
    CloseWhenSoldOut(usize),
    Items(usize, usize),
    Currency,
}

/// A walk: it mostly begins with a show that sells.
pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let opening = prop_oneof![
        4 => Just(vec![Step::Start, Step::Open(0), Step::Open(1)]),
        1 => Just(vec![]),
    ];
    (opening, vec(step(), 1..90)).prop_map(|(mut opening, steps)| {
        opening.extend(steps);
        opening
    })
}

fn step() -> impl Strategy<Value = Step> {
    let drop = || prop_oneof![20 => 0..DROPS.len(), 1 => Just(DROPS.len())];
    let sku = || prop_oneof![20 => 0..SKUS.len(), 1 => Just(SKUS.len())];
    let viewer = || 0..VIEWERS.len();
    prop_oneof![
        30 => (viewer(), drop(), sku(), 0u32..4)
            .prop_map(|(viewer, drop, sku, quantity)| Step::Reserve { viewer, drop, sku, quantity }),
        14 => (viewer(), any::<Index>()).prop_map(|(viewer, which)| Step::Confirm(viewer, which)),
        8 => (viewer(), any::<Index>()).prop_map(|(viewer, which)| Step::Release(viewer, which)),
        4 => any::<Index>().prop_map(Step::Settle),
        12 => lost().prop_map(Step::Reclaim),
        4 => any::<Index>().prop_map(Step::ReclaimAgain),
        6 => outage(),
        12 => wait().prop_map(Step::Pass),
        8 => (any::<Index>(), any::<bool>()).prop_map(|(which, same)| Step::Again(which, same)),
        8 => vec(change(), 0..3).prop_map(Step::Plan),
        5 => drop().prop_map(Step::Open),
        3 => (drop(), option::of(0u64..5_000)).prop_map(|(drop, after_ms)| Step::Schedule(drop, after_ms)),
        3 => drop().prop_map(Step::Pause),
        3 => drop().prop_map(Step::Resume),
        3 => (drop(), prop_oneof![0u64..3_000, Just(604_800_000)]).prop_map(|(drop, by_ms)| Step::Extend(drop, by_ms)),
        2 => drop().prop_map(Step::Close),
        4 => (option::of(drop()), sku(), 0u32..4).prop_map(|(drop, sku, units)| Step::Add(drop, sku, units)),
        1 => Just(Step::Start),
        1 => prop_oneof![1 => Just(Step::End), 2 => Just(Step::Start)],
    ]
}

fn lost() -> impl Strategy<Value = Lost> {
    let drop = prop_oneof![20 => 0..DROPS.len(), 1 => Just(DROPS.len())];
    let sku = prop_oneof![20 => 0..SKUS.len(), 1 => Just(SKUS.len())];
    let units = (0..VIEWERS.len(), drop, sku, 1u32..3);
    let key = || prop_oneof![3 => Just(None), 1 => any::<Index>().prop_map(Some)];
    (units, 0u8..3, any::<Index>(), (key(), key()), 0u64..6_000).prop_map(
        |((viewer, drop, sku, quantity), what, number, keys, held_for_ms)| {
            let keys = [keys.0, keys.1];
            Lost { viewer, drop, sku, quantity, what, number, keys, held_for_ms }
        },
    )
}

fn outage() -> impl Strategy<Value = Step> {
    let other = prop_oneof![8 => 0u64..6_000, 1 => Just(3_600_001), 1 => Just(u64::MAX)];
    (0u64..4_000, option::of(other)).prop_map(|(lasts_ms, by_ms)| Step::Outage { lasts_ms, by_ms })
}

fn wait() -> impl Strategy<Value = Wait> {
    prop_oneof![
        3 => (0u64..4_000).prop_map(Wait::Ms),
        4 => (-1i64..=1).prop_map(Wait::Deadline),
        1 => (0u64..4_000).prop_map(Wait::Back),
        1 => Just(Wait::Ms(100_000)),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let drop = || 0..DROPS.len();
    prop_oneof![
        6 => (0..SKUS.len(), 0u32..7).prop_map(|(sku, units)| Change::Units(sku, units)),
        1 => (0..SKUS.len(), 0u64..3).prop_map(|(sku, price)| Change::ListPrice(sku, price)),
        2 => Just(Change::Variant),
        2 => Just(Change::Product),
        2 => drop().prop_map(Change::Drop),
        1 => Just(Change::Swap),
        1 => drop().prop_map(Change::Title),
        1 => (drop(), 1u32..4).prop_map(|(drop, limit)| Change::Limit(drop, limit)),
        1 => (drop(), option::of(1u32..4)).prop_map(|(drop, cap)| Change::Cap(drop, cap)),
        2 => (drop(), option::of(0u64..5_000)).prop_map(|(drop, at)| Change::OpensAt(drop, at)),
        1 => (drop(), option::of(1u64..4_000)).prop_map(|(drop, ms)| Change::Duration(drop, ms)),
        1 => (drop(), option::of(1_000u64..4_000)).prop_map(|(drop, ms)| Change::HoldTtl(drop, ms)),
        1 => drop().prop_map(Change::CloseWhenSoldOut),
        1 => (drop(), 0..SKUS.len()).prop_map(|(drop, sku)| Change::Items(drop, sku)),
        1 => Just(Change::Currency),
    ]
}
