//! What was known before something was asked comes before it in the journal.

use super::{Verdict, acceptances::Journaled, window::Window};

pub(super) fn check(window: &Window<'_>, journaled: &Journaled<'_>, verdict: &mut Verdict) {
    for entry in &journaled.entries {
        let Some(known) = entry.called.and_then(|called| window.known_before(called)) else { continue };
        if known.seq >= entry.seq {
            verdict.violations.tell(format!(
                "{} (entry {}) before {} was called, which comes first in the journal (entry {})",
                known.by, known.seq, entry.owner, entry.seq
            ));
        }
    }
}
