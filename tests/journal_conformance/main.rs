//! What every journal promises, each promise a test of its own, run against every journal.
//!
//! A new journal joins with a [`Harness`] and one line of `keeps_every_promise!`; nothing else changes.

mod harness;
mod outcome;
mod promises;
#[path = "../common/redis.rs"]
mod redis_server;
mod writer;

use harness::{EmbeddedHarness, Harness, MemoryHarness, RedisHarness};

/// One test for each promise, in a module of the journal's name.
macro_rules! keeps_every_promise {
    ($journal:ident, $harness:ty) => {
        mod $journal {
            use super::*;

            tests! { $harness;
                appending {
                    a_new_journal_is_empty
                    entries_are_numbered_from_one_without_gaps
                    every_entry_carries_the_digest_chained_over_the_one_before_it
                    a_journal_is_read_from_any_entry_across_appends
                    appends_take_effect_in_the_order_of_their_calls
                    an_append_whose_future_is_dropped_is_not_taken_back
                    a_stale_position_is_refused_as_moved
                    a_position_with_another_digest_is_refused_as_moved
                    what_was_called_after_a_refused_append_is_refused_too
                    a_gap_between_entries_is_refused
                    a_gap_after_the_expected_position_is_refused
                    a_wrong_digest_is_refused
                    nothing_of_a_refused_append_is_kept
                    time_may_stand_still
                    time_that_goes_back_within_an_append_is_refused
                    time_that_goes_back_between_appends_is_refused
                    shows_are_isolated_from_each_other
                    writers_of_many_shows_at_once_lose_nothing
                    everything_survives_a_reopening
                }
                bounds {
                    an_append_without_entries_is_refused
                    the_most_entries_are_appended
                    more_entries_than_the_bound_are_refused
                    the_most_bytes_are_appended
                    more_bytes_than_the_bound_are_refused
                    an_empty_body_is_an_entry
                    a_card_larger_than_the_bound_is_refused
                    the_longest_name_of_a_show_is_claimed
                    a_longer_name_of_a_show_is_refused
                    an_empty_name_of_a_show_is_refused
                    a_snapshot_larger_than_the_bound_is_refused
                    a_read_returns_no_more_entries_than_asked_for
                    a_read_returns_no_more_bytes_than_the_bound
                    an_entry_larger_than_the_bound_of_a_read_comes_alone
                }
                claims {
                    a_claim_tells_where_the_journal_ends
                    epochs_grow_with_every_claim
                    epochs_grow_over_a_reopening
                    an_append_under_an_older_claim_is_fenced
                    an_append_under_a_claim_never_made_is_fenced
                    an_append_under_a_forged_token_is_fenced
                    a_claim_of_one_show_leaves_others_alone
                    an_append_after_a_release_is_fenced
                    a_stale_release_is_left_alone
                    a_released_show_can_be_claimed_again
                    a_claim_outlives_a_reopening
                    appends_called_before_a_claim_are_in_its_tail
                }
                snapshots {
                    a_new_show_has_no_snapshot
                    a_snapshot_is_read_back_whole
                    an_empty_snapshot_is_a_snapshot
                    a_newer_snapshot_wins
                    an_older_snapshot_is_left_out
                    a_snapshot_at_the_same_position_replaces
                    a_snapshot_is_never_seen_in_part
                    a_snapshot_past_the_tail_is_refused
                    a_snapshot_of_another_history_is_refused
                    a_snapshot_under_a_stale_claim_is_fenced
                    a_snapshot_survives_a_reopening
                    appends_go_on_while_a_snapshot_is_saved
                }
                trims {
                    trimmed_entries_are_a_gap
                    what_is_not_trimmed_is_read
                    a_trim_in_the_middle_of_an_append_holds
                    everything_can_be_trimmed_and_appending_goes_on
                    a_trim_without_a_snapshot_is_refused
                    a_trim_past_the_newest_snapshot_is_refused
                    a_trim_again_changes_nothing
                    a_trim_under_a_stale_claim_is_fenced
                    a_trim_survives_a_reopening
                    a_snapshot_after_a_trim_can_be_replaced
                    a_trim_of_thousands_of_appends_is_done
                }
                listing {
                    a_show_without_a_card_is_not_listed
                    the_newest_card_is_listed
                    shows_are_listed_in_the_order_of_their_names
                    the_list_is_read_in_pages
                    cards_survive_a_reopening
                }
                waking {
                    a_show_without_a_wake_time_is_never_due
                    a_show_is_due_from_its_wake_time_on
                    a_changed_wake_time_counts
                    a_cleared_wake_time_is_never_due
                    the_most_overdue_show_comes_first
                    no_more_shows_are_due_than_asked_for
                    wake_times_survive_a_reopening
                }
                closing {
                    what_was_called_before_is_finished
                    what_is_called_afterwards_is_unavailable
                    closing_twice_is_closing
                }
            }
        }
    };
}

macro_rules! tests {
    ($harness:ty; $($subject:ident { $($promise:ident)* })*) => {
        $(mod $subject {
            use super::*;

            $(#[tokio::test]
            async fn $promise() {
                crate::promises::$subject::$promise(<$harness>::start()).await;
            })*
        })*
    };
}

keeps_every_promise!(memory, MemoryHarness);
keeps_every_promise!(embedded, EmbeddedHarness);
keeps_every_promise!(redis, RedisHarness);
