//! Papers: forms filled and drawn, then read back by programs that are not ours (poppler, qpdf,
//! rqrr). Needs the Debian packages `poppler-utils` and `qpdf`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anphi::{
    codec::{
        pdf,
        receipt_text::{self, SecretKey},
    },
    domain::{
        document::{Block, Document, Field, Filling, Form, Marker, Text, Values, fill, shipped},
        money::{Dong, in_words},
        payment::PaidBasis,
        receipt::{
            Collector, Facts, LookupCode, Masked, Method, Numbering, Person, ReceiptNumber, paper,
        },
        receipt_text::Claims,
        time::Day,
    },
};

pub(crate) fn form(code: &str) -> Form {
    Form::parse(shipped(code).unwrap()).unwrap()
}

pub(crate) fn key() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

/// Line 1 of the demo's statement as a receipt.
pub(crate) fn facts() -> Facts {
    let person = |name: &str, document: Option<&str>| Person {
        name: name.to_owned(),
        address: document.map(|_| "số 1 đường Ví Dụ, xã Hồ Sao, tỉnh Sông Mơ".to_owned()),
        document: document.map(Masked::of),
    };
    Facts {
        form: form("C21-THADS-DVC").version().clone(),
        collector: Collector {
            superior: "Cục Quản lý Thi hành án dân sự".to_owned(),
            agency: "Thi hành án dân sự tỉnh Sông Mơ".to_owned(),
            office: Some("Phòng Thi hành án dân sự khu vực 1 - Sông Mơ".to_owned()),
            tax_code: Some("0000000099".to_owned()),
            place: "Sông Mơ".to_owned(),
        },
        symbol: "SM/26E".to_owned(),
        number: ReceiptNumber::new(4, Numbering::Electronic).unwrap(),
        payer: person("NGUYEN VAN VI DU", None),
        persons: vec![person("Nguyễn Văn Ví Dụ", Some("000000000001"))],
        refund_to: "Nguyễn Văn Ví Dụ".to_owned(),
        purpose: "tạm ứng án phí dân sự sơ thẩm".to_owned(),
        notice_number: "1/2026/TB-TA".to_owned(),
        notice_day: Day::of(2026, 11, 19).unwrap(),
        court: "Tòa án nhân dân khu vực 1 - Sông Mơ".to_owned(),
        amount: Dong::new(300_000).unwrap(),
        method: Method::Transfer,
        transaction: Some("FT26328900001".to_owned()),
        paid_at: Some("2026-11-23T08:02:11+07:00".parse().unwrap()),
        paid_on: Day::of(2026, 11, 23).unwrap(),
        paid_basis: PaidBasis::Provider,
        issued_at: "2026-11-23T08:02:13.5+07:00".parse().unwrap(),
        officer: "Kế Toán Mẫu".to_owned(),
        code: LookupCode::from_typed("k7qm-2xrd-9htw").unwrap(),
    }
}

pub(crate) fn signed_text(facts: &Facts) -> String {
    let claims = Claims::of(facts, "https://anphi.vidu.invalid", "DEMO-THADS-00").unwrap();
    receipt_text::sign(&claims, &key()).unwrap()
}

/// The receipt's paper, A5 or A4.
pub(crate) fn receipt(facts: &Facts, sheet: &str) -> Document {
    let steps = [row(["Đòi nợ vay 5.000.000", "mức tối thiểu", "Điều 7 khoản 2", "300.000"])];
    let print = paper::Print {
        sheet,
        signed_text: &signed_text(facts),
        site: "anphi.vidu.invalid",
        steps: &steps,
        phone: Some("0000 000 099"),
    };
    paper::issued(facts, &form("C21-THADS-DVC"), &print).unwrap()
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn paper(code: &str, variant: Option<&str>, values: Values) -> Document {
    let moment = "2026-11-19T09:00:00+07:00".parse().unwrap();
    fill(&form(code), &Filling { sheet: "a4", variant, moment, values }).unwrap()
}

/// The notice of DEMO-04, or with its words another one.
fn notice_values() -> Values {
    let amount = Dong::new(41_300_000).unwrap();
    Values::new()
        .text("court", "Tòa án nhân dân khu vực 2 - Sông Mơ")
        .text("place", "Sông Mơ")
        .text("date", "ngày 19 tháng 11 năm 2026")
        .text("number", "6/2026/TB-TA")
        .text("addressee", "Bà Đỗ Thị Tưởng Tượng")
        .text("address", "số 7 đường Ví Dụ, xã Cầu Mây, tỉnh Sông Mơ")
        .text("matter", "ly hôn, chia tài sản khi ly hôn")
        .text("amount", &amount.to_string())
        .text("words", &in_words(amount))
        .text("collector", "Thi hành án dân sự tỉnh Sông Mơ")
        .text("collector_address", "số 99 đường Giả Định, phường Mẫu, tỉnh Sông Mơ")
        .text("limit", "07 (bảy) ngày")
        .unbroken("reference", "AP 261 190 0069")
        .text("memo", "AP2611900069")
        .text("bank", "Ngân hàng Thử Nghiệm")
        .text("account", "9990001112223")
        .text("holder", "THI HANH AN DAN SU TINH SONG MO")
        .text("fact", "4 ký tự cuối của số giấy tờ")
        .text("lookup", "https://anphi.vidu.invalid/n/7f3kq9d2mzx0c5va")
        .text("judge", "Thẩm Phán Mẫu")
}

fn how_to() -> Document {
    let values = Values::new()
        .unbroken("reference", "AP 261 190 0069")
        .text("memo", "AP2611900069")
        .text("amount", "41.300.000")
        .text("bank", "Ngân hàng Thử Nghiệm")
        .text("account", "9990001112223")
        .text("holder", "THI HANH AN DAN SU TINH SONG MO")
        .text("fact", "4 ký tự cuối của số giấy tờ")
        .text("site", "anphi.vidu.invalid")
        .text("counter", "số 99 đường Giả Định, phường Mẫu, tỉnh Sông Mơ; 07:30 - 16:30")
        .text("phone", "0000 000 099");
    paper("AP-HD", None, values)
}

fn annex(steps: &[Vec<String>]) -> Document {
    let values = Values::new()
        .text("number", "6/2026/TB-TA")
        .text("date", "ngày 19 tháng 11 năm 2026")
        .text("court", "Tòa án nhân dân khu vực 2 - Sông Mơ")
        .rows("steps", steps)
        .text("fee", "82.300.000")
        .text("advance", "41.300.000")
        .text("words", "Bốn mươi mốt triệu ba trăm nghìn đồng")
        .text("schedule", "Nghị quyết số 326/2016/UBTVQH14")
        .text("from", "01/01/2017")
        .text("day", "19/11/2026");
    paper("AP-BT", None, values)
}

fn demo_steps() -> Vec<Vec<String>> {
    vec![
        row(["Ly hôn, không có giá ngạch", "mức cố định", "Danh mục A.II.1.1", "300.000"]),
        row([
            "Chia tài sản 2.500.000.000",
            "72.000.000 + 2% × (2.500.000.000 - 2.000.000.000)",
            "Danh mục A.II.1.3",
            "82.000.000",
        ]),
        row(["Tạm ứng phần có giá ngạch", "50% × 82.000.000", "Điều 7 khoản 2", "41.000.000"]),
        row(["Tạm ứng phần không có giá ngạch", "300.000", "Điều 7 khoản 2", "300.000"]),
    ]
}

fn confirmation() -> Document {
    let values = Values::new()
        .text("court", "Tòa án nhân dân khu vực 1 - Sông Mơ")
        .text("number", "1/2026/XN-TA")
        .text("place", "Sông Mơ")
        .text("date", "ngày 23 tháng 11 năm 2026")
        .text("person", "Nguyễn Văn Ví Dụ")
        .text("address", "số 1 đường Ví Dụ, xã Hồ Sao, tỉnh Sông Mơ")
        .text("notice_number", "1/2026/TB-TA")
        .text("notice_date", "ngày 19 tháng 11 năm 2026")
        .text("receipt_symbol", "SM/26E")
        .text("receipt_number", "4")
        .text("receipt_date", "ngày 23 tháng 11 năm 2026")
        .text("collector", "Thi hành án dân sự tỉnh Sông Mơ")
        .text("amount", "300.000")
        .text("words", "Ba trăm nghìn đồng")
        .text("received", "08 giờ 02 phút ngày 23 tháng 11 năm 2026")
        .text("title", "Thư ký")
        .text("signer", "Thư Ký Mẫu")
        .text("lookup", "https://anphi.vidu.invalid/n/7f3kq9d2mzx0c5va")
        .text("case_file", "hồ sơ vụ án");
    paper("AP-XN", None, values)
}

/// Every shipped form in each wording, and joined ones.
fn papers() -> Vec<(String, Document)> {
    let mut papers = vec![
        ("c21-a5".to_owned(), receipt(&facts(), "a5")),
        ("c21-a4".to_owned(), receipt(&facts(), "a4")),
        ("c21-void".to_owned(), receipt(&facts(), "a5").stamped("ĐÃ HỦY")),
        ("ap-xn".to_owned(), confirmation()),
    ];
    for code in ["29-DS", "61-DS", "05-VDS", "04-HC"] {
        for variant in form(code).variants() {
            let mut values = notice_values();
            if code == "61-DS" {
                values = values.text("judgment", "Bản án số 05/2026/DS-ST ngày 05/11/2026");
            }
            papers.push((format!("{code}-{variant}"), paper(code, Some(variant), values)));
        }
    }
    let shares = [
        row(["Ngô Văn Thử Nghiệm", "1/2", "", "150.000"]),
        row(["Vũ Thị Thử Nghiệm", "1/2", "giảm 50%", "75.000"]),
    ];
    let joint = notice_values()
        .text("addressee", "Ông Ngô Văn Thử Nghiệm; Bà Vũ Thị Thử Nghiệm")
        .text("relief", "Quyết định số GM-01")
        .text("acting", "Thẩm phán Mẫu Hai")
        .lines("recipients", &["Viện kiểm sát nhân dân khu vực 2;"])
        .rows("shares", &shares);
    let joint = paper("05-VDS", Some("requester"), joint);
    papers
        .push(("joint".to_owned(), joint.followed_by(how_to()).followed_by(annex(&demo_steps()))));
    papers
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("anphi-paper-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs a tool; a missing one fails the test and says what to install.
pub(crate) fn tool(name: &str, args: &[&str]) -> String {
    let output = Command::new(name).args(args).output();
    let output = output.unwrap_or_else(|error| {
        panic!("{name}: {error}; install the packages poppler-utils and qpdf")
    });
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("poppler and qpdf print UTF-8")
}

/// The words of a paper in reading order.
fn words(document: &Document) -> Vec<String> {
    let stamp = document.stamp.clone();
    let text = [stamp.into_iter().collect(), texts(&document.blocks)].concat().join(" ");
    text.split_whitespace().map(str::to_owned).collect()
}

fn texts(blocks: &[Block]) -> Vec<String> {
    let plain = |texts: &[Text]| texts.iter().map(Text::plain).collect::<Vec<_>>();
    let of = |block: &Block| match block {
        Block::Heading { text, .. } | Block::Paragraph { text, .. } => vec![text.plain()],
        Block::List { marker: Marker::Dash, items, .. } => {
            items.iter().map(|item| format!("- {}", item.plain())).collect()
        }
        Block::List { marker: Marker::Number, items, .. } => {
            (1..).zip(items).map(|(n, item)| format!("{n}. {}", item.plain())).collect()
        }
        Block::Fields { rows, .. } => {
            let row = |row: &Field| format!("{}: {}", row.label.plain(), row.value.plain());
            rows.iter().map(row).collect()
        }
        Block::Table(table) => {
            let heads = table.columns.iter().map(|column| column.title.plain()).collect();
            let rows = table.rows.iter().chain(&table.foot).flat_map(|row| plain(row)).collect();
            [vec![table.caption.plain()], heads, rows].concat()
        }
        Block::Columns { cells, .. } => cells.iter().flat_map(|cell| texts(&cell.blocks)).collect(),
        Block::Qr { .. } | Block::CutLine | Block::Space(_) | Block::PageBreak => Vec::new(),
    };
    blocks.iter().flat_map(of).collect()
}

/// Draws a paper into a file.
fn drawn(folder: &Path, name: &str, document: &Document) -> String {
    let path = folder.join(format!("{name}.pdf"));
    fs::write(&path, pdf::render(document).unwrap_or_else(|e| panic!("{name}: {e}"))).unwrap();
    path.to_str().unwrap().to_owned()
}

/// What poppler reads, page by page.
fn read(file: &str) -> Vec<String> {
    let text = tool("pdftotext", &["-raw", file, "-"]);
    text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect()
}

#[test]
fn every_letter_comes_back_from_every_paper() {
    let folder = folder("letters");
    for (name, document) in papers() {
        let pages = read(&drawn(&folder, &name, &document));
        let mut got = Vec::new();
        for (number, page) in (1..).zip(&pages) {
            let mut words: Vec<String> = page.split_whitespace().map(str::to_owned).collect();
            if number > 1 && document.sheet.numbered {
                assert_eq!(words.remove(0), number.to_string(), "{name}: number of the page");
            }
            got.extend(words);
        }
        assert_eq!(got.join(" "), words(&document).join(" "), "{name}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn files_are_whole_tagged_titled_and_carry_their_fonts() {
    let folder = folder("files");
    for (name, document) in papers() {
        let file = drawn(&folder, &name, &document);
        tool("qpdf", &["--check", &file]);
        let facts = tool("pdfinfo", &[&file]);
        let fact = |key: &str| {
            let line = facts.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
            line.unwrap_or_else(|| panic!("{name}: no {key}")).trim().to_owned()
        };
        assert_eq!(fact("Title"), document.title);
        assert_eq!(fact("Tagged"), "yes");
        let raw = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        for mark in ["<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<", "/Lang(vi)"] {
            assert!(raw.contains(mark), "{name}: {mark}");
        }
        let fonts = tool("pdffonts", &[&file]);
        for font in fonts.lines().skip(2) {
            assert!(font.contains("+LiberationSerif"), "{name}: {font}");
            assert!(font.contains("yes yes yes"), "{name}: embedded, subset, mapped: {font}");
        }
        assert!(fonts.lines().count() > 3, "{name}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_same_paper_gives_the_same_bytes() {
    for (name, document) in papers() {
        assert_eq!(pdf::render(&document), pdf::render(&document.clone()), "{name}");
    }
    let mut later = receipt(&facts(), "a5");
    later.moment = later.moment.plus(chrono::TimeDelta::seconds(1));
    assert_ne!(pdf::render(&later), pdf::render(&receipt(&facts(), "a5")), "the time is in it");
}

/// A receipt with the longest names and addresses that anyone has.
fn long_facts() -> Facts {
    let mut facts = facts();
    let name = "Công ty Trách nhiệm hữu hạn một thành viên Thương mại, Dịch vụ, Xây dựng và Đầu tư \
                Phát triển Hạ tầng Kỹ thuật Không Có Thật Sông Mơ";
    let address = "thửa đất số 999, tờ bản đồ số 99, khu công nghiệp Giả Định mở rộng giai đoạn 2, \
                   đường số 99 nối dài, khu phố 99, phường Ví Dụ, tỉnh Sông Mơ";
    facts.payer.name = name.to_uppercase();
    facts.payer.address = Some(address.to_owned());
    for person in &mut facts.persons {
        name.clone_into(&mut person.name);
        person.address = Some(address.to_owned());
    }
    facts.persons.push(facts.persons[0].clone());
    name.clone_into(&mut facts.refund_to);
    facts.amount = Dong::new(9_999_999_999_999).unwrap();
    facts
}

#[test]
fn a_receipt_is_one_page_of_its_size() {
    let folder = folder("size");
    for (sheet, size) in [("a5", "595.276 x 419.528 pts"), ("a4", "595.276 x 841.89 pts (A4)")] {
        for (name, facts) in [("usual", facts()), ("long", long_facts())] {
            let file = drawn(&folder, &format!("{sheet}-{name}"), &receipt(&facts, sheet));
            let info = tool("pdfinfo", &[&file]);
            assert!(info.contains("Pages:           1\n"), "{sheet} {name}: {info}");
            assert!(info.contains(size), "{sheet} {name}: {info}");
        }
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_receipt_says_its_amount_in_words_and_both_names() {
    let folder = folder("facts");
    for sheet in ["a5", "a4"] {
        let file = drawn(&folder, sheet, &receipt(&facts(), sheet));
        let text = read(&file).join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        for fact in [
            "BIÊN LAI THU TIỀN TẠM ỨNG ÁN PHÍ, LỆ PHÍ TÒA ÁN",
            "Mẫu số: C21-THADS-DVC Ký hiệu: SM/26E Số: 4",
            "Họ tên người nộp (theo báo có của ngân hàng): NGUYEN VAN VI DU",
            "Nộp cho: Nguyễn Văn Ví Dụ",
            "Số giấy tờ: 000•••••0001",
            "Số tiền: 300.000 đồng;",
            "bằng chữ: Ba trăm nghìn đồng",
            "Hình thức: chuyển khoản, mã giao dịch FT26328900001",
            "Sông Mơ, ngày 23 tháng 11 năm 2026",
            "(chờ ký số)",
            "K7QM-2XRD-9HTW",
        ] {
            assert!(text.contains(fact), "{sheet}: {fact} in {text}");
        }
        assert_eq!(text.contains("Cách tính"), sheet == "a4");
    }
    fs::remove_dir_all(folder).unwrap();
}

/// The QR codes in a part of the first page (x, y, width, height in mm), read from its picture. The
/// reader takes letters for corners of codes now and then, so a second size is tried.
fn codes(file: &str, part: [u32; 4]) -> Vec<String> {
    let read = [250, 400].map(|dots| codes_of_picture(file, part, dots));
    read.into_iter().find(|codes| !codes.is_empty()).unwrap_or_default()
}

fn codes_of_picture(file: &str, part: [u32; 4], dots: u32) -> Vec<String> {
    let [x, y, width, height] = part.map(|mm| (mm * dots * 10 / 254).to_string());
    let dots = dots.to_string();
    let args = ["-gray", "-r", &dots, "-x", &x, "-y", &y, "-W", &width, "-H", &height];
    let output = Command::new("pdftoppm").args(args).args(["-l", "1", file]).output().unwrap();
    assert!(output.status.success());
    let bytes = output.stdout;
    // P5, width and height, 255, then a byte a dot.
    let head: Vec<&[u8]> = bytes.splitn(4, |byte| *byte == b'\n').collect();
    let size = std::str::from_utf8(head[1]).unwrap();
    let (width, height) = size.split_once(' ').unwrap();
    let (width, height): (usize, usize) = (width.parse().unwrap(), height.parse().unwrap());
    let dots = head[3];
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| dots[y * width + x]);
    image.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect()
}

#[test]
fn codes_are_read_from_the_drawn_page() {
    let folder = folder("codes");
    let (usual, long) = (facts(), long_facts());
    let receipts = [("a5", &usual, 95), ("a5", &long, 95), ("a4", &usual, 100)];
    for (sheet, facts, y) in receipts {
        let file = drawn(&folder, sheet, &receipt(facts, sheet));
        assert_eq!(codes(&file, [10, y, 60, 55]), [signed_text(facts)], "{sheet}");
    }
    let notice = paper("29-DS", Some("plaintiff"), notice_values());
    let file = drawn(&folder, "notice", &notice);
    let lookup = "https://anphi.vidu.invalid/n/7f3kq9d2mzx0c5va";
    assert_eq!(codes(&file, [140, 150, 60, 70]), [lookup]);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_long_table_goes_over_with_its_head_and_numbers_its_pages() {
    let folder = folder("table");
    let steps: Vec<Vec<String>> =
        (1..=90).map(|n| row([&format!("Bước {n}"), "1 + 1", "Điều 7", "2"])).collect();
    let pages = read(&drawn(&folder, "long", &annex(&steps)));
    assert!(pages.len() > 1);
    for (number, page) in (1..).zip(&pages) {
        assert_eq!(page.matches("Phép tính").count(), 1, "page {number}");
        assert_eq!(page.starts_with(&format!("{number}\n")), number > 1);
    }
    let last = pages.last().unwrap();
    assert!(last.contains("Tạm ứng phải nộp") && last.contains("Bước 90"));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_notice_keeps_to_one_page_and_its_further_papers_begin_new_ones() {
    let folder = folder("pages");
    for (name, document) in papers().into_iter().filter(|(name, _)| name.contains('-')) {
        let pages = read(&drawn(&folder, &name, &document)).len();
        assert_eq!(pages, 1, "{name}");
    }
    let notice = paper("29-DS", Some("plaintiff"), notice_values());
    let joined = notice.followed_by(how_to()).followed_by(annex(&demo_steps()));
    let pages = read(&drawn(&folder, "joined", &joined));
    assert_eq!(pages.len(), 3);
    assert!(pages[1].contains("HƯỚNG DẪN NỘP TIỀN") && pages[2].contains("BẢNG TÍNH"));
    fs::remove_dir_all(folder).unwrap();
}

/// Writes every paper to a folder, to be looked at:
/// `ANPHI_PAPERS=DIR cargo test --test it write_papers`.
#[test]
fn write_papers_where_asked() {
    let Some(folder) = std::env::var_os("ANPHI_PAPERS").map(PathBuf::from) else { return };
    fs::create_dir_all(&folder).unwrap();
    for (name, document) in papers() {
        drawn(&folder, &name, &document);
    }
    drawn(&folder, "long-a5", &receipt(&long_facts(), "a5"));
    drawn(&folder, "long-a4", &receipt(&long_facts(), "a4"));
}
