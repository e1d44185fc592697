//! Commands become facts or refusals.

mod access;
mod audience;
mod buying;
mod catalogue;
mod drops;
mod orders;
mod outage;
mod plan;
mod plan_bounds;
mod reclaim;
mod request;
mod run;
mod run_of_show;
mod sold_out;
mod waitlist;
mod withdrawal;

pub use audience::COUNTED_AFTER_END_MS;
pub(super) use buying::sale_of;
pub use buying::{HOLDS_MAX, KEYS_MAX};
pub use drops::{UNDO_HOLDS_MAX, UNDO_MS};
pub use outage::HOLD_EXTENSION_MS_MAX;
pub use request::{Decision, decide};
pub use waitlist::WAITERS_MAX;
pub use withdrawal::SHORTFALL_HOLDS_MAX;
