//! The steps of a walk, small and many: a few people, SKUs and drops, so that they meet.

use proptest::{collection::vec, option, prelude::*, sample::Index};

pub(crate) const SKUS: [&str; 3] = ["tee-s", "tee-m", "cap"];
pub(crate) const DROPS: [&str; 3] = ["dawn", "noon", "night"];
pub(crate) const NODES: [&str; 2] = ["n-1", "n-2"];
pub(crate) const VIEWERS: [&str; 5] = ["ann", "bob", "cem", "dee", "eli"];

/// How many numbers there are in a node's count.
pub(crate) const COUNTS: usize = 12;

/// Something that happens in a walk.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Pass(Wait),
    /// Changes to the last plan.
    Plan(Vec<Change>),
    Start,
    End,
    /// The drops are numbers in [`DROPS`], and one that is not there; so it goes with SKUs and viewers. Who buys asks
    /// for one of the drop's SKUs by its place there.
    Open(usize),
    Schedule(usize, Option<u64>),
    Pause(usize),
    /// This one, if none is paused.
    Resume(usize),
    Extend(usize, u64),
    Undo(usize),
    Close(usize),
    Add(Option<usize>, usize, u32),
    Reserve {
        viewer: usize,
        drop: usize,
        sku: usize,
        quantity: u32,
        /// What else, as a bundle.
        with: Vec<(usize, u32)>,
    },
    Join {
        viewer: usize,
        drop: usize,
        sku: usize,
        quantity: u32,
    },
    /// The index picks one of the places in line, or the one that is not there yet.
    Leave(usize, Index),
    Withdraw(usize, u32, bool),
    /// A draw's seed is committed to, or revealed: the one of two.
    Commit(usize, bool),
    Draw(usize, bool),
    /// The index mostly picks one of what is held, and else one of the reservations or the one that is not there yet.
    Confirm(usize, Index),
    Release(usize, Index),
    ExtendHold(usize, Index),
    Settle(Index),
    /// A node of [`NODES`] counts: each of these more than it had, or one less.
    Count(usize, Vec<i64>),
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
    pub(crate) with: Vec<(usize, u32)>,
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
    /// The same to the moment at which lots are to be drawn.
    Draw(i64),
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
    SharedCap(usize, Option<u32>),
    Waitlist(usize, u8),
    /// How long it takes entries, if lots are drawn.
    Draw(usize, Option<u64>),
    OfferTtl(usize, Option<u64>),
    ShowLimit(Option<u32>),
    OpenHolds(Option<u32>),
    PaymentExtension(u64),
    /// How many lapses are allowed, and how long a rest is.
    CoolDown(Option<(u32, u64)>),
    Items(usize, usize),
    Currency,
}

/// A walk: it mostly begins with a show that sells, under some rules or others.
pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let selling = |drops: [usize; 3]| {
        let open = drops.map(Step::Open);
        [vec![Step::Commit(2, true), Step::Start], open.to_vec()].concat()
    };
    let opening = prop_oneof![
        6 => Just(selling([0, 1, 2])),
        6 => Just(selling([0, 1, 1])),
        1 => Just(vec![]),
    ];
    let rules = prop_oneof![2 => Just(vec![]), 3 => vec(rule(), 1..3)].prop_map(Step::Plan);
    let drawing = (-1i64..=1).prop_map(|off_ms| vec![Step::Pass(Wait::Draw(off_ms)), Step::Draw(2, true)]);
    let some = prop_oneof![40 => step().prop_map(|step| vec![step]), 1 => drawing];
    (rules, opening, vec(some, 1..110)).prop_map(|(rules, opening, steps)| {
        let walk = std::iter::once(rules).chain(opening);
        walk.chain(steps.into_iter().flatten()).collect()
    })
}

fn step() -> impl Strategy<Value = Step> {
    let drop = || prop_oneof![20 => 0..DROPS.len(), 1 => Just(DROPS.len())];
    let sku = || prop_oneof![20 => 0..SKUS.len(), 1 => Just(SKUS.len())];
    let viewer = || 0..VIEWERS.len();
    let quantity = || prop_oneof![30 => 1u32..4, 1 => Just(0)];
    let with = || prop_oneof![5 => vec((sku(), 1u32..3), 0..1), 2 => vec((sku(), quantity()), 1..3)];
    let buying = prop_oneof![
        30 => (viewer(), drop(), sku(), quantity(), with())
            .prop_map(|(viewer, drop, sku, quantity, with)| Step::Reserve { viewer, drop, sku, quantity, with }),
        8 => (viewer(), drop(), sku(), quantity())
            .prop_map(|(viewer, drop, sku, quantity)| Step::Join { viewer, drop, sku, quantity }),
        4 => (viewer(), any::<Index>()).prop_map(|(viewer, which)| Step::Leave(viewer, which)),
        4 => (viewer(), any::<Index>()).prop_map(|(viewer, which)| Step::ExtendHold(viewer, which)),
        14 => (viewer(), any::<Index>()).prop_map(|(viewer, which)| Step::Confirm(viewer, which)),
        10 => (viewer(), any::<Index>()).prop_map(|(viewer, which)| Step::Release(viewer, which)),
        3 => any::<Index>().prop_map(Step::Settle),
    ];
    let right = || prop_oneof![6 => Just(true), 1 => Just(false)];
    let others = prop_oneof![
        4 => (sku(), 0u32..5, any::<bool>()).prop_map(|(sku, units, force)| Step::Withdraw(sku, units, force)),
        3 => (drop(), right()).prop_map(|(drop, right)| Step::Commit(drop, right)),
        2 => (drop(), right()).prop_map(|(drop, right)| Step::Draw(drop, right)),
        12 => lost().prop_map(Step::Reclaim),
        4 => any::<Index>().prop_map(Step::ReclaimAgain),
        6 => outage(),
        16 => wait().prop_map(Step::Pass),
        8 => (any::<Index>(), any::<bool>()).prop_map(|(which, same)| Step::Again(which, same)),
        6 => vec(change(), 0..3).prop_map(Step::Plan),
        4 => drop().prop_map(Step::Open),
        3 => (drop(), option::of(0u64..5_000)).prop_map(|(drop, after_ms)| Step::Schedule(drop, after_ms)),
        2 => drop().prop_map(Step::Pause),
        4 => drop().prop_map(Step::Resume),
        3 => (drop(), prop_oneof![0u64..3_000, Just(604_800_000)]).prop_map(|(drop, by_ms)| Step::Extend(drop, by_ms)),
        4 => drop().prop_map(Step::Undo),
        1 => drop().prop_map(Step::Close),
        3 => (0..NODES.len(), counts()).prop_map(|(node, more)| Step::Count(node, more)),
        4 => (option::of(drop()), sku(), 0u32..4).prop_map(|(drop, sku, units)| Step::Add(drop, sku, units)),
        1 => prop_oneof![1 => Just(Step::End), 5 => Just(Step::Start)],
    ];
    prop_oneof![3 => buying, 2 => others]
}

/// Of everything that is counted so many more, and now and then one less.
fn counts() -> impl Strategy<Value = Vec<i64>> {
    let more = prop_oneof![20 => 0i64..3, 1 => Just(-1)];
    vec(more, COUNTS)
}

fn lost() -> impl Strategy<Value = Lost> {
    let drop = prop_oneof![20 => 0..DROPS.len(), 1 => Just(DROPS.len())];
    let sku = prop_oneof![20 => 0..SKUS.len(), 1 => Just(SKUS.len())];
    let with = prop_oneof![3 => Just(vec![]), 1 => vec((0..SKUS.len(), 1u32..3), 1..2)];
    let units = ((0..VIEWERS.len(), drop), (sku, 1u32..3, with));
    let key = || prop_oneof![3 => Just(None), 1 => any::<Index>().prop_map(Some)];
    (units, 0u8..3, any::<Index>(), (key(), key()), 0u64..6_000).prop_map(
        |(((viewer, drop), (sku, quantity, with)), what, number, keys, held_for_ms)| {
            let keys = [keys.0, keys.1];
            Lost { viewer, drop, sku, quantity, with, what, number, keys, held_for_ms }
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
        3 => (-1i64..=1).prop_map(Wait::Draw),
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
        1 => (drop(), option::of(1u32..6)).prop_map(|(drop, cap)| Change::SharedCap(drop, cap)),
        1 => (drop(), 0u8..3).prop_map(|(drop, kind)| Change::Waitlist(drop, kind)),
        1 => (drop(), option::of(1u64..2_000)).prop_map(|(drop, ms)| Change::Draw(drop, ms)),
        1 => (drop(), option::of(1_000u64..4_000)).prop_map(|(drop, ms)| Change::OfferTtl(drop, ms)),
        4 => rule(),
        1 => (drop(), 0..SKUS.len()).prop_map(|(drop, sku)| Change::Items(drop, sku)),
        1 => Just(Change::Currency),
    ]
}

fn rule() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => option::of(1u32..6).prop_map(Change::ShowLimit),
        2 => option::of(1u32..4).prop_map(Change::OpenHolds),
        1 => (0u64..2_000).prop_map(Change::PaymentExtension),
        3 => option::of((0u32..2, 1u64..9_000)).prop_map(Change::CoolDown),
    ]
}
