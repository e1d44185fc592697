//! Facts about orders.

use std::num::NonZeroU32;

use super::buying::{expect_number, record_mut};
use crate::{
    ids::{OrderId, PrincipalId, ReservationId},
    orders::order::OrderRecord,
    show::read::position,
    show::{FoldError, OrderState, ReservationState, Show},
    time::Timestamp,
};

pub(super) fn place(
    show: &mut Show,
    at: Timestamp,
    order: OrderId,
    reservation: ReservationId,
    total_minor: u64,
) -> Result<(), FoldError> {
    expect_number(show.records.orders.len(), order.0)?;
    let number = u32::try_from(order.0).ok().and_then(NonZeroU32::new).ok_or(FoldError::TooMany)?;
    if show.reservation(reservation).is_some_and(|sold| sold.total_minor() != total_minor) {
        return Err(FoldError::Order(order));
    }
    let sold = record_mut(show, reservation)?;
    if sold.state != ReservationState::Sold || sold.order.is_some() {
        return Err(FoldError::Reservation(reservation));
    }
    sold.order = Some(number);
    show.records.orders.push(OrderRecord { reservation, placed_at: at, total_minor, payment: None });
    Ok(())
}

pub(super) fn pay(show: &mut Show, id: OrderId, payment: &PrincipalId) -> Result<(), FoldError> {
    let order = position(id.0).and_then(|position| show.records.orders.get_mut(position));
    let order = order.filter(|order| order.state() == OrderState::Placed).ok_or(FoldError::Order(id))?;
    order.payment = Some(payment.clone());
    Ok(())
}
