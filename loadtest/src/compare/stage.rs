//! Servers of our own to click at: Dropcast's, or what one would otherwise write.

use std::{env, path::Path, process::Command, time::Duration};

use tempfile::TempDir;

use super::run::CompareError;
use crate::{
    api::Api,
    rush::{
        cluster::Cluster,
        process::{Process, ProcessError, free_port},
        redis::{Aof, RedisServer},
        show::{self, BRAND, DROP, HOST},
    },
    tokens::{Holder, Signer},
    wire::Endpoint,
};

const NODES: u32 = 2;
/// How long the tokens are good for: longer than any measurement.
const TOKEN_TTL: Duration = Duration::from_secs(3_600);
const BASELINE: &str = "baseline";
const NOOP: &str = "noop";

/// What is sold to whom.
#[derive(Clone, Copy)]
pub(super) struct Sale {
    pub(super) viewers: u32,
    /// How many units one of them may have.
    pub(super) limit: u32,
    pub(super) units: u32,
}

/// Servers whose drop is open. Dropping it kills them.
pub(super) struct Stage {
    servers: Servers,
    pub(super) hall: Hall,
}

/// Where viewers go.
pub(super) struct Hall {
    /// Where they connect, in turn.
    pub(super) endpoints: Vec<Endpoint>,
    /// What they watch.
    pub(super) show: String,
    /// What each says hello with.
    pub(super) tokens: Vec<String>,
    /// How many units there are for them.
    pub(super) units: u32,
}

/// The fields are dropped in order: a server before its Redis before their files.
enum Servers {
    Nodes(Cluster),
    Baseline(Process, RedisServer, TempDir),
    Noop(Process, TempDir),
}

impl Stage {
    /// One server with a journal of its own.
    pub(super) async fn embedded(server: &Path, sale: Sale) -> Result<Self, CompareError> {
        Self::of(Cluster::embedded(server, 0).await?, sale).await
    }

    /// Two nodes on a Redis that writes every change down before it answers.
    pub(super) async fn nodes(server: &Path, sale: Sale) -> Result<Self, CompareError> {
        Self::of(Cluster::on_redis(server, NODES, 0).await?, sale).await
    }

    async fn of(cluster: Cluster, sale: Sale) -> Result<Self, CompareError> {
        let hall = on_sale(&cluster, sale).await?;
        Ok(Self { servers: Servers::Nodes(cluster), hall })
    }

    /// Another show on the same servers.
    pub(super) async fn another(&self, sale: Sale) -> Result<Hall, CompareError> {
        match &self.servers {
            Servers::Nodes(cluster) => on_sale(cluster, sale).await,
            Servers::Baseline(..) | Servers::Noop(..) => Err(CompareError::Server("it has one show".to_owned())),
        }
    }

    /// What one would otherwise write.
    pub(super) async fn baseline(sale: Sale, aof: Aof) -> Result<Self, CompareError> {
        let folder = folder()?;
        let redis = RedisServer::start_with(folder.path().to_owned(), aof).await?;
        let arguments = ["--redis", &redis.url(), "--units", &sale.units.to_string()].map(str::to_owned);
        let limit = ["--limit".to_owned(), sale.limit.to_string()];
        let (process, hall) = own(&folder, BASELINE, &[&arguments[..], &limit].concat(), sale).await?;
        Ok(Self { servers: Servers::Baseline(process, redis, folder), hall })
    }

    /// One that does nothing with clicks.
    pub(super) async fn noop(viewers: u32) -> Result<Self, CompareError> {
        let folder = folder()?;
        let (process, hall) = own(&folder, NOOP, &[], Sale { viewers, limit: 0, units: 0 }).await?;
        Ok(Self { servers: Servers::Noop(process, folder), hall })
    }

    /// What Redis has computed so far.
    pub(super) async fn redis_computed(&self) -> Result<Duration, CompareError> {
        let redis = match &self.servers {
            Servers::Nodes(cluster) => cluster.redis(),
            Servers::Baseline(_, redis, _) => Some(redis),
            Servers::Noop(..) => None,
        };
        Ok(match redis {
            Some(redis) => redis.computed().await?,
            None => Duration::ZERO,
        })
    }

    /// What its servers have computed so far, together.
    pub(super) fn servers_computed(&self) -> Result<Duration, CompareError> {
        Ok(match &self.servers {
            Servers::Nodes(cluster) => cluster.computed()?,
            Servers::Baseline(process, ..) | Servers::Noop(process, _) => process.computed()?,
        })
    }

    /// The number of the node that writes the show.
    pub(super) async fn writer(&self) -> Result<usize, CompareError> {
        let writer = match &self.servers {
            Servers::Nodes(cluster) => cluster.writer_of(&self.hall.show).await?,
            Servers::Baseline(..) | Servers::Noop(..) => None,
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
            Servers::Noop(process, _folder) => process.stop().await,
        }
    }
}

/// A fresh show whose drop is open.
async fn on_sale(cluster: &Cluster, sale: Sale) -> Result<Hall, CompareError> {
    let (signer, show) = (Signer::new(cluster.secret(), TOKEN_TTL), show::fresh_name());
    let api = Api::new(&cluster.urls())?;
    let brand = signer.sign(Holder::Brand { brand: BRAND })?;
    let host = signer.sign(Holder::Host { show: &show, name: HOST })?;
    api.apply_show(&brand, &show, &show::plan(sale.units, sale.limit, show::Rules::default())).await?;
    api.command(&host, &show, "start", "start").await?;
    api.command(&host, &show, &format!("drops/{DROP}/open"), "open").await?;
    let token = |viewer| signer.sign(Holder::Viewer { show: &show, name: &name(viewer) });
    let tokens = (0..sale.viewers).map(token).collect::<Result<_, _>>()?;
    let endpoints = cluster.urls().iter().map(|url| Endpoint::of(url)).collect::<Result<_, _>>();
    Ok(Hall { endpoints: endpoints.map_err(CompareError::Server)?, show, tokens, units: sale.units })
}

/// A server that is another command of this program, once it is ready.
async fn own(
    folder: &TempDir,
    command_name: &str,
    arguments: &[String],
    sale: Sale,
) -> Result<(Process, Hall), CompareError> {
    let listen = format!("127.0.0.1:{}", free_port()?);
    let mut command = Command::new(env::current_exe()?);
    command.args([command_name, "--listen", &listen]).args(arguments);
    let url = format!("http://{listen}");
    let api = Api::new(std::slice::from_ref(&url))?;
    let mut process = Process::spawn(command_name, folder.path(), &mut command)?;
    process.wait_until(async || api.is_ready().await).await?;
    let endpoints = vec![Endpoint::of(&url).map_err(CompareError::Server)?];
    let tokens = (0..sale.viewers).map(name).collect();
    Ok((process, Hall { endpoints, show: command_name.to_owned(), tokens, units: sale.units }))
}

fn folder() -> Result<TempDir, CompareError> {
    Ok(tempfile::Builder::new().prefix("dropcast-baseline-").tempdir()?)
}

impl From<ProcessError> for CompareError {
    fn from(error: ProcessError) -> Self {
        Self::Server(error.to_string())
    }
}

fn name(viewer: u32) -> String {
    format!("viewer-{viewer}")
}
