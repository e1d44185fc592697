//! A writer's ends of the exchange: parcels come in, verdicts go out, each on a task of its own so that the writer never
//! waits for the network.

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, task::JoinHandle};

use crate::{
    engine::parcel::{Addressed, Verdicts},
    journal::{Exchange, Mark, Parcel},
};

/// The most parcels taken in at once.
const PARCELS_AT_ONCE: usize = 32;
/// How long one look into the inbox waits for something.
const LOOK_FOR: Duration = Duration::from_secs(1);
/// How long to wait before the inbox is looked into again after that failed.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(100);
/// The most lots of parcels that wait for the writer; more stay in the inbox, whose door has a bound of its own.
const LOTS_MAX: usize = 2;
/// The most verdicts that wait to go out; one more is dropped, and whoever waits for it asks again by key.
const VERDICTS_MAX: usize = 65_536;
/// The most verdicts in one notice.
const VERDICTS_AT_ONCE: usize = 1_024;

/// What comes in and goes out. Dropping it stops both.
pub(in crate::engine) struct Inbox {
    parcels: mpsc::Receiver<Vec<Parcel>>,
    verdicts: mpsc::Sender<Addressed>,
    tasks: [JoinHandle<()>; 2],
}

impl Inbox {
    /// Opens the inbox of a show, from after `after` on.
    pub(in crate::engine) fn open(exchange: &Arc<dyn Exchange>, show: &str, after: Mark) -> Self {
        let (lots, parcels) = mpsc::channel(LOTS_MAX);
        let (verdicts, outgoing) = mpsc::channel(VERDICTS_MAX);
        let collecting = tokio::spawn(collect(Arc::clone(exchange), show.to_owned(), after, lots));
        let telling = tokio::spawn(tell(Arc::clone(exchange), show.to_owned(), outgoing));
        Self { parcels, verdicts, tasks: [collecting, telling] }
    }

    /// The next parcels.
    pub(in crate::engine) async fn next(&mut self) -> Option<Vec<Parcel>> {
        self.parcels.recv().await
    }

    /// The next parcels, if they are there already.
    pub(in crate::engine) fn next_now(&mut self) -> Option<Vec<Parcel>> {
        self.parcels.try_recv().ok()
    }

    /// Where verdicts go.
    pub(in crate::engine) fn verdicts(&self) -> mpsc::Sender<Addressed> {
        self.verdicts.clone()
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        let [collecting, _telling] = &self.tasks;
        collecting.abort();
        // What was decided still goes out: that task ends when the last verdict is on its way.
    }
}

async fn collect(exchange: Arc<dyn Exchange>, show: String, mut after: Mark, lots: mpsc::Sender<Vec<Parcel>>) {
    loop {
        match exchange.collect(&show, after, PARCELS_AT_ONCE, LOOK_FOR).await {
            Ok(parcels) => {
                let Some(last) = parcels.last() else { continue };
                after = last.mark;
                if lots.send(parcels).await.is_err() {
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(%show, %error, "the inbox can't be looked into");
                tokio::time::sleep(LOOK_AGAIN_AFTER).await;
            }
        }
    }
}

async fn tell(exchange: Arc<dyn Exchange>, show: String, mut outgoing: mpsc::Receiver<Addressed>) {
    let mut verdicts = Vec::new();
    while outgoing.recv_many(&mut verdicts, VERDICTS_AT_ONCE).await > 0 {
        let notice = Verdicts { verdicts: std::mem::take(&mut verdicts) }.write();
        if let Err(error) = exchange.notify(&show, notice).await {
            tracing::warn!(%show, %error, "verdicts were not told; whoever waits for them asks again by key");
        }
    }
}
