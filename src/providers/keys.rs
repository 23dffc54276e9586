//! Secrets as lists: the first signs, all verify, an old one until a person retires it.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;

/// The shortest secret with which a provider starts (reliability 5).
const SHORTEST: usize = 24;

/// At least one secret. It has no `Debug` and shows nothing.
pub struct Keys {
    first: SecretString,
    older: Vec<SecretString>,
}

/// Why a list of secrets is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The list is empty, or one of its secrets is.
    #[error("no key is set")]
    Missing,
    /// A secret shorter than 24 bytes.
    #[error("a key is shorter than 24 bytes")]
    Weak,
}

/// The hashes that providers build their MAC on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC-SHA256.
    Sha256,
    /// HMAC-SHA512.
    Sha512,
}

impl Keys {
    /// Any non-empty secrets, as `conform` needs them; the first one signs.
    pub fn new(secrets: Vec<SecretString>) -> Result<Self, KeyError> {
        if secrets.iter().any(|secret| secret.expose_secret().is_empty()) {
            return Err(KeyError::Missing);
        }
        let mut secrets = secrets.into_iter();
        let first = secrets.next().ok_or(KeyError::Missing)?;
        Ok(Self { first, older: secrets.collect() })
    }

    /// The secrets of an account that is to serve: long enough, each of them.
    pub fn strong(secrets: Vec<SecretString>) -> Result<Self, KeyError> {
        let keys = Self::new(secrets)?;
        if keys.all().any(|secret| secret.len() < SHORTEST) {
            return Err(KeyError::Weak);
        }
        Ok(keys)
    }

    fn all(&self) -> impl Iterator<Item = &[u8]> {
        let older = self.older.iter();
        std::iter::once(&self.first).chain(older).map(|secret| secret.expose_secret().as_bytes())
    }

    /// The MAC of a text by the first secret.
    pub fn sign(&self, algorithm: Algorithm, text: &[u8]) -> Vec<u8> {
        let key = self.first.expose_secret().as_bytes();
        match algorithm {
            Algorithm::Sha256 => mac::<Hmac<Sha256>>(key, text).finalize().into_bytes().to_vec(),
            Algorithm::Sha512 => mac::<Hmac<Sha512>>(key, text).finalize().into_bytes().to_vec(),
        }
    }

    /// Whether any secret gives this MAC. Every secret is tried, each in constant time.
    pub fn verify(&self, algorithm: Algorithm, text: &[u8], carried: &[u8]) -> bool {
        self.all().fold(false, |found, key| {
            let fits = match algorithm {
                Algorithm::Sha256 => mac::<Hmac<Sha256>>(key, text).verify_slice(carried).is_ok(),
                Algorithm::Sha512 => mac::<Hmac<Sha512>>(key, text).verify_slice(carried).is_ok(),
            };
            found | fits
        })
    }

    /// The same for a MAC in hex digits, in either case: bytes are compared, not letters.
    pub fn verify_hex(&self, algorithm: Algorithm, text: &[u8], carried: &str) -> bool {
        hex::decode(carried).is_ok_and(|carried| self.verify(algorithm, text, &carried))
    }

    /// Whether a token that travels as it is equals one of the secrets.
    pub fn equals(&self, carried: &str) -> bool {
        self.all().fold(false, |found, key| found | bool::from(key.ct_eq(carried.as_bytes())))
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
fn mac<M: Mac + KeyInit>(key: &[u8], text: &[u8]) -> M {
    <M as KeyInit>::new_from_slice(key).expect("any key length").chain_update(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(secrets: &[&str]) -> Result<Keys, KeyError> {
        Keys::new(secrets.iter().map(|secret| SecretString::from(*secret)).collect())
    }

    /// RFC 4231, test case 2.
    #[test]
    fn the_mac_is_that_of_the_standard() {
        let keys = keys(&["Jefe"]).unwrap();
        let text = b"what do ya want for nothing?";
        assert_eq!(
            hex::encode(keys.sign(Algorithm::Sha256, text)),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert!(hex::encode(keys.sign(Algorithm::Sha512, text)).starts_with("164b7a7bfcf819e2"));
    }

    #[test]
    fn the_first_signs_and_all_verify() {
        let text = b"text";
        let (old, new) = (keys(&["old"]).unwrap(), keys(&["new"]).unwrap());
        let both = keys(&["new", "old"]).unwrap();
        let by = |keys: &Keys| keys.sign(Algorithm::Sha512, text);
        assert_eq!(by(&both), by(&new));
        assert!(both.verify(Algorithm::Sha512, text, &by(&old)));
        assert!(both.verify(Algorithm::Sha512, text, &by(&new)));
        assert!(!new.verify(Algorithm::Sha512, text, &by(&old)));
        assert!(!both.verify(Algorithm::Sha256, text, &by(&old)));
    }

    #[test]
    fn only_whole_signatures_pass() {
        let keys = keys(&["secret"]).unwrap();
        let whole = hex::encode(keys.sign(Algorithm::Sha256, b"text"));
        assert!(keys.verify_hex(Algorithm::Sha256, b"text", &whole));
        assert!(keys.verify_hex(Algorithm::Sha256, b"text", &whole.to_uppercase()));
        for carried in ["", &whole[..62], &whole[..63], &format!("{whole}00"), &format!(" {whole}")]
        {
            assert!(!keys.verify_hex(Algorithm::Sha256, b"text", carried), "{carried}");
        }
    }

    #[test]
    fn a_token_is_equal_or_not() {
        let keys = keys(&["sp_api_new", "sp_api_old"]).unwrap();
        assert!(keys.equals("sp_api_old") && keys.equals("sp_api_new"));
        for carried in ["", "sp_api", "sp_api_new ", "SP_API_NEW"] {
            assert!(!keys.equals(carried), "{carried:?}");
        }
    }

    #[test]
    fn unset_and_weak_secrets_do_not_serve() {
        let strong = |secrets: &[&str]| {
            Keys::strong(secrets.iter().map(|secret| SecretString::from(*secret)).collect()).err()
        };
        assert_eq!(strong(&[]), Some(KeyError::Missing));
        assert_eq!(strong(&[""]), Some(KeyError::Missing));
        assert_eq!(strong(&["abcdefghijklmnopqrstuvw"]), Some(KeyError::Weak));
        assert_eq!(strong(&["abcdefghijklmnopqrstuvwx", "short"]), Some(KeyError::Weak));
        assert_eq!(strong(&["abcdefghijklmnopqrstuvwx"]), None);
    }
}
