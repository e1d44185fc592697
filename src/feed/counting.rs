//! Tells the journal what this node counts of every show's audience.

use std::{sync::Arc, time::Duration};

use dropcast_domain::{
    audience::AudienceCount,
    show::{Command, Fingerprint, Principal, Request, Role},
};
use futures_util::future::join_all;

use super::{Feed, Feeds};
use crate::{
    clock::Clock,
    engine::{Answer, Engine},
    stats::Crowd,
};

/// How often it is looked whether something changed: with the ticker's delay every number is less than a second old
/// everywhere.
const EVERY: Duration = Duration::from_millis(500);

/// Tells what changed, show by show, and waits for no answer. A show that is not loaded here has nothing to tell: none is
/// loaded for this. Never returns; drop it to stop.
pub async fn count_audiences(engine: Arc<Engine>, feeds: Arc<Feeds>, clock: Arc<dyn Clock>) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        for feed in feeds.all() {
            let crowd = Arc::clone(feed.stats().crowd());
            let Some(count) = crowd.to_tell(clock.now()) else { continue };
            let (request, clock) = (request(&crowd, &count), Arc::clone(&clock));
            match engine.open(feed.show()).await {
                Ok(handle) => {
                    handle.ask(request, Box::new(move |answer| crowd.told(clock.now(), count, has_it(&answer))));
                }
                Err(_) => crowd.told(clock.now(), count, false),
            }
        }
    }
}

/// Tells of every show that nobody watches here any more, and waits for that: whoever watched goes to another node, and
/// is not to be counted twice meanwhile.
pub async fn count_nobody(engine: &Arc<Engine>, feeds: &Feeds) {
    let tell = async |feed: Arc<Feed>| {
        let crowd = feed.stats().crowd();
        let Some(count) = crowd.last_to_tell() else { return };
        if let Ok(handle) = engine.open(feed.show()).await {
            // If that fails, its viewers count until they are no longer fresh.
            let _ = handle.ask_and_wait(request(crowd, &count)).await;
        }
    };
    join_all(feeds.all().into_iter().map(tell)).await;
}

fn request(crowd: &Crowd, count: &AudienceCount) -> Request {
    let node = crowd.node().clone();
    let principal = Principal { role: Role::System, id: node.clone() };
    let command = Command::CountAudience { node, count: Box::new(count.clone()) };
    Request { principal, key: None, fingerprint: Fingerprint::default(), command }
}

/// What is refused, of a show that is over, is not told again either.
fn has_it(answer: &Answer) -> bool {
    matches!(answer, Answer::Accepted(_) | Answer::Refused(_))
}
