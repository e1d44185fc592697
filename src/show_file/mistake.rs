//! What a reader finds wrong, before it is known where in the text that is.

use std::{fmt, ops::Range};

use serde::de;

use super::tables::{self, Table};

/// A mistake in the structure of a file.
#[derive(Debug)]
pub(super) struct Mistake {
    /// Where, in bytes; filled in by the innermost reader that knows.
    pub(super) span: Option<Range<usize>>,
    what: What,
    /// Between which tables it was found.
    table: Option<&'static Table>,
}

#[derive(Debug)]
enum What {
    Unknown { field: String, expected: &'static [&'static str] },
    Missing { field: &'static str },
    Other { problem: String, right: Option<String> },
}

impl Mistake {
    pub(super) fn new(problem: String, right: String) -> Self {
        What::Other { problem, right: Some(right) }.into()
    }

    /// The same mistake, found here unless a reader further in already said where.
    #[must_use]
    pub(super) fn at(mut self, span: Range<usize>) -> Self {
        self.span.get_or_insert(span);
        self
    }

    /// The same mistake, found in this table unless a reader further in already said which.
    #[must_use]
    pub(super) fn in_table(mut self, table: Option<&'static Table>) -> Self {
        self.table = self.table.or(table);
        self
    }

    /// What is wrong.
    pub(super) fn problem(&self) -> String {
        match &self.what {
            What::Unknown { field, .. } => format!("unknown field `{field}`"),
            What::Missing { field } => {
                format!("`{field}` is missing from {}", self.table.map_or("this table", |table| table.header))
            }
            What::Other { problem, .. } => problem.clone(),
        }
    }

    /// What would be right.
    pub(super) fn right(&self) -> Option<String> {
        match &self.what {
            What::Unknown { field, expected } => Some(tables::explain_unknown(field, expected, self.table)),
            What::Missing { field } => tables::example(field).map(|example| format!("add it, for example: {example}")),
            What::Other { right, .. } => right.clone(),
        }
    }
}

impl From<What> for Mistake {
    fn from(what: What) -> Self {
        Self { span: None, what, table: None }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem())
    }
}

impl std::error::Error for Mistake {}

impl de::Error for Mistake {
    fn custom<T: fmt::Display>(message: T) -> Self {
        What::Other { problem: message.to_string(), right: None }.into()
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        What::Unknown { field: field.to_owned(), expected }.into()
    }

    fn missing_field(field: &'static str) -> Self {
        What::Missing { field }.into()
    }
}
