//! Comma-separated values (RFC 4180) for people who open them in a spreadsheet.

use dropcast_domain::money::Currency;

/// Currencies whose minor unit is not a hundredth, by how many decimals they have (ISO 4217, list one).
const DECIMALS: &[(usize, &[&str])] = &[
    (
        0,
        &[
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
            "XOF", "XPF",
        ],
    ),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
    (4, &["CLF", "UYW"]),
];
const DECIMALS_OF_OTHERS: usize = 2;

/// Adds a line. A text that a spreadsheet would run as a formula gets an apostrophe before it, which makes it a text.
pub(super) fn write_line<'a>(lines: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            lines.push(',');
        }
        write_cell(lines, cell);
    }
    lines.push_str("\r\n");
}

/// An amount as a decimal number of its currency, such as `19.99`: a point, no sign, no groups.
pub(super) fn decimal(amount_minor: u64, currency: Currency) -> String {
    let decimals = decimals(currency);
    let digits = format!("{amount_minor:0>width$}", width = decimals + 1);
    match digits.split_at(digits.len() - decimals) {
        (whole, "") => whole.to_owned(),
        (whole, fraction) => format!("{whole}.{fraction}"),
    }
}

fn decimals(currency: Currency) -> usize {
    let found = DECIMALS.iter().find(|(_, codes)| codes.contains(&currency.as_str()));
    found.map_or(DECIMALS_OF_OTHERS, |(decimals, _)| *decimals)
}

fn write_cell(lines: &mut String, cell: &str) {
    let is_formula = is_formula(cell);
    if !is_formula && !cell.contains([',', '"', '\r', '\n', ';', '\t']) {
        return lines.push_str(cell);
    }
    lines.push('"');
    if is_formula {
        lines.push('\'');
    }
    lines.push_str(&cell.replace('"', "\"\""));
    lines.push('"');
}

/// What starts a formula in one spreadsheet or another, also after blanks and in its wide form.
fn is_formula(cell: &str) -> bool {
    let first = cell.trim_start_matches(|sign: char| sign.is_whitespace() || sign.is_control()).chars().next();
    let is_blank = cell.starts_with(['\t', '\r', '\n']);
    is_blank || first.is_some_and(|first| matches!(first, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(cells: &[&str]) -> String {
        let mut lines = String::new();
        write_line(&mut lines, cells.iter().copied());
        lines
    }

    #[test]
    fn cells_are_quoted_where_they_have_to_be() {
        assert_eq!(line(&["order", "", "a b"]), "order,,a b\r\n");
        assert_eq!(line(&["red, blue", "6\" wide", "two\nlines"]), "\"red, blue\",\"6\"\" wide\",\"two\nlines\"\r\n");
        assert_eq!(line(&["a;b"]), "\"a;b\"\r\n", "some spreadsheets cut at a semicolon");
    }

    #[test]
    fn what_a_spreadsheet_would_run_becomes_a_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1+1", "＝1", "\u{0}=1"] {
            assert_eq!(line(&[formula]), format!("\"'{formula}\"\r\n"));
        }
        assert_eq!(line(&["=A1&\",\"\""]), "\"'=A1&\"\",\"\"\"\"\"\r\n");
        assert_eq!(line(&["a=b", "1-2", "2026-05-01T18:00:00.000Z"]), "a=b,1-2,2026-05-01T18:00:00.000Z\r\n");
    }

    #[test]
    fn an_amount_has_the_decimals_of_its_currency() {
        let written = |amount_minor, code| decimal(amount_minor, Currency::new(code).expect("a code"));
        assert_eq!(written(199_900, "EUR"), "1999.00");
        assert_eq!(written(5, "EUR"), "0.05");
        assert_eq!(written(0, "HUF"), "0.00");
        assert_eq!(written(1_999, "JPY"), "1999");
        assert_eq!(written(0, "JPY"), "0");
        assert_eq!(written(1_999, "KWD"), "1.999");
        assert_eq!(written(9_007_199_254_740_991, "CLF"), "900719925474.0991");
    }
}
