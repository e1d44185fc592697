//! The units of one SKU. Every unit is in one state: free, held, offered or sold.

use serde::{Deserialize, Serialize};

use crate::ids::ProductId;

/// Where the units of one SKU are: `free + held + offered + sold = allotment`, always.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Stock {
    /// All units that the show was given.
    pub allotment: u32,
    /// Units that can be held.
    pub free: u32,
    /// Units that are kept for somebody until a deadline.
    pub held: u32,
    /// Units that are kept for somebody from the waitlist until a deadline.
    pub offered: u32,
    /// Units that were bought.
    pub sold: u32,
}

/// A movement of units that can't be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StockError {
    /// Fewer units are free than were to be held or withdrawn.
    #[error("fewer units are free")]
    NotFree,
    /// Fewer units are held, or offered, than were to be sold or given back.
    #[error("fewer units are held")]
    NotHeld,
    /// There would be more units than can be counted.
    #[error("there would be too many units")]
    TooMany,
}

impl Stock {
    /// nothing → free. The stock is unchanged after an error, here and below.
    pub(crate) fn add(&mut self, units: u32) -> Result<(), StockError> {
        self.allotment = self.allotment.checked_add(units).ok_or(StockError::TooMany)?;
        self.free += units;
        Ok(())
    }

    /// free → nothing.
    pub(crate) fn withdraw(&mut self, units: u32) -> Result<(), StockError> {
        self.free = self.free.checked_sub(units).ok_or(StockError::NotFree)?;
        self.allotment -= units;
        Ok(())
    }

    /// free → held.
    pub(crate) fn hold(&mut self, units: u32) -> Result<(), StockError> {
        self.free = self.free.checked_sub(units).ok_or(StockError::NotFree)?;
        self.held += units;
        Ok(())
    }

    /// free → offered.
    pub(crate) fn offer(&mut self, units: u32) -> Result<(), StockError> {
        self.free = self.free.checked_sub(units).ok_or(StockError::NotFree)?;
        self.offered += units;
        Ok(())
    }

    /// held or offered → sold.
    pub(crate) fn sell(&mut self, kept: Kept, units: u32) -> Result<(), StockError> {
        self.take(kept, units)?;
        self.sold += units;
        Ok(())
    }

    /// held or offered → free.
    pub(crate) fn give_back(&mut self, kept: Kept, units: u32) -> Result<(), StockError> {
        self.take(kept, units)?;
        self.free += units;
        Ok(())
    }

    /// Units that are kept for somebody.
    pub fn kept(&self) -> u32 {
        self.held + self.offered
    }

    /// Units that can't be withdrawn without breaking a promise: held, offered or sold.
    pub fn committed(&self) -> u32 {
        self.held + self.offered + self.sold
    }

    fn take(&mut self, kept: Kept, units: u32) -> Result<(), StockError> {
        let place = match kept {
            Kept::Held => &mut self.held,
            Kept::Offered => &mut self.offered,
        };
        *place = place.checked_sub(units).ok_or(StockError::NotHeld)?;
        Ok(())
    }

    /// Whether every unit is in one state.
    pub(crate) fn adds_up(&self) -> bool {
        let units = [self.free, self.held, self.offered, self.sold];
        units.into_iter().map(u64::from).sum::<u64>() == u64::from(self.allotment)
    }
}

/// Units of a SKU that were sold elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Elsewhere {
    /// All of them.
    pub sold: u32,
    /// How many of them were not free, so that reservations were revoked.
    pub short: u32,
}

/// How units are kept for somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kept {
    Held,
    Offered,
}

/// What a show knows about one SKU.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct SkuRecord {
    /// The product of which it is a variant, and which of its variants.
    pub(crate) product: ProductId,
    pub(crate) variant: u32,
    pub(crate) stock: Stock,
    /// What plans gave; what else the allotment has came on top.
    pub(crate) planned: u32,
    /// Units that left the allotment because they were sold elsewhere: no plan brings them back.
    pub(crate) sold_elsewhere: u32,
    /// How many of them were missing, so that reservations were revoked.
    pub(crate) short: u32,
}

impl SkuRecord {
    /// All units that the show was ever given of what it has and of what was sold elsewhere.
    pub(crate) fn given(&self) -> u64 {
        u64::from(self.stock.allotment) + u64::from(self.sold_elsewhere)
    }

    /// nothing → free, while all that was ever given can be counted.
    pub(crate) fn add(&mut self, units: u32) -> Result<(), StockError> {
        u32::try_from(self.given() + u64::from(units)).map_err(|_| StockError::TooMany)?;
        self.stock.add(units)
    }

    /// The units that came on top of the plan's.
    pub(crate) fn on_top(&self) -> u32 {
        (self.stock.allotment + self.sold_elsewhere).saturating_sub(self.planned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_move_and_are_never_made_up() {
        let mut stock = Stock::default();
        stock.add(5).unwrap();
        stock.hold(3).unwrap();
        stock.sell(Kept::Held, 1).unwrap();
        stock.give_back(Kept::Held, 1).unwrap();
        stock.withdraw(1).unwrap();
        stock.offer(2).unwrap();
        stock.sell(Kept::Offered, 1).unwrap();
        stock.give_back(Kept::Offered, 1).unwrap();
        assert_eq!(stock, Stock { allotment: 4, free: 1, held: 1, offered: 0, sold: 2 });
        assert_eq!((stock.kept(), stock.committed()), (1, 3));

        let before = stock;
        assert_eq!(stock.hold(3), Err(StockError::NotFree));
        assert_eq!(stock.withdraw(3), Err(StockError::NotFree));
        assert_eq!(stock.offer(2), Err(StockError::NotFree));
        assert_eq!(stock.sell(Kept::Held, 2), Err(StockError::NotHeld));
        assert_eq!(stock.give_back(Kept::Offered, 1), Err(StockError::NotHeld));
        assert_eq!(stock.add(u32::MAX), Err(StockError::TooMany));
        assert_eq!(stock, before);
        assert!(stock.adds_up());
    }
}
