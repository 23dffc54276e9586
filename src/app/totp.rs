//! The second factor: six digits of RFC 6238 by SHA-1, thirty seconds each, which is what every
//! authenticator program knows.

use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

/// Random bytes of a seed (RFC 4226 asks for 160 bits).
pub(super) const SEED: usize = 20;
/// The least that an offered seed may have.
const SEED_LEAST: usize = 16;

/// The seed in base 32, in capitals, without padding.
pub fn shown(seed: &[u8]) -> String {
    Secret::new(seed.into()).to_base32()
}

/// A seed as shown or typed, with blanks and in any case.
pub fn read(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '=').collect();
    let secret = Secret::try_from_base32(plain.to_ascii_uppercase()).ok()?;
    let bytes = secret.as_bytes().to_vec();
    (bytes.len() >= SEED_LEAST).then(|| Zeroizing::new(bytes))
}

/// The `otpauth` address that an authenticator program reads from a QR code.
pub fn address(seed: &[u8], login: &str) -> Option<String> {
    totp(seed, login)?.to_url().ok()
}

/// The code of a moment in Unix seconds; programs that sign in by themselves need it.
pub fn code_at(seed: &[u8], unix: i64) -> Option<String> {
    Some(totp(seed, "")?.generate(u64::try_from(unix).ok()?).to_string())
}

/// The step that a typed code belongs to: the present one, the one before or the one after.
pub(super) fn step_of(seed: &[u8], typed: &str, unix: i64) -> Option<i64> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let step = totp(seed, "")?.check(&digits, u64::try_from(unix).ok()?)?;
    i64::try_from(step).ok()
}

fn totp(seed: &[u8], login: &str) -> Option<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(seed.to_vec())
        .with_issuer(Some("anphi"))
        .with_account_name(login)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seed of RFC 6238 appendix B.
    const RFC: &[u8] = b"12345678901234567890";

    #[test]
    fn a_seed_reads_back_however_it_is_typed() {
        assert_eq!(shown(RFC), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for text in ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "gezd gnbv gy3t qojq gezd gnbv gy3t qojq"]
        {
            assert_eq!(read(text).unwrap().as_slice(), RFC);
        }
        for text in ["", "GEZDGNBV", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1"] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    /// RFC 6238 appendix B, SHA-1: the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (unix, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(RFC, unix).unwrap(), code);
            assert_eq!(step_of(RFC, code, unix), Some(unix / 30), "{unix}");
        }
    }

    #[test]
    fn a_code_counts_one_step_before_and_after() {
        for (typed, unix, step) in [
            ("287082", 59, Some(1)),
            ("287 082", 59, Some(1)),
            ("287082", 29, Some(1)),
            ("287082", 89, Some(1)),
            ("287082", 90, None),
            ("28708", 59, None),
            ("+87082", 59, None),
            ("２８７０８２", 59, None),
            ("", 59, None),
        ] {
            assert_eq!(step_of(RFC, typed, unix), step, "{typed} at {unix}");
        }
    }

    #[test]
    fn programs_read_the_address() {
        let address = address(RFC, "thuky.kv1").unwrap();
        assert!(address.starts_with("otpauth://totp/anphi:thuky.kv1?"), "{address}");
        assert!(address.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{address}");
        assert!(address.contains("issuer=anphi"), "{address}");
    }
}
