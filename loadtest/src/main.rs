//! `loadtest`: crowds and rushes for a Dropcast server, over the public protocol only.

mod api;
mod backoff;
mod baseline;
mod compare;
mod fan;
mod figure;
mod files;
mod history;
mod lots;
mod machine;
mod noop;
mod page;
mod rush;
mod stoppable;
mod tokens;
mod violations;
mod wire;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Opens a drop in front of a crowd, clicks as fast as asked, and audits what was sold.
    ///
    /// Ends with 0 when every click got an answer that can be true and the journal keeps every promise, with 1 when
    /// not, and with 2 when the rush could not be run. The last line on standard output is one JSON object.
    Rush(rush::arguments::Arguments),
    /// Measures two nodes on Redis beside a server that runs one Lua script per click, in turn, by the same client.
    ///
    /// The last line on standard output is one JSON object. It fails only when it can't be run.
    Compare(compare::arguments::Arguments),
    /// Measures a rush on one server beside a server that runs one Lua script per click, in turn, by the same client.
    ///
    /// The last line on standard output is one JSON object. It fails only when it can't be run, sells a unit too many or
    /// leaves a click without an answer.
    CompareRush(compare::rush::arguments::Arguments),
    /// Measures what it costs to hand a message to everybody, beside other servers.
    ///
    /// The last line on standard output is one JSON object. It fails only when it can't be run.
    Fan(fan::arguments::Arguments),
    /// Serves clicks as one would without Dropcast: axum and one Lua script on Redis for each; to compare with.
    Baseline(baseline::command::Arguments),
    /// Receives clicks and does nothing with them; to compare with.
    Noop(noop::command::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    files::raise_limit();
    // The HTTP client asks for a provider of cryptography even where it never speaks TLS. It fails only where one is
    // installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match arguments.command {
        Command::Rush(arguments) => rush::command::main(&arguments),
        Command::Compare(arguments) => compare::command::main(&arguments),
        Command::CompareRush(arguments) => compare::rush::command::main(&arguments),
        Command::Fan(arguments) => fan::command::main(&arguments),
        Command::Baseline(arguments) => baseline::command::main(&arguments),
        Command::Noop(arguments) => noop::command::main(&arguments),
    }
}
