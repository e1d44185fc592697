//! A failover, and a failback to the same process, which a node slept through that wrote the show before both.

use crate::{
    crowd::{Crowd, VIEWERS},
    house::House,
    pair::Pair,
    stage::{UNITS, close, turn},
};

/// How many clicks are acknowledged while the replica stands still, and how many of them it knows nothing of, at least:
/// what was under way before is at the replica.
const BOUGHT: usize = 40 + VIEWERS;
const LOST: usize = BOUGHT - VIEWERS;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_slept_through_failover_and_failback_finds_out_by_digests_and_reclaims() {
    let _turn = turn().await;
    let pair = Pair::start().await;
    let mut house = House::open(&pair.front.url(), 2, &[]).await;
    house.go_live(UNITS).await;
    let crowd = Crowd::start(&house);
    crowd.buys(40).await;
    let writer = house.writer(&pair.primary).await;
    let other = 1 - writer;
    pair.freeze_replica();
    crowd.buys(BOUGHT).await;
    house.freeze(writer);
    // The other one forgets what it followed, or it would put everything back.
    house.kill(other);
    pair.promote_replica();
    pair.lead_to_replica();
    house.start(other).await;
    house.writer_after(&pair.replica, writer).await;
    crowd.buys(40).await;
    pair.follow_back().await;
    pair.fail_back().await;
    crowd.buys(40).await;
    house.thaw(writer);
    crowd.buys(40).await;
    let books = close("failover and failback", 4, &house, crowd, UNITS).await;
    assert!(books.kept() >= LOST && books.broken() == 0, "{} kept, {} broken", books.kept(), books.broken());
}
