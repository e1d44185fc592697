//! A primary and its replica. Nodes reach whichever is the primary through a proxy, so that its address stays; what the
//! replica hears of the primary goes through another one, which can hold it back.

use crate::{proxy::Proxy, redis_server::RedisServer};

const DURABLY: [&str; 4] = ["--appendonly", "yes", "--appendfsync", "always"];

/// For how long nobody writes to the one from which it is failed back; it ends when that is done.
const PAUSE_MS: &str = "20000";

pub(crate) struct Pair {
    pub(crate) primary: RedisServer,
    pub(crate) replica: RedisServer,
    /// The way of the nodes.
    pub(crate) front: Proxy,
    /// The way of what is replicated.
    link: Proxy,
}

impl Pair {
    /// Both run, and the replica has all that the primary has.
    pub(crate) async fn start() -> Self {
        let primary = RedisServer::start_with(&DURABLY);
        let replica = RedisServer::start_with(&DURABLY);
        let (front, link) = (Proxy::start(primary.port).await, Proxy::start(primary.port).await);
        let pair = Self { primary, replica, front, link };
        follow(&pair.replica, pair.link.address.port());
        until_linked(&pair.primary, &pair.replica).await;
        pair
    }

    /// The replica stands still, and hears nothing any more of what the primary writes. Holding it back is not the same
    /// as freezing: what a frozen process has in its sockets it takes in when it goes on.
    pub(crate) fn freeze_replica(&self) {
        self.link.hold();
        self.replica.freeze();
    }

    /// The replica goes on with what it had, and becomes the primary; the nodes can't reach it yet.
    pub(crate) fn promote_replica(&self) {
        self.link.sever();
        self.replica.thaw();
        promote(&self.replica);
    }

    /// The nodes reach what was the replica.
    pub(crate) fn lead_to_replica(&self) {
        self.front.lead_to(self.replica.port);
    }

    /// The former primary, which runs, follows the one that was its replica, and has all that it has.
    pub(crate) async fn follow_back(&self) {
        follow(&self.primary, self.replica.port);
        until_linked(&self.replica, &self.primary).await;
    }

    /// The former primary is it again, the same process as ever.
    pub(crate) async fn fail_back(&self) {
        assert_eq!(self.replica.cli(&["CLIENT", "PAUSE", PAUSE_MS, "WRITE"]), "OK");
        until_caught_up(&self.replica).await;
        promote(&self.primary);
        self.front.lead_to(self.primary.port);
        follow(&self.replica, self.primary.port);
        assert_eq!(self.replica.cli(&["CLIENT", "UNPAUSE"]), "OK");
    }
}

fn follow(redis: &RedisServer, port: u16) {
    assert_eq!(redis.cli(&["REPLICAOF", "127.0.0.1", &port.to_string()]), "OK");
}

fn promote(redis: &RedisServer) {
    assert_eq!(redis.cli(&["REPLICAOF", "NO", "ONE"]), "OK");
}

/// Waits until the replica hears what the primary writes. It counts as online, and its link as up, before that.
async fn until_linked(primary: &RedisServer, replica: &RedisServer) {
    let written = primary.cli(&["INCR", "linked"]);
    until(|| replica.cli(&["GET", "linked"]) == written).await;
}

/// Waits until its replica has everything, while nothing is written.
async fn until_caught_up(primary: &RedisServer) {
    until(|| {
        let info = primary.cli(&["INFO", "replication"]);
        let after = |name: &str| {
            let rest = info.split(name).nth(1)?;
            rest.split(|character: char| !character.is_ascii_digit()).next()?.parse::<u64>().ok()
        };
        after("master_repl_offset:").is_some_and(|offset| Some(offset) == after("offset="))
    })
    .await;
}

async fn until(check: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + crate::process::PATIENCE;
    while !check() {
        assert!(std::time::Instant::now() < deadline, "the replica does not follow");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
