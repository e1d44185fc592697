//! Nodes of one house, by number: killed, frozen, stopped and started again, while viewers look up where each is now.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    process::{Launch, PATIENCE, Server, run},
    redis_server::RedisServer,
    shop::{SHOW, Shop, brand_token},
};

/// For how long a show is lent to a node; a crash is noticed about as much later.
pub(crate) const LEASE: Duration = Duration::from_secs(1);
/// The most that a drop gives one viewer.
pub(crate) const LIMIT: u32 = 100;

/// How every node of the tests is set, unless a scenario says otherwise: limits off, because a crowd comes from one
/// address, and waits that are short beside a test's.
const SETTINGS: [(&str, &str); 6] = [
    ("JOURNAL", "redis"),
    ("LIMITS__CONNECTIONS_PER_ADDRESS", "0"),
    ("ENGINE__RETRY_AFTER_MS", "50"),
    ("ENGINE__FORWARD_LIMIT_MS", "1500"),
    ("REDIS__LEASE_MS", "1000"),
    ("REDIS__CALL_LIMIT_MS", "1000"),
];

/// Where each node is reached; changes when it starts anew.
#[derive(Clone, Default)]
pub(crate) struct Addresses(Arc<Mutex<Vec<SocketAddr>>>);

/// The nodes. They do not outlive their test.
pub(crate) struct House {
    nodes: Vec<Node>,
    pub(crate) addresses: Addresses,
}

struct Node {
    name: String,
    launch: Launch,
    server: Option<Server>,
}

impl House {
    /// So many nodes on this Redis, all of them ready, with these settings beside the usual ones.
    pub(crate) async fn open(redis_url: &str, nodes: usize, settings: &[(&str, &str)]) -> Self {
        let mut house = Self { nodes: Vec::new(), addresses: Addresses::default() };
        for _ in 0..nodes {
            house.add(redis_url, settings).await;
        }
        house
    }

    /// One more node; its number.
    pub(crate) async fn add(&mut self, redis_url: &str, settings: &[(&str, &str)]) -> usize {
        let number = self.nodes.len();
        let name = format!("node-{number}");
        let own = [("REDIS__URL", redis_url), ("REDIS__NODE", &name)];
        let settings = SETTINGS.iter().chain(&own).chain(settings);
        let launch = settings.fold(Launch::default(), |launch, (field, value)| launch.env(field, value));
        let server = launch.start().await;
        self.addresses.lock().push(server.address);
        self.nodes.push(Node { name, launch, server: Some(server) });
        number
    }

    /// A client of this node.
    pub(crate) fn shop(&self, node: usize) -> Shop {
        Shop::of(self.server(node))
    }

    pub(crate) fn server(&self, node: usize) -> &Server {
        self.nodes[node].server.as_ref().expect("it runs")
    }

    pub(crate) fn name(&self, node: usize) -> &str {
        &self.nodes[node].name
    }

    pub(crate) fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Plans the show, starts it and opens its drop. The first node that is asked writes it.
    pub(crate) async fn go_live(&self, units: u32) {
        self.shop(0).go_live(units, LIMIT).await;
    }

    /// The node that writes the show, as soon as one does.
    pub(crate) async fn writer(&self, redis: &RedisServer) -> usize {
        self.writer_but(redis, None).await
    }

    /// The node that writes the show, as soon as it is another one than this.
    pub(crate) async fn writer_after(&self, redis: &RedisServer, former: usize) -> usize {
        self.writer_but(redis, Some(former)).await
    }

    async fn writer_but(&self, redis: &RedisServer, but: Option<usize>) -> usize {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let owner = owner(redis);
            let writer = self.nodes.iter().position(|node| node.name == owner);
            if let Some(writer) = writer.filter(|writer| Some(*writer) != but) {
                return writer;
            }
            assert!(Instant::now() < deadline, "nobody took the show over: it is {owner:?}'s");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self, node: usize) {
        self.nodes[node].server.take().expect("it runs").kill();
    }

    /// Starts it again, with the same name and settings.
    pub(crate) async fn start(&mut self, node: usize) {
        let server = self.nodes[node].launch.start().await;
        self.addresses.lock()[node] = server.address;
        self.nodes[node].server = Some(server);
    }

    /// SIGTERM, and waits until it has ended as it should.
    pub(crate) async fn stop(&mut self, node: usize) {
        let server = self.nodes[node].server.take().expect("it runs");
        server.signal(Signal::TERM);
        assert_eq!(server.ended().await.code(), Some(0));
    }

    /// SIGSTOP: it stands still, and its connections stay.
    pub(crate) fn freeze(&self, node: usize) {
        self.server(node).signal(Signal::STOP);
    }

    /// SIGCONT.
    pub(crate) fn thaw(&self, node: usize) {
        self.server(node).signal(Signal::CONT);
    }

    /// The sum of a counter over the nodes that run.
    pub(crate) async fn counted(&self, metric: &str) -> u64 {
        let mut sum = 0;
        for node in self.nodes.iter().filter_map(|node| node.server.as_ref()) {
            let metrics = Shop::of(node).get("/metrics", None).await.text;
            let line = metrics.lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
            sum += line.and_then(|value| value.parse::<u64>().ok()).unwrap_or_else(|| panic!("{metric}: {metrics}"));
        }
        sum
    }

    /// What the program's own audit says of the show, which has no violations.
    pub(crate) async fn audit(&self, node: usize) -> Value {
        let url = self.server(node).url("");
        let deadline = Instant::now() + PATIENCE;
        let audit = loop {
            let audit = run(&["audit", SHOW, "--url", &url], &[("DROPCAST_TOKEN", &brand_token())]).await;
            if !audit.stderr.contains("(retry)") || Instant::now() > deadline {
                break audit;
            }
        };
        assert_eq!(audit.code, Some(0), "{audit:?}");
        let report: Value = serde_json::from_str(&audit.stdout).expect("JSON");
        assert_eq!(report["violations_count"], 0, "{report}");
        report
    }
}

impl Addresses {
    /// Where this node is reached, counted on from the last one to the first.
    pub(crate) fn of(&self, node: usize) -> SocketAddr {
        let addresses = self.lock();
        addresses[node % addresses.len()]
    }

    fn lock(&self) -> MutexGuard<'_, Vec<SocketAddr>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of the node to which the show is lent, or was last.
fn owner(redis: &RedisServer) -> String {
    redis.cli(&["HGET", &format!("dropcast:{{{SHOW}}}:head"), "owner"])
}
