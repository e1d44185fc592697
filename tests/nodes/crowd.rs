//! The viewers of a scenario, spread over the nodes.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use tokio::{sync::watch, task::JoinSet};

use crate::{
    house::House,
    line::{Heard, Way, outcome},
    process::PATIENCE,
    told::Told,
    viewer::{Shared, Viewer},
};

/// How many there are. So many clicks are under way at once.
pub(crate) const VIEWERS: usize = 30;
/// Every so-manieth clicks over HTTP.
const HTTP_EVERY: usize = 5;
/// How often it is looked whether what is waited for has come.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Viewers under way.
pub(crate) struct Crowd {
    viewers: JoinSet<()>,
    leave: watch::Sender<bool>,
    told: Shared,
}

impl Crowd {
    /// They begin to click at once.
    pub(crate) fn start(house: &House) -> Self {
        let (leave, told) = (watch::Sender::new(false), Shared::default());
        let mut viewers = JoinSet::new();
        for number in 0..VIEWERS {
            let viewer = Viewer {
                name: format!("viewer-{number}"),
                way: if number % HTTP_EVERY == 0 { Way::Http } else { Way::WebSocket },
                node: number,
                addresses: house.addresses.clone(),
                told: told.clone(),
            };
            viewers.spawn(viewer.run(leave.subscribe()));
        }
        Self { viewers, leave, told }
    }

    /// What they were told so far.
    pub(crate) fn told(&self) -> Told {
        self.told.lock().clone()
    }

    /// One who is not of the crowd leaves without answers to these clicks.
    pub(crate) fn leaves(&self, viewer: &str, unanswered: BTreeSet<String>) {
        self.told.lock().unsure.extend(unanswered.into_iter().map(|key| (viewer.to_owned(), key)));
    }

    /// One who is not of the crowd is told this, of the click with the key that is returned.
    pub(crate) fn hears(&self, viewer: &str, answer: &serde_json::Value) -> String {
        let key = answer["key"].as_str().expect("a key").to_owned();
        let click = (viewer.to_owned(), key.clone());
        let mut told = self.told.lock();
        match outcome(&answer["outcome"]) {
            Heard::Held(number) => told.hold(click, number),
            Heard::Refused(code) => told.refuse(click, &code),
            Heard::Again { .. } => drop(told.unsure.insert(click)),
            heard @ (Heard::Unreachable | Heard::Lost { .. } | Heard::Strange(_)) => panic!("{heard:?}"),
        }
        key
    }

    /// Waits until so many more clicks are acknowledged.
    pub(crate) async fn buys(&self, clicks: usize) {
        self.until("acknowledged", clicks, |told| told.held.len()).await;
    }

    /// Waits until so many clicks are acknowledged in all.
    pub(crate) async fn holds(&self, clicks: usize) {
        let more = clicks.saturating_sub(self.told.lock().held.len());
        self.buys(more).await;
    }

    /// Waits until so many more clicks are refused.
    pub(crate) async fn is_refused(&self, clicks: usize) {
        self.until("refused", clicks, |told| told.refused.len()).await;
    }

    /// Waits until so many more answers were *retry* or *pending*.
    pub(crate) async fn is_put_off(&self, answers: usize) {
        self.until("put off", answers, |told| told.again).await;
    }

    async fn until(&self, what: &str, more: usize, count: impl Fn(&Told) -> usize) {
        let wanted = count(&self.told.lock()) + more;
        let deadline = Instant::now() + PATIENCE;
        while count(&self.told.lock()) < wanted {
            let told = self.told.lock().clone();
            assert!(
                Instant::now() < deadline,
                "{} of {wanted} {what}: {} held, {} refused, {} open, {} again, lost {:?}, strange {:?}",
                count(&told),
                told.held.len(),
                told.refused.len(),
                told.open.len(),
                told.again,
                told.lost,
                told.strange
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Sends them away once their last clicks are answered; every click is.
    pub(crate) async fn leave(mut self) -> Told {
        self.leave.send_replace(true);
        let left = tokio::time::timeout(PATIENCE, async { while self.viewers.join_next().await.is_some() {} }).await;
        let told = self.told();
        assert!(left.is_ok() && told.open.is_empty(), "{} clicks are never answered: {:?}", told.open.len(), told.open);
        told
    }

    /// Sends them away at once.
    pub(crate) async fn break_up(mut self) -> Told {
        self.viewers.shutdown().await;
        self.told()
    }
}
