//! What an append, a snapshot or a trim ended as.

use dropcast::journal::AppendError;

type Outcome = Result<(), AppendError>;

pub(crate) fn assert_fenced(outcome: &Outcome) {
    assert!(matches!(outcome, Err(AppendError::Fenced)), "{outcome:?}");
}

pub(crate) fn assert_invalid(outcome: &Outcome) {
    assert!(matches!(outcome, Err(AppendError::Invalid(_))), "{outcome:?}");
}

pub(crate) fn assert_unavailable(outcome: &Outcome) {
    assert!(matches!(outcome, Err(AppendError::Unavailable(_))), "{outcome:?}");
}
