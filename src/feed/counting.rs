//! Tells the journal what this node counts of every show's audience.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;

use super::{Feed, Feeds};
use crate::{clock::Clock, engine::Engine};

/// How often it is looked whether something changed: with the ticker's delay every number is less than a second old
/// everywhere.
const EVERY: Duration = Duration::from_millis(500);

/// Tells what changed, show by show, and waits for no answer and no show. One that is not loaded here, or just being
/// loaded, is told later: none is loaded for this. Never returns; drop it to stop.
pub async fn count_audiences(engine: Arc<Engine>, feeds: Arc<Feeds>, clock: Arc<dyn Clock>) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let others_hear = engine.journal().exchange().is_some();
    loop {
        every.tick().await;
        for feed in feeds.all() {
            let Some(handle) = engine.loaded_show(feed.show()) else { continue };
            let Some(telling) = feed.stats().crowd().to_tell(clock.now(), others_hear) else { continue };
            let (request, clock) = (telling.request(), Arc::clone(&clock));
            handle.ask(request, Box::new(move |answer| telling.answered(clock.now(), &answer)));
        }
    }
}

/// Tells of every show that nobody watches here any more, and waits for that: whoever watched goes to another node, and
/// is not to be counted twice meanwhile. What was asked of the show before is answered, and counted, first.
pub async fn count_nobody(engine: &Engine, feeds: &Feeds) {
    let tell = async |feed: Arc<Feed>| {
        let Some(handle) = engine.running(feed.show()).await else { return };
        // If it is put away meanwhile, or does not answer, its viewers count until they are no longer fresh.
        let _ = handle.read(|_, _| ()).await;
        let Some(request) = feed.stats().crowd().last_to_tell() else { return };
        let _ = handle.ask_and_wait(request).await;
    };
    join_all(feeds.all().into_iter().map(tell)).await;
}
