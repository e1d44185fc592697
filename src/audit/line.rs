//! An exported entry as a line of NDJSON.

use dropcast_proto::v1::{Cause, Fact, JournalEntry};
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;

/// What makes an entry: without it nothing can be checked.
const REQUIRED: [&str; 4] = ["seq", "decided_at", "digest", "body"];

/// Reads one line of an export. A cause or facts that this version can't read are left out rather than refused: the
/// body has them too, and [`super::Audit`] names what it finds there.
///
/// # Errors
///
/// When the line is no JSON object, or its number, time, digest or body can't be read.
pub fn read_line(line: &str) -> serde_json::Result<JournalEntry> {
    let mut value: Value = serde_json::from_str(line)?;
    if let Some(missing) = REQUIRED.iter().find(|field| value.get(field).is_none()) {
        return Err(serde_json::Error::missing_field(missing));
    }
    let cause: Option<Option<Cause>> = take(&mut value, "cause");
    let facts: Option<Vec<Fact>> = take(&mut value, "facts");
    let mut entry: JournalEntry = serde_json::from_value(value)?;
    entry.cause = cause.flatten();
    entry.facts = facts.unwrap_or_default();
    Ok(entry)
}

fn take<T: DeserializeOwned>(value: &mut Value, field: &str) -> Option<T> {
    let field = value.as_object_mut()?.remove(field)?;
    serde_json::from_value(field).ok()
}
