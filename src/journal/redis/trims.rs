//! Trimming: first the entries are declared gone, at once, then their blocks are removed, some with each call.

use super::{
    index::token,
    keys::{Keys, slot},
    outcome::{Failure, worded},
    reply::Strange,
    scripts::{TRIM, one},
    server::Redis,
};
use crate::journal::{
    admission::check_trim,
    contract::{AppendError, Claim, Position},
};

/// Over how many entries one call removes blocks: what an append may have to wait for.
const ENTRIES_PER_CALL: u64 = 100_000;

impl Redis {
    pub(super) async fn trim(&self, claim: &Claim, through_seq: u64) -> Result<(), AppendError> {
        let keys = Keys::of(&claim.show);
        loop {
            let mut command = TRIM.call(&[&keys.head(), &keys.journal()]);
            command.arg(claim.epoch).arg(token(claim.token)).arg(through_seq).arg(through_seq.saturating_add(1));
            command.arg(ENTRIES_PER_CALL);
            let (word, mut answer) = worded(self.call(slot(&keys.head()), one(command)).await)?;
            match word.as_str() {
                "done" => return Ok(()),
                "more" => {}
                "fenced" => return Err(AppendError::Fenced),
                "past" => {
                    let seq = answer.number().map_err(Failure::from)?.unwrap_or(0);
                    return check_trim(through_seq, Some(Position { seq, ..Position::default() }));
                }
                _ => return Err(Failure::from(Strange).into()),
            }
        }
    }
}
