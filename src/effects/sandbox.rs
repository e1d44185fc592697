//! Who takes the money.

use dropcast_domain::ids::{OrderId, PrincipalId, ShowId};

/// Takes payments.
pub trait PaymentProvider: Send + Sync + 'static {
    /// Takes the payment of an order; the same order is never charged twice, however often it is asked. Returns what the
    /// provider calls the payment, or `None` when it can't be had now.
    fn charge(&self, show: &ShowId, order: OrderId, total_minor: u64) -> Option<PrincipalId>;
}

/// A provider for trying things out: every payment comes through at once, and no money moves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sandbox;

impl PaymentProvider for Sandbox {
    fn charge(&self, _show: &ShowId, order: OrderId, _total_minor: u64) -> Option<PrincipalId> {
        PrincipalId::new(&format!("sandbox-{order}")).ok()
    }
}
