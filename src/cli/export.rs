//! `dropcast export`.

use std::io::{BufWriter, Write as _, stdout};

use super::{CliError, arguments::JournalArguments, source::Source};

pub(super) async fn run(arguments: &JournalArguments) -> Result<(), CliError> {
    let (show, source) = Source::open(arguments)?;
    let mut out = BufWriter::new(stdout().lock());
    source
        .each(&show, |entry| {
            serde_json::to_writer(&mut out, &entry)?;
            Ok(writeln!(out)?)
        })
        .await?;
    Ok(out.flush()?)
}
