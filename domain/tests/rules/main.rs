//! Tables of commands, and the facts or the refusal that they meet.

mod access;
mod bundles;
mod buying;
mod commands;
mod damage;
mod draw;
mod drops;
mod fixture;
mod folding;
mod hold_rules;
mod line;
mod orders;
mod outage;
mod plan;
mod plan_bounds;
mod promised;
mod reclaim;
mod run;
mod shared_cap;
mod snapshot;
mod time;
mod waitlist;
mod withdrawal;
mod written;
