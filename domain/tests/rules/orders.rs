//! Payments.

use dropcast_domain::show::{OrderState, Refusal};

use crate::fixture::*;

#[test]
fn an_order_is_paid_once() {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 2)).unwrap();
    stage.ask(&viewer("ann"), confirm(1)).unwrap();
    for order in [0, 2, u64::MAX] {
        stage.refuses(&system(), settle(order), Refusal::OrderUnknown);
    }
    stage.accepts(&system(), settle(1), &["order 1 paid by pay_1"]);
    stage.refuses(&system(), settle(1), Refusal::OrderPaid);
    let order = stage.show.orders().next().unwrap();
    assert_eq!((order.viewer.as_str(), order.total_minor, order.state), ("ann", 5_000, OrderState::Paid));
    assert_eq!(order.payment, Some(&somebody("pay_1")));
}
