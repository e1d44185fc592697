//! A mistake in a show file, as people read it.

use std::{fmt, ops::Range};

use dropcast_domain::show::{PlanProblem, Refusal};

use super::{
    mistake::Mistake,
    position::{line_and_column, path_in_file, span_of},
    read::parse,
    tables::nearest,
};

/// The most characters of a line that are shown.
const SHOWN_CHARACTERS_MAX: usize = 100;
/// How many characters before the mistake are shown of a line that is longer than that.
const SHOWN_CHARACTERS_BEFORE: usize = 40;

/// What is wrong in a show file, where, and what would be right. Its `Display` is several lines long: place and
/// problem, the line itself with the place marked, and what would be right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShowFileError {
    /// The file, as the caller names it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: String,
    /// What would be right, where more can be said than the problem already says.
    pub right: Option<String>,
    source: String,
    width: usize,
}

impl ShowFileError {
    /// What the rules refuse about the plan in `text`, shown at the place in the text that the refusal names. A refusal
    /// that names none is shown at the beginning.
    pub fn from_refusal(text: &str, file: &str, refusal: &Refusal) -> Self {
        match refusal {
            Refusal::PlanInvalid { at, problem } => {
                let right = match problem {
                    PlanProblem::Unknown { name } => nearest_sku(text, name),
                    _ => None,
                };
                Self { right, ..Self::from_path(text, file, at, &problem.to_string()) }
            }
            other => Self::from_path(text, file, "", &other.to_string()),
        }
    }

    /// A problem with the value that a path such as `drops[2].items[0].sku` leads to, as a server names it.
    pub fn from_path(text: &str, file: &str, path: &str, problem: &str) -> Self {
        let path = path_in_file(path);
        let problem = if path.is_empty() { problem.to_owned() } else { format!("{path}: {problem}") };
        Self::new(text, file, span_of(text, &path).unwrap_or(0..0), problem, None)
    }

    pub(super) fn from_mistake(text: &str, file: &str, mistake: &Mistake) -> Self {
        let span = mistake.span.clone().unwrap_or(0..0);
        Self::new(text, file, span, mistake.problem(), mistake.right())
    }

    pub(super) fn from_toml(text: &str, file: &str, error: &toml::de::Error) -> Self {
        Self::new(text, file, error.span().unwrap_or(0..0), error.message().to_owned(), None)
    }

    fn new(text: &str, file: &str, span: Range<usize>, problem: String, right: Option<String>) -> Self {
        let (line, column) = line_and_column(text, span.start);
        let source = text.lines().nth(line - 1).unwrap_or_default().replace('\t', " ");
        let marked = text.get(span).unwrap_or_default().lines().next().unwrap_or_default();
        let width = marked.chars().count().max(1);
        Self { file: file.to_owned(), line, column, problem, right, source, width }
    }

    /// The part of the line that is shown, and how many of its characters come before the mistake.
    fn shown(&self) -> (String, usize) {
        let before = self.column - 1;
        if self.source.chars().count() <= SHOWN_CHARACTERS_MAX {
            return (self.source.clone(), before);
        }
        let cut = before.saturating_sub(SHOWN_CHARACTERS_BEFORE);
        let part: String = self.source.chars().skip(cut).take(SHOWN_CHARACTERS_MAX).collect();
        let end = if cut + SHOWN_CHARACTERS_MAX < self.source.chars().count() { "…" } else { "" };
        if cut == 0 { (format!("{part}{end}"), before) } else { (format!("…{part}{end}"), before - cut + 1) }
    }
}

/// What somebody probably meant who named a SKU that the file's catalogue does not have.
fn nearest_sku(text: &str, name: &str) -> Option<String> {
    let file = parse(text, "").ok()?;
    let skus = file.products.iter().flat_map(|product| &product.variants).map(|variant| variant.sku.as_str());
    nearest(name, skus).map(|sku| format!("did you mean \"{sku}\"?"))
}

impl fmt::Display for ShowFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let (shown, before) = self.shown();
        let indent = " ".repeat(before);
        let marks = "^".repeat(self.width.min(shown.chars().count().saturating_sub(before)).max(1));
        writeln!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.problem)?;
        writeln!(f, "{margin} |")?;
        writeln!(f, "{number} | {shown}")?;
        write!(f, "{margin} | {indent}{marks}")?;
        match &self.right {
            Some(right) => write!(f, "\n{margin} = {right}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ShowFileError {}
