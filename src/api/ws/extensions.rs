//! Which extension is agreed on: compression (RFC 7692), as the hub does it.

use axum::http::{HeaderMap, HeaderValue, header::SEC_WEBSOCKET_EXTENSIONS};

/// The largest window, which needs no word about it: the hub compresses with no other.
const WINDOW_BITS_MAX: u8 = 15;

/// What is answered to the first offer of compression that can be taken as it is; `None` when there is none. Every
/// message is compressed by itself, in both directions: so it is done once for all viewers, and an idle connection costs
/// no memory.
pub(super) fn agreed(headers: &HeaderMap) -> Option<HeaderValue> {
    let values = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).find_map(answer)
}

/// What is answered to an offer. One that asks for what can't be, or that isn't understood, is declined by saying nothing
/// of it (section 7.1): then nothing is compressed.
fn answer(offer: &str) -> Option<HeaderValue> {
    let mut parts = offer.split(';').map(str::trim);
    if parts.next() != Some("permessage-deflate") {
        return None;
    }
    let mut seen = Vec::new();
    let mut names_window = false;
    for part in parts {
        let (name, value) =
            part.split_once('=').map_or((part, None), |(name, value)| (name.trim(), Some(value.trim())));
        if seen.contains(&name) {
            return None;
        }
        seen.push(name);
        match (name, value) {
            ("server_no_context_takeover" | "client_no_context_takeover" | "client_max_window_bits", None) => {}
            // Whatever window the client compresses with, it is understood.
            ("client_max_window_bits", Some(value)) if window_bits(value).is_some() => {}
            // What is compressed for all can't have a smaller window for one.
            ("server_max_window_bits", Some(value)) if window_bits(value) == Some(WINDOW_BITS_MAX) => {
                names_window = true;
            }
            _ => return None,
        }
    }
    Some(HeaderValue::from_static(if names_window {
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=15"
    } else {
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
    }))
}

/// 8 to 15 without leading zeros (section 7.1.2), as a token or quoted.
fn window_bits(value: &str) -> Option<u8> {
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    let bits = value.parse().ok().filter(|bits| (8..=WINDOW_BITS_MAX).contains(bits))?;
    (bits.to_string() == value).then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    fn answer_to(offers: &[&str]) -> Option<String> {
        let headers =
            offers.iter().map(|offer| (SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_str(offer).expect("text")));
        agreed(&headers.collect()).map(|answer| answer.to_str().expect("text").to_owned())
    }

    #[test]
    fn an_offer_that_can_be_taken_is() {
        let with_window = format!("{PLAIN}; server_max_window_bits=15");
        let cases: [(&[&str], &str); 8] = [
            (&["permessage-deflate"], PLAIN),
            // Chromium and Firefox; Node's ws.
            (&["permessage-deflate; client_max_window_bits"], PLAIN),
            (&["permessage-deflate;client_max_window_bits=10;server_no_context_takeover"], PLAIN),
            (&["permessage-deflate; client_no_context_takeover; client_max_window_bits=\"8\""], PLAIN),
            (&["permessage-deflate; server_max_window_bits=15"], &with_window),
            (&["x-webkit-deflate-frame, permessage-deflate"], PLAIN),
            // The first offer asks for too much, the second is the client's way out (section 7.1).
            (&["permessage-deflate; server_max_window_bits=10, permessage-deflate"], PLAIN),
            (&["permessage-deflate; mystery", "permessage-deflate"], PLAIN),
        ];
        for (offers, expected) in cases {
            assert_eq!(answer_to(offers).as_deref(), Some(expected), "{offers:?}");
        }
    }

    #[test]
    fn an_offer_that_can_not_be_taken_is_declined() {
        for offer in [
            "",
            "permessage-bzip2",
            "Permessage-Deflate",
            "permessage-deflate; mystery",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=14",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; client_max_window_bits=7",
            "permessage-deflate; client_max_window_bits=08",
            "permessage-deflate; client_max_window_bits=+9",
            "permessage-deflate; client_max_window_bits=",
            "permessage-deflate; client_no_context_takeover=1",
            "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        ] {
            assert_eq!(answer_to(&[offer]), None, "{offer}");
        }
    }
}
