//! The stages that shows, drops, reservations and orders go through.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! phase {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),* })
            }
        }
    };
}

phase! {
    /// draft → live → ended.
    ShowPhase {
        /// Planned, not on air.
        Draft = "draft",
        /// On air.
        Live = "live",
        /// Over.
        Ended = "ended",
    }
}

phase! {
    /// planned (perhaps with a time to open at) → open ⇄ paused → closed.
    DropPhase {
        /// In the run of show.
        Planned = "planned",
        /// Sells.
        Open = "open",
        /// Serves nobody new for now.
        Paused = "paused",
        /// Over.
        Closed = "closed",
    }
}

phase! {
    /// held or offered → sold, released, expired or revoked.
    ReservationState {
        /// Kept for the viewer until its deadline.
        Held = "held",
        /// Kept for a viewer from the waitlist until its deadline.
        Offered = "offered",
        /// Bought.
        Sold = "sold",
        /// Given back by the viewer.
        Released = "released",
        /// Taken back when its time was over.
        Expired = "expired",
        /// Taken back because its units were sold elsewhere.
        Revoked = "revoked",
    }
}

phase! {
    /// placed → paid.
    OrderState {
        /// The viewer owes for it.
        Placed = "placed",
        /// Its payment came through.
        Paid = "paid",
    }
}
