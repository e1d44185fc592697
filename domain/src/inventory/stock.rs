//! The units of one SKU. Every unit is in one state: free, held or sold.

use serde::{Deserialize, Serialize};

use crate::ids::ProductId;

/// Where the units of one SKU are: `free + held + sold = allotment`, always.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Stock {
    /// All units that the show was given.
    pub allotment: u32,
    /// Units that can be held.
    pub free: u32,
    /// Units that are kept for somebody until a deadline.
    pub held: u32,
    /// Units that were bought.
    pub sold: u32,
}

/// A movement of units that can't be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StockError {
    /// Fewer units are free than were to be held or withdrawn.
    #[error("fewer units are free")]
    NotFree,
    /// Fewer units are held than were to be sold or given back.
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

    /// held → sold.
    pub(crate) fn sell(&mut self, units: u32) -> Result<(), StockError> {
        self.held = self.held.checked_sub(units).ok_or(StockError::NotHeld)?;
        self.sold += units;
        Ok(())
    }

    /// held → free.
    pub(crate) fn give_back(&mut self, units: u32) -> Result<(), StockError> {
        self.held = self.held.checked_sub(units).ok_or(StockError::NotHeld)?;
        self.free += units;
        Ok(())
    }

    /// Whether every unit is in one state.
    pub(crate) fn adds_up(&self) -> bool {
        u64::from(self.free) + u64::from(self.held) + u64::from(self.sold) == u64::from(self.allotment)
    }
}

/// What a show knows about one SKU.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct SkuRecord {
    /// The product of which it is a variant, and which of its variants.
    pub(crate) product: ProductId,
    pub(crate) variant: u32,
    pub(crate) stock: Stock,
    /// The part of the allotment that plans gave; the rest came on top.
    pub(crate) planned: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_move_and_are_never_made_up() {
        let mut stock = Stock::default();
        stock.add(5).unwrap();
        stock.hold(3).unwrap();
        stock.sell(1).unwrap();
        stock.give_back(1).unwrap();
        stock.withdraw(1).unwrap();
        assert_eq!(stock, Stock { allotment: 4, free: 2, held: 1, sold: 1 });

        let before = stock;
        assert_eq!(stock.hold(3), Err(StockError::NotFree));
        assert_eq!(stock.withdraw(3), Err(StockError::NotFree));
        assert_eq!(stock.sell(2), Err(StockError::NotHeld));
        assert_eq!(stock.give_back(2), Err(StockError::NotHeld));
        assert_eq!(stock.add(u32::MAX), Err(StockError::TooMany));
        assert_eq!(stock, before);
        assert!(stock.adds_up());
    }
}
