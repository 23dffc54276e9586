//! Personal data at rest: encrypted columns, and a blind index to find them by.
//!
//! One master key outside the database; the keys of each purpose are derived from it. A ciphertext
//! names its key and is bound to its row's purpose, so it cannot be moved to another column.

use std::{io::Write, path::Path};

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::random::Random;

const VERSION: u8 = 1;
const KEY_ID: usize = 4;
const NONCE: usize = 24;

/// What a ciphertext or index is for; each purpose is a space of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Identity and tax numbers.
    Document,
    /// Bank accounts of payers.
    BankAccount,
    /// Telephone numbers.
    Phone,
    /// E-mail addresses.
    Email,
    /// The second fact of a notice.
    Fact,
    /// The secret of a notice's link.
    Lookup,
    /// Seeds of second factors.
    Totp,
    /// Login names that nobody has: whatever was typed there, also a password by mistake.
    Login,
    /// The seed of the receipt key.
    ReceiptKey,
    /// The one-time ids of forms.
    Form,
}

impl Purpose {
    const fn tag(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::BankAccount => "bank_account",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Fact => "fact",
            Self::Lookup => "lookup",
            Self::Totp => "totp",
            Self::Login => "login",
            Self::ReceiptKey => "receipt_key",
            Self::Form => "form",
        }
    }
}

/// Why the vault cannot work.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file cannot be read or made.
    #[error("the master key file cannot be read or made")]
    File(#[from] std::io::Error),
    /// The file holds no key.
    #[error("the master key file must hold 64 hexadecimal digits")]
    Key,
    /// A ciphertext that this key does not open.
    #[error("a stored value does not open with this master key")]
    Sealed,
}

/// The master key and what is derived from it.
pub struct Vault {
    cipher: XChaCha20Poly1305,
    index: Zeroizing<[u8; 32]>,
    key_id: [u8; KEY_ID],
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// The vault of a master key.
    pub fn new(master: &[u8; 32]) -> Self {
        let encryption = Zeroizing::new(mac(master, &[b"anphi encryption 1"]));
        let index = Zeroizing::new(mac(master, &[b"anphi blind index 1"]));
        let mut key_id = [0; KEY_ID];
        key_id.iter_mut().zip(Sha256::digest(*encryption)).for_each(|(to, from)| *to = from);
        Self { cipher: XChaCha20Poly1305::new((&*encryption).into()), index, key_id }
    }

    /// Reads the key of `path`; makes one there (readable by its owner only) when there is none.
    pub fn open_or_make(path: &Path, random: &dyn Random) -> Result<Self, VaultError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(path, random)?,
            Err(error) => return Err(error.into()),
        };
        let mut master = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), &mut *master).map_err(|_| VaultError::Key)?;
        Ok(Self::new(&master))
    }

    /// Encrypts `plain` for `purpose`.
    pub fn seal(&self, purpose: Purpose, plain: &[u8], random: &dyn Random) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        let payload = Payload { msg: plain, aad: purpose.tag().as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        let mut out = Vec::with_capacity(1 + KEY_ID + NONCE + sealed.len());
        out.push(VERSION);
        out.extend(self.key_id);
        out.extend(nonce);
        out.extend(sealed);
        out
    }

    /// Decrypts what [`Vault::seal`] made for the same purpose.
    pub fn open(&self, purpose: Purpose, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (head, rest) = sealed.split_at_checked(1 + KEY_ID).ok_or(VaultError::Sealed)?;
        let (nonce, cipher) = rest.split_at_checked(NONCE).ok_or(VaultError::Sealed)?;
        if head.first() != Some(&VERSION) || head.get(1..) != Some(&self.key_id[..]) {
            return Err(VaultError::Sealed);
        }
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| VaultError::Sealed)?;
        let payload = Payload { msg: cipher, aad: purpose.tag().as_bytes() };
        let plain = self.cipher.decrypt(&XNonce::from(nonce), payload);
        plain.map(Zeroizing::new).map_err(|_| VaultError::Sealed)
    }

    /// Decrypts a text.
    pub fn open_text(&self, purpose: Purpose, sealed: &[u8]) -> Result<String, VaultError> {
        let plain = self.open(purpose, sealed)?;
        String::from_utf8(plain.to_vec()).map_err(|_| VaultError::Sealed)
    }

    /// The index under which `text` is found again; `within` narrows it (a notice's reference).
    pub fn index(&self, purpose: Purpose, within: &str, text: &str) -> [u8; 32] {
        mac(&self.index, &[purpose.tag().as_bytes(), within.as_bytes(), text.as_bytes()])
    }
}

fn make(path: &Path, random: &dyn Random) -> Result<Zeroizing<String>, VaultError> {
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut bytes = Zeroizing::new([0; 32]);
    random.fill(&mut *bytes);
    let text = Zeroizing::new(hex::encode(*bytes));
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", *text)?;
    file.sync_all()?;
    Ok(text)
}

/// HMAC-SHA256 over length-prefixed parts, so that no two lists of parts meet.
fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A key shorter than the block is filled with zeros, by the definition of HMAC.
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new((&*block).into());
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::random::SeededRandom;

    #[test]
    fn only_the_same_key_and_purpose_open() {
        let random = SeededRandom::new(3);
        let vault = Vault::new(&[7; 32]);
        let sealed = vault.seal(Purpose::Document, b"000000000001", &random);
        assert_eq!(vault.open_text(Purpose::Document, &sealed).unwrap(), "000000000001");
        assert!(vault.open(Purpose::Phone, &sealed).is_err());
        assert!(Vault::new(&[8; 32]).open(Purpose::Document, &sealed).is_err());
        for place in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[place] ^= 1;
            assert!(vault.open(Purpose::Document, &altered).is_err(), "byte {place}");
        }
        assert!(vault.open(Purpose::Document, b"").is_err());
    }

    #[test]
    fn the_index_finds_within_its_space_only() {
        let vault = Vault::new(&[7; 32]);
        let index = |purpose, within, text| vault.index(purpose, within, text);
        // The program that looks something up is not the one that kept it.
        let restarted = Vault::new(&[7; 32]).index(Purpose::Fact, "AP1", "0001");
        assert_eq!(index(Purpose::Fact, "AP1", "0001"), restarted);
        let other_key = Vault::new(&[8; 32]).index(Purpose::Fact, "AP1", "0001");
        assert_ne!(index(Purpose::Fact, "AP1", "0001"), other_key);
        assert_ne!(index(Purpose::Fact, "AP1", "0001"), index(Purpose::Fact, "AP2", "0001"));
        assert_ne!(index(Purpose::Fact, "AP1", "0001"), index(Purpose::Document, "AP1", "0001"));
        assert_ne!(index(Purpose::Fact, "AP", "10001"), index(Purpose::Fact, "AP1", "0001"));
    }

    #[test]
    fn the_key_is_made_once_and_kept_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("anphi-vault-{}", std::process::id()));
        let path = folder.join("keys/master");
        let random = SeededRandom::new(9);
        let first = Vault::open_or_make(&path, &random).unwrap();
        let again = Vault::open_or_make(&path, &random).unwrap();
        let sealed = first.seal(Purpose::Phone, b"x", &random);
        assert!(again.open(Purpose::Phone, &sealed).is_ok());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "short").unwrap();
        assert!(matches!(Vault::open_or_make(&path, &random), Err(VaultError::Key)));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
