//! Domain ↔ protobuf: the only place that knows both.

mod audience;
mod body;
mod draw;
mod entry;
mod fact;
mod names;
mod planned;
mod promise;
mod refusal;
mod request;
mod view;

pub use audience::{source_counts, turned_away_view};
pub use body::BodyWriter;
pub use draw::{Entrant, Entrants, entrants};
pub use entry::{DecodeError, decode_entry, export_entry};
pub use promise::{broken_promise_view, own_broken_promises};
pub use refusal::refusal_view;
pub use request::{MessageProblem, Wish, read_command};
pub use view::*;

#[cfg(test)]
mod tests {
    use dropcast_domain::time::Timestamp;
    use dropcast_proto::json::format_time;

    #[test]
    fn the_last_moment_of_the_rules_can_be_written() {
        assert!(format_time(Timestamp::MAX.0).is_some());
    }
}
