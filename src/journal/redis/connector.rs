//! Opening connections.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, ProtocolVersion, PushInfo,
    PushKind, RedisError, TlsCertificates,
    aio::{MultiplexedConnection, SendError},
    io::tcp::socket2::TcpKeepalive,
};

use super::{
    open_error::RedisOpenError,
    options::{RedisOptions, shown_url},
    scripts,
};

/// How many requests a connection takes before they are written.
const WRITES_BUFFERED: usize = 256;

/// After how long of silence it is looked whether a server is still there, and how often then.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(5);

/// A server: where it is, and how it is talked to.
#[derive(Clone)]
pub(super) struct Server {
    info: ConnectionInfo,
    /// Its URL without a password, for messages.
    pub(super) shown: Arc<str>,
}

/// A connection of which is known whether it broke.
pub(super) struct Watched {
    pub(super) connection: MultiplexedConnection,
    broken: Arc<AtomicBool>,
}

impl Watched {
    /// Whether it is known to be broken: what is sent on it would not arrive.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }
}

/// Opens connections to servers.
#[derive(Clone)]
pub(super) struct Connector {
    connect_limit: Duration,
    /// How long an answer may take.
    answer_limit: Duration,
}

impl Connector {
    pub(super) fn new(options: &RedisOptions) -> Self {
        let answer_limit = options.call_limit + options.durability.wait_limit();
        Self { connect_limit: options.call_limit, answer_limit }
    }

    /// A connection that has all scripts loaded, and tells when it breaks.
    pub(super) async fn connect(&self, server: &Server) -> Result<Watched, RedisError> {
        let broken = Arc::new(AtomicBool::new(false));
        let noticed = Arc::clone(&broken);
        let notice = move |push: PushInfo| {
            if push.kind == PushKind::Disconnection {
                noticed.store(true, Ordering::Release);
            }
            Ok::<(), SendError>(())
        };
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(self.answer_limit)).set_push_sender(notice);
        let connection = self.open(server, ProtocolVersion::RESP3, config).await?;
        Ok(Watched { connection, broken })
    }

    /// A connection for commands that wait: whoever sends one sees to how long it may take.
    pub(super) async fn connect_to_wait(&self, server: &Server) -> Result<MultiplexedConnection, RedisError> {
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let opening = tokio::time::timeout(
            self.connect_limit + self.answer_limit,
            self.open(server, ProtocolVersion::RESP2, config),
        );
        opening.await.unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()))
    }

    async fn open(
        &self,
        server: &Server,
        protocol: ProtocolVersion,
        config: AsyncConnectionConfig,
    ) -> Result<MultiplexedConnection, RedisError> {
        let config = config.set_connection_timeout(Some(self.connect_limit)).set_pipeline_buffer_size(WRITES_BUFFERED);
        let settings = server.info.redis_settings().clone().set_protocol(protocol);
        let client = Client::open(server.info.clone().set_redis_settings(settings))?;
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        load_scripts(&mut connection).await?;
        Ok(connection)
    }
}

/// Makes Redis know all scripts.
pub(super) async fn load_scripts(connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
    let load = scripts::load_all();
    let loaded = connection.send_packed_commands(&load, 0, load.len()).await?;
    for value in loaded {
        value.extract_error()?;
    }
    Ok(())
}

impl Server {
    /// The servers that the options name.
    pub(super) fn all(options: &RedisOptions) -> Result<Vec<Self>, RedisOpenError> {
        let certificates = certificates(options)?;
        options.urls.iter().map(|url| Self::of(url, options, certificates.as_deref())).collect()
    }

    fn of(url: &str, options: &RedisOptions, certificates: Option<&[u8]>) -> Result<Self, RedisOpenError> {
        let wrong = |error: RedisError| RedisOpenError::Url { url: shown_url(url), reason: reason(&error) };
        let mut info = url.into_connection_info().map_err(wrong)?;
        let mut settings = info.redis_settings().clone();
        if let Some(password) = &options.password {
            settings = settings.set_password(password.expose());
        }
        // A small request is written at once, and a server that vanished is found out though nothing is asked of it.
        let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_AFTER).with_interval(KEEPALIVE_AFTER);
        let tcp = info.tcp_settings().clone().set_nodelay(true).set_keepalive(keepalive);
        info = info.set_redis_settings(settings).set_tcp_settings(tcp);
        if matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
            // A second installation finds the first one there, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let certificates = TlsCertificates { client_tls: None, root_cert: certificates.map(<[u8]>::to_vec) };
            info = Client::build_with_tls(info, certificates).map_err(wrong)?.get_connection_info().clone();
        }
        Ok(Self { info, shown: shown_url(url).into() })
    }

    /// Whether it is the same one.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.info.addr() == other.info.addr()
    }

    /// Another server of the same cluster; one without a host is where this one is.
    pub(super) fn at(&self, host: &str, port: u16) -> Self {
        let own = |own: &str| if host.is_empty() { own.to_owned() } else { host.to_owned() };
        let (scheme, address) = match self.info.addr().clone() {
            ConnectionAddr::TcpTls { host, insecure, tls_params, .. } => {
                ("rediss", ConnectionAddr::TcpTls { host: own(&host), port, insecure, tls_params })
            }
            ConnectionAddr::Tcp(host, _) => ("redis", ConnectionAddr::Tcp(own(&host), port)),
            other => ("redis", other),
        };
        Self { shown: format!("{scheme}://{address}").into(), info: self.info.clone().set_addr(address) }
    }
}

fn certificates(options: &RedisOptions) -> Result<Option<Vec<u8>>, RedisOpenError> {
    let Some(path) = &options.ca_file else { return Ok(None) };
    let wrong = |error: std::io::Error| RedisOpenError::Certificates {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    fs::read(path).map(Some).map_err(wrong)
}

/// What an error says, which never holds a password.
pub(super) fn reason(error: &RedisError) -> String {
    match (error.code(), error.detail()) {
        (Some(code), Some(detail)) => format!("{code} {detail}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => error.to_string(),
    }
}
