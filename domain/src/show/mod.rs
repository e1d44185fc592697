//! A show: its plan, what may be asked of it, what became true, and what is refused.

mod apply;
mod command;
mod deadlines;
mod decide;
mod draw;
mod draws;
mod fact;
mod fold_error;
mod index;
mod invariants;
mod keys;
mod lines;
mod own;
mod passing;
mod phase;
mod plan;
mod promise;
mod promises;
mod read;
mod refusal;
mod run;
mod state;
mod tally;

pub use command::*;
pub use decide::*;
pub use draw::*;
pub use fact::*;
pub use fold_error::*;
pub use invariants::*;
pub use phase::*;
pub use plan::*;
pub use promise::*;
pub use refusal::*;
pub use run::{Closed, Drop, DropItemState};
pub use state::{STATE_VERSION, Show};

use run::DropStock;
