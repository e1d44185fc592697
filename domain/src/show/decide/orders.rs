//! Payments that came through.

use super::Decision;
use crate::{
    ids::{OrderId, PrincipalId},
    show::{Fact, OrderState, Outcome, Refusal, Show},
};

pub(super) fn settle(show: &Show, order: OrderId, payment: &PrincipalId) -> Result<Decision, Refusal> {
    match show.order(order).ok_or(Refusal::OrderUnknown)?.state {
        OrderState::Paid => Err(Refusal::OrderPaid),
        OrderState::Placed => {
            let facts = vec![Fact::OrderPaid { order, payment: payment.clone() }];
            Ok(Decision { facts, outcome: Outcome::Order(order) })
        }
    }
}
