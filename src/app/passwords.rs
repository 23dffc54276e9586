//! Passwords: which are taken, and how they are kept (reliability 5).
//!
//! A password that nobody has costs the same work to verify as one that somebody has.

use std::{collections::HashSet, sync::LazyLock, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::{Semaphore, SemaphorePermit};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::Error;
use crate::domain::fold::folded;

/// The shortest password, in characters.
const SHORTEST: usize = 14;
/// The longest: hashing must not become a way to keep us busy.
const LONGEST: usize = 256;
/// Characters that must be left when the login name and our own name are taken out.
const OWN_SHARE: usize = 8;
/// Different characters that a password has at least.
const VARIETY: usize = 5;

/// Memory of one hash in KiB, and passes over it.
const MEMORY: u32 = 19 * 1_024;
const PASSES: u32 = 2;

/// Hashes that run at once, and how long one may wait for its turn (P11).
static HASHING: Semaphore = Semaphore::const_new(2);
const PATIENCE: Duration = Duration::from_secs(2);

/// What is verified where there is no such name: a random value under a random salt.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$i0ZBsnrDCFfag1Qb2u863A$\
    SRJWBlFxgANesnI0jwZSPjf3qSFjt7naNYf2DQZLBN8";

/// Common passwords, in small letters without marks, one a line.
static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../../assets/data/passwords.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect()
});

/// Refuses a password that is too short, too long, or one that people try first.
pub(super) fn check(password: &str, login: &str) -> Result<(), Error> {
    let refused = |reason| Err(Error::refused("password", reason));
    let typed: String = password.nfc().collect();
    match typed.chars().count() {
        ..SHORTEST => return refused("password_too_short"),
        LONGEST.. => return refused("password_too_long"),
        _ => {}
    }
    if is_common(&typed, login) { refused("password_too_common") } else { Ok(()) }
}

/// A listed one, whatever its case, marks and blanks; a run, a repeat, or little but a name.
fn is_common(password: &str, login: &str) -> bool {
    let small = password.to_lowercase();
    let plain: String = plain(&small).chars().filter(|c| !c.is_whitespace()).collect();
    let letters: String = plain.chars().filter(|c| c.is_alphanumeric()).collect();
    let own = small.replace(&login.to_lowercase(), "").replace("anphi", "");
    COMMON.contains(small.as_str())
        || COMMON.contains(plain.as_str())
        || COMMON.contains(letters.as_str())
        || own.chars().count() < OWN_SHARE
        || plain.chars().collect::<HashSet<char>>().len() < VARIETY
        || is_run(&plain)
        || is_repeat(&plain)
}

/// Small letters without marks; what is neither letter nor digit stays.
fn plain(text: &str) -> String {
    let without = |c: char| match c {
        c if c.is_alphanumeric() => folded(c.encode_utf8(&mut [0; 4])).to_lowercase(),
        c => c.to_string(),
    };
    text.chars().map(without).collect()
}

/// Most characters follow the one before: `abcdefgh…`, `98765432…`.
fn is_run(text: &str) -> bool {
    let codes: Vec<u32> = text.chars().map(u32::from).collect();
    let steps = codes.windows(2).filter(|pair| match pair {
        [one, two] => one.abs_diff(*two) <= 1,
        _ => false,
    });
    steps.count() * 4 >= codes.len() * 3
}

/// One short piece again and again: `hanoi1hanoi1hanoi1`.
fn is_repeat(text: &str) -> bool {
    let all: Vec<char> = text.chars().collect();
    (1..=all.len() / 2).any(|length| {
        let mut later = all.iter().skip(length);
        later.by_ref().zip(&all).all(|(one, two)| one == two)
    })
}

/// argon2id in one lane.
fn hasher() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY, PASSES, 1, None);
    let params = params.map_err(|error| Error::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn turn() -> Result<SemaphorePermit<'static>, Error> {
    let turn = tokio::time::timeout(PATIENCE, HASHING.acquire()).await;
    turn.map_err(|_| Error::Busy)?.map_err(Error::internal)
}

/// The same characters, however the keyboard composed them.
fn composed(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfc().collect())
}

/// Hashes a password for keeping.
pub(super) async fn hashed(password: &str) -> Result<String, Error> {
    let (password, turn) = (composed(password), turn().await?);
    let hashed = tokio::task::spawn_blocking(move || {
        // The turn ends with the work, also where the caller has gone away.
        let _turn = turn;
        let hash = hasher()?.hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|error| Error::internal(error.to_string()))
    });
    hashed.await.map_err(Error::internal)?
}

/// Whether a password is the one of `known`; without a `known` it never is, at the same cost.
pub(super) async fn fits(known: Option<&str>, password: &str) -> Result<bool, Error> {
    let exists = known.is_some();
    let hash = known.unwrap_or(NOBODY).to_owned();
    // Nobody can have set one that is longer; its hash would only take time.
    let typed = if password.len() > LONGEST * 4 { "" } else { password };
    let (password, turn) = (composed(typed), turn().await?);
    let fits = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let hash = PasswordHash::new(&hash).map_err(|error| Error::internal(error.to_string()))?;
        Ok::<_, Error>(hasher()?.verify_password(password.as_bytes(), &hash).is_ok())
    });
    Ok(fits.await.map_err(Error::internal)?? && exists)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused() {
        for (password, expected) in [
            ("short", Some("password_too_short")),
            ("ngắn 13 ký tự", Some("password_too_short")),
            ("aaaaaaaaaaaaaaaa", Some("password_too_common")),
            ("abababababababab", Some("password_too_common")),
            ("abcdefghijklmnop", Some("password_too_common")),
            ("98765432109876", Some("password_too_common")),
            ("hanoi1hanoi1hanoi1", Some("password_too_common")),
            ("passwordpassword", Some("password_too_common")),
            ("PasswordPassword", Some("password_too_common")),
            ("Mật khẩu mật khẩu", Some("password_too_common")),
            ("mat-khau-mat-khau", Some("password_too_common")),
            ("thuky.kv1-thuky.kv1", Some("password_too_common")),
            ("thuky.kv1.2026!", Some("password_too_common")),
            ("sông mơ đêm trăng 7", None),
            ("thuky.kv1 mưa trên mái tôn", None),
            ("7GZK2M0PXW4Q9TBC1RNE", None),
        ] {
            let found = check(password, "thuky.kv1");
            match expected {
                None => assert!(found.is_ok(), "{password}: {found:?}"),
                Some(reason) => {
                    let told = format!("{}", found.unwrap_err());
                    assert_eq!(told, format!("refused: password: {reason}"), "{password}");
                }
            }
        }
        assert!(check(&"mưa trên mái ".repeat(30), "x").is_err());
    }

    #[test]
    fn the_list_is_as_long_as_promised_and_can_be_met() {
        assert!(COMMON.len() >= 10_000, "{}", COMMON.len());
        for line in &*COMMON {
            assert!(line.chars().count() >= SHORTEST, "{line} is too short to be chosen");
            assert_eq!(plain(line), **line, "{line} is not folded");
        }
    }

    #[tokio::test]
    async fn composed_and_decomposed_letters_are_one_password() {
        let hash = hashed("s\u{f4}ng m\u{1a1} \u{111}\u{ea}m tr\u{103}ng").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let decomposed = "so\u{302}ng mo\u{31b} \u{111}e\u{302}m tra\u{306}ng";
        assert!(fits(Some(&hash), decomposed).await.unwrap());
        assert!(!fits(Some(&hash), "song mo dem trang").await.unwrap());
        assert!(!fits(None, decomposed).await.unwrap());
        assert!(!fits(None, &"x".repeat(100_000)).await.unwrap());
    }
}
