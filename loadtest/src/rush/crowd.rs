//! All viewers of a rush.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{
        mpsc::{self, UnboundedSender},
        watch,
    },
    task::JoinHandle,
    time::Instant,
};

use super::{findings::Findings, pace::Event, shared::Shared, viewer::Viewer};

/// Viewers that connect, watch and click until they are told to stop.
pub(super) struct Crowd {
    viewers: Vec<JoinHandle<Findings>>,
    stop: watch::Sender<bool>,
}

/// A viewer that is to come.
pub(super) struct Guest {
    /// Its name; who buys goes by it in the journal.
    pub(super) name: String,
    /// Its token.
    pub(super) token: String,
}

impl Crowd {
    /// Lets the guests in at `per_second`. Each one's events go into the sender of the same number.
    pub(super) fn gather(
        shared: &Arc<Shared>,
        guests: Vec<Guest>,
        per_second: u32,
    ) -> (Self, Vec<UnboundedSender<Event>>) {
        let (stop, stopped) = watch::channel(false);
        let (mut viewers, mut senders) = (Vec::with_capacity(guests.len()), Vec::with_capacity(guests.len()));
        let (mut comes_at, every) = (Instant::now(), Duration::from_secs(1) / per_second);
        for (number, guest) in guests.into_iter().enumerate() {
            let (sender, events) = mpsc::unbounded_channel();
            let viewer = Viewer::new(Arc::clone(shared), number, guest.name, guest.token, events);
            viewers.push(tokio::spawn(viewer.run(comes_at, stopped.clone())));
            senders.push(sender);
            comes_at += every;
        }
        (Self { viewers, stop }, senders)
    }

    /// Sends everybody home; what they saw.
    pub(super) async fn disperse(self) -> Vec<Findings> {
        self.stop.send_replace(true);
        let mut findings = Vec::with_capacity(self.viewers.len());
        for viewer in self.viewers {
            match viewer.await.map_err(tokio::task::JoinError::try_into_panic) {
                Ok(seen) => findings.push(seen),
                Err(Ok(panic)) => std::panic::resume_unwind(panic),
                // Nobody cancels a viewer while the crowd is there.
                Err(Err(_)) => {}
            }
        }
        findings
    }
}
