//! Where a journal is read from: a running server, or the files of a stopped one.

use std::{path::Path, time::Duration};

use dropcast_domain::ids::ShowId;
use dropcast_proto::v1::JournalEntry;

use super::{CliError, arguments::JournalArguments};
use crate::{
    audit, codec,
    journal::{Archive, EmbeddedJournal, Journal as _, Options, RawEntry},
};

/// How many entries are asked for at once: as many as a server gives, so that a long journal takes few requests.
const PAGE_ENTRIES: usize = 10_000;
/// How long a server may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A journal that can be read from its beginning to its end.
pub(super) enum Source {
    Server { client: reqwest::Client, url: String, token: String },
    Files(EmbeddedJournal),
    Archive(Archive),
}

impl Source {
    pub(super) fn open(arguments: &JournalArguments) -> Result<(ShowId, Self), CliError> {
        let show = ShowId::new(&arguments.show).map_err(|error| format!("the show's name {error}"))?;
        let source = match (&arguments.url, &arguments.data_dir, &arguments.archive) {
            (_, _, Some(folder)) => Self::Archive(Archive::new(folder)),
            (_, Some(data_dir), None) => Self::Files(EmbeddedJournal::open_read_only(data_dir, Options::default())?),
            (Some(url), None, None) => Self::Server {
                client: client()?,
                url: url.trim_end_matches('/').to_owned(),
                token: token(arguments.token_file.as_deref())?,
            },
            (None, None, None) => return Err("say --url, --data-dir or --archive".into()),
        };
        Ok((show, source))
    }

    /// Hands every entry over, in order.
    pub(super) async fn each(
        &self,
        show: &ShowId,
        mut take: impl FnMut(JournalEntry) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let mut from_seq = 1;
        loop {
            let page = self.page(show, from_seq).await?;
            let Some(last) = page.last() else { break };
            from_seq = last.seq.max(from_seq) + 1;
            page.into_iter().try_for_each(&mut take)?;
        }
        if from_seq == 1 {
            return Err(format!("there is no show {show}: its journal is empty").into());
        }
        Ok(())
    }

    async fn page(&self, show: &ShowId, from_seq: u64) -> Result<Vec<JournalEntry>, CliError> {
        match self {
            Self::Files(journal) => exported(&journal.read(show.as_str(), from_seq, PAGE_ENTRIES).await?),
            Self::Archive(archive) => exported(&archive.read(show.as_str(), from_seq, PAGE_ENTRIES)?),
            Self::Server { client, url, token } => {
                let url = format!("{url}/v1/shows/{show}/journal?from={from_seq}&limit={PAGE_ENTRIES}");
                let text = answer_text(client.get(&url).bearer_auth(token)).await?;
                text.lines().map(|line| audit::read_line(line).map_err(CliError::from)).collect()
            }
        }
    }
}

fn exported(entries: &[RawEntry]) -> Result<Vec<JournalEntry>, CliError> {
    entries.iter().map(|raw| codec::export_entry(raw).map_err(CliError::from)).collect()
}

/// A client for a Dropcast server.
pub(super) fn client() -> Result<reqwest::Client, CliError> {
    // A second installation finds the first one there, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().timeout(ANSWER_WITHIN).build()?)
}

/// The token from its file or from the environment.
pub(super) fn token(file: Option<&Path>) -> Result<String, CliError> {
    let token = match file {
        Some(file) => std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?,
        None => std::env::var("DROPCAST_TOKEN")
            .map_err(|_| "a brand token is needed: put it into DROPCAST_TOKEN, or name its file with --token-file")?,
    };
    Ok(token.trim().to_owned())
}

/// The answer's text; a problem document becomes an error that says what it says.
pub(super) async fn answer_text(request: reqwest::RequestBuilder) -> Result<String, CliError> {
    let answer = request.send().await.map_err(|error| {
        let hint = if error.is_connect() { " (does the server run, and is --url right?)" } else { "" };
        format!("{error}{hint}")
    })?;
    let (status, text) = (answer.status(), answer.text().await?);
    if status.is_success() {
        return Ok(text);
    }
    let problem: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let detail = problem.get("detail").and_then(serde_json::Value::as_str);
    let code = problem.get("code").and_then(serde_json::Value::as_str).unwrap_or("unknown");
    Err(format!("the server says {status} ({code}): {}", detail.unwrap_or(&text)).into())
}
