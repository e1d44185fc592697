//! A show's task on the node that writes it: decides ahead of the disk, and lets nothing out before it is durable.

mod batch;
mod deciding;
mod deciding_for_others;
mod draws;
mod held_back;
mod inbox;
mod lease;
mod outage;
mod part;
mod recover;
mod snapshots;

pub(super) use batch::Batch;
pub(super) use deciding_for_others::Refusals;
pub(super) use held_back::HeldBack;
pub(super) use inbox::Inbox;
pub(super) use lease::Lease;
pub(super) use part::{Ended, Writer};
pub(super) use recover::{BACK_OFF_MAX, BACK_OFF_MIN, ReloadError};
pub(super) use snapshots::Snapshots;
