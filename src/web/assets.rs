//! The style sheet and the three script modules, embedded, under names that carry their content's
//! hash: a changed file has another name, so an answer may be kept for ever.

use std::future::{Ready, ready};

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/web/"]
struct WebAssets;

/// Bytes of the SHA-256 that stand in a name: 32 bits tell the versions of four files apart.
const HASH_BYTES: usize = 4;

/// The address of an embedded file, `/assets/anphi.1a2b3c4d.css` for `anphi.css`. A name that is
/// not embedded comes back under `/assets/` unchanged, which answers 404.
pub fn address(name: &str) -> String {
    let hashed = WebAssets::get(name).and_then(|file| {
        let (stem, extension) = name.rsplit_once('.')?;
        Some(format!("/assets/{stem}.{}.{extension}", short_hash(&file.metadata.sha256_hash())))
    });
    hashed.unwrap_or_else(|| format!("/assets/{name}"))
}

/// `GET /assets/{name}`: the file of a hashed name. Any other hash is 404, since an answer that is
/// kept for ever must be the right one.
pub fn asset(Path(name): Path<String>) -> Ready<Response> {
    ready(match find(&name) {
        Some((kind, bytes)) => (
            [
                (header::CONTENT_TYPE, kind),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ],
            bytes,
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

fn find(hashed: &str) -> Option<(&'static str, Vec<u8>)> {
    let (rest, extension) = hashed.rsplit_once('.')?;
    let (stem, hash) = rest.rsplit_once('.')?;
    let kind = match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        _ => return None,
    };
    let file = WebAssets::get(&format!("{stem}.{extension}"))?;
    (short_hash(&file.metadata.sha256_hash()) == hash).then(|| (kind, file.data.into_owned()))
}

fn short_hash(hash: &[u8; 32]) -> String {
    hex::encode(hash.get(..HASH_BYTES).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hashed_name_is_answered_for_ever_and_any_other_is_not_found() {
        for (name, kind) in [
            ("anphi.css", "text/css; charset=utf-8"),
            ("copy.js", "text/javascript; charset=utf-8"),
            ("poll.js", "text/javascript; charset=utf-8"),
            ("print.js", "text/javascript; charset=utf-8"),
        ] {
            let hashed = address(name).strip_prefix("/assets/").unwrap().to_owned();
            assert_ne!(hashed, name);
            let answer = asset(Path(hashed)).await;
            assert_eq!(answer.status(), StatusCode::OK, "{name}");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], kind);
            let kept = answer.headers()[header::CACHE_CONTROL].to_str().unwrap();
            assert!(kept.contains("immutable"));
        }
        for name in ["anphi.css", "anphi.00000000.css", "../Cargo.toml", "no.00000000.js", ""] {
            assert_eq!(asset(Path(name.into())).await.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}
