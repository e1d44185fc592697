//! What the server says about itself: metrics and logs.

mod answer_metrics;
pub mod command_kind;
pub mod door_metrics;
pub mod engine_metrics;
pub mod families;
pub mod fullness;
mod hub_metrics;
mod instruments;
mod journal_health;
mod journal_metrics;
pub mod metered_journal;
pub mod metrics;
pub mod tracing;
pub mod trouble;
mod watched;
