//! A random walk over everything that can be asked of a show, beside a second model that was written independently.
//!
//! After every step both say the same: the answer, the facts, and all that can be read. After every fact every
//! invariant holds. In the end the entries, folded from nothing, make the same show, byte for byte.

#[path = "../naive/mod.rs"]
mod naive;

mod check;
mod plan;
mod promise;
mod step;
mod world;

use proptest::prelude::*;

use crate::{step::steps, world::World};

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn a_show_does_what_the_plain_model_says(steps in steps()) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        world.check_fold();
    }
}
