//! Clicks that one task feeds to a show of the engine.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use dropcast::{
    clock::SystemClock,
    engine::{Accepted, Answer, Engine, EngineConfig, Projection, ProjectionFactory, ShowHandle},
    journal::{Journal, Position},
};
use dropcast_domain::{
    ids::ShowId,
    show::{HOLDS_MAX, Role},
};
use tokio::{sync::Notify, time::timeout};

use crate::{
    figures::{Measured, Measuring},
    redis_server::RedisServer,
    show::{LIMIT, name, opening, request, reserve},
};

/// How many clicks are unanswered at a time: more than the appends under way hold, so that the next batch is full.
const OUTSTANDING: u64 = 8_192;
/// How many clicks are fed before it is looked how many are answered.
const FED_TOGETHER: u64 = 256;
/// How many clicks there are: not more than a show may hold.
pub(crate) const CLICKS: u64 = FED_TOGETHER * 3_200;
/// How long all of them may take.
const PATIENCE: Duration = Duration::from_secs(120);
const _: () = assert!(CLICKS < HOLDS_MAX as u64);

/// Who makes the click of this number: one viewer as often as one may, then the next.
pub(crate) fn viewer(click: u64) -> String {
    format!("viewer-{}", click / u64::from(LIMIT))
}

/// Its key.
pub(crate) fn key(click: u64) -> String {
    format!("click-{click}")
}

/// Nobody reads the facts beside the show's writer.
struct NoProjections;

impl ProjectionFactory for NoProjections {
    fn projections(&self, _: &ShowId, _: Position) -> Vec<Box<dyn Projection>> {
        Vec::new()
    }
}

#[derive(Default)]
struct Answered {
    accepted: AtomicU64,
    all: AtomicU64,
    more: Notify,
}

/// Sells, with this journal; on Redis it is looked what that computes.
pub(crate) async fn sell(journal: Arc<dyn Journal>, redis: Option<&RedisServer>) -> Measured {
    let clock = Arc::new(SystemClock);
    let engine = Engine::new(Arc::clone(&journal), clock, Arc::new(NoProjections), EngineConfig::default());
    let show = on_sale(&engine).await;
    let measuring = Measuring::start(redis);
    let accepted = timeout(PATIENCE, feed(&show)).await.expect("every click is answered in time");
    let measured = measuring.end(accepted);
    engine.stop().await;
    journal.close().await;
    measured
}

/// A show whose drop is open.
async fn on_sale(engine: &Arc<Engine>) -> ShowHandle {
    let show = engine.open_or_create(&name(ShowId::new)).await.expect("a show");
    for request in opening() {
        assert_eq!(show.ask_and_wait(request).await, Answer::Accepted(Accepted::Done));
    }
    show
}

/// Feeds clicks and waits for their answers; how many were accepted.
async fn feed(show: &ShowHandle) -> u64 {
    let answered = Arc::new(Answered::default());
    let (command, mut fed) = (reserve(), 0);
    while fed < CLICKS {
        wait_until(&answered, (fed + FED_TOGETHER).saturating_sub(OUTSTANDING)).await;
        for click in fed..fed + FED_TOGETHER {
            let request = request(Role::Viewer, &viewer(click), &key(click), command.clone());
            let answered = Arc::clone(&answered);
            show.ask(request, Box::new(move |answer| answered.count(&answer)));
        }
        fed += FED_TOGETHER;
    }
    wait_until(&answered, fed).await;
    let accepted = answered.accepted.load(Ordering::Relaxed);
    assert_eq!(accepted, fed, "everybody gets a unit");
    accepted
}

impl Answered {
    fn count(&self, answer: &Answer) {
        if matches!(answer, Answer::Accepted(Accepted::Held(_))) {
            self.accepted.fetch_add(1, Ordering::Relaxed);
        }
        if (self.all.fetch_add(1, Ordering::AcqRel) + 1).is_multiple_of(FED_TOGETHER) {
            self.more.notify_one();
        }
    }
}

/// Waits until so many clicks, rounded up to whole feeds, are answered.
async fn wait_until(answered: &Answered, clicks: u64) {
    while answered.all.load(Ordering::Acquire) < clicks {
        answered.more.notified().await;
    }
}
