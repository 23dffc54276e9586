//! Every page in every state is rendered and held to the rules of the screens: structure, labels,
//! addresses, languages, weight.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    process::{Command, Stdio},
};

use axum::http::{HeaderMap, StatusCode, header};
use quick_xml::{Reader, events::Event};

use super::{badge::Badge, form::Item, paths, samples};
use crate::words::Lang;

/// An opening tag with its attributes and texts.
#[derive(Debug, Default)]
struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
    /// The text inside, at any depth.
    text: String,
    /// The text directly inside.
    own_text: String,
    /// How many tags are open around it.
    depth: usize,
    /// Its language, from itself or the nearest tag around that names one.
    lang: String,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

const VOID: [&str; 5] = ["meta", "link", "input", "br", "path"];

/// The tags of a page in order. Our own templates are well formed; a page that is not fails here.
fn tags(html: &str) -> Vec<Tag> {
    let mut reader = Reader::from_str(html);
    reader.config_mut().check_end_names = false;
    let mut tags: Vec<Tag> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    loop {
        match reader.read_event().expect("readable") {
            Event::Start(start) => {
                let attributes: BTreeMap<String, String> = start
                    .html_attributes()
                    .map(|attribute| attribute.expect("an attribute"))
                    .map(|attribute| (attribute.key.as_ref().into(), attribute.value.into()))
                    .collect();
                let name: String = start.name().as_ref().into();
                let around = open.last().map(|index| tags[*index].lang.clone());
                let lang = attributes.get("lang").cloned().or(around).unwrap_or_default();
                let is_void = VOID.contains(&name.as_str());
                tags.push(Tag { name, attributes, depth: open.len(), lang, ..Tag::default() });
                if !is_void {
                    open.push(tags.len() - 1);
                }
            }
            Event::End(end) => {
                let index = open.pop().expect("something is open");
                assert_eq!(tags[index].name, end.name().as_ref(), "nesting");
            }
            Event::Text(text) => {
                for index in &open {
                    tags[*index].text.push_str(&text);
                }
                if let Some(index) = open.last() {
                    tags[*index].own_text.push_str(&text);
                }
            }
            Event::Eof => break,
            Event::Empty(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
    assert!(open.is_empty(), "left open");
    tags
}

/// A test that names every sample that fails, not the first alone.
fn for_each(check: impl Fn(&samples::Sample, &[Tag]) -> Result<(), String>) {
    let faults: Vec<String> = samples::all()
        .iter()
        .filter_map(|sample| {
            let found = check(sample, &tags(&sample.html)).err()?;
            Some(format!("{} {}: {found}", sample.lang.code(), sample.name))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn ensure(holds: bool, fault: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(fault()) }
}

#[test]
fn a_page_has_one_h1_a_language_a_title_and_landmarks() {
    for_each(|sample, tags| {
        // An image's title is no page's title.
        let in_page = |tag: &&Tag| tag.name != "title" || tag.depth == 2;
        let count = |name| tags.iter().filter(in_page).filter(|tag| tag.name == name).count();
        for name in ["html", "title", "h1", "main", "footer"] {
            ensure(count(name) == 1, || format!("{} of {name}", count(name)))?;
        }
        let html = tags.iter().find(|tag| tag.name == "html").unwrap();
        ensure(html.get("lang") == Some(sample.lang.code()), || "lang".into())?;
        let h1 = tags.iter().find(|tag| tag.name == "h1").unwrap();
        let title = tags.iter().find(|tag| tag.name == "title").unwrap();
        ensure(!h1.text.trim().is_empty() && !title.text.trim().is_empty(), || "empty".into())?;
        let skip = tags.iter().find(|tag| tag.name == "a").unwrap();
        ensure(skip.get("href") == Some("#main"), || "the skip link is not first".into())
    });
}

#[test]
fn a_failed_page_says_so_in_its_title_and_first_in_main() {
    for_each(|sample, tags| {
        let alert = tags.iter().position(|tag| tag.get("role") == Some("alert"));
        let Some(alert) = alert else { return Ok(()) };
        let title = tags.iter().find(|tag| tag.name == "title").unwrap();
        let error = sample.lang.t("error").to_string();
        ensure(title.text.starts_with(&error), || format!("title {}", title.text))?;
        let main = tags.iter().position(|tag| tag.name == "main").unwrap();
        let between = &tags[main + 1..alert];
        ensure(
            between.iter().all(|tag| tag.name == "div" || tag.get("class") == Some("print-head")),
            || "summary is not first".into(),
        )?;
        ensure(tags[alert].get("tabindex") == Some("-1"), || "summary takes no focus".into())
    });
}

#[test]
fn nothing_is_inline() {
    for_each(|_, tags| {
        for tag in tags {
            ensure(tag.name != "style", || "style element".into())?;
            ensure(tag.name != "script" || tag.text.trim().is_empty(), || "script".into())?;
            for name in tag.attributes.keys() {
                ensure(name != "style" && !name.starts_with("on"), || {
                    format!("{name} on {}", tag.name)
                })?;
            }
        }
        Ok(())
    });
}

/// Path of an own address, without query and anchor.
fn bare(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

#[test]
fn every_address_is_known_and_in_the_language_of_the_page() {
    for_each(|sample, tags| {
        let ids: BTreeSet<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
        for tag in tags {
            for name in ["href", "action", "formaction", "src", "data-poll"] {
                let Some(address) = tag.get(name) else { continue };
                ensure(!address.is_empty(), || format!("empty {name}"))?;
                let is_other = ["tel:", "mailto:", "data:"].iter().any(|s| address.starts_with(s));
                if is_other {
                    continue;
                }
                if let Some(anchor) = address.strip_prefix('#') {
                    ensure(ids.contains(anchor), || format!("no {address}"))?;
                    continue;
                }
                ensure(paths::is_known(bare(address)), || format!("unknown {address}"))?;
                let is_file =
                    [".pdf", ".png", ".css", ".js"].iter().any(|e| bare(address).ends_with(e));
                let is_get = tag.name == "form" && tag.get("method") == Some("get");
                let is_key = bare(address).ends_with("khoa-cong-khai");
                if is_file || is_get || is_key || tag.get("class") == Some("switch") {
                    continue;
                }
                let has_english = address.contains("lang=en");
                ensure(has_english == (sample.lang == Lang::En), || {
                    format!("language of {address}")
                })?;
            }
        }
        Ok(())
    });
}

#[test]
fn every_form_has_its_method_and_a_posted_one_its_id() {
    for_each(|sample, tags| {
        for (index, form) in tags.iter().enumerate().filter(|(_, tag)| tag.name == "form") {
            let inside: Vec<&Tag> =
                tags[index + 1..].iter().take_while(|tag| tag.depth > form.depth).collect();
            let has = |name: &str| {
                inside.iter().any(|tag| {
                    tag.get("name") == Some(name) && tag.get("value").is_some_and(|v| !v.is_empty())
                })
            };
            match form.get("method") {
                // Nobody is known yet at sign-in: there is no session to bind an id to.
                Some("post") if form.get("action").map(bare) == Some("/desk/login") => {}
                Some("post") => ensure(has("form_id"), || "no form id".into())?,
                Some("get") => {
                    ensure(has("lang") == (sample.lang == Lang::En), || "language field".into())?;
                }
                other => return Err(format!("method {other:?}")),
            }
            let has_submit =
                inside.iter().any(|tag| tag.name == "button" && tag.get("type") == Some("submit"));
            ensure(has_submit, || "nothing submits".into())?;
        }
        Ok(())
    });
}

#[test]
fn every_field_has_a_label_and_tells_its_faults() {
    for_each(|_, tags| {
        let labelled: BTreeSet<&str> = tags
            .iter()
            .filter(|tag| tag.name == "label" && !tag.text.trim().is_empty())
            .filter_map(|tag| tag.get("for"))
            .collect();
        let ids: BTreeSet<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
        for tag in
            tags.iter().filter(|t| ["input", "select", "textarea"].contains(&t.name.as_str()))
        {
            if tag.get("type") == Some("hidden") {
                continue;
            }
            let id = tag.get("id").ok_or_else(|| format!("field without id {tag:?}"))?;
            ensure(labelled.contains(id), || format!("no label for {id}"))?;
            ensure(tag.get("type") != Some("number"), || format!("number field {id}"))?;
            for described in tag.get("aria-describedby").unwrap_or_default().split_whitespace() {
                ensure(ids.contains(described), || format!("{id} described by {described}"))?;
            }
        }
        let mut seen = BTreeSet::new();
        for id in tags.iter().filter_map(|tag| tag.get("id")) {
            ensure(seen.insert(id), || format!("{id} twice"))?;
        }
        Ok(())
    });
}

#[test]
fn every_table_has_a_caption_and_scoped_heads() {
    for_each(|_, tags| {
        for (index, _) in tags.iter().enumerate().filter(|(_, tag)| tag.name == "table") {
            let caption = tags.get(index + 1).filter(|tag| tag.name == "caption");
            ensure(caption.is_some_and(|tag| !tag.text.trim().is_empty()), || "caption".into())?;
        }
        for head in tags.iter().filter(|tag| tag.name == "th") {
            ensure(matches!(head.get("scope"), Some("col" | "row")), || "scope".into())?;
        }
        Ok(())
    });
}

#[test]
fn links_and_buttons_have_names() {
    for_each(|_, tags| {
        // What is hidden from everybody, the enter key's own button, needs no name.
        let shown = |tag: &&Tag| !tag.attributes.contains_key("aria-hidden");
        let named = tags.iter().filter(|tag| tag.name == "a" || tag.name == "button");
        for tag in named.filter(shown) {
            ensure(!tag.text.trim().is_empty(), || format!("{tag:?}"))?;
        }
        for (index, _) in tags.iter().enumerate().filter(|(_, tag)| tag.name == "svg") {
            let title = tags.get(index + 1).filter(|tag| tag.name == "title");
            ensure(title.is_some_and(|tag| !tag.text.is_empty()), || {
                "an image without name".into()
            })?;
        }
        Ok(())
    });
}

#[test]
fn two_names_alike_lead_to_the_same_place() {
    for_each(|_, tags| {
        let mut places: BTreeMap<String, &str> = BTreeMap::new();
        for tag in tags.iter().filter(|tag| tag.name == "a" || tag.name == "button") {
            let name: Vec<&str> = tag.text.split_whitespace().collect();
            let place = tag.get("href").or(tag.get("value")).unwrap_or("button");
            let name = format!("{} {}", tag.name, name.join(" "));
            let known = places.insert(name.clone(), place);
            ensure(known.is_none_or(|other| other == place), || format!("{name}: {place}"))?;
        }
        Ok(())
    });
}

#[test]
fn every_text_is_found_and_complete() {
    let whole: Vec<_> = samples::all().into_iter().chain(samples::parts()).collect();
    for sample in whole {
        for hole in ["⟦", "{$", "{ $", "Unknown localization"] {
            assert!(!sample.html.contains(hole), "{} {}: {hole}", sample.lang.code(), sample.name);
        }
    }
    for lang in [Lang::Vi, Lang::En] {
        let badges = Badge::ALL.iter().map(|badge| badge.word(lang));
        let items = Item::ALL.iter().map(|item| item.word(lang));
        assert!(badges.chain(items).all(|word| !word.to_string().contains('⟦')));
    }
}

#[test]
fn the_tone_holds() {
    for sample in samples::all() {
        let text = tags(&sample.html)
            .into_iter()
            .find(|tag| tag.name == "body")
            .map(|tag| tag.text.to_lowercase())
            .unwrap();
        for word in ["thất bại", "không bị trừ tiền", "hệ thống", "!"] {
            assert!(!text.contains(word), "{} {}: {word}", sample.lang.code(), sample.name);
        }
        assert!(text.matches("vui lòng").count() < 2, "{}", sample.name);
        if sample.name.ends_with("organisation") {
            assert!(!text.contains("ông/bà"), "{}: Ông/Bà to a body", sample.name);
        }
    }
}

/// The text of a template outside tags, expressions and comments.
fn literal_text(template: &str) -> String {
    let mut text = template.to_owned();
    for (open, close) in [("{#", "#}"), ("{%", "%}"), ("{{", "}}"), ("<", ">")] {
        while let Some(start) = text.find(open) {
            let end = text[start..].find(close).map_or(text.len(), |at| start + at + close.len());
            text.replace_range(start..end, "");
        }
    }
    text
}

#[test]
fn every_word_of_a_page_comes_from_the_word_files() {
    for (path, text) in files("templates", "html") {
        let text = literal_text(&text).replace("anphi", "");
        // A macro of attributes has no tag of its own around them.
        let words = text.split_whitespace().filter(|word| !word.contains("=\""));
        let spoken: Vec<&str> = words.filter(|word| word.contains(char::is_alphabetic)).collect();
        assert!(spoken.is_empty(), "{path}: {spoken:?}");
    }
}

#[test]
fn the_english_file_is_english() {
    const LETTERS: &str = "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ";
    let root = env!("CARGO_MANIFEST_DIR");
    let english = std::fs::read_to_string(format!("{root}/locales/en/anphi.ftl")).unwrap();
    for line in english.lines() {
        let words = line.to_lowercase().replace("đồng", "");
        assert!(!words.contains(|letter| LETTERS.contains(letter)), "{line}");
    }
}

/// Bytes as sent with gzip.
fn gzipped(text: &[u8]) -> usize {
    let mut gzip = Command::new("gzip")
        .args(["-6", "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("gzip is there");
    let mut input = gzip.stdin.take().unwrap();
    let text = text.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&text));
    let output = gzip.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output.stdout.len()
}

#[test]
fn pages_are_light() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/web/");
    let read = |name: &str| std::fs::read(format!("{folder}{name}")).unwrap();
    let sheet = gzipped(&read("anphi.css"));
    assert!(sheet <= 10 * 1024, "style sheet {sheet}");
    let modules: usize =
        ["copy.js", "poll.js", "print.js"].map(|name| gzipped(&read(name))).iter().sum();
    assert!(modules <= 5 * 1024, "modules {modules}");
    for sample in samples::all() {
        let size = gzipped(sample.html.as_bytes());
        let (limit, whole) = if sample.html.contains("class=\"public\"") {
            (12 * 1024, size + sheet + modules)
        } else {
            (40 * 1024, 0)
        };
        assert!(size <= limit, "{} {size}", sample.name);
        assert!(whole <= 30 * 1024, "{} with all it loads {whole}", sample.name);
    }
    for part in samples::parts() {
        let size = gzipped(part.html.as_bytes());
        assert!(size <= 1024, "{} {size}", part.name);
    }
}

#[test]
fn every_page_struct_has_samples() {
    let rendered: BTreeSet<&str> =
        samples::all().iter().chain(&samples::parts()).map(|sample| sample.page).collect();
    let sources = files("src/web/pages", "rs");
    for (path, source) in sources.iter().filter(|(path, _)| !path.ends_with("tests.rs")) {
        for after in source.split(", Template)]").skip(1) {
            let name = after.split("pub struct ").nth(1).unwrap().split(' ').next().unwrap();
            assert!(rendered.contains(name), "{path}: {name} has no sample");
        }
    }
    assert!(rendered.len() > 30);
}

/// The files of a kind below a folder of the repository: path and text.
fn files(folder: &str, kind: &str) -> Vec<(String, String)> {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == kind) {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path.display().to_string(), text));
            }
        }
    }
    files
}

fn keys(lang: Lang) -> Vec<String> {
    let root = env!("CARGO_MANIFEST_DIR");
    let file =
        std::fs::read_to_string(format!("{root}/locales/{}/anphi.ftl", lang.code())).unwrap();
    file.lines()
        .filter_map(|line| line.split_once(" ="))
        .map(|(key, _)| key)
        .filter(|key| key.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter(|key| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn both_languages_have_the_same_keys_and_every_key_is_used() {
    let (vi, en) = (keys(Lang::Vi), keys(Lang::En));
    assert_eq!(vi, en, "keys in the same order");
    assert!(vi.len() > 500);
    let known: BTreeSet<&str> = vi.iter().map(String::as_str).collect();
    assert_eq!(known.len(), vi.len(), "a key twice");
    let source: String = [files("src", "rs"), files("templates", "html")]
        .into_iter()
        .flatten()
        .map(|(_, text)| text)
        .collect();
    let asked = source.split("t(\"").skip(1).zip(source.split("t(\""));
    for (after, before) in asked.filter(|(_, before)| !before.ends_with(char::is_alphanumeric)) {
        let key = after.split('"').next().unwrap();
        assert!(known.contains(key), "{key} after {}", before.split('\n').next_back().unwrap());
    }
    let unused: Vec<&str> =
        known.into_iter().filter(|key| !source.contains(&format!("\"{key}\""))).collect();
    assert!(unused.is_empty(), "unused {unused:?}");
}

#[test]
fn an_unchanged_part_is_not_sent_again() {
    let [first, second] = [Lang::Vi, Lang::En].map(samples::pending_part);
    let mut request = HeaderMap::new();
    let sent = super::part(&request, &first);
    assert_eq!(sent.status(), StatusCode::OK);
    request.insert(header::IF_NONE_MATCH, sent.headers()[header::ETAG].clone());
    assert_eq!(super::part(&request, &first).status(), StatusCode::NOT_MODIFIED);
    assert_eq!(super::part(&request, &second).status(), StatusCode::OK);
}

/// Writes every sample, its style sheet and modules beside it, to `samples/` in the folder of the
/// build (`target/debug/samples`), to be looked at in a browser.
#[test]
fn render_samples() {
    let program = std::env::current_exe().unwrap();
    let folder = program.parent().and_then(std::path::Path::parent).unwrap().join("samples");
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    for name in ["anphi.css", "copy.js", "poll.js", "print.js"] {
        let source = format!("{}/assets/web/{name}", env!("CARGO_MANIFEST_DIR"));
        let hashed = crate::web::assets::address(name);
        std::fs::copy(source, folder.join(hashed.trim_start_matches('/'))).unwrap();
    }
    for sample in samples::all() {
        let path = folder.join(format!("{}-{}.html", sample.lang.code(), sample.name));
        std::fs::write(path, &sample.html).unwrap();
    }
}
