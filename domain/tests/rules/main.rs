//! Tables of commands, and the facts or the refusal that they meet.

mod access;
mod buying;
mod drops;
mod fixture;
mod orders;
mod run;
