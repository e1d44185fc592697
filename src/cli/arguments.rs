//! What can be asked on the command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The event backend for live-stream shopping.
#[derive(Parser, Debug)]
#[command(version, about, propagate_version = true, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Run the server.
    Serve(ServeArguments),
    /// Run a server with a sample show that sells itself out to simulated viewers.
    Demo(DemoArguments),
    /// Print a signed token.
    Token(TokenArguments),
    /// Work with shows.
    #[command(subcommand)]
    Show(ShowCommand),
    /// Add up a show's journal and print what it comes to, with every violation, as JSON. Exit code 1 if there is one.
    Audit(JournalArguments),
    /// Print a show's journal, one entry a line, as NDJSON.
    Export(JournalArguments),
    /// Print what a receipt says, as JSON. Exit code 1 if it was not signed here, or if the journal doesn't have it.
    Receipt(ReceiptArguments),
}

#[derive(Args, Debug)]
pub(super) struct ServeArguments {
    /// A configuration file (TOML); see docs/operations/configuration.md.
    #[arg(long, value_name = "FILE", env = "DROPCAST_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// The address to listen on [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<SocketAddr>,
    /// The directory that holds the journal [default: data].
    #[arg(long, value_name = "DIRECTORY")]
    pub(super) data_dir: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct DemoArguments {
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(super) listen: SocketAddr,
    /// How many simulated viewers watch and buy.
    #[arg(long, value_name = "COUNT", default_value_t = 150, value_parser = clap::value_parser!(u32).range(0..=2_000))]
    pub(super) viewers: u32,
    /// Leave the drops to whoever opens the host page.
    #[arg(long)]
    pub(super) no_host: bool,
    /// Show the show's picture instead of a video made with ffmpeg.
    #[arg(long)]
    pub(super) no_video: bool,
}

#[derive(Args, Debug)]
pub(super) struct TokenArguments {
    /// What the token allows.
    #[arg(long, value_enum)]
    pub(super) role: Role,
    /// Whose it is: an opaque name within the role.
    #[arg(long, value_name = "NAME")]
    pub(super) principal: String,
    /// The only show it is good for.
    #[arg(long, value_name = "SHOW")]
    pub(super) show: Option<String>,
    /// The brand whose shows it is good for.
    #[arg(long, value_name = "BRAND")]
    pub(super) brand: Option<String>,
    /// How long it is good for, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 12 * 3_600)]
    pub(super) ttl: u64,
    /// A configuration file that names the secret's file; otherwise the secret is in DROPCAST_TOKEN_SECRET.
    #[arg(long, value_name = "FILE", env = "DROPCAST_CONFIG")]
    pub(super) config: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Role {
    /// Watches and buys.
    Viewer,
    /// Runs the show.
    Host,
    /// Owns shows; a long-lived one is a shop's brand key.
    Brand,
}

#[derive(Subcommand, Debug)]
pub(super) enum ShowCommand {
    /// Make a show what a file says; create it if it is new. Applying the same file twice changes nothing.
    Apply(ApplyArguments),
}

#[derive(Args, Debug)]
pub(super) struct ApplyArguments {
    /// The show file (TOML).
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) server: ServerArguments,
}

#[derive(Args, Debug)]
pub(super) struct ServerArguments {
    /// The running server.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub(super) url: String,
    /// A file that holds a brand token; otherwise the token is in DROPCAST_TOKEN.
    #[arg(long, value_name = "FILE")]
    pub(super) token_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct JournalArguments {
    /// The show.
    pub(super) show: String,
    /// A running server to read the journal from.
    #[arg(long, value_name = "URL", conflicts_with_all = ["data_dir", "archive"],
        required_unless_present_any = ["data_dir", "archive"])]
    pub(super) url: Option<String>,
    /// The data directory of a server that is stopped.
    #[arg(long, value_name = "DIRECTORY")]
    pub(super) data_dir: Option<PathBuf>,
    /// The folder with archived entries: those alone are read.
    #[arg(long, value_name = "DIRECTORY", conflicts_with = "data_dir")]
    pub(super) archive: Option<PathBuf>,
    /// With --url: a file that holds a brand token; otherwise the token is in DROPCAST_TOKEN.
    #[arg(long, value_name = "FILE")]
    pub(super) token_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct ReceiptArguments {
    /// The receipt, as it came with an acknowledgement.
    pub(super) receipt: String,
    /// A running server: does the show's journal have what the receipt rests on?
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// With --url: a file that holds a brand token; otherwise the token is in DROPCAST_TOKEN.
    #[arg(long, value_name = "FILE", requires = "url")]
    pub(super) token_file: Option<PathBuf>,
    /// A configuration file that names the secret's file; otherwise the secret is in DROPCAST_TOKEN_SECRET.
    #[arg(long, value_name = "FILE", env = "DROPCAST_CONFIG")]
    pub(super) config: Option<PathBuf>,
}
