//! The servers that belong to a rush: nodes, and the Redis that they share.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rand::{RngExt as _, distr::Alphanumeric};
use tempfile::TempDir;
use tokio::time::{Instant, sleep_until};

use super::{
    kills::{Turns, Victim},
    node::{Launch, Node, NodeError},
    redis::{RedisServer, RedisServerError},
};

/// Why there are no servers to rush.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClusterError {
    /// There is no folder for their data.
    #[error("no folder for the servers' data: {0}")]
    Folder(#[from] io::Error),
    /// A node does not serve.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// Redis does not, or doesn't answer.
    #[error(transparent)]
    Redis(#[from] RedisServerError),
}

/// Servers of our own. Dropping them kills their processes, the nodes before their Redis, and removes their files.
pub(crate) struct Cluster {
    nodes: Vec<Node>,
    redis: Option<RedisServer>,
    launch: Launch,
    kills: Vec<String>,
    folder: TempDir,
}

impl Cluster {
    /// Starts one node with a journal of its own, which lets one viewer send so many commands per second (0: no limit).
    pub(crate) async fn embedded(binary: &Path, per_token_per_second: u32) -> Result<Self, ClusterError> {
        Self::fresh(binary, per_token_per_second)?.with_nodes(1).await
    }

    /// Starts a fresh Redis, and so many nodes on it, which let one viewer send so many commands per second.
    pub(crate) async fn on_redis(binary: &Path, nodes: u32, per_token_per_second: u32) -> Result<Self, ClusterError> {
        let mut cluster = Self::fresh(binary, per_token_per_second)?;
        let redis = RedisServer::start(cluster.folder.path().to_owned()).await?;
        cluster.launch.redis = Some(redis.url());
        cluster.redis = Some(redis);
        cluster.with_nodes(nodes).await
    }

    /// A folder, a random secret, and no server yet.
    fn fresh(binary: &Path, per_token_per_second: u32) -> Result<Self, ClusterError> {
        let folder = tempfile::Builder::new().prefix("dropcast-rush-").tempdir()?;
        let secret = rand::rng().sample_iter(Alphanumeric).take(48).map(char::from).collect();
        let (binary, redis) = (binary.to_owned(), None);
        let launch = Launch { binary, folder: folder.path().to_owned(), secret, per_token_per_second, redis };
        Ok(Self { nodes: Vec::new(), redis: None, launch, kills: Vec::new(), folder })
    }

    async fn with_nodes(mut self, nodes: u32) -> Result<Self, ClusterError> {
        for number in 1..=nodes {
            self.nodes.push(Node::start(&self.launch, &format!("node-{number}")).await?);
        }
        Ok(self)
    }

    /// The addresses of the nodes.
    pub(crate) fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(Node::url).collect()
    }

    /// What they check tokens with.
    pub(crate) fn secret(&self) -> &str {
        &self.launch.secret
    }

    /// The Redis that they share, if they do.
    pub(crate) fn redis(&self) -> Option<&RedisServer> {
        self.redis.as_ref()
    }

    /// What its nodes have computed so far, together.
    pub(crate) fn computed(&self) -> io::Result<Duration> {
        self.nodes.iter().map(Node::computed).sum()
    }

    /// Kills the node of this number with -9, for good; returns when it is gone.
    pub(crate) fn kill(&mut self, number: usize) {
        self.nodes[number].kill();
    }

    /// What was killed, in the order of time.
    pub(crate) fn kills(&self) -> &[String] {
        &self.kills
    }

    /// Kills as planned, counted from `start`, and starts again what was killed before it goes on.
    pub(super) async fn kill_and_restart(
        &mut self,
        plan: &[(Duration, Victim)],
        start: Instant,
        show: &str,
    ) -> Result<(), ClusterError> {
        let mut turns = Turns::default();
        for &(after, victim) in plan {
            sleep_until(start + after).await;
            match victim {
                Victim::Node => {
                    let writer = self.writer_of(show).await?;
                    let node = turns.take(writer, self.nodes.len());
                    self.kill_node(node, Some(node) == writer).await?;
                }
                Victim::Redis => self.kill_redis().await?,
            }
        }
        Ok(())
    }

    async fn kill_node(&mut self, number: usize, writes: bool) -> Result<(), ClusterError> {
        let node = &mut self.nodes[number];
        let name = node.name();
        self.kills.push(if writes { format!("{name}, which wrote") } else { name.to_owned() });
        Ok(node.kill_and_restart(&self.launch).await?)
    }

    async fn kill_redis(&mut self) -> Result<(), ClusterError> {
        if let Some(redis) = &mut self.redis {
            self.kills.push("redis".to_owned());
            redis.kill_and_restart().await?;
        }
        Ok(())
    }

    /// Which of the nodes writes the show, where that can be asked.
    pub(crate) async fn writer_of(&self, show: &str) -> Result<Option<usize>, ClusterError> {
        let Some(redis) = &self.redis else { return Ok(None) };
        let owner = redis.writer_of(show).await?;
        Ok(self.nodes.iter().position(|node| Some(node.name()) == owner.as_deref()))
    }

    /// Stops all as an operator would, and by force what doesn't. Their data and their logs are kept where asked; their
    /// folder.
    pub(crate) async fn stop(self, keep_data: bool) -> Option<PathBuf> {
        let Self { nodes, redis, mut folder, .. } = self;
        nodes.iter().for_each(Node::ask_to_stop);
        for node in nodes {
            node.stop().await;
        }
        if let Some(redis) = redis {
            redis.stop().await;
        }
        folder.disable_cleanup(keep_data);
        keep_data.then(|| folder.path().to_owned())
    }
}
