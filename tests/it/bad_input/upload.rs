//! The door of a bank's statement: refused as a whole, said why, or everything of it is in.

use anphi::domain::staff::{Role, Scope};

use super::{
    Case,
    desk::{of_court, signed_in},
    door::{Ask, FORM, Site},
    hold,
    pages::{NOT_HERE, UNREADABLE, no},
    refused,
};
use crate::{desk::browser::statement, harness::on_both};

const NEW: &str = "/desk/statements/new";
const FORM_AGAIN: &str = "Nhập sao kê";
/// What a refused file leaves: itself, set aside, with who and why in the agency's chain.
const KEPT: &[&str] = &["audit_entry", "blob", "receipt_series", "refused_file"];
const CARD: &str = "the 4111111111111111 nop";

/// A statement on its way, with the form's id.
fn upload(id: &str, account: &str, file: (&str, &[u8])) -> Ask {
    let part = |name: &str, value: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let head = format!(
        "{}{}--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
         Content-Type: text/xml\r\n\r\n",
        part("form_id", id),
        part("account", account),
        file.0
    );
    Ask::new("POST", NEW)
        .with("content-type", "multipart/form-data; boundary=x")
        .holding([head.as_bytes(), file.1, b"\r\n--x--\r\n"].concat())
}

async fn fresh(site: &Site) -> String {
    site.get(NEW).await.form_id(NEW)
}

/// What is wrong with a file: its bytes, and the words that say so.
fn files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let good = statement("nop an phi");
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1).into_bytes()
    };
    let after_head = |text: &str| changed("<Document", &format!("{text}<Document"));
    let laughs = (1..12).fold("<!ENTITY l0 \"ha\">".to_owned(), |all, n| {
        let many = format!("&l{};", n - 1).repeat(10);
        format!("{all}<!ENTITY l{n} \"{many}\">")
    });
    let unsafe_words = "vì an toàn";
    vec![
        ("DTD", after_head("<!DOCTYPE Document>"), unsafe_words),
        (
            "outside entity",
            after_head("<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"),
            unsafe_words,
        ),
        ("billion laughs", after_head(&format!("<!DOCTYPE d [{laughs}]>")), unsafe_words),
        ("undeclared entity", changed("nop an phi", "&x;"), unsafe_words),
        ("totals", changed(">1300000<", ">1300001<"), "tệp ghi"),
        ("half a đồng", changed(">300000<", ">300000.50<"), "Không đọc được"),
        ("power", changed(">300000<", ">3e5<"), "Không đọc được"),
        ("below zero", changed(">300000<", ">-300000<"), "Không đọc được"),
        ("other account", changed("9990001112223", "9990001112224"), "(••••2224)"),
        ("dollars", changed("<Ccy>VND", "<Ccy>USD"), "không phải tiền đồng"),
        ("cut off", good.as_bytes()[..good.len() / 2].to_vec(), "Không đọc được"),
        ("no statement", b"<nothing/>".to_vec(), "Không đọc được"),
        ("bad bytes", vec![0xff; 2_000], "Không đọc được"),
        ("a ZIP", b"PK\x03\x04../../etc/passwd".to_vec(), "Không đọc được"),
        ("nothing", Vec::new(), "Chọn"),
    ]
}

async fn forms(site: &Site, anothers: &str) -> Vec<Case> {
    let good = statement("nop an phi");
    let file = ("a.xml", good.as_bytes());
    let form = |id: &str| upload(id, "bank", file);
    let big = vec![b'x'; 20 * 1024 * 1024 + 1];
    let bigger = vec![b'x'; 21 * 1024 * 1024];
    let plain = Ask::form(NEW, &[("form_id", &fresh(site).await), ("account", "bank")]);
    let cut = form("x").holding("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n");
    vec![
        refused("no id", form(""), no(422, UNREADABLE)),
        refused("made-up id", form("made-up"), no(422, UNREADABLE)),
        refused("another session's id", form(anothers), no(422, UNREADABLE)),
        refused(
            "from elsewhere",
            form(&fresh(site).await).with("sec-fetch-site", "cross-site"),
            no(422, UNREADABLE),
        ),
        refused("sent as text", form("x").with("content-type", "text/plain"), no(415, UNREADABLE)),
        refused("sent as a plain form", plain.with("content-type", FORM), no(415, UNREADABLE)),
        refused("cut off", cut, no(400, UNREADABLE)),
        refused("no account", upload(&fresh(site).await, "", file), no(422, FORM_AGAIN)),
        refused("unknown account", upload(&fresh(site).await, "x", file), no(422, FORM_AGAIN)),
        refused("NUL in the account", upload(&fresh(site).await, "b\0", file), no(400, UNREADABLE)),
        refused(
            "turned text in the file's name",
            upload(&fresh(site).await, "bank", ("\u{202e}lmx.exe", good.as_bytes())),
            no(400, UNREADABLE),
        ),
        refused(
            "too big",
            upload(&fresh(site).await, "bank", ("a.xml", &big)),
            no(422, FORM_AGAIN),
        ),
        refused(
            "far too big",
            upload(&fresh(site).await, "bank", ("a.xml", &bigger)),
            no(413, UNREADABLE),
        ),
        refused("no such preview", Ask::get(format!("{NEW}/made-up")), no(404, NOT_HERE)),
        refused("preview by PUT", Ask::new("PUT", format!("{NEW}/x")), no(405, NOT_HERE)),
    ]
}

on_both! {
    async fn what_comes_by_upload(world: World) {
        let agency = Scope::Agency { id: world.agency, children: true };
        let site = signed_in(&world, "ketoan", Role::Accountant, agency).await;
        let other = signed_in(&world, "ketoan.hai", Role::Accountant, agency).await;
        hold(&world, &site, forms(&site, &fresh(&other).await).await).await;
        for (what, bytes, words) in files() {
            let ask = upload(&fresh(&site).await, "bank", ("a.xml", &bytes));
            let begun = std::time::Instant::now();
            let kept = if bytes.is_empty() { &[] } else { KEPT };
            hold(&world, &site, vec![refused(what, ask, no(422, FORM_AGAIN)).leaving(kept)]).await;
            assert!(begun.elapsed().as_secs() < 3, "{what} took {:?}", begun.elapsed());
            // Sent again, it is kept already.
            let ask = || async { upload(&fresh(&site).await, "bank", ("a.xml", &bytes)) };
            hold(&world, &site, vec![refused(what, ask().await, no(422, FORM_AGAIN))]).await;
            let text = site.send(ask().await).await.text();
            assert!(text.contains(words), "{what}: {words} is not in\n{text}");
        }
        let clerk = signed_in(&world, "thuky", Role::Clerk, of_court(&world)).await;
        hold(&world, &clerk, vec![
            refused("a clerk", upload("x", "bank", ("a.xml", b"x")), "403 Không có quyền làm việc này"),
        ]).await;
    }

    async fn a_file_is_in_once_and_whole(world: World) {
        let agency = Scope::Agency { id: world.agency, children: true };
        let site = signed_in(&world, "ketoan", Role::Accountant, agency).await;
        let other = signed_in(&world, "ketoan.hai", Role::Accountant, agency).await;
        let good = statement(CARD);
        let sent = site.send(upload(&fresh(&site).await, "bank", ("a.xml", good.as_bytes()))).await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let preview = sent.header("location").to_owned();
        let page = site.get(&preview).await;
        assert!(page.text().contains("411111******1111") && !page.text().contains("4111111111111111"));
        let import = |id: &str| Ask::form(&preview, &[("form_id", id)]);
        let id = page.form_id(&preview);
        hold(&world, &other, vec![
            refused("another's preview", Ask::get(&preview), no(404, NOT_HERE)),
            refused("another's import", import(&id), no(404, NOT_HERE)),
        ]).await;
        hold(&world, &site, vec![refused("without id", import(""), no(422, UNREADABLE))]).await;
        let done = site.send(import(&id)).await;
        assert_eq!(done.status, 303, "{}", done.text());
        let text = site.get(done.header("location")).await.text();
        assert!(text.contains("411111******1111") && !text.contains("4111111111111111"), "{text}");
        hold(&world, &site, vec![refused("pressed again", import(&id), no(404, NOT_HERE))]).await;

        // The same file, the same days in another file, and a balance that does not chain.
        let overlaps = good.replace("<Id>S1</Id>", "<Id>S2</Id>");
        let breaks = good.replace("2026-11-23", "2026-11-22").replace("FT9", "FT8");
        // The bytes of the same file are there already.
        let noted: &[&str] = &["audit_entry", "receipt_series", "refused_file"];
        for (what, text, words, kept) in [
            ("the same file", &good, "Tệp này đã nhập", noted),
            ("the same days", &overlaps, "Kỳ này trùng tệp", KEPT),
            ("no chain", &breaks, "không nối tiếp", KEPT),
        ] {
            let sent = site.send(upload(&fresh(&site).await, "bank", ("b.xml", text.as_bytes()))).await;
            let (status, shown) = if sent.status == 303 {
                let preview = sent.header("location").to_owned();
                let id = site.get(&preview).await.form_id(&preview);
                let before = super::tables::read(&world).await;
                let told = site.send(Ask::form(&preview, &[("form_id", &id)])).await;
                let after = super::tables::read(&world).await;
                assert_eq!(super::tables::changed(&before, &after), kept, "{what}");
                (told.status, told.text())
            } else {
                (sent.status, sent.text())
            };
            assert_eq!(status, 422, "{what}: {shown}");
            assert!(shown.contains(words), "{what}: {words} is not in\n{shown}");
        }
    }
}
