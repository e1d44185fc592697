//! What the server says about itself: metrics and logs.

pub mod command_kind;
pub mod engine_metrics;
pub mod fullness;
mod journal_health;
pub mod metered_journal;
pub mod metrics;
pub mod tracing;
pub mod trouble;
