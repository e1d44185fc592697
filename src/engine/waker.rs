//! Wakes shows that were put away and have something due.

use std::{sync::Arc, time::Duration};

use dropcast_domain::ids::ShowId;

use super::registry::Engine;

/// How often the wake index is read. A show that nobody watches may be late by this much; its facts carry the time at
/// which they were decided.
const EVERY: Duration = Duration::from_millis(500);
/// The most shows woken at once; the others follow at the next reading.
const AT_ONCE: usize = 64;

/// Loads every show whose wake time has come, again and again; a loaded show looks after its own deadlines. Never
/// returns; drop it to stop.
pub async fn wake_due_shows(engine: Arc<Engine>) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        match engine.journal().due(engine.clock().now().0, AT_ONCE).await {
            Ok(shows) => wake(&engine, &shows).await,
            Err(error) => tracing::warn!(%error, "the wake index can't be read"),
        }
    }
}

async fn wake(engine: &Arc<Engine>, shows: &[String]) {
    for name in shows {
        let Ok(show) = ShowId::new(name) else { continue };
        if let Err(error) = engine.open(&show).await {
            tracing::warn!(%show, %error, "a show that is due can't be loaded");
        }
    }
}
