//! `dropcast audit`.

use super::{CliError, Ending, arguments::JournalArguments, source::Source};
use crate::audit::Audit;

pub(super) async fn run(arguments: &JournalArguments) -> Result<Ending, CliError> {
    let (show, source) = Source::open(arguments)?;
    let mut audit = Audit::new(show.as_str());
    source
        .each(&show, |entry| {
            audit.entry(&entry);
            Ok(())
        })
        .await?;
    let report = audit.finish();
    super::print_line(&serde_json::to_string_pretty(&report)?)?;
    Ok(if report.violations_count == 0 { Ending::Well } else { Ending::Violations })
}
