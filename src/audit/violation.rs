//! What can be wrong with a journal.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most violations that are listed; those after them are only counted.
pub const VIOLATIONS_LISTED_MAX: usize = 1_000;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// What is wrong, as a word that stays the same.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ViolationCode { $($(#[$doc])* $name),* }

        impl ViolationCode {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

codes! {
    /// An entry's number is not one more than the last.
    SeqGap,
    /// An entry was decided before the one before it.
    TimeBackwards,
    /// An entry's digest is not the one that follows from the entry before it and its own body.
    DigestMismatch,
    /// A body is no entry.
    BodyUnreadable,
    /// The exported cause or facts are not those of the body.
    FactsDiffer,
    /// A fact is of a kind that this version does not know, so nothing here is certain.
    UnknownFact,
    /// An entry has no facts.
    EntryEmpty,
    /// Something happened before the show was planned.
    ShowNotPlanned,
    /// The show's brand changed, or its currency after something was held.
    SettingsChanged,
    /// The show started, ended or sold in a phase in which it can't.
    ShowPhase,
    /// A fact names a SKU that was never listed.
    SkuUnknown,
    /// A SKU left the catalogue while units of it were allotted.
    SkuInUse,
    /// A SKU is listed by two products.
    SkuTwice,
    /// More units of a SKU are held, offered and sold than are allotted.
    Oversold,
    /// A fact names a drop that is not in the run of show.
    DropUnknown,
    /// A drop was opened, paused, resumed, extended, closed or taken away in a phase in which it can't be.
    DropPhase,
    /// A drop was planned anew after it was opened, to sell in another way.
    DropChanged,
    /// A drop closed because its time was over, but it was not.
    ClosedEarly,
    /// Units were held in a drop that was not open, or whose time was over.
    DropNotOpen,
    /// Units were held of a SKU that the drop does not sell.
    SkuNotInDrop,
    /// No units were held.
    QuantityZero,
    /// Units were held at a price that is neither the drop's nor, where it has none, the list price.
    PriceDiffers,
    /// Units were held for longer or shorter than the drop or the show says.
    DeadlineDiffers,
    /// A drop holds and sold more units of a SKU than its cap.
    CapExceeded,
    /// A drop holds and sold more units of all its SKUs together than its shared cap.
    SharedCapExceeded,
    /// A viewer holds and bought more units in a drop than its limit.
    LimitExceeded,
    /// A viewer came to hold, wait for and have bought more units in the show than its limit.
    ShowLimitExceeded,
    /// Something more was held for a viewer, or waited for, who had as many open holds as the show allows.
    OpenHoldsExceeded,
    /// Something was held for a viewer, or waited for, who had to rest after holds that ran out.
    CoolDownIgnored,
    /// A line of a bundle does not follow its reservation, or is of a SKU that the reservation holds already.
    BundleBroken,
    /// A reservation's number is not one more than the last.
    ReservationNumber,
    /// A fact names a reservation that never was.
    ReservationUnknown,
    /// A reservation ended a second time.
    ReservationEndedTwice,
    /// Units were sold or released after their deadline.
    DeadlinePassed,
    /// Units expired before their deadline.
    ExpiredEarly,
    /// A drop's opening was taken back too late, after lots were drawn, or while it held or had sold units.
    UndoneInUse,
    /// A node counted less of the audience than before.
    AudienceShrank,
    /// Somebody else than the system counted the audience.
    AudienceCause,
    /// A reservation was given more time for its payment a second time.
    ExtendedTwice,
    /// More or less was recorded as a shortfall than was sold elsewhere and not free.
    ShortfallDiffers,
    /// A reservation was revoked that no shortfall needed, or one was kept that came before it.
    RevokedOtherwise,
    /// A place in line has a number that is not one more than the last.
    WaiterNumber,
    /// A fact names a place in line that never was.
    WaiterUnknown,
    /// A place in line ended a second time.
    WaiterOver,
    /// A viewer took a second place in a drop.
    WaitsTwice,
    /// A viewer joined a line that the drop does not have, or a draw that takes no entries.
    WaitlistClosed,
    /// Units were offered to somebody who was not next in line.
    LineSkipped,
    /// Units were held by a click while somebody waited for them.
    LineJumped,
    /// An offer is not to the viewer, in the drop or of the units that its place waits for, as far as there are any.
    OfferDiffers,
    /// Something was free for which somebody waited, and it was not offered before anything else.
    UnitsNotOffered,
    /// A drop was opened whose draw was bound to no seed.
    DrawUncommitted,
    /// A draw was bound or drawn that the drop does not have, that took entries still, or that was drawn before.
    DrawNotDue,
    /// A draw was bound or drawn, and it was not the system that asked.
    DrawCause,
    /// The seed of a draw is not the one that it was bound to.
    SeedDiffers,
    /// A draw was not mixed with the digest of the entry before it.
    DrawDigest,
    /// Units were held in a drop whose lots were not drawn.
    HeldBeforeDraw,
    /// Holds were extended by nothing, or by more than went by since the entry before.
    ExtensionTooLong,
    /// Holds were extended, and it was not the system that asked.
    ExtensionCause,
    /// An order's number is not one more than the last.
    OrderNumber,
    /// An order was placed for a reservation that is not sold.
    OrderWithoutSale,
    /// A second order was placed for a reservation.
    OrderTwice,
    /// A reservation was sold without an order for it in the same entry.
    SoldWithoutOrder,
    /// An order's total is not the quantity times the price of what was sold.
    TotalDiffers,
    /// A fact names an order that never was.
    OrderUnknown,
    /// An order was paid a second time.
    PaidTwice,
    /// A principal's key was bound a second time.
    KeyBoundTwice,
    /// A key stands for a reservation, a place in line or an order that never was, or for nothing.
    KeyOutcome,
    /// A promise of a lost history was kept or broken a second time, or under no key of its viewer.
    PromiseTwice,
    /// A promise of a lost history is said to be kept, but its viewer's units are not held or sold in the same entry.
    PromiseWithoutUnits,
    /// A promise of a lost history was kept or broken, and it was not the system that asked.
    PromiseCause,
}

impl fmt::Display for ViolationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// Something wrong with a journal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Violation {
    /// The entry at which it shows.
    pub seq: u64,
    /// What is wrong.
    pub code: ViolationCode,
    /// With what, in English.
    pub detail: String,
}

/// What was found so far.
#[derive(Default, Debug)]
pub(super) struct Findings {
    /// The entry that is being added up.
    pub(super) seq: u64,
    pub(super) listed: Vec<Violation>,
    pub(super) count: u64,
}

impl Findings {
    pub(super) fn add(&mut self, code: ViolationCode, detail: impl fmt::Display) {
        self.count += 1;
        if self.listed.len() < VIOLATIONS_LISTED_MAX {
            self.listed.push(Violation { seq: self.seq, code, detail: detail.to_string() });
        }
    }
}
