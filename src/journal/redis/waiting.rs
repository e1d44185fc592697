//! Connections for commands that wait: one for each, since a connection that waits answers nobody else.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use redis::{Cmd, Value, aio::MultiplexedConnection};
use tokio::time::timeout;

use super::{connector::reason, lane::end_of, nodes::Node, outcome::Failure, server::Redis};

/// Connections to one server that wait for nothing just now.
#[derive(Default)]
pub(super) struct Idle(Mutex<Vec<MultiplexedConnection>>);

impl Idle {
    fn take(&self) -> Option<MultiplexedConnection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put_back(&self, connection: MultiplexedConnection) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

impl Redis {
    /// Sends a command that waits, at most for `wait`, on a connection of its own. Whoever drops the future closes the
    /// connection.
    pub(super) async fn wait_for(&self, slot: u16, command: &Cmd, wait: Duration) -> Result<Value, Failure> {
        let turn = timeout(wait.max(self.call_limit), self.waiting.acquire());
        let Ok(Ok(_turn)) = turn.await else {
            return Err(Failure::NotDone("all of redis.waiting_connections_max are waiting".to_owned()));
        };
        let mut closed = self.closed.subscribe();
        tokio::select! {
            answered = self.ask(slot, command, wait) => answered,
            () = end_of(&mut closed) => Err(Failure::NotDone("the journal is closed".to_owned())),
        }
    }

    async fn ask(&self, slot: u16, command: &Cmd, wait: Duration) -> Result<Value, Failure> {
        let node = self.nodes.of(slot).map_err(Failure::NotDone)?;
        let limit = wait + self.call_limit;
        if let Some(connection) = node.idle.take() {
            match ask_on(connection, &node, command, limit).await {
                // It may have been closed while it was idle; a new one tells.
                Err(Failure::NotDone(_)) => {}
                answered => return answered,
            }
        }
        let connected = self.connector.connect_to_wait(&node.server).await;
        let connection = connected.map_err(|error| {
            self.nodes.strayed();
            Failure::NotDone(format!("Redis at {} can't be reached: {}", node.server.shown, reason(&error)))
        })?;
        ask_on(connection, &node, command, limit).await.inspect_err(|_| self.nodes.strayed())
    }
}

async fn ask_on(
    mut connection: MultiplexedConnection,
    node: &Node,
    command: &Cmd,
    limit: Duration,
) -> Result<Value, Failure> {
    let answer = match timeout(limit, connection.send_packed_command(command)).await {
        Err(_) => return Err(Failure::Unknown("Redis did not answer in time".to_owned())),
        // What waits only reads, so a broken connection did nothing either.
        Ok(answer) => answer.and_then(Value::extract_error).map_err(|error| Failure::NotDone(reason(&error)))?,
    };
    node.idle.put_back(connection);
    Ok(answer)
}
