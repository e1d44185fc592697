//! The server as a whole.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

use super::{ConfigError, EngineSection, HubSection, LimitsSection, LogSection, RedisSection, Secret, TlsSection};

/// Everything that can be set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The address that HTTP and WebSockets are served on. Default: 127.0.0.1:8080.
    pub listen: SocketAddr,
    /// Where the shows' journals are. Default: `embedded`.
    pub journal: JournalKind,
    /// The folder of the embedded journal; made when it is missing. Default: `data`.
    pub data_dir: PathBuf,
    /// Signs tokens. Only from `DROPCAST_TOKEN_SECRET` or the file that [`Config::token_secret_file`] names: a
    /// configuration file is often committed, a command line is seen by everybody on the machine.
    #[serde(skip)]
    pub token_secret: Option<Secret>,
    /// The file that holds the secret. Default: none.
    pub token_secret_file: Option<PathBuf>,
    /// The origins, such as `https://shop.example`, whose pages may use the API and the WebSocket. The server's own
    /// pages always may. `*` allows every origin: for development. Default: none.
    pub allowed_origins: Vec<String>,
    /// Whether the last address in `X-Forwarded-For` counts as the client's: only behind a proxy that writes it, since
    /// anybody else can choose it freely. Default: false.
    pub trust_forwarded_for: bool,
    /// How long a stop may take, in milliseconds, from the signal to the end of the process; what has not finished then
    /// is cut off. Default: 10,000.
    pub shutdown_limit_ms: u64,
    /// Bounds on what clients may ask for.
    pub limits: LimitsSection,
    /// Bounds of the shows' writers.
    pub engine: EngineSection,
    /// Bounds of the viewers' connections.
    pub hub: HubSection,
    /// The journal on Redis.
    pub redis: RedisSection,
    /// The server's certificate.
    pub tls: TlsSection,
    /// What is logged, and how.
    pub log: LogSection,
}

/// Where the shows' journals are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JournalKind {
    /// In a file of this one process.
    #[default]
    Embedded,
    /// On a Redis that several nodes share.
    Redis,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            journal: JournalKind::Embedded,
            data_dir: PathBuf::from("data"),
            token_secret: None,
            token_secret_file: None,
            allowed_origins: Vec::new(),
            trust_forwarded_for: false,
            shutdown_limit_ms: 10_000,
            limits: LimitsSection::default(),
            engine: EngineSection::default(),
            hub: HubSection::default(),
            redis: RedisSection::default(),
            tls: TlsSection::default(),
            log: LogSection::default(),
        }
    }
}

impl Config {
    /// The secret that signs tokens.
    ///
    /// # Errors
    ///
    /// [`ConfigError::SecretMissing`] when neither the environment nor a file gave one.
    pub fn secret(&self) -> Result<&Secret, ConfigError> {
        self.token_secret.as_ref().ok_or(ConfigError::SecretMissing)
    }

    /// Whether pages of this origin may use the API and the WebSocket; `host` is the request's own `Host`. A page of the
    /// server itself always may.
    pub fn allows_origin(&self, origin: &str, host: Option<&str>) -> bool {
        let own = origin.split_once("://").map(|(_, authority)| authority);
        let same = own.is_some() && own == host;
        same || self.allowed_origins.iter().any(|allowed| allowed == "*" || allowed == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_allowed_when_it_is_listed_or_the_servers_own() {
        let config = Config { allowed_origins: vec!["https://shop.example".into()], ..Config::default() };
        assert!(config.allows_origin("https://shop.example", Some("live.example")));
        assert!(config.allows_origin("https://live.example", Some("live.example")));
        assert!(!config.allows_origin("https://shop.example.evil", Some("live.example")));
        assert!(!config.allows_origin("https://shop.example:444", Some("live.example")));
        assert!(!config.allows_origin("null", None));
        let open = Config { allowed_origins: vec!["*".into()], ..Config::default() };
        assert!(open.allows_origin("https://anything.example", None));
    }
}
