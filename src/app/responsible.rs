//! Which court answers for the pages that belong to no notice.

use std::collections::BTreeSet;

use super::{App, Error};
use crate::{
    domain::id::{AgencyId, CourtId},
    store::court::CourtRow,
};

impl App {
    /// The court that answers for the public pages: the highest of those whose advances come to the
    /// accounts of this installation; before it has any, of those that work at all.
    pub async fn responsible(&self) -> Result<Option<CourtRow>, Error> {
        let mut tx = self.store.read().await?;
        let accounts = tx.accounts().await?;
        let mut courts = tx.courts().await?;
        tx.rollback().await?;
        let live = accounts.iter().filter(|account| account.state == "live");
        let collecting: BTreeSet<AgencyId> = live
            .flat_map(|account| [Some(account.agency_id), account.office_id])
            .flatten()
            .collect();
        let place = highest(&courts, &collecting);
        Ok(place.map(|place| courts.swap_remove(place)))
    }
}

/// The one court that no other of them stands above; of several the one above them all, else the one
/// that most of them stand below.
fn highest(courts: &[CourtRow], collecting: &BTreeSet<AgencyId>) -> Option<usize> {
    let collected = |court: &CourtRow| {
        [court.collector_id, court.office_id].iter().flatten().any(|id| collecting.contains(id))
    };
    let served: BTreeSet<CourtId> =
        courts.iter().filter(|court| collected(court)).map(|court| court.id).collect();
    let works = |court: &CourtRow| {
        if served.is_empty() { court.active } else { served.contains(&court.id) }
    };
    let working: BTreeSet<CourtId> =
        courts.iter().filter(|court| works(court)).map(|court| court.id).collect();
    let is_top = |court: &&CourtRow| {
        working.contains(&court.id) && court.parent_id.is_none_or(|above| !working.contains(&above))
    };
    let tops: Vec<&CourtRow> = courts.iter().filter(is_top).collect();
    let above: BTreeSet<Option<CourtId>> = tops.iter().map(|court| court.parent_id).collect();
    let answers = match (tops.as_slice(), above.first()) {
        ([_, _, ..], Some(Some(shared))) if above.len() == 1 => Some(*shared),
        (tops, _) => {
            let below = |top: CourtId| {
                courts.iter().filter(|court| works(court) && court.parent_id == Some(top)).count()
            };
            // The first of those with the most: `max_by_key` alone takes the last.
            tops.iter().rev().max_by_key(|court| below(court.id)).map(|court| court.id)
        }
    };
    courts.iter().position(|court| Some(court.id) == answers)
}
