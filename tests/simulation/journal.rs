//! The journal as a node has it: on the other side of a network.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use dropcast::journal::{
    Append, AppendError, Appending, Claim, ClaimError, Durability, Exchange, Journal, Listed, MemoryJournal, Position,
    RawEntry, ReadError, Renewal, Snapshot,
};

use crate::{
    chronicle::Chronicle,
    clock::NodeClock,
    exchange::NodeExchange,
    link::{Link, Lost, REPLY_LIMIT, Turn, Waiting},
    wire::Serving,
};

/// How far a node's clock may be from the journal's; further, it may neither claim nor write.
const CLOCK_APART_MS_MAX: u64 = 2_000;

/// A node's end of the connection.
pub(crate) struct NodeJournal {
    link: Arc<Link>,
    clock: Arc<NodeClock>,
    server: Arc<Server>,
}

/// The journal's end.
struct Server {
    node: usize,
    journal: MemoryJournal,
    chronicle: Chronicle,
}

impl NodeJournal {
    pub(crate) fn new(
        node: usize,
        link: Arc<Link>,
        clock: Arc<NodeClock>,
        journal: MemoryJournal,
        chronicle: Chronicle,
    ) -> Self {
        Self { link, clock, server: Arc::new(Server { node, journal, chronicle }) }
    }

    fn send<T: Send + std::fmt::Debug + 'static>(
        &self,
        what: &'static str,
        turn: Turn,
        serve: impl Fn(Arc<Server>) -> Serving<T> + Send + 'static,
    ) -> Waiting<T> {
        let server = Arc::clone(&self.server);
        self.link.send(what, turn, move || serve(Arc::clone(&server)))
    }

    async fn read_from<T: Send + std::fmt::Debug + 'static>(
        &self,
        what: &'static str,
        serve: impl Fn(Arc<Server>) -> Serving<Result<T, ReadError>> + Send + 'static,
    ) -> Result<T, ReadError> {
        let waiting = self.send(what, Turn::Any, serve);
        waiting.reply(REPLY_LIMIT).await.unwrap_or_else(|lost| Err(ReadError::Unavailable(reason(lost))))
    }

    async fn claim_with<T: Send + std::fmt::Debug + 'static>(
        &self,
        what: &'static str,
        serve: impl Fn(Arc<Server>) -> Serving<Result<T, ClaimError>> + Send + 'static,
    ) -> Result<T, ClaimError> {
        let waiting = self.send(what, Turn::Any, serve);
        waiting.reply(REPLY_LIMIT).await.unwrap_or_else(|lost| Err(ClaimError::Unavailable(reason(lost))))
    }

    fn write(
        &self,
        what: &'static str,
        turn: Turn,
        serve: impl Fn(Arc<Server>) -> Serving<Result<(), AppendError>> + Send + 'static,
    ) -> Appending {
        // The request is on its way before the future is first looked at.
        let waiting = self.send(what, turn, serve);
        Box::pin(async move {
            waiting.reply(REPLY_LIMIT).await.unwrap_or_else(|lost| match lost {
                Lost::NotSent => Err(AppendError::Unavailable(reason(lost))),
                Lost::Unanswered => Err(AppendError::InDoubt(reason(lost))),
            })
        })
    }
}

fn reason(lost: Lost) -> String {
    match lost {
        Lost::NotSent => "the network is down".to_owned(),
        Lost::Unanswered => "there is no reply".to_owned(),
    }
}

/// By how much a clock is ahead, if that is too much.
fn apart(ahead_ms: i64) -> Option<i64> {
    (ahead_ms.unsigned_abs() > CLOCK_APART_MS_MAX).then_some(ahead_ms)
}

impl Server {
    async fn claim(&self, show: &str, ahead_ms: i64) -> Result<Claim, ClaimError> {
        if let Some(ahead_ms) = apart(ahead_ms) {
            return Err(ClaimError::ClockApart { ahead_ms });
        }
        let claim = self.journal.claim(show).await?;
        self.chronicle.claimed(&claim, Some(self.node));
        Ok(claim)
    }

    async fn append(&self, claim: &Claim, append: Append, ahead_ms: i64) -> Result<(), AppendError> {
        if let Some(ahead_ms) = apart(ahead_ms) {
            return Err(AppendError::ClockApart { ahead_ms });
        }
        self.journal.append(claim, append.clone()).await?;
        self.chronicle.appended(claim, &append);
        Ok(())
    }

    async fn renew(&self, claim: &Claim, renewal: Renewal, ahead_ms: i64) -> Result<(), AppendError> {
        if let Some(ahead_ms) = apart(ahead_ms) {
            return Err(AppendError::ClockApart { ahead_ms });
        }
        self.journal.renew(claim, renewal).await?;
        self.chronicle.renewed(claim);
        Ok(())
    }

    async fn save_snapshot(&self, claim: &Claim, snapshot: Snapshot) -> Result<(), AppendError> {
        self.journal.save_snapshot(claim, snapshot.clone()).await?;
        self.chronicle.snapshot_saved(&snapshot);
        Ok(())
    }
}

#[async_trait]
impl Journal for NodeJournal {
    async fn claim(&self, show: &str) -> Result<Claim, ClaimError> {
        let (show, ahead_ms) = (show.to_owned(), self.clock.ahead_ms());
        let serve = move |server: Arc<Server>| -> Serving<_> {
            let show = show.clone();
            Box::pin(async move { server.claim(&show, ahead_ms).await })
        };
        self.claim_with("claim", serve).await
    }

    async fn release(&self, claim: &Claim) -> Result<(), ClaimError> {
        let claim = claim.clone();
        let serve = move |server: Arc<Server>| -> Serving<_> {
            let claim = claim.clone();
            Box::pin(async move { server.journal.release(&claim).await })
        };
        self.claim_with("release", serve).await
    }

    fn append(&self, claim: &Claim, append: Append) -> Appending {
        let (claim, ahead_ms) = (claim.clone(), self.clock.ahead_ms());
        self.write("append", Turn::InOrder, move |server| {
            let (claim, append) = (claim.clone(), append.clone());
            Box::pin(async move { server.append(&claim, append, ahead_ms).await })
        })
    }

    fn renew(&self, claim: &Claim, renewal: Renewal) -> Appending {
        let (claim, ahead_ms) = (claim.clone(), self.clock.ahead_ms());
        self.write("renew", Turn::InOrder, move |server| {
            let claim = claim.clone();
            Box::pin(async move { server.renew(&claim, renewal, ahead_ms).await })
        })
    }

    fn exchange(&self) -> Option<Arc<dyn Exchange>> {
        let exchange = self.server.journal.exchange()?;
        Some(Arc::new(NodeExchange::new(Arc::clone(&self.link), exchange, self.server.chronicle.clone())))
    }

    fn durability(&self) -> Durability {
        self.server.journal.durability()
    }

    async fn tail(&self, show: &str) -> Result<Position, ReadError> {
        let show = show.to_owned();
        let serve = move |server: Arc<Server>| -> Serving<_> {
            let show = show.clone();
            Box::pin(async move { server.journal.tail(&show).await })
        };
        self.read_from("tail", serve).await
    }

    async fn read(&self, show: &str, from_seq: u64, entries_max: usize) -> Result<Vec<RawEntry>, ReadError> {
        let show = show.to_owned();
        let serve = move |server: Arc<Server>| -> Serving<_> {
            let show = show.clone();
            Box::pin(async move { server.journal.read(&show, from_seq, entries_max).await })
        };
        self.read_from("read", serve).await
    }

    async fn save_snapshot(&self, claim: &Claim, snapshot: Snapshot) -> Result<(), AppendError> {
        let claim = claim.clone();
        let serve = move |server: Arc<Server>| -> Serving<_> {
            let (claim, snapshot) = (claim.clone(), snapshot.clone());
            Box::pin(async move { server.save_snapshot(&claim, snapshot).await })
        };
        self.write("snapshot", Turn::Any, serve).await
    }

    async fn snapshot(&self, show: &str) -> Result<Option<Snapshot>, ReadError> {
        let show = show.to_owned();
        let serve = move |server: Arc<Server>| -> Serving<_> {
            let show = show.clone();
            Box::pin(async move { server.journal.snapshot(&show).await })
        };
        self.read_from("load", serve).await
    }

    async fn trim(&self, claim: &Claim, through_seq: u64) -> Result<(), AppendError> {
        let claim = claim.clone();
        let serve = move |server: Arc<Server>| -> Serving<_> {
            let claim = claim.clone();
            Box::pin(async move { server.journal.trim(&claim, through_seq).await })
        };
        self.write("trim", Turn::Any, serve).await
    }

    async fn list(&self, after: Option<&str>, listed_max: usize) -> Result<Vec<Listed>, ReadError> {
        let after = after.map(str::to_owned);
        let serve = move |server: Arc<Server>| -> Serving<_> {
            let after = after.clone();
            Box::pin(async move { server.journal.list(after.as_deref(), listed_max).await })
        };
        self.read_from("list", serve).await
    }

    async fn due(&self, now_ms: u64, shows_max: usize) -> Result<Vec<String>, ReadError> {
        let serve = move |server: Arc<Server>| -> Serving<_> {
            Box::pin(async move { server.journal.due(now_ms, shows_max).await })
        };
        self.read_from("due", serve).await
    }

    async fn close(&self) {
        self.server.journal.close().await;
    }
}

/// How long to wait for a reply that the journal may hold back for `wait`.
pub(crate) fn patience(wait: Duration) -> Duration {
    wait + REPLY_LIMIT
}
