//! As much of `PromQL` as it takes to say which metrics and labels a query names.
//!
//! It reads tokens, not a grammar: a name is a metric unless a parenthesis or `by` follows it or it is a word of the
//! language, and the labels of `by (…)` and `on (…)` belong to every metric of the query. `promtool` and Prometheus itself
//! say whether a query can be evaluated.

/// A metric that a query names, with what it asks of its labels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Selector {
    pub(crate) metric: String,
    pub(crate) matchers: Vec<Matcher>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Matcher {
    pub(crate) label: String,
    pub(crate) operator: String,
    pub(crate) value: String,
}

/// What a query names.
#[derive(Default, PartialEq, Eq, Debug)]
pub(crate) struct Names {
    pub(crate) selectors: Vec<Selector>,
    /// The labels of aggregations and of matching.
    pub(crate) labels: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Token {
    Word(String),
    Text(String),
    Sign(String),
}

/// Labels in parentheses follow these.
const WITH_LABELS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];
const WORDS: [&str; 6] = ["and", "or", "unless", "bool", "offset", "inf"];

/// What this query names.
pub(crate) fn names(query: &str) -> Names {
    let tokens = tokens(query);
    let mut names = Names::default();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        let Token::Word(word) = token else { continue };
        if WITH_LABELS.contains(&word.as_str()) {
            let (labels, end) = until(&tokens, at, ")");
            names.labels.extend(labels.iter().filter_map(word_of));
            at = end;
        } else if !WORDS.contains(&word.as_str()) && !is_called(tokens.get(at)) {
            let (inside, end) = if is_sign(tokens.get(at), "{") { until(&tokens, at, "}") } else { (&[][..], at) };
            names.selectors.push(Selector { metric: word.clone(), matchers: matchers(inside) });
            at = end;
        }
    }
    names
}

fn matchers(tokens: &[Token]) -> Vec<Matcher> {
    let matcher = |part: &[Token]| match part {
        [Token::Word(label), Token::Sign(operator), Token::Text(value)] => {
            Matcher { label: label.clone(), operator: operator.clone(), value: value.clone() }
        }
        other => panic!("not a matcher: {other:?}"),
    };
    tokens.split(|token| is_sign(Some(token), ",")).filter(|part| !part.is_empty()).map(matcher).collect()
}

/// What lies between an opening sign at `from` and the closing one, and where it goes on after that.
fn until<'a>(tokens: &'a [Token], from: usize, close: &str) -> (&'a [Token], usize) {
    let length = tokens[from..].iter().position(|token| is_sign(Some(token), close)).expect("what is opened is closed");
    (&tokens[from + 1..from + length], from + length + 1)
}

/// Whether what comes before this is a function or an aggregation.
fn is_called(next: Option<&Token>) -> bool {
    is_sign(next, "(") || matches!(next, Some(Token::Word(word)) if word == "by" || word == "without")
}

fn is_sign(token: Option<&Token>, sign: &str) -> bool {
    matches!(token, Some(Token::Sign(known)) if known == sign)
}

fn word_of(token: &Token) -> Option<String> {
    if let Token::Word(word) = token { Some(word.clone()) } else { None }
}

/// The tokens of a query; ranges, numbers and blanks are none.
fn tokens(query: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = query;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                let length = rest[1..].find('"').expect("a text ends") + 2;
                tokens.push(Token::Text(rest[1..length - 1].to_owned()));
                length
            }
            '[' => rest.find(']').expect("a range ends") + 1,
            'a'..='z' | 'A'..='Z' | '_' | ':' => {
                let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_:".contains(letter);
                let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..length].to_owned()));
                length
            }
            '0'..='9' => {
                rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.').unwrap_or(rest.len())
            }
            _ if first.is_whitespace() => first.len_utf8(),
            _ => {
                let signs = ["=~", "!~", "!=", "==", ">=", "<="];
                let sign = signs.into_iter().find(|sign| rest.starts_with(sign));
                let sign = sign.unwrap_or(&rest[..first.len_utf8()]);
                tokens.push(Token::Sign(sign.to_owned()));
                sign.len()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

#[test]
fn a_query_says_what_it_names() {
    let query = r#"histogram_quantile(0.99, sum by (le, stage) (rate(a_bucket{of="x", by!~"y|z.*"}[$__rate_interval])))
                   > 1e3 unless on (instance) up == 0 or max(b) / time()"#;
    let matcher = |label: &str, operator: &str, value: &str| Matcher {
        label: label.to_owned(),
        operator: operator.to_owned(),
        value: value.to_owned(),
    };
    let selector = |metric: &str, matchers: Vec<Matcher>| Selector { metric: metric.to_owned(), matchers };
    let expected = Names {
        selectors: vec![
            selector("a_bucket", vec![matcher("of", "=", "x"), matcher("by", "!~", "y|z.*")]),
            selector("up", Vec::new()),
            selector("b", Vec::new()),
        ],
        labels: ["le", "stage", "instance"].map(str::to_owned).to_vec(),
    };
    assert_eq!(names(query), expected);
}
