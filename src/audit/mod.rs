//! Adds up a show's journal by itself, from the exported entries alone: not through the rules' state machine, so that a
//! mistake in the rules can't hide itself.

mod audience;
mod books;
mod buying;
mod draws;
mod drop;
mod drops;
mod entries;
mod line;
mod promises;
mod report;
mod reservation;
mod sales;
mod shortfall;
mod stock;
mod viewers;
mod violation;
mod waiting;
mod waitlist;

pub use entries::Audit;
pub use line::read_line;
pub use report::{AuditAudience, AuditDraw, AuditOrders, AuditPromises, AuditReport, AuditSku, AuditTotals};
pub use violation::{VIOLATIONS_LISTED_MAX, Violation, ViolationCode};
