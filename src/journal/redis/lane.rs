//! A connection whose requests take effect in the order in which they were put in line.
//!
//! - Many requests are under way at once; Redis answers them in order.
//! - **Nothing is sent twice** once it may have done something: when the connection breaks, or an answer does not come in
//!   time, all that is unanswered ends as *unknown*, and the next request gets a new connection.
//! - **The one exception certainly did nothing**: after a `SCRIPT FLUSH` Redis answers `NOSCRIPT`. Then nothing more is
//!   sent until everything under way is answered, the scripts are loaded, and those that met `NOSCRIPT` are sent again
//!   in their order, before anything that was put in line after them. Where another connection loaded the scripts in
//!   between, an append after the first that met `NOSCRIPT` found it missing, and was refused as *moved*: it did nothing
//!   either, and is sent again with it.

use std::{
    collections::VecDeque,
    future::{poll_fn, ready},
    pin::Pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use futures_util::{StreamExt as _, stream::FuturesOrdered};
use redis::{Pipeline, RedisError, Value};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use super::{
    connector::{Connector, Server, Watched, load_scripts, reason},
    nodes::Strays,
    outcome::{Failure, Outcome},
    scripts,
};

/// How many requests are under way at once on one connection; the next one waits in line. The connection has room for as
/// many, so that none waits for room inside it.
pub(super) const UNDER_WAY_MAX: usize = 256;
/// How often a request is sent again because the scripts were flushed.
const REPLAYS_MAX: u8 = 8;

/// Takes the outcome of a request. Runs between others: it must not wait.
pub(super) type Answer = Box<dyn FnOnce(Outcome) + Send>;

/// A request in line.
pub(super) struct Job {
    pub(super) commands: Arc<Pipeline>,
    /// When its time is over.
    pub(super) expires: Instant,
    pub(super) answer: Answer,
    pub(super) replays: u8,
}

/// The way in. The line has no bound of its own: whoever puts something in it keeps to the journal's.
#[derive(Clone)]
pub(super) struct Lane {
    line: mpsc::UnboundedSender<Job>,
}

impl Lane {
    /// A lane to a server. It connects when it has something to send, and ends when it is closed and empty.
    pub(super) fn start(connector: Connector, server: Server, strays: Strays, closed: watch::Receiver<bool>) -> Self {
        let (line, jobs) = mpsc::unbounded_channel();
        let task = LaneTask {
            connector,
            server,
            strays,
            jobs,
            connection: None,
            sent: FuturesOrdered::new(),
            under_way: VecDeque::new(),
            replayed: VecDeque::new(),
            ending: None,
        };
        tokio::spawn(task.run(closed));
        Self { line }
    }

    /// Puts a request in line.
    pub(super) fn push(&self, job: Job) {
        if let Err(mpsc::error::SendError(job)) = self.line.send(job) {
            answer_later(job.answer, "the journal is closed".to_owned());
        }
    }
}

/// Answers that nothing was done, when whoever put the request in line is done with it: he may hold a lock that the
/// answer needs.
pub(super) fn answer_later(answer: Answer, reason: String) {
    tokio::spawn(async move { answer(Err(Failure::NotDone(reason))) });
}

type Sent = Pin<Box<dyn Future<Output = Result<Vec<Value>, RedisError>> + Send>>;

/// Why nothing more is sent on a connection until everything under way is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// The scripts were flushed.
    Flushed,
    /// The server is no primary any more.
    Demoted,
}

struct LaneTask {
    connector: Connector,
    server: Server,
    strays: Strays,
    jobs: mpsc::UnboundedReceiver<Job>,
    connection: Option<Watched>,
    /// The answers to come, in the order of `under_way`.
    sent: FuturesOrdered<Sent>,
    under_way: VecDeque<Job>,
    /// What met `NOSCRIPT`, and what was refused because of that.
    replayed: VecDeque<Job>,
    ending: Option<Ending>,
}

impl LaneTask {
    async fn run(mut self, mut closed: watch::Receiver<bool>) {
        let mut open = true;
        loop {
            let may_send = self.under_way.len() < UNDER_WAY_MAX && self.ending.is_none();
            tokio::select! {
                // Answers first: they make room.
                biased;
                Some(answered) = self.sent.next(), if !self.under_way.is_empty() => self.answered(answered).await,
                () = end_of(&mut closed), if open => {
                    open = false;
                    self.jobs.close();
                }
                job = self.jobs.recv(), if may_send => match job {
                    Some(job) => self.send(job).await,
                    None if self.under_way.is_empty() => break,
                    // Closed, and something is still under way.
                    None => if let Some(answered) = self.sent.next().await { self.answered(answered).await },
                },
            }
        }
    }

    async fn send(&mut self, job: Job) {
        if job.expires <= Instant::now() {
            return (job.answer)(Err(Failure::NotDone("it waited too long to be sent".to_owned())));
        }
        if self.connection.as_ref().is_some_and(Watched::is_broken) {
            self.lost("it was closed by the other side");
        }
        if self.connection.is_none() {
            match self.connector.connect(&self.server).await {
                Ok(connection) => self.connection = Some(connection),
                Err(error) => {
                    self.strays.noticed();
                    let reason = format!("Redis at {} can't be reached: {}", self.server.shown, reason(&error));
                    return (job.answer)(Err(Failure::NotDone(reason)));
                }
            }
        }
        let Some(watched) = &self.connection else { return };
        let mut connection = watched.connection.clone();
        let commands = Arc::clone(&job.commands);
        self.under_way.push_back(job);
        // Without the runtime's budget, which may put a future off: the first poll then hands the request over, and
        // whatever is sent later comes after it.
        let mut sent: Sent = Box::pin(tokio::task::unconstrained(async move {
            connection.send_packed_commands(&commands, 0, commands.len()).await
        }));
        match poll_fn(|context| Poll::Ready(sent.as_mut().poll(context))).await {
            Poll::Pending => self.sent.push_back(sent),
            Poll::Ready(answered) => self.sent.push_back(Box::pin(ready(answered))),
        }
    }

    async fn answered(&mut self, answered: Result<Vec<Value>, RedisError>) {
        let values = match answered {
            Ok(values) => values,
            Err(error) => return self.lost(&reason(&error)),
        };
        let Some(mut job) = self.under_way.pop_front() else { return };
        let misses_one = !self.replayed.is_empty() && scripts::is_moved(&values);
        if (misses_one || scripts::is_forgotten(&values)) && job.replays < REPLAYS_MAX {
            job.replays += 1;
            self.replayed.push_back(job);
            self.ending.get_or_insert(Ending::Flushed);
        } else {
            self.look(&values);
            (job.answer)(Ok(values));
        }
        if self.under_way.is_empty() {
            self.go_on().await;
        }
    }

    /// Notices what concerns more than the request.
    fn look(&mut self, values: &[Value]) {
        use redis::ServerErrorKind::{Ask, ClusterDown, Moved, ReadOnly};
        let Some(Value::ServerError(error)) = values.first() else { return };
        match error.kind() {
            Some(Moved | Ask | ClusterDown) => self.strays.noticed(),
            Some(ReadOnly) => {
                self.strays.noticed();
                self.ending = Some(Ending::Demoted);
            }
            _ => {}
        }
    }

    /// Everything under way is answered: what stopped the sending is put right.
    async fn go_on(&mut self) {
        match self.ending.take() {
            None => return,
            // The next request connects anew, perhaps to the server that became the primary.
            Some(Ending::Demoted) => self.connection = None,
            Some(Ending::Flushed) => {
                if let Some(watched) = &mut self.connection
                    && let Err(error) = load_scripts(&mut watched.connection).await
                {
                    tracing::warn!(error = reason(&error), "Redis forgot the scripts, and does not take them again");
                    self.connection = None;
                }
            }
        }
        for job in std::mem::take(&mut self.replayed) {
            self.send(job).await;
        }
    }

    /// The connection is of no use any more, and nobody knows what became of what is under way.
    fn lost(&mut self, what: &str) {
        let reason = format!("the connection to Redis at {} broke: {what}", self.server.shown);
        tracing::warn!(under_way = self.under_way.len(), reason);
        // With its last owner the connection is closed: what was not written yet never will be.
        self.connection = None;
        self.sent = FuturesOrdered::new();
        self.ending = None;
        self.strays.noticed();
        for job in std::mem::take(&mut self.replayed) {
            (job.answer)(Err(Failure::NotDone(reason.clone())));
        }
        for job in std::mem::take(&mut self.under_way) {
            (job.answer)(Err(Failure::Unknown(reason.clone())));
        }
    }
}

/// A request that has until now plus `limit`.
pub(super) fn job(commands: Pipeline, limit: Duration, answer: Answer) -> Job {
    Job { commands: Arc::new(commands), expires: Instant::now() + limit, answer, replays: 0 }
}

/// Comes back when the journal is closed, or gone.
pub(super) async fn end_of(closed: &mut watch::Receiver<bool>) {
    // An error says that it is gone.
    drop(closed.wait_for(|closed| *closed).await);
}
