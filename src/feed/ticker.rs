//! What changes all the time is told at a steady pace: who watches, and the numbers.

use std::{sync::Arc, time::Duration};

use dropcast_domain::time::Timestamp;
use dropcast_proto::v1::{self, server_message::Kind};

use super::{
    audience::Audience,
    registry::{Feed, Feeds},
};
use crate::clock::Clock;

/// Keys of the hub's table of latest values. Those of stock lines have the highest bit set.
const AUDIENCE_KEY: u64 = 0;
const NUMBERS_KEY: u64 = 1;
const SALES_KEY: u64 = 2;

/// How often audience and numbers are looked at. The hub's own tick bounds how often they are sent.
const EVERY: Duration = Duration::from_millis(200);

/// Publishes, for every loaded show, what changed of its audience and its numbers. Never returns; drop it to stop.
pub async fn publish_latest_values(feeds: Arc<Feeds>, clock: Arc<dyn Clock>) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        for feed in feeds.all() {
            publish(&feed, clock.now());
        }
    }
}

fn publish(feed: &Feed, now: Timestamp) {
    let changes = feed.stats.look(feed.viewers_here(), now);
    let set = |key, frames| {
        if feed.channel.set_latest(key, frames).is_err() {
            tracing::warn!(show = %feed.id, "no room for the numbers in the hub's table of latest values");
        }
    };
    if let Some(viewers) = changes.viewers {
        set(AUDIENCE_KEY, feed.frames_for_all(Kind::Audience(v1::Audience { viewers })));
    }
    if let Some(numbers) = changes.numbers {
        let message = Kind::NumbersChanged(v1::NumbersChanged { numbers: Some(numbers) });
        set(NUMBERS_KEY, feed.frames_for(&[Audience::Host, Audience::Brand], message));
    }
    if let Some(bucket) = changes.bucket {
        let message = Kind::SalesChanged(v1::SalesChanged { bucket: Some(bucket) });
        set(SALES_KEY, feed.frames_for(&[Audience::Brand], message));
    }
}
