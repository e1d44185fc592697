//! A page that several commands write: each replaces its own section and nothing else.

use std::{fs, io, path::Path};

/// What a page starts with when there is none.
const TITLE: &str = "# Benchmarks\n";

/// Writes a section, where it is or at the end.
pub(crate) fn write_section(path: &Path, name: &str, body: &str) -> io::Result<()> {
    let page = match fs::read_to_string(path) {
        Ok(page) => page,
        Err(error) if error.kind() == io::ErrorKind::NotFound => TITLE.to_owned(),
        Err(error) => return Err(error),
    };
    fs::write(path, with_section(&page, name, body))
}

fn with_section(page: &str, name: &str, body: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->\n"));
    let (before, after) = match (page.split_once(&begin), page.split_once(&end)) {
        (Some((before, _)), Some((_, after))) => (before.to_owned(), after),
        _ => (format!("{}\n\n", page.trim_end()), ""),
    };
    format!("{before}{begin}{}\n{end}{after}", body.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_added_and_replaced_and_the_others_stay() {
        let page = with_section("# Benchmarks\n", "one", "1\n");
        assert_eq!(page, "# Benchmarks\n\n<!-- one: begin -->\n1\n<!-- one: end -->\n");
        let page = with_section(&page, "two", "2");
        let page = with_section(&page, "one", "new\n\n");
        let expected = "# Benchmarks\n\n<!-- one: begin -->\nnew\n<!-- one: end -->\n\n<!-- two: begin -->\n2\n<!-- two: end -->\n";
        assert_eq!(page, expected);
        assert_eq!(with_section(&page, "two", "2"), page);
    }
}
