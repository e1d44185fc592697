//! What a lost history may have promised.

use dropcast_domain::{
    ids::{Key, PrincipalId, ReservationId},
    inventory::BundleLine,
    show::{Fingerprint, KeyUse, Promise, Promised},
};
use proptest::sample::Index;

use crate::{
    step::{Lost, VIEWERS},
    world::{World, drop_id},
};

impl World {
    pub(crate) fn promise(&self, lost: &Lost) -> Promise {
        let number = ReservationId(lost.number.index(self.show.reservation_count() + 1) as u64 + 1);
        let used = |name: &str, picked: Option<Index>| {
            let new = || Key::new(&format!("{name}-{}", self.asked.len())).unwrap();
            let key = picked.map(|picked| picked.get(&self.asked).key.clone().unwrap());
            KeyUse { key: key.unwrap_or_else(new), fingerprint: Fingerprint([0; 16]) }
        };
        let (reserve, confirm) = (used("lost-reserve", lost.keys[0]), used("lost-confirm", lost.keys[1]));
        let mut viewer = lost.viewer;
        let promised = match lost.what {
            0 => Promised::Held { reserve },
            1 => Promised::Bought { reserve, confirm },
            _ => {
                viewer = self.mostly_owner(lost.viewer, number);
                Promised::Confirmed { confirm }
            }
        };
        Promise {
            viewer: PrincipalId::new(VIEWERS[viewer]).unwrap(),
            drop: drop_id(lost.drop),
            sku: self.sku_in(lost.drop, lost.sku),
            quantity: lost.quantity,
            unit_price_minor: 6,
            with: lost
                .with
                .iter()
                .map(|&(of, quantity)| BundleLine { sku: self.sku_in(lost.drop, of), quantity, unit_price_minor: 4 })
                .collect(),
            expires_at: self.now.after_ms(lost.held_for_ms),
            lost: number,
            promised,
        }
    }
}
