//! Servers of our own to click at: two nodes, or what one would otherwise write; each on a Redis of its own.

use std::{env, process::Command, time::Duration};

use tempfile::TempDir;

use super::{arguments::Arguments, run::CompareError};
use crate::{
    api::Api,
    rush::{
        cluster::Cluster,
        process::{Process, ProcessError, free_port},
        redis::RedisServer,
        show::{self, BRAND, DROP, HOST},
    },
    tokens::{Holder, Signer},
    wire::Endpoint,
};

const NODES: u32 = 2;
/// How long the tokens are good for: longer than any measurement.
const TOKEN_TTL: Duration = Duration::from_secs(3_600);
const BASELINE: &str = "baseline";

/// Servers whose drop is open. Dropping it kills them.
pub(super) struct Stage {
    servers: Servers,
    /// Where viewers connect, in turn.
    pub(super) endpoints: Vec<Endpoint>,
    /// What they watch.
    pub(super) show: String,
    /// What each says hello with.
    pub(super) tokens: Vec<String>,
}

/// The fields are dropped in order: a server before its Redis before their files.
enum Servers {
    Nodes(Cluster),
    Baseline(Process, RedisServer, TempDir),
}

impl Stage {
    /// Two nodes, whose drop has a unit for every click of so many viewers.
    pub(super) async fn nodes(arguments: &Arguments, viewers: u32, clicks: u32) -> Result<Self, CompareError> {
        let cluster = Cluster::on_redis(&arguments.server, NODES, 0).await?;
        let (signer, show) = (Signer::new(cluster.secret(), TOKEN_TTL), show::fresh_name());
        let api = Api::new(&cluster.urls())?;
        let brand = signer.sign(Holder::Brand { brand: BRAND })?;
        let host = signer.sign(Holder::Host { show: &show, name: HOST })?;
        api.apply_show(&brand, &show, &show::plan(viewers * clicks, clicks)).await?;
        api.command(&host, &show, "start", "start").await?;
        api.command(&host, &show, &format!("drops/{DROP}/open"), "open").await?;
        let token = |viewer| signer.sign(Holder::Viewer { show: &show, name: &name(viewer) });
        let tokens = (0..viewers).map(token).collect::<Result<_, _>>()?;
        let endpoints = cluster.urls().iter().map(|url| Endpoint::of(url)).collect::<Result<_, _>>();
        let endpoints = endpoints.map_err(CompareError::Server)?;
        Ok(Self { servers: Servers::Nodes(cluster), endpoints, show, tokens })
    }

    /// The same for the other server.
    pub(super) async fn baseline(viewers: u32, clicks: u32) -> Result<Self, CompareError> {
        let folder = tempfile::Builder::new().prefix("dropcast-baseline-").tempdir()?;
        let redis = RedisServer::start(folder.path().to_owned()).await?;
        let listen = format!("127.0.0.1:{}", free_port()?);
        let mut command = Command::new(env::current_exe()?);
        command.args([BASELINE, "--listen", &listen, "--redis", &redis.url()]);
        command.args(["--units", &(viewers * clicks).to_string(), "--limit", &clicks.to_string()]);
        let url = format!("http://{listen}");
        let api = Api::new(std::slice::from_ref(&url))?;
        let mut process = Process::spawn(BASELINE, folder.path(), &mut command)?;
        process.wait_until(async || api.is_ready().await).await?;
        Ok(Self {
            servers: Servers::Baseline(process, redis, folder),
            endpoints: vec![Endpoint::of(&url).map_err(CompareError::Server)?],
            show: BASELINE.to_owned(),
            tokens: (0..viewers).map(name).collect(),
        })
    }

    /// What Redis has computed so far.
    pub(super) async fn redis_computed(&self) -> Result<Duration, CompareError> {
        let redis = match &self.servers {
            Servers::Nodes(cluster) => cluster.redis(),
            Servers::Baseline(_, redis, _) => Some(redis),
        };
        let redis = redis.ok_or_else(|| CompareError::Server("the nodes have no Redis".to_owned()))?;
        Ok(redis.computed().await?)
    }

    /// What its servers have computed so far, together.
    pub(super) fn servers_computed(&self) -> Result<Duration, CompareError> {
        Ok(match &self.servers {
            Servers::Nodes(cluster) => cluster.computed()?,
            Servers::Baseline(process, ..) => process.computed()?,
        })
    }

    /// The number of the node that writes the show.
    pub(super) async fn writer(&self) -> Result<usize, CompareError> {
        let writer = match &self.servers {
            Servers::Nodes(cluster) => cluster.writer_of(&self.show).await?,
            Servers::Baseline(..) => None,
        };
        writer.ok_or_else(|| CompareError::Server("no node writes the show".to_owned()))
    }

    /// Kills a node with -9.
    pub(super) fn kill(&mut self, number: usize) {
        if let Servers::Nodes(cluster) = &mut self.servers {
            cluster.kill(number);
        }
    }

    /// Stops all, as an operator would.
    pub(super) async fn stop(self) {
        match self.servers {
            Servers::Nodes(cluster) => drop(cluster.stop(false).await),
            Servers::Baseline(process, redis, _folder) => {
                process.stop().await;
                redis.stop().await;
            }
        }
    }
}

impl From<ProcessError> for CompareError {
    fn from(error: ProcessError) -> Self {
        Self::Server(error.to_string())
    }
}

fn name(viewer: u32) -> String {
    format!("viewer-{viewer}")
}
