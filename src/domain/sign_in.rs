//! Trying to sign in: what came of a try, and when a name is locked (decisions 7).

use chrono::TimeDelta;

use super::time::Timestamp;

codes! {
    /// What came of a try, or what ended the tries before it.
    Outcome {
        /// The password was right; a code is still to come.
        PasswordOk = "password_ok",
        /// The password was wrong, or nobody has the name.
        PasswordWrong = "password_wrong",
        /// The code was right.
        CodeOk = "code_ok",
        /// The code was wrong, or had been used.
        CodeWrong = "code_wrong",
        /// Refused unread: too many wrong tries before.
        Locked = "locked",
        /// The password was right, but its owner is shut out or has been away too long.
        Disabled = "disabled",
        /// A session ended by its owner.
        SignedOut = "signed_out",
        /// An administrator opened a locked name.
        Unlocked = "unlocked",
    }
}

/// Wrong tries that lock a name at an address, again at each further such number.
pub const WRONG_HERE: u32 = 5;
/// How long such a lock lasts.
pub const LOCKED_FOR: TimeDelta = TimeDelta::minutes(15);
/// Wrong tries of a name from addresses where nobody ever signed in with it, after which only
/// addresses where somebody did go on.
pub const WRONG_FROM_NEW: u32 = 20;

/// The tries of a name that count, as they look from an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// Wrong ones from this address since the last right code there.
    pub here: u32,
    /// When the last of them was.
    pub last_here: Option<Timestamp>,
    /// Wrong ones from new addresses since an administrator last opened the name.
    pub from_new: u32,
    /// Whether somebody signed in with the name from this address before.
    pub known_address: bool,
}

/// Whether a name may be tried from an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may, and so many wrong tries are left.
    Open {
        /// At least 1.
        left: u32,
    },
    /// Not until then; an administrator can open it sooner.
    Locked {
        /// The first moment at which it may be tried again.
        until: Timestamp,
    },
    /// Not before an administrator opens it.
    Closed,
}

impl Tries {
    /// Where the name stands at `now`.
    pub fn standing(self, now: Timestamp) -> Standing {
        if self.from_new >= WRONG_FROM_NEW && !self.known_address {
            return Standing::Closed;
        }
        let since_lock = self.here % WRONG_HERE;
        match self.last_here.map(|last| last.plus(LOCKED_FOR)) {
            Some(until) if self.here > 0 && since_lock == 0 && now < until => {
                Standing::Locked { until }
            }
            _ => Standing::Open { left: WRONG_HERE - since_lock },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_lock_here_and_twenty_from_new_addresses_close() {
        let last = Timestamp::from_unix(1_795_000_000).unwrap();
        let until = last.plus(LOCKED_FOR);
        let locked = Standing::Locked { until };
        let open = |left| Standing::Open { left };
        for (here, from_new, known_address, minutes, expected) in [
            (0, 0, false, 0, open(5)),
            (1, 1, false, 0, open(4)),
            (4, 4, false, 0, open(1)),
            (4, 4, false, 900, open(1)),
            (5, 5, false, 0, locked),
            (5, 5, false, 14, locked),
            (5, 5, false, 15, open(5)),
            (6, 6, false, 15, open(4)),
            (10, 10, false, 1, locked),
            (0, 19, false, 0, open(5)),
            (0, 20, false, 0, Standing::Closed),
            (0, 20, false, 9_000, Standing::Closed),
            (5, 20, false, 0, Standing::Closed),
            (0, 20, true, 0, open(5)),
            (5, 20, true, 0, locked),
        ] {
            let last_here = (here > 0).then_some(last);
            let tries = Tries { here, last_here, from_new, known_address };
            let now = last.plus(TimeDelta::minutes(minutes));
            assert_eq!(tries.standing(now), expected, "{tries:?} after {minutes} min");
        }
    }
}
