//! `redis/1` with a replica that is behind when it becomes the primary: acknowledged writes are not in Redis any more.

use crate::{
    crowd::{Crowd, VIEWERS},
    house::House,
    pair::Pair,
    stage::{UNITS, close, turn},
};

/// How many clicks are acknowledged while the replica stands still, and how many of them it knows nothing of, at least:
/// what was under way before is at the replica.
const BOUGHT: usize = 60 + VIEWERS;
const LOST: usize = BOUGHT - VIEWERS;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_failover_lost_is_put_back_by_whoever_has_it() {
    let _turn = turn().await;
    let mut pair = Pair::start().await;
    let house = House::open(&pair.front.url(), 3, &[]).await;
    house.go_live(UNITS).await;
    let crowd = Crowd::start(&house);
    crowd.buys(60).await;
    lose(&mut pair, &crowd).await;
    pair.lead_to_replica();
    crowd.buys(100).await;
    let books = close("a failover", 1, &house, crowd, UNITS).await;
    // What only a follower had heard of when the primary died, the writer may not have: that is reclaimed.
    assert!(books.kept() <= VIEWERS && books.broken() == 0, "{} kept, {} broken", books.kept(), books.broken());
    let healed = house.counted("dropcast_journal_healed_entries_total").await;
    assert!(healed + books.kept() as u64 >= LOST as u64, "only {healed} entries were put back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_failover_lost_is_promised_anew_where_another_node_went_on_without_it() {
    let _turn = turn().await;
    let (mut pair, mut house, crowd) = forking(UNITS).await;
    let sleeper = go_on_without(&mut pair, &mut house, &crowd).await;
    crowd.buys(60).await;
    house.thaw(sleeper);
    crowd.buys(60).await;
    let books = close("a fork", 3, &house, crowd, UNITS).await;
    assert!(books.kept() >= LOST && books.broken() == 0, "{} kept, {} broken", books.kept(), books.broken());
    assert!(house.counted("dropcast_journal_forked_entries_total").await >= LOST as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_everything_is_sold_meanwhile_the_promises_that_a_failover_broke_are_recorded() {
    /// So few that what was lost is sold to others.
    const FEW: u32 = 600;
    let _turn = turn().await;
    let (mut pair, mut house, crowd) = forking(FEW).await;
    let sleeper = go_on_without(&mut pair, &mut house, &crowd).await;
    crowd.is_refused(20).await;
    house.thaw(sleeper);
    crowd.is_refused(20).await;
    let books = close("a fork, sold out", 3, &house, crowd, FEW).await;
    assert!(books.broken() >= LOST, "{} kept, {} broken", books.kept(), books.broken());
}

/// Two nodes that sell.
async fn forking(units: u32) -> (Pair, House, Crowd) {
    let pair = Pair::start().await;
    let house = House::open(&pair.front.url(), 2, &[]).await;
    house.go_live(units).await;
    let crowd = Crowd::start(&house);
    crowd.buys(60).await;
    (pair, house, crowd)
}

/// The node that wrote the show sleeps, the other one forgets, and goes on from the replica. The one that sleeps.
async fn go_on_without(pair: &mut Pair, house: &mut House, crowd: &Crowd) -> usize {
    let writer = house.writer(&pair.primary).await;
    lose(pair, crowd).await;
    house.freeze(writer);
    let other = 1 - writer;
    house.kill(other);
    pair.lead_to_replica();
    house.start(other).await;
    house.writer_after(&pair.replica, writer).await;
    writer
}

/// The replica stands still, the primary is killed, and the replica becomes the primary without what was sold last.
async fn lose(pair: &mut Pair, crowd: &Crowd) {
    pair.freeze_replica();
    crowd.buys(BOUGHT).await;
    pair.primary.kill();
    pair.promote_replica();
}
