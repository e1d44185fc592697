//! One viewer: clicks, and clicks again at another node under the same key until there is an answer.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use crate::{
    house::Addresses,
    line::{Heard, Line, Way},
    shop::viewer_token,
    told::Told,
};

/// Between a viewer's clicks, and before he tries another node.
const THINKS_FOR: Duration = Duration::from_millis(80);
const BREATHES_FOR: Duration = Duration::from_millis(50);

/// What all viewers of a scenario were told so far.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Told>>);

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A viewer.
pub(crate) struct Viewer {
    pub(crate) name: String,
    pub(crate) way: Way,
    /// The node that he tries next, counted on from the last one to the first.
    pub(crate) node: usize,
    pub(crate) addresses: Addresses,
    pub(crate) told: Shared,
}

impl Viewer {
    /// Clicks until told to leave, and then until his last click is answered.
    pub(crate) async fn run(mut self, leave: watch::Receiver<bool>) {
        let token = viewer_token(&self.name);
        let mut line = None;
        for number in 0.. {
            if *leave.borrow() {
                return;
            }
            self.click(&format!("click-{number}"), &token, &mut line).await;
            tokio::time::sleep(THINKS_FOR).await;
        }
    }

    async fn click(&mut self, key: &str, token: &str, line: &mut Option<Line>) {
        let click = (self.name.clone(), key.to_owned());
        self.told.lock().open.insert(click.clone());
        for attempt in 0.. {
            let opened = match line.take() {
                Some(open) => Ok(open),
                None => Line::open(self.way, self.addresses.of(self.node), token).await,
            };
            let heard = match opened {
                Ok(open) => line.insert(open).click(token, key, attempt).await,
                Err(heard) => heard,
            };
            let pause = match heard {
                Heard::Held(number) => return self.told.lock().hold(click, number),
                Heard::Refused(code) => return self.told.lock().refuse(click, &code),
                Heard::Again { after } => {
                    self.told.lock().again += 1;
                    after
                }
                Heard::Unreachable => {
                    self.told.lock().unreachable += 1;
                    BREATHES_FOR
                }
                Heard::Lost { code } => {
                    *self.told.lock().lost.entry(code).or_default() += 1;
                    BREATHES_FOR
                }
                Heard::Strange(what) => {
                    self.told.lock().strange.push(what);
                    BREATHES_FOR
                }
            };
            (*line, self.node) = (None, self.node + 1);
            tokio::time::sleep(pause).await;
        }
    }
}
