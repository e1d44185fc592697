//! The command line.

#[allow(clippy::doc_markdown, reason = "its comments are what --help prints")]
mod arguments;
mod audit;
mod demo;
mod export;
mod receipt;
mod serve;
mod show;
mod source;
mod token;

pub use arguments::Arguments;

use arguments::{Command, ShowCommand};

/// Anything that ends the program; its text is for people and says what to do.
pub type CliError = Box<dyn std::error::Error + Send + Sync>;

/// How the program ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// All went well: exit code 0.
    Well,
    /// It was carried out, and what it looked at is not right: exit code 1.
    Violations,
}

/// The exit code when it could not be carried out.
pub const FAILED: u8 = 2;

/// Carries out what was asked.
pub async fn run(arguments: Arguments) -> Result<Ending, CliError> {
    match arguments.command {
        Command::Serve(serve) => serve::run(&serve).await.map(|()| Ending::Well),
        Command::Demo(demo) => demo::run(&demo).await.map(|()| Ending::Well),
        Command::Token(token) => token::run(&token).map(|()| Ending::Well),
        Command::Show(ShowCommand::Apply(apply)) => show::apply(&apply).await.map(|()| Ending::Well),
        Command::Audit(audit) => audit::run(&audit).await,
        Command::Export(export) => export::run(&export).await.map(|()| Ending::Well),
        Command::Receipt(receipt) => receipt::run(&receipt).await,
    }
}

/// Prints one line for whoever called the program.
fn print_line(text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    writeln!(std::io::stdout().lock(), "{text}")
}
