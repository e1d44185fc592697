//! What facts bring about outside: payments. Readers of the journal, each with its own place in it.

mod payments;
mod sandbox;

pub use payments::{Payments, PaymentsProjection, settle_orders};
pub use sandbox::{PaymentProvider, Sandbox};
