//! The engine over a journal whose faults are asked for and a clock that is moved by hand.

mod crowd;
mod draws;
mod durability;
mod fixture;
mod lifecycle;
mod loading;
mod nodes;
mod outage;
mod projections;
mod recorder;
mod time;
mod trouble;
mod waiting;
