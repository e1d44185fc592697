//! `dropcast show`.

use super::{
    CliError,
    arguments::ApplyArguments,
    source::{answer_text, client, token},
};
use crate::show_file::{self, ShowFileError};

pub(super) async fn apply(arguments: &ApplyArguments) -> Result<(), CliError> {
    let name = arguments.file.display().to_string();
    let text = std::fs::read_to_string(&arguments.file).map_err(|error| format!("{name}: {error}"))?;
    let file = show_file::parse(&text, &name)?;
    let show = file.show_id().map_err(|refusal| ShowFileError::from_refusal(&text, &name, &refusal))?;
    // The names are checked here already, so that a mistake is shown with its line before anything is sent.
    file.clone().into_plan().map_err(|refusal| ShowFileError::from_refusal(&text, &name, &refusal))?;

    let body = serde_json::to_value(&file)?;
    let url = format!("{}/v1/shows/{show}", arguments.server.url.trim_end_matches('/'));
    let token = token(arguments.server.token_file.as_deref())?;
    answer_text(client()?.put(&url).bearer_auth(token).json(&body)).await?;
    super::print_line(&format!("{show} is as {name} says: {url}"))?;
    Ok(())
}
