//! The scripts, and calls of them.

use std::sync::LazyLock;

use redis::{Cmd, Pipeline, ToRedisArgs, Value};

/// A script that every connection has loaded.
pub(super) struct Script(LazyLock<redis::Script>);

macro_rules! scripts {
    ($($(#[$doc:meta])* $name:ident = $file:literal;)*) => {
        $($(#[$doc])* pub(super) static $name: Script = Script(LazyLock::new(|| redis::Script::new(include_str!($file))));)*

        /// Loads all of them, in one round trip.
        pub(super) fn load_all() -> Pipeline {
            let mut pipeline = Pipeline::new();
            $(pipeline.cmd("SCRIPT").arg("LOAD").arg(include_str!($file));)*
            pipeline
        }
    };
}

scripts! {
    APPEND = "lua/append.lua";
    RENEW = "lua/renew.lua";
    CLAIM = "lua/claim.lua";
    RELEASE = "lua/release.lua";
    READ = "lua/read.lua";
    INSPECT = "lua/inspect.lua";
    SNAPSHOT = "lua/snapshot.lua";
    TRIM = "lua/trim.lua";
    FORWARD = "lua/forward.lua";
    INDEX_CLAIM = "lua/index_claim.lua";
    INDEX_LOWER = "lua/index_lower.lua";
    INDEX_SET = "lua/index_set.lua";
}

impl Script {
    /// A call with these keys; its arguments are added to it.
    pub(super) fn call(&self, keys: &[&str]) -> Cmd {
        let mut command = redis::cmd("EVALSHA");
        command.arg(self.0.get_hash()).arg(keys.len()).arg(keys);
        command
    }
}

/// One command as a pipeline.
pub(super) fn one(command: Cmd) -> Pipeline {
    let mut pipeline = Pipeline::with_capacity(1);
    pipeline.add_command(command);
    pipeline
}

/// A plain command as a pipeline.
pub(super) fn plain(name: &str, arguments: impl ToRedisArgs) -> Pipeline {
    let mut command = redis::cmd(name);
    command.arg(arguments);
    one(command)
}

/// Whether Redis forgot the script, which then did nothing.
pub(super) fn is_forgotten(values: &[Value]) -> bool {
    let forgotten = |value: &Value| matches!(value, Value::ServerError(error) if error.kind() == Some(redis::ServerErrorKind::NoScript));
    values.first().is_some_and(forgotten)
}

/// Whether a script refused to write because the journal does not end where it should; it then did nothing.
pub(super) fn is_moved(values: &[Value]) -> bool {
    let Some(Value::Array(parts)) = values.first() else { return false };
    matches!(parts.first(), Some(Value::BulkString(word)) if word == b"moved")
}
