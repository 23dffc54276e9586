//! Every address that a page may lead to: `{x}` stands for one part. A test holds all links and
//! forms of all pages to this list; the router holds the list.

/// The public side.
pub const PUBLIC: &[&str] = &[
    "/",
    "/tra-cuu",
    "/tinh-an-phi",
    "/tinh-an-phi/ket-qua",
    "/n/{lookup}",
    "/n/{lookup}/thanh-toan",
    "/n/{lookup}/lenh/{reference}",
    "/n/{lookup}/lenh/{reference}/qr.png",
    "/n/{lookup}/bien-lai",
    "/n/{lookup}/bien-lai.pdf",
    "/n/{lookup}/thong-bao.pdf",
    "/bien-lai",
    "/bien-lai/khoa-cong-khai",
    "/bien-lai/{code}",
    "/huong-dan",
    "/kha-nang-tiep-can",
    "/du-lieu-ca-nhan",
    "/assets/{name}",
];

/// The desk.
pub const DESK: &[&str] = &[
    "/desk",
    "/desk/login",
    "/desk/login/code",
    "/desk/logout",
    "/desk/me/totp",
    "/desk/find",
    "/desk/today",
    "/desk/cases/new",
    "/desk/cases/{id}",
    "/desk/cases/{id}/edit",
    "/desk/cases/{id}/assessment",
    "/desk/cases/{id}/notice/new",
    "/desk/notices/{id}/served",
    "/desk/notices/{id}/sign",
    "/desk/notices/{id}/accept",
    "/desk/notices/{id}/thong-bao.pdf",
    "/desk/judge",
    "/desk/statements",
    "/desk/statements/new",
    "/desk/statements/new/{upload}",
    "/desk/statements/{id}",
    "/desk/recon",
    "/desk/exceptions",
    "/desk/exceptions/{id}",
    "/desk/exceptions/{id}/take-back",
    "/desk/receipts",
    "/desk/receipts/{id}/bien-lai.pdf",
];

/// Whether an address, without its query and anchor, is one of the patterns.
pub fn is_known(path: &str) -> bool {
    PUBLIC.iter().chain(DESK).any(|pattern| fits(pattern, path))
}

fn fits(pattern: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let fitting = pattern.split('/').all(|expected| {
        parts.next().is_some_and(|part| {
            if expected.starts_with('{') { !part.is_empty() } else { part == expected }
        })
    });
    fitting && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_takes_whole_parts() {
        for (path, known) in [
            ("/", true),
            ("/n/abc", true),
            ("/n/abc/lenh/AP2611900016-1", true),
            ("/n/abc/lenh/", false),
            ("/n/", false),
            ("/desk/cases/new", true),
            ("/desk/nowhere", false),
            ("", false),
        ] {
            assert_eq!(is_known(path), known, "{path}");
        }
    }
}
