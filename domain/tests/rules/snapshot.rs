//! The serialized show: a change of its layout is noticed, and one that contradicts itself is not read.

use dropcast_domain::show::{STATE_VERSION, Show};

use crate::fixture::*;

/// When this fails, a snapshot of the last version can't be read any more: raise [`STATE_VERSION`], then pin anew.
#[test]
fn the_layout_is_pinned() {
    let bytes = postcard::to_stdvec(&sample().show).unwrap();
    assert_eq!((STATE_VERSION, bytes.len(), digest(&bytes)), (4, 622, 14_889_494_571_806_469_106));
}

#[test]
fn a_snapshot_reads_back_as_it_was_and_goes_on() {
    let mut stage = sample();
    let bytes = postcard::to_stdvec(&stage.show).unwrap();
    stage.show = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(postcard::to_stdvec(&stage.show).unwrap(), bytes);
    assert_eq!(stage.wait_ms(120_000), ["#1 expired"], "deadlines were found again");
    assert_eq!(stage.show.remaining_limit(&drop_id("night"), &somebody("bob")), Some(1), "and limits");
}

/// Not every wrong byte makes a contradiction; but none makes a show that breaks an invariant, and none a panic.
#[test]
fn a_damaged_snapshot_is_a_whole_show_or_none() {
    let bytes = postcard::to_stdvec(&sample().show).unwrap();
    let mut refused = 0;
    for position in 0..bytes.len() {
        for wrong in [0, 1, 0x7f, 0xff] {
            let mut damaged = bytes.clone();
            damaged[position] = wrong;
            match postcard::from_bytes::<Show>(&damaged) {
                Ok(mut show) => {
                    assert_eq!(show.check_invariants(), Ok(()));
                    show.pass(dropcast_domain::time::Timestamp::MAX, &mut Vec::new());
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 0);
}

fn sample() -> Stage {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 2)).unwrap();
    stage.ask(&viewer("bob"), reserve("night", "tee", 1)).unwrap();
    stage.ask(&viewer("bob"), confirm(2)).unwrap();
    stage.ask(&system(), settle(1)).unwrap();
    stage.ask(&system(), reclaim(promise("cem", 1, lost_purchase("r", "c")))).unwrap();
    stage.ask(&system(), reclaim(promise("ann", 1, lost_hold("r")))).unwrap();
    assert_eq!((stage.show.kept_promise_count(), stage.show.broken_promise_count()), (1, 1));
    stage
}

/// FNV-1a, 64 bits (draft-eastlake-fnv, section 2).
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
