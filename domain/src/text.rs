//! Texts that people read, in the languages of the show.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The longest text in one language, in bytes.
pub const TEXT_BYTES_MAX: usize = 4_000;
/// The most languages of one text.
pub const LANGUAGES_MAX: usize = 16;

/// A text per language; the key is a lower-case BCP 47 primary language such as `nl` or `en`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub BTreeMap<String, String>);

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextError {
    /// The language is not two or three lower-case letters.
    #[error("{0:?} is not a language of two or three lower-case letters, such as en")]
    Language(String),
    /// The text in this language is longer than [`TEXT_BYTES_MAX`].
    #[error("the text in {0:?} is longer than {TEXT_BYTES_MAX} bytes")]
    TooLong(String),
    /// There are more than [`LANGUAGES_MAX`] languages.
    #[error("has more than {LANGUAGES_MAX} languages")]
    TooMany,
}

impl Text {
    /// Checks the bounds.
    pub fn check(&self) -> Result<(), TextError> {
        if self.0.len() > LANGUAGES_MAX {
            return Err(TextError::TooMany);
        }
        for (language, text) in &self.0 {
            if !matches!(language.len(), 2 | 3) || !language.bytes().all(|byte| byte.is_ascii_lowercase()) {
                return Err(TextError::Language(language.clone()));
            }
            if text.len() > TEXT_BYTES_MAX {
                return Err(TextError::TooLong(language.clone()));
            }
        }
        Ok(())
    }

    /// How long it is in all languages together, in bytes.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|(language, text)| language.len() + text.len()).sum()
    }
}
