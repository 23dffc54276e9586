//! Money and lines that a person must decide on.

use super::{StoreError, Tx, fetch_one, statements};
use crate::domain::id::{InboxId, LineId};

statements! {
    SET_ASIDE = "select cast(count(*) as bigint) from exception
        where kind = 'poisoned' and state = 'open' and (inbox_id = $1 or line_id = $2)";
}

impl Tx {
    /// Whether a message or line that cannot be settled is already before a person.
    pub async fn is_set_aside(
        &mut self,
        inbox: Option<InboxId>,
        line: Option<LineId>,
    ) -> Result<bool, StoreError> {
        let (count,): (i64,) = fetch_one!(self, SET_ASIDE, inbox, line);
        Ok(count > 0)
    }
}
