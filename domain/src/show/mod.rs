//! A show: its plan, what may be asked of it, what became true, and what is refused.

mod command;
mod fact;
mod phase;
mod plan;
mod refusal;

pub use command::*;
pub use fact::*;
pub use phase::*;
pub use plan::*;
pub use refusal::*;
