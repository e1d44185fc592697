//! From text to [`ShowFile`].

use serde::Deserialize as _;
use toml::de::{DeTable, DeValue};

use super::{ShowFile, ShowFileError, deserializer::Value};

/// Reads a show file. `file_name` is only what the error calls the file.
///
/// # Errors
///
/// The first mistake in the text: TOML that isn't, an unknown or missing field, a wrong type, a time that is none.
/// Whether names are names, and the plan makes sense, is the matter of [`ShowFile::into_plan`].
pub fn parse(text: &str, file_name: &str) -> Result<ShowFile, ShowFileError> {
    let document = DeTable::parse(text).map_err(|error| ShowFileError::from_toml(text, file_name, &error))?;
    let root = DeValue::Table(document.into_inner());
    ShowFile::deserialize(Value::new(&root, 0..0, "show"))
        .map_err(|mistake| ShowFileError::from_mistake(text, file_name, &mistake))
}
