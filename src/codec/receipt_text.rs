//! Signing and verifying the text of a receipt's QR code (Ed25519), and the published key.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::domain::receipt_text::{Claims, KeyId, SignedText, TextError};

/// What is signed, so that a signature for one use is none for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// The text in a receipt's QR code.
    Text,
    /// The bytes of a PDF file.
    File,
}

impl Use {
    const fn prefix(self) -> &'static [u8] {
        match self {
            Self::Text => b"anphi receipt text 1\0",
            Self::File => b"anphi receipt file 1\0",
        }
    }
}

/// The secret key. It has no `Debug`; the crate wipes it when it is dropped.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key of 32 secret random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(super) fn sign(&self, of: Use, message: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.0.sign(&[of.prefix(), message].concat()).to_bytes())
    }
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Its id, made of the key itself.
    pub fn id(&self) -> KeyId {
        KeyId::of(self.0.as_bytes())
    }

    /// The line by which it is published: `anphi-receipt-key 1 <id> <base64>`.
    pub fn published(&self) -> String {
        format!("anphi-receipt-key 1 {} {}", self.id(), STANDARD.encode(self.0.as_bytes()))
    }

    pub(super) fn signed(&self, of: Use, message: &[u8], signature: &str) -> bool {
        let bytes = URL_SAFE_NO_PAD.decode(signature).ok();
        let signature = bytes.and_then(|bytes| Signature::from_slice(&bytes).ok());
        signature.is_some_and(|signature| {
            self.0.verify_strict(&[of.prefix(), message].concat(), &signature).is_ok()
        })
    }
}

/// The public keys that one trusts: the present one and those before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRing(Vec<PublicKey>);

/// Why a text is no key file; the line is counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A line is not `anphi-receipt-key 1 <id> <base64>`.
    #[error("line {0} is no published key")]
    Line(usize),
    /// The id on a line is not that of its key.
    #[error("the id on line {0} is not that of its key")]
    Id(usize),
    /// There is no key.
    #[error("there is no key")]
    Empty,
}

impl KeyRing {
    /// A ring of these keys.
    pub const fn new(keys: Vec<PublicKey>) -> Self {
        Self(keys)
    }

    /// Reads a key file: a key a line, empty lines and lines that begin with `#` left out.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut keys = Vec::new();
        for (number, line) in (1..).zip(text.lines().map(str::trim)) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let words: Vec<&str> = line.split(' ').collect();
            let ["anphi-receipt-key", "1", id, key] = words.as_slice() else {
                return Err(KeyError::Line(number));
            };
            let bytes = STANDARD.decode(key).ok().and_then(|bytes| bytes.try_into().ok());
            let key = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
            let key = PublicKey(key.ok_or(KeyError::Line(number))?);
            if key.id().to_string() != **id {
                return Err(KeyError::Id(number));
            }
            keys.push(key);
        }
        if keys.is_empty() { Err(KeyError::Empty) } else { Ok(Self(keys)) }
    }

    pub(super) fn find(&self, id: &KeyId) -> Option<&PublicKey> {
        self.0.iter().find(|key| key.id() == *id)
    }
}

/// Why a text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// It is none of ours.
    #[error(transparent)]
    Text(#[from] TextError),
    /// It names a key that is not in the ring.
    #[error("it is signed by a key that is not among the published ones")]
    UnknownKey,
    /// The signature does not fit: text or signature were changed, or made by another.
    #[error("its signature does not fit")]
    Signature,
}

/// The signed text of a receipt. The same claims and key give the same text.
pub fn sign(claims: &Claims, key: &SecretKey) -> Result<String, TextError> {
    let unsigned = claims.unsigned(&key.public().id())?;
    let signature = key.sign(Use::Text, unsigned.as_bytes());
    Ok(format!("{unsigned};{signature}"))
}

/// Reads a text and verifies its signature.
pub fn verify(text: &str, keys: &KeyRing) -> Result<SignedText, Unverified> {
    let read: SignedText = text.parse()?;
    let key = keys.find(&read.key).ok_or(Unverified::UnknownKey)?;
    let unsigned = read.claims.unsigned(&read.key)?;
    if key.signed(Use::Text, unsigned.as_bytes(), &read.signature) {
        Ok(read)
    } else {
        Err(Unverified::Signature)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::receipt::record::tests::facts;

    pub(crate) fn key() -> SecretKey {
        SecretKey::from_seed(&[7; 32])
    }

    fn ring() -> KeyRing {
        KeyRing::new(vec![SecretKey::from_seed(&[8; 32]).public(), key().public()])
    }

    fn text() -> String {
        let claims = Claims::of(&facts(), "https://anphi.vidu.invalid", "KV1").unwrap();
        sign(&claims, &key()).unwrap()
    }

    #[test]
    fn a_signed_text_verifies_and_says_what_was_signed() {
        let read = verify(&text(), &ring()).unwrap();
        assert_eq!(read.claims.hash, facts().hash());
        assert_eq!(read.claims.amount, facts().amount);
        assert_eq!(text(), text());
    }

    #[test]
    fn every_changed_character_is_refused() {
        let text = text();
        for (index, letter) in text.char_indices() {
            let other = if letter == '7' { '8' } else { '7' };
            let mut changed = text.clone();
            changed.replace_range(index..=index, &other.to_string());
            assert!(verify(&changed, &ring()).is_err(), "{changed}");
        }
    }

    #[test]
    fn a_foreign_key_is_named_as_such() {
        let ring = KeyRing::new(vec![SecretKey::from_seed(&[8; 32]).public()]);
        assert_eq!(verify(&text(), &ring), Err(Unverified::UnknownKey));
    }

    #[test]
    fn a_signature_for_a_file_is_none_for_a_text() {
        let text = text();
        let (unsigned, _) = text.rsplit_once(';').unwrap();
        let forged = format!("{unsigned};{}", key().sign(Use::File, unsigned.as_bytes()));
        assert_eq!(verify(&forged, &ring()), Err(Unverified::Signature));
    }

    #[test]
    fn a_key_file_reads_back_and_names_the_line_that_does_not() {
        let line = key().public().published();
        let ring = KeyRing::parse(&format!("# khóa năm 2026\n\n{line}\n")).unwrap();
        assert_eq!(ring, KeyRing::new(vec![key().public()]));
        let other = SecretKey::from_seed(&[8; 32]).public().id().to_string();
        for (file, expected) in [
            (String::new(), KeyError::Empty),
            (line.replace(" 1 ", " 2 "), KeyError::Line(1)),
            (format!("{line}\n{line}x"), KeyError::Line(2)),
            (line.replace(&key().public().id().to_string(), &other), KeyError::Id(1)),
        ] {
            assert_eq!(KeyRing::parse(&file), Err(expected), "{file}");
        }
    }
}
