//! What became true. Facts are stored for ever: they are only added to, never changed.

use serde::{Deserialize, Serialize};

use super::{BrokenPromise, Digest, DropPlan, Fingerprint, KeptPromise, Outcome, Principal, ShowSettings};
use crate::{
    audience::AudienceCount,
    ids::{DropId, Key, OrderId, PrincipalId, ProductId, ReservationId, Sku, WaiterId},
    text::Text,
    time::Timestamp,
};

/// The most facts in an entry that only the passing of time made: a long row of deadlines falls into several entries,
/// so that an entry stays small. The entry of a command is whole, and bounded by what one command can change.
pub const ENTRY_FACTS_MAX: usize = 256;

/// What one accepted command, or the passing of time, made true at one moment. Applied whole or not at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// When it was decided; never before the entry before it.
    pub at: Timestamp,
    /// Who asked for it; `None` when it was only time that passed.
    pub cause: Option<Cause>,
    /// In the order in which they are applied; at least one.
    pub facts: Vec<Fact>,
}

/// Who asked, and the key that from now on stands for the outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cause {
    /// Who asked.
    pub principal: Principal,
    /// The key, what it was used for, and what came of it.
    pub binding: Option<KeyBinding>,
}

/// A key that was used up by an acceptance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyBinding {
    /// The key, as the client made it.
    pub key: Key,
    /// The content it was used with.
    pub fingerprint: Fingerprint,
    /// What came of it.
    pub outcome: Outcome,
}

/// Something that became true.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    /// The show exists, or its settings changed, to these.
    ShowPlanned(Box<ShowSettings>),
    /// The product is in the catalogue, or changed, to this.
    ProductListed(Box<Product>),
    /// The product is not in the catalogue any more; none of its SKUs had units.
    ProductUnlisted {
        /// Which.
        product: ProductId,
    },
    /// The allotment of the SKU grew.
    UnitsAdded {
        /// Of what.
        sku: Sku,
        /// By how many.
        units: u32,
        /// Whether the plan gave them (they count towards the plan's units) or they came on top.
        planned: bool,
    },
    /// The allotment of the SKU shrank, by units that were free, because the plan gives less.
    UnitsWithdrawn {
        /// Of what.
        sku: Sku,
        /// By how many.
        units: u32,
    },
    /// The allotment of the SKU shrank, by units that were free, because they were sold elsewhere.
    UnitsSoldElsewhere {
        /// Of what.
        sku: Sku,
        /// By how many.
        units: u32,
    },
    /// So many units that were sold elsewhere were not free: the facts after it in the same entry revoke the
    /// reservations that can't be kept.
    ShortfallRecorded {
        /// Of what.
        sku: Sku,
        /// How many were missing.
        units: u32,
    },
    /// The drop is in the run of show, or changed, to this. Where the plan's own `opens_at` stays, the moment that was
    /// set by [`Fact::DropScheduled`] stays too; a cap's raises stay with their SKUs.
    DropPlanned {
        /// The drop.
        plan: Box<DropPlan>,
        /// Its place in the run of show, from 0.
        place: u32,
    },
    /// The drop is not in the run of show any more; it never opened, and nothing was held in it.
    DropUnplanned {
        /// Which.
        drop: DropId,
    },
    /// draft → live.
    ShowStarted,
    /// live → ended.
    ShowEnded,
    /// The moment at which the drop opens by itself was set or cleared.
    DropScheduled {
        /// Which.
        drop: DropId,
        /// When.
        opens_at: Option<Timestamp>,
    },
    /// The drop sells from now on.
    DropOpened {
        /// Which.
        drop: DropId,
        /// Until when, if an end is set.
        closes_at: Option<Timestamp>,
    },
    /// The drop serves nobody new until it is resumed.
    DropPaused {
        /// Which.
        drop: DropId,
    },
    /// The drop sells again.
    DropResumed {
        /// Which.
        drop: DropId,
    },
    /// The drop's end moved.
    DropExtended {
        /// Which.
        drop: DropId,
        /// To when.
        closes_at: Timestamp,
    },
    /// The drop may sell this many more units of the SKU.
    CapRaised {
        /// Which.
        drop: DropId,
        /// Of what.
        sku: Sku,
        /// By how many.
        units: u32,
    },
    /// The drop may sell this many more units of all its SKUs together.
    SharedCapRaised {
        /// Which.
        drop: DropId,
        /// By how many.
        units: u32,
    },
    /// The drop's opening was taken back: it is planned, and opens by itself no more. What was held and offered in it is
    /// revoked by the facts before it in the same entry; who waited in it waits no more.
    DropUndone {
        /// Which.
        drop: DropId,
    },
    /// The drop is over, and so is its waitlist.
    DropClosed {
        /// Which.
        drop: DropId,
        /// Why.
        reason: CloseReason,
    },
    /// Units went from free to held.
    ReservationHeld {
        /// Its number: one more than the last.
        reservation: ReservationId,
        /// For whom.
        viewer: PrincipalId,
        /// In which drop.
        drop: DropId,
        /// Of what.
        sku: Sku,
        /// How many.
        quantity: u32,
        /// What one unit costs, in minor units.
        unit_price_minor: u64,
        /// Until when.
        expires_at: Timestamp,
    },
    /// The reservation of the fact before this one holds these, too: a bundle.
    BundleLineHeld {
        /// Which.
        reservation: ReservationId,
        /// Of what.
        sku: Sku,
        /// How many.
        quantity: u32,
        /// What one unit costs, in minor units.
        unit_price_minor: u64,
    },
    /// Units went from free to offered, to who was next in line.
    ReservationOffered {
        /// Its number: one more than the last.
        reservation: ReservationId,
        /// The place in line that it comes from.
        waiter: WaiterId,
        /// To whom.
        viewer: PrincipalId,
        /// In which drop.
        drop: DropId,
        /// Of what.
        sku: Sku,
        /// How many: what was waited for, or what there was.
        quantity: u32,
        /// What one unit costs, in minor units.
        unit_price_minor: u64,
        /// Until when.
        expires_at: Timestamp,
    },
    /// The reservation was given more time for the payment.
    HoldExtended {
        /// Which.
        reservation: ReservationId,
        /// Until when.
        expires_at: Timestamp,
    },
    /// Units went from held or offered to sold.
    ReservationSold {
        /// Which.
        reservation: ReservationId,
    },
    /// Units went from held or offered to free, because the viewer gave them back.
    ReservationReleased {
        /// Which.
        reservation: ReservationId,
    },
    /// Units went from held or offered to free, because the time was over.
    ReservationExpired {
        /// Which.
        reservation: ReservationId,
    },
    /// Units went from held or offered to free, because of a shortfall or because the drop's opening was taken back.
    ReservationRevoked {
        /// Which.
        reservation: ReservationId,
    },
    /// A viewer waits in line for units of a drop, or entered its draw.
    WaitlistJoined {
        /// The place's number: one more than the last.
        waiter: WaiterId,
        /// Who.
        viewer: PrincipalId,
        /// In which drop.
        drop: DropId,
        /// For what.
        sku: Sku,
        /// For how many, at most.
        quantity: u32,
    },
    /// A viewer does not wait any more.
    WaitlistLeft {
        /// Which place.
        waiter: WaiterId,
    },
    /// The drop's draw is bound to a seed.
    DrawCommitted {
        /// Which.
        drop: DropId,
        /// SHA-256 of the seed.
        commitment: Digest,
    },
    /// The draw's seed is revealed, and its entrants have their places.
    LotsDrawn {
        /// Which.
        drop: DropId,
        /// What the commitment is made of.
        seed: Digest,
        /// The digest of the journal's entry before this one.
        digest: Digest,
    },
    /// Whatever is held is held that much longer: the journal could not be written for so long.
    HoldsExtended {
        /// By how much, in milliseconds; never more than went by since the entry before this one.
        by_ms: u64,
    },
    /// A viewer owes for what was sold.
    OrderPlaced {
        /// Its number: one more than the last.
        order: OrderId,
        /// What it is made of.
        reservation: ReservationId,
        /// What it comes to, in minor units.
        total_minor: u64,
    },
    /// The order's payment came through.
    OrderPaid {
        /// Which.
        order: OrderId,
        /// What the payment provider calls the payment.
        payment: PrincipalId,
    },
    /// A node counted its audience.
    AudienceCounted {
        /// The node's name while it counts.
        node: PrincipalId,
        /// What it counted since it began.
        count: Box<AudienceCount>,
    },
    /// A promise of a lost history is kept: the facts after it in the same entry hold, or sell, what was promised.
    PromiseKept(Box<KeptPromise>),
    /// A promise of a lost history can't be kept.
    PromiseBroken(Box<BrokenPromise>),
}

/// A product as the catalogue has it: without units, which facts of their own give and take.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Product {
    /// Its name in the show.
    pub product: ProductId,
    /// Its place in the catalogue, from 0.
    pub place: u32,
    /// Its name for people.
    pub title: Text,
    /// What it is.
    pub description: Text,
    /// An address of a picture, or empty.
    pub picture: String,
    /// At least one.
    pub variants: Vec<Variant>,
}

/// One sellable variant.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Variant {
    /// The variant's name; unique in the show.
    pub sku: Sku,
    /// What tells it from the others.
    pub title: Text,
    /// The list price of one unit, in minor units.
    pub list_price_minor: u64,
}

/// Why a drop closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum CloseReason {
    /// The host or the brand closed it.
    Host,
    /// Its time was over.
    Time,
    /// Everything it could sell was sold.
    SoldOut,
    /// The show ended.
    ShowEnded,
}
