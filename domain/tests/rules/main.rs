//! Tables of commands, and the facts or the refusal that they meet.

mod access;
mod buying;
mod commands;
mod damage;
mod drops;
mod fixture;
mod folding;
mod line;
mod orders;
mod outage;
mod plan;
mod plan_bounds;
mod promised;
mod reclaim;
mod run;
mod snapshot;
mod time;
mod written;
