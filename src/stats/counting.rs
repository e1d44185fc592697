//! Tells the journal what this node counts of every show's audience.

use std::{sync::Arc, time::Duration};

use dropcast_domain::{
    audience::AudienceCount,
    ids::PrincipalId,
    show::{Command, Fingerprint, Principal, Request, Role},
};

use super::Crowd;
use crate::{
    clock::Clock,
    engine::{Answer, Engine, ShowHandle},
    feed::Feeds,
};

/// How often it is looked whether something changed: with the ticker's delay every number is less than a second old
/// everywhere.
const EVERY: Duration = Duration::from_millis(500);

/// Tells what changed, show by show, and waits for no answer. Never returns; drop it to stop.
pub async fn count_audiences(engine: Arc<Engine>, feeds: Arc<Feeds>, clock: Arc<dyn Clock>) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        for feed in feeds.all() {
            let crowd = feed.stats().crowd();
            let Some(count) = crowd.to_tell(clock.now()) else { continue };
            match engine.open(feed.show()).await {
                Ok(handle) => tell(&handle, Arc::clone(crowd), count, Arc::clone(&clock)),
                Err(_) => crowd.told(clock.now(), count, false),
            }
        }
    }
}

fn tell(handle: &ShowHandle, crowd: Arc<Crowd>, count: AudienceCount, clock: Arc<dyn Clock>) {
    let Ok(id) = PrincipalId::new("audience") else { return };
    let command = Command::CountAudience { node: crowd.node().clone(), count: Box::new(count.clone()) };
    let principal = Principal { role: Role::System, id };
    let request = Request { principal, key: None, fingerprint: Fingerprint::default(), command };
    // What is refused, of a show that is over, is not told again either.
    let has_it = |answer| matches!(answer, Answer::Accepted(_) | Answer::Refused(_));
    handle.ask(request, Box::new(move |answer| crowd.told(clock.now(), count, has_it(answer))));
}
