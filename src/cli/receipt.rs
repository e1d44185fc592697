//! `dropcast receipt`.

use std::io::Write as _;

use serde::Serialize;

use super::{
    CliError, Ending,
    arguments::ReceiptArguments,
    source::{answer_text, client, token},
};
use crate::{
    api::{auth::Tokens, receipt::Receipt},
    audit,
    config::Config,
};

/// What a receipt says, and what becomes of it.
#[derive(Serialize)]
struct Verdict<'a> {
    #[serde(flatten)]
    receipt: &'a Receipt,
    /// Whether the journal has the entry that it rests on; only with `--url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_journal: Option<bool>,
}

pub(super) async fn run(arguments: &ReceiptArguments) -> Result<Ending, CliError> {
    let config = Config::load(arguments.config.as_deref(), std::env::vars())?;
    let receipt = match Tokens::new(config.secret()?).read_receipt(arguments.receipt.trim()) {
        Ok(receipt) => receipt,
        Err(error) => return complain(&error.to_string()),
    };
    let in_journal = match &arguments.url {
        Some(url) => Some(is_in_journal(arguments, url, &receipt).await?),
        None => None,
    };
    super::print_line(&serde_json::to_string_pretty(&Verdict { receipt: &receipt, in_journal })?)?;
    if in_journal == Some(false) {
        return complain("the receipt is ours, and the journal does not have it: what it promises is to be settled");
    }
    Ok(Ending::Well)
}

fn complain(text: &str) -> Result<Ending, CliError> {
    writeln!(std::io::stderr().lock(), "dropcast: {text}")?;
    Ok(Ending::Violations)
}

/// Digests are chained, so the one entry stands for everything before it.
async fn is_in_journal(arguments: &ReceiptArguments, url: &str, receipt: &Receipt) -> Result<bool, CliError> {
    let token = token(arguments.token_file.as_deref())?;
    let (url, show, seq) = (url.trim_end_matches('/'), &receipt.show, receipt.seq);
    let request = client()?.get(format!("{url}/v1/shows/{show}/journal?from={seq}&limit=1")).bearer_auth(token);
    let text = answer_text(request).await?;
    let Some(line) = text.lines().next() else { return Ok(false) };
    let entry = audit::read_line(line)?;
    Ok(entry.seq == seq && entry.digest == receipt.digest.0)
}
