//! Signatures written out anew from RFC 2104 and the providers' pages, beside `providers`.

use sha2::{Digest, Sha256, Sha512};

/// HMAC-SHA512 in small hex digits.
pub fn hmac_sha512(key: &str, text: &str) -> String {
    hex(&hmac::<Sha512, 128>(key.as_bytes(), text.as_bytes()))
}

/// HMAC-SHA256 in small hex digits.
pub fn hmac_sha256(key: &str, text: &[u8]) -> String {
    hex(&hmac::<Sha256, 64>(key.as_bytes(), text))
}

/// H(K ⊕ opad ‖ H(K ⊕ ipad ‖ text)), the key filled with zeros to one block.
fn hmac<H: Digest, const BLOCK: usize>(key: &[u8], text: &[u8]) -> Vec<u8> {
    let short = if key.len() > BLOCK { H::digest(key).to_vec() } else { key.to_vec() };
    let mut block = [0u8; BLOCK];
    for (place, byte) in block.iter_mut().zip(short) {
        *place = byte;
    }
    let inner = H::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    let outer = H::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner);
    outer.finalize().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// Form style as java.net.URLEncoder writes it.
pub fn form(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => {
                char::from(byte).to_string()
            }
            b' ' => "+".to_owned(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// VNPAY's string to sign: the fields that have a value, sorted, in form style.
pub fn query<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut pairs: Vec<(&str, &str)> =
        fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    pairs.sort_unstable_by_key(|(name, _)| *name);
    let pairs = pairs.iter().map(|(name, value)| form(name) + "=" + &form(value));
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, cases 2 and 6 (a key longer than the block).
    #[test]
    fn the_mac_is_that_of_the_standard() {
        let text = "what do ya want for nothing?";
        assert!(
            hmac_sha256("Jefe", text.as_bytes()).starts_with("5bdcc146bf60754e6a042426089575c7")
        );
        assert!(hmac_sha512("Jefe", text).starts_with("164b7a7bfcf819e2e395fbe73b56e0a3"));
        let long = hmac::<Sha256, 64>(
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
        );
        assert!(hex(&long).starts_with("60e431591ee0b67f0d8a26aacbf5b77f"));
    }
}
