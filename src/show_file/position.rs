//! Where things stand in a text.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// The line and the column, both from 1, at which the value stands that a path such as `drops[2].items[0].sku` leads
/// to. Where the path leads on but the text does not (a field was left out), it is the place of the innermost table or
/// list that exists. Columns count characters. `None` when the text is not TOML.
pub fn locate(text: &str, path: &str) -> Option<(usize, usize)> {
    span_of(text, path).map(|span| line_and_column(text, span.start))
}

/// The path in a file of what the rules call `path`: a plan keeps apart as `settings` what stands at the top of a file,
/// and a draw is one of its ways to be fair.
pub fn path_in_file(path: &str) -> String {
    path.strip_prefix("settings.").unwrap_or(path).replace(".fairness.draw.", ".draw.")
}

/// The bytes of the value that a path leads to, as [`locate`] finds it.
pub(super) fn span_of(text: &str, path: &str) -> Option<Range<usize>> {
    let document = DeTable::parse(text).ok()?;
    let mut span = 0..0;
    let mut value: Option<&DeValue<'_>> = None;
    for step in path_in_file(path).split(['.', '[', ']']).filter(|step| !step.is_empty()) {
        let next = match value {
            None => document.get_ref().get(step),
            Some(DeValue::Table(table)) => table.get(step),
            Some(DeValue::Array(array)) => step.parse().ok().and_then(|index: usize| array.get(index)),
            Some(_) => None,
        };
        let Some(next) = next else { break };
        span = next.span();
        value = Some(next.get_ref());
    }
    Some(span)
}

/// The line and the column, both from 1, of a byte.
pub(super) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
