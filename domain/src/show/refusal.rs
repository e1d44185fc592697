//! What the rules turn down. A refusal is a value and binds nothing: the same key may be decided anew.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::DropPhase;
use crate::{
    ids::{NameError, WaiterId},
    money::CurrencyError,
    text::TextError,
    time::Timestamp,
};

/// Why a command was turned down.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No plan was ever applied under this name.
    #[error("there is no such show")]
    ShowUnknown,
    /// The show belongs to another brand.
    #[error("the show belongs to another brand")]
    NotYourShow,
    /// The principal's role may not ask this.
    #[error("this role may not do that")]
    RoleForbidden,
    /// The command needs an idempotency key.
    #[error("this command needs an idempotency key")]
    KeyMissing,
    /// The key was used with other content.
    #[error("the key was already used with other content")]
    KeyConflict,
    /// The show was not started yet.
    #[error("the show has not started")]
    ShowNotLive,
    /// The show is live already.
    #[error("the show is already live")]
    ShowAlreadyLive,
    /// The show is over.
    #[error("the show has ended")]
    ShowEnded,
    /// The show has no drop of that name.
    #[error("there is no such drop in this show")]
    DropUnknown,
    /// The drop is in a phase in which this can't be done.
    #[error("the drop is {phase}")]
    DropPhase {
        /// The phase it is in.
        phase: DropPhase,
    },
    /// The drop's opening can't be taken back any more.
    #[error("the opening can't be taken back any more: it is too long ago, or something was sold or drawn")]
    UndoOver,
    /// The drop has no closing time that could be moved.
    #[error("the drop has no closing time")]
    DropWithoutEnd,
    /// The drop does not sell that SKU, or the show does not know it.
    #[error("that SKU is not part of it")]
    SkuUnknown,
    /// The quantity or number of units is zero or above its bound.
    #[error("the quantity must be between 1 and {max}")]
    QuantityInvalid {
        /// The bound.
        max: u32,
    },
    /// The duration is zero or above its bound.
    #[error("the duration must be between 1 and {max_ms} ms")]
    DurationInvalid {
        /// The bound, in milliseconds.
        max_ms: u64,
    },
    /// The moment is in the past.
    #[error("that moment has passed")]
    MomentPassed,
    /// Nothing is left now; what is held by others may come back.
    #[error("sold out")]
    SoldOut,
    /// Less is left than was asked for.
    #[error("only {available} left")]
    NotEnough {
        /// What is left.
        available: u32,
    },
    /// The viewer would get more than the drop allows.
    #[error("at most {limit} per viewer in this drop")]
    LimitReached {
        /// What the drop allows each viewer.
        limit: u32,
        /// How many more units this viewer may have.
        remaining: u32,
    },
    /// The viewer would get more than the show allows.
    #[error("at most {limit} per viewer in this show")]
    ShowLimitReached {
        /// What the show allows each viewer.
        limit: u32,
        /// How many more units this viewer may have.
        remaining: u32,
    },
    /// The viewer has as many open holds as the show allows.
    #[error("at most {limit} open holds per viewer: buy or give back one of them")]
    OpenHoldsReached {
        /// How many the show allows.
        limit: u32,
    },
    /// The viewer let holds run out and has to rest.
    #[error("too many holds ran out; hold again later")]
    CoolingDown {
        /// Until when.
        until: Timestamp,
    },
    /// A bundle names a SKU twice, too many SKUs, or stands where one SKU must.
    #[error("a bundle has at most {max} different SKUs, and can't wait or be drawn for")]
    BundleInvalid {
        /// The most SKUs.
        max: usize,
    },
    /// The drop has no waitlist.
    #[error("this drop has no waitlist")]
    WaitlistOff,
    /// The viewer waits in that drop already.
    #[error("you are in this drop's line already")]
    AlreadyWaiting {
        /// Under which number.
        waiter: WaiterId,
    },
    /// The viewer has no such place in line.
    #[error("there is no such place in line")]
    WaiterUnknown,
    /// The place is not waited in any more.
    #[error("that place in line is not waited in any more")]
    WaiterOver,
    /// The lots of the drop are about to be drawn.
    #[error("the draw is being held; ask again in a moment")]
    DrawPending,
    /// The drop draws, and no seed was committed to yet.
    #[error("the draw has no committed seed yet; ask again in a moment")]
    DrawUncommitted,
    /// There is no draw that this could be the end of: no such draw, or it takes entries still, or is over.
    #[error("there is no draw to be held now")]
    DrawNotDue,
    /// The seed is not the one that was committed to.
    #[error("the seed is not the one that was committed to")]
    SeedForeign,
    /// The hold can't be extended: the show has no extensions, or it had its one.
    #[error("the hold can't be extended")]
    ExtensionOver,
    /// The viewer has no such reservation.
    #[error("there is no such reservation")]
    ReservationUnknown,
    /// The reservation is not held any more.
    #[error("the reservation is {state}")]
    ReservationState {
        /// What it is instead.
        state: super::ReservationState,
    },
    /// There is no such order.
    #[error("there is no such order")]
    OrderUnknown,
    /// The order is already paid.
    #[error("the order is already paid")]
    OrderPaid,
    /// The show has as many holds, keys or units as it may have.
    #[error("the show is full: {bound}")]
    Full {
        /// The name of the constant that was hit: [`super::HOLDS_MAX`], [`super::KEYS_MAX`], [`super::UNITS_MAX`],
        /// [`super::WAITERS_MAX`], [`super::SHORTFALL_HOLDS_MAX`] or [`super::UNDO_HOLDS_MAX`].
        bound: Cow<'static, str>,
    },
    /// The plan contradicts itself or what happened since.
    #[error("{at}: {problem}")]
    PlanInvalid {
        /// Where in the plan, such as `drops[2].items[0].sku`.
        at: String,
        /// What is wrong and what would be right.
        problem: PlanProblem,
    },
}

/// What is wrong with a plan.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanProblem {
    /// A name is not a name.
    #[error("{0}")]
    Name(#[from] NameError),
    /// The currency is none.
    #[error("{0}")]
    Currency(#[from] CurrencyError),
    /// A text is out of bounds.
    #[error("{0}")]
    Text(#[from] TextError),
    /// A list has no items but needs one.
    #[error("needs at least one")]
    Empty,
    /// A list has too many items.
    #[error("has more than {max}")]
    TooMany {
        /// The bound.
        max: usize,
    },
    /// A name appears twice.
    #[error("{name:?} is there twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// A name stands for nothing in this plan.
    #[error("{name:?} is no SKU of this plan")]
    Unknown {
        /// The name.
        name: String,
    },
    /// A number is out of its range.
    #[error("must be between {min} and {max}")]
    Range {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// An address is not one that a page may load.
    #[error("must be empty, a path that starts with / or an https address of at most {max} bytes")]
    Address {
        /// The bound, in bytes.
        max: usize,
    },
    /// It can't be changed any more.
    #[error("can't be changed any more: {reason}")]
    Fixed {
        /// Why.
        reason: Cow<'static, str>,
    },
    /// A text is longer than it may be.
    #[error("is longer than {max} bytes")]
    TooLong {
        /// The bound, in bytes.
        max: usize,
    },
    /// Something is not in the plan that can't go away any more.
    #[error("{name:?} can't be left out: {reason}")]
    LeftOut {
        /// Its name.
        name: String,
        /// Why.
        reason: Cow<'static, str>,
    },
    /// Fewer units than are held, offered and sold.
    #[error("{committed} units are held, offered or sold already, it can't be less")]
    BelowCommitted {
        /// What is held, offered and sold.
        committed: u32,
    },
}
