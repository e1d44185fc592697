//! Which server has which key, and the lanes to it.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use redis::Value;
use tokio::sync::{Notify, watch};

use super::{
    connector::{Connector, Server, reason},
    keys::SLOTS,
    lane::{Lane, end_of},
    reply::{Parts, Strange},
    waiting::Idle,
};

/// After a look at the cluster, how long nobody looks again.
const REFRESH_INTERVAL: Duration = Duration::from_millis(100);

/// A server with the lanes to it.
pub(super) struct Node {
    pub(super) server: Server,
    /// What writes under a claim, in order: `WAIT` counts what its own connection wrote.
    pub(super) writes: Lane,
    /// Everything else that does not wait.
    pub(super) calls: Lane,
    /// Connections for what waits.
    pub(super) idle: Idle,
}

/// The servers, by slots.
pub(super) struct Nodes {
    connector: Connector,
    seeds: Vec<Server>,
    strays: Strays,
    closed: watch::Receiver<bool>,
    /// The last slot of each range, in order, and whose it is.
    ranges: RwLock<Vec<(u16, Arc<Node>)>>,
}

/// Wakes whoever looks at the cluster again, when a server says that it is not the one for a key.
#[derive(Clone, Default)]
pub(super) struct Strays(Arc<Notify>);

impl Strays {
    pub(super) fn noticed(&self) {
        self.0.notify_one();
    }
}

impl Nodes {
    /// The one server, or, of a cluster, nobody until it was looked at.
    pub(super) fn start(
        connector: Connector,
        seeds: Vec<Server>,
        cluster: bool,
        closed: watch::Receiver<bool>,
    ) -> Arc<Self> {
        let nodes = Arc::new(Self { connector, seeds, strays: Strays::default(), closed, ranges: RwLock::default() });
        if cluster {
            tokio::spawn(look_again(Arc::downgrade(&nodes), nodes.strays.clone(), nodes.closed.clone()));
            nodes.strays.noticed();
        } else if let Some(server) = nodes.seeds.first() {
            nodes.set(vec![(SLOTS - 1, nodes.node(server))]);
        }
        nodes
    }

    /// Whose slot it is.
    pub(super) fn of(&self, slot: u16) -> Result<Arc<Node>, String> {
        let ranges = self.ranges.read().unwrap_or_else(PoisonError::into_inner);
        let range = ranges.iter().find(|(last, _)| slot <= *last);
        range.map(|(_, node)| Arc::clone(node)).ok_or_else(|| "the cluster does not say whose slot it is".to_owned())
    }

    /// Something went wrong that may mean that slots are somebody else's.
    pub(super) fn strayed(&self) {
        self.strays.noticed();
    }

    /// The server of the first slot.
    pub(super) fn any(&self) -> Result<Arc<Node>, String> {
        self.of(0)
    }

    /// Asks the cluster whose slots are whose.
    pub(super) async fn refresh(&self) -> Result<(), String> {
        let known: Vec<Server> = {
            let ranges = self.ranges.read().unwrap_or_else(PoisonError::into_inner);
            ranges.iter().map(|(_, node)| node.server.clone()).collect()
        };
        let mut problem = String::new();
        for server in known.iter().chain(&self.seeds) {
            match self.ranges_by(server).await {
                Ok(ranges) => {
                    self.set(ranges);
                    return Ok(());
                }
                Err(reason) => problem = format!("{}: {reason}", server.shown),
            }
        }
        Err(problem)
    }

    async fn ranges_by(&self, server: &Server) -> Result<Vec<(u16, Arc<Node>)>, String> {
        let failed = |error: redis::RedisError| reason(&error);
        let mut connection = self.connector.connect(server).await.map_err(failed)?.connection;
        let answer = connection.send_packed_command(redis::cmd("CLUSTER").arg("SLOTS")).await.map_err(failed)?;
        let answer = answer.extract_error().map_err(failed)?;
        let mut ranges = Vec::new();
        for (last, host, port) in slots(answer).map_err(|_| Strange::TEXT.to_owned())? {
            let server = server.at(&host, port);
            let known = ranges.iter().map(|(_, node): &(u16, Arc<Node>)| node).find(|node| node.server.is(&server));
            let node = known.cloned().or_else(|| self.known(&server)).unwrap_or_else(|| self.node(&server));
            ranges.push((last, node));
        }
        if ranges.is_empty() {
            return Err("no slot is anybody's".to_owned());
        }
        ranges.sort_by_key(|(last, _)| *last);
        Ok(ranges)
    }

    fn known(&self, server: &Server) -> Option<Arc<Node>> {
        let ranges = self.ranges.read().unwrap_or_else(PoisonError::into_inner);
        ranges.iter().map(|(_, node)| node).find(|node| node.server.is(server)).cloned()
    }

    fn node(&self, server: &Server) -> Arc<Node> {
        let lane = || Lane::start(self.connector.clone(), server.clone(), self.strays.clone(), self.closed.clone());
        Arc::new(Node { writes: lane(), calls: lane(), idle: Idle::default(), server: server.clone() })
    }

    fn set(&self, ranges: Vec<(u16, Arc<Node>)>) {
        *self.ranges.write().unwrap_or_else(PoisonError::into_inner) = ranges;
    }
}

/// The last slot of each range of `CLUSTER SLOTS`, with the host and the port of its primary.
fn slots(answer: Value) -> Result<Vec<(u16, String, u16)>, Strange> {
    let mut ranges = Vec::new();
    for range in Parts::of(answer)? {
        let mut range = Parts::of(range)?;
        let (_first, last) = (range.number()?, range.number()?);
        let mut primary = range.parts()?;
        let (host, port) = (primary.text()?, primary.number()?);
        let small = |number: Option<u64>| number.and_then(|number| u16::try_from(number).ok()).ok_or(Strange);
        ranges.push((small(last)?, host, small(port)?));
    }
    Ok(ranges)
}

/// Looks at the cluster whenever there is a reason to, as long as the journal is open.
async fn look_again(nodes: std::sync::Weak<Nodes>, strays: Strays, mut closed: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = strays.0.notified() => {}
            () = end_of(&mut closed) => return,
        }
        let Some(nodes) = nodes.upgrade() else { return };
        if let Err(reason) = nodes.refresh().await {
            tracing::warn!(reason, "the cluster does not say whose slots are whose");
            strays.noticed();
        }
        tokio::time::sleep(REFRESH_INTERVAL).await;
    }
}
