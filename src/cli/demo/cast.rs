//! Who and what the demo is about: tỉnh Sông Mơ and its people, none of whom exists. What makes
//! them plainly fictional must stay: names that say so, numbers that no authority gives.

use crate::domain::{
    case::{CaseKind, GroupKind, Instance, PartyRole},
    id::Reference,
    money::Dong,
    staff::Role,
};

/// The collecting bank account.
pub(super) const ACCOUNT: &str = "9990001112223";
/// Its bank, which no list of banks has.
pub(super) const BIN: &str = "970499";
/// Its holder.
pub(super) const HOLDER: &str = "THI HANH AN DAN SU TINH SONG MO";
/// Older advances that lie on the account.
pub(super) const OPENING: i64 = 20_000_000;
/// The agency.
pub(super) const AGENCY: &str = "DEMO-THADS-00";
/// The courts: code, name, short name, level.
pub(super) const COURTS: [(&str, &str, &str, &str); 3] = [
    ("DEMO-TAND-00", "Tòa án nhân dân tỉnh Sông Mơ", "TAND tỉnh Sông Mơ", "provincial"),
    (
        "DEMO-TAND-00-KV01",
        "Tòa án nhân dân khu vực 1 - Sông Mơ",
        "TAND khu vực 1 - Sông Mơ",
        "regional",
    ),
    (
        "DEMO-TAND-00-KV02",
        "Tòa án nhân dân khu vực 2 - Sông Mơ",
        "TAND khu vực 2 - Sông Mơ",
        "regional",
    ),
];
/// The first regional court, where the clerk records acceptances.
pub(super) const KV1: &str = "DEMO-TAND-00-KV01";
/// The second regional court, where the judge accepts.
pub(super) const KV2: &str = "DEMO-TAND-00-KV02";

/// Staff: login, name, role, court or agency.
pub(super) const STAFF: [(&str, &str, Role, &str); 13] = [
    ("thuky.kv1", "Thư ký Mẫu Một", Role::Clerk, KV1),
    ("thuky.kv2", "Thư ký Mẫu Hai", Role::Clerk, KV2),
    ("thuky.tinh", "Thư ký Mẫu Ba", Role::Clerk, "DEMO-TAND-00"),
    ("thamphan.kv1", "Thẩm phán Mẫu Một", Role::Judge, KV1),
    ("thamphan.kv2", "Thẩm phán Mẫu Hai", Role::Judge, KV2),
    ("thamphan.tinh", "Thẩm phán Mẫu Ba", Role::Judge, "DEMO-TAND-00"),
    ("chanhan.kv1", "Chánh án Mẫu", Role::ChiefJudge, KV1),
    ("ketoan", "Kế toán Mẫu", Role::Accountant, AGENCY),
    ("thuquy", "Thủ quỹ Mẫu", Role::Cashier, AGENCY),
    ("chaphanhvien", "Chấp hành viên Mẫu", Role::EnforcementOfficer, AGENCY),
    ("thutruong", "Thủ trưởng Mẫu", Role::HeadOfAgency, AGENCY),
    ("quantri", "Quản trị Mẫu", Role::Administrator, ""),
    ("thanhtra", "Thanh tra Mẫu", Role::Inspector, ""),
];

/// A party: its number in the demo, its name. Tax payers have no birth and a tax code.
#[derive(Clone, Copy)]
pub(super) struct Person {
    /// Stands in identity number, telephone and address.
    pub(super) number: u32,
    /// The name.
    pub(super) name: &'static str,
    /// A body with a tax code.
    pub(super) body: bool,
}

const fn person(number: u32, name: &'static str) -> Person {
    Person { number, name, body: false }
}

const fn body(number: u32, name: &'static str) -> Person {
    Person { number, name, body: true }
}

/// A notice of a claim.
#[derive(Clone, Copy)]
pub(super) struct Due {
    /// The nine digits of its reference.
    pub(super) number: u32,
    /// The fee that its advance is worked out from.
    pub(super) fee: i64,
    /// What is to be paid.
    pub(super) advance: i64,
    /// Working days before the day of the story on which it was received.
    pub(super) before: u32,
}

impl Due {
    /// Its reference.
    pub(super) fn reference(self) -> Reference {
        Reference::from_number(self.number)
    }
}

const fn due(number: u32, fee: i64, advance: i64, before: u32) -> Due {
    Due { number, fee, advance, before }
}

/// A claim of a case; who makes it by place in the case's parties.
#[derive(Clone, Copy)]
pub(super) struct Claim {
    /// What it is to the case.
    pub(super) group: GroupKind,
    /// What is asked.
    pub(super) text: &'static str,
    /// Its value; 0 for none.
    pub(super) value: i64,
    /// Who asks.
    pub(super) by: &'static [usize],
    /// A relief of this claim.
    pub(super) relief: Option<&'static str>,
    /// Its notices.
    pub(super) notices: &'static [Due],
}

/// A case of the demo.
#[derive(Clone, Copy)]
pub(super) struct Case {
    /// Its number.
    pub(super) number: &'static str,
    /// Its court.
    pub(super) court: &'static str,
    /// Its kind.
    pub(super) kind: CaseKind,
    /// Its instance.
    pub(super) instance: Instance,
    /// What it is about.
    pub(super) subject: &'static str,
    /// Its parties.
    pub(super) parties: &'static [(PartyRole, Person)],
    /// Its claims.
    pub(super) claims: &'static [Claim],
    /// A relief that the judge has decided: party, ground, number of the decision.
    pub(super) relief: Option<(usize, &'static str, &'static str)>,
}

const fn main(
    text: &'static str,
    value: i64,
    by: &'static [usize],
    notices: &'static [Due],
) -> Claim {
    Claim { group: GroupKind::Main, text, value, by, relief: None, notices }
}

const fn counter(
    text: &'static str,
    value: i64,
    by: &'static [usize],
    notices: &'static [Due],
) -> Claim {
    Claim { group: GroupKind::Counterclaim, text, value, by, relief: None, notices }
}

const fn independent(value: i64, by: &'static [usize], notices: &'static [Due]) -> Claim {
    let text = "Yêu cầu độc lập";
    Claim { group: GroupKind::Independent, text, value, by, relief: None, notices }
}

use PartyRole::{Appellant, Defendant, Petitioner, Plaintiff, RelatedPerson};

/// The twelve cases with their twenty-one notices.
pub(super) const CASES: [Case; 12] = [
    Case {
        number: "DEMO-01",
        court: KV1,
        kind: CaseKind::Civil,
        instance: Instance::First,
        subject: "tranh chấp hợp đồng vay tài sản",
        parties: &[
            (Plaintiff, person(1, "Nguyễn Văn Ví Dụ")),
            (Defendant, person(2, "Trần Thị Thí Dụ")),
        ],
        claims: &[main("Đòi nợ vay", 5_000_000, &[0], &[due(261_190_001, 300_000, 300_000, 2)])],
        relief: None,
    },
    Case {
        number: "DEMO-02",
        court: KV1,
        kind: CaseKind::Civil,
        instance: Instance::First,
        subject: "đòi bồi thường thiệt hại về tài sản",
        parties: &[
            (Plaintiff, person(3, "Lê Thị Giả Định")),
            (Defendant, body(4, "Công ty TNHH Xây Dựng Không Có Thật")),
        ],
        claims: &[main(
            "Bồi thường",
            120_000_000,
            &[0],
            &[due(261_190_002, 6_000_000, 1_500_000, 2)],
        )],
        relief: Some((0, "force_majeure", "GM-01")),
    },
    Case {
        number: "DEMO-03",
        court: KV1,
        kind: CaseKind::Civil,
        instance: Instance::First,
        subject: "tranh chấp hợp đồng chuyển nhượng quyền sử dụng đất",
        parties: &[
            (Plaintiff, person(5, "Phạm Văn Minh Họa")),
            (Defendant, person(6, "Hoàng Thị Mẫu Đơn Từ")),
            (RelatedPerson, person(25, "Hồ Văn Liên Quan Mẫu")),
        ],
        claims: &[
            main(
                "Yêu cầu thanh toán",
                650_000_000,
                &[0],
                &[due(261_190_003, 30_000_000, 15_000_000, 2)],
            ),
            counter("Phản tố", 900_000_000, &[1], &[due(261_190_004, 39_000_000, 19_500_000, 2)]),
            independent(6_000_000_000, &[2], &[due(261_190_005, 114_000_000, 57_000_000, 2)]),
        ],
        relief: None,
    },
    Case {
        number: "DEMO-04",
        court: KV2,
        kind: CaseKind::Family,
        instance: Instance::First,
        subject: "ly hôn, chia tài sản khi ly hôn",
        parties: &[
            (Plaintiff, person(7, "Đỗ Thị Tưởng Tượng")),
            (Defendant, person(8, "Bùi Văn Tưởng Tượng")),
        ],
        claims: &[
            main("Ly hôn", 0, &[0], &[]),
            main(
                "Phần tài sản yêu cầu chia",
                2_500_000_000,
                &[0],
                &[due(261_190_006, 82_000_000, 41_300_000, 2)],
            ),
        ],
        relief: None,
    },
    Case {
        number: "DEMO-05",
        court: KV2,
        kind: CaseKind::Matter,
        instance: Instance::First,
        subject: "công nhận thuận tình ly hôn",
        parties: &[
            (Petitioner, person(9, "Ngô Văn Thử Nghiệm")),
            (Petitioner, person(10, "Vũ Thị Thử Nghiệm")),
        ],
        claims: &[main(
            "Công nhận thuận tình ly hôn",
            0,
            &[0, 1],
            &[due(261_190_007, 300_000, 150_000, 2), due(261_190_008, 300_000, 150_000, 2)],
        )],
        relief: None,
    },
    Case {
        number: "DEMO-06",
        court: KV2,
        kind: CaseKind::Commercial,
        instance: Instance::First,
        subject: "tranh chấp hợp đồng mua bán hàng hóa",
        parties: &[
            (Plaintiff, body(11, "Công ty TNHH Ví Dụ Một")),
            (Defendant, body(12, "Công ty CP Ví Dụ Hai")),
        ],
        claims: &[
            main("Đòi tiền hàng", 45_000_000, &[0], &[due(261_190_009, 3_000_000, 3_000_000, 1)]),
            counter("Phản tố", 250_000_000, &[1], &[due(261_190_010, 12_500_000, 6_250_000, 1)]),
        ],
        relief: None,
    },
    Case {
        number: "DEMO-07",
        court: KV2,
        kind: CaseKind::Commercial,
        instance: Instance::First,
        subject: "tranh chấp hợp đồng thi công",
        parties: &[
            (Plaintiff, body(13, "Công ty CP Giả Lập")),
            (Defendant, body(14, "Công ty TNHH Mô Phỏng")),
        ],
        claims: &[
            main(
                "Đòi tiền thi công",
                500_000_000,
                &[0],
                &[due(261_190_011, 24_000_000, 12_000_000, 1)],
            ),
            counter("Phản tố", 1_200_000_000, &[1], &[due(261_190_012, 48_000_000, 24_000_000, 1)]),
        ],
        relief: None,
    },
    Case {
        number: "DEMO-08",
        court: KV1,
        kind: CaseKind::Commercial,
        instance: Instance::First,
        subject: "yêu cầu hủy nghị quyết của Đại hội đồng cổ đông",
        parties: &[
            (Plaintiff, person(15, "Cao Thị Cổ Đông Mẫu")),
            (Defendant, body(16, "Công ty CP Thử Nghiệm Số Không")),
            (RelatedPerson, body(26, "Công ty TNHH Bên Thứ Ba Mẫu")),
            (RelatedPerson, body(27, "Quỹ Đầu Tư Giả Định")),
        ],
        claims: &[
            main("Hủy nghị quyết", 0, &[0], &[due(261_190_013, 3_000_000, 3_000_000, 1)]),
            independent(3_200_000_000, &[2], &[due(261_190_014, 96_000_000, 48_000_000, 9)]),
            independent(10_000_000_000, &[3], &[due(261_190_015, 118_000_000, 59_000_000, 1)]),
        ],
        relief: None,
    },
    Case {
        number: "DEMO-09",
        court: KV1,
        kind: CaseKind::Labour,
        instance: Instance::First,
        subject: "bồi hoàn chi phí đào tạo; tiền lương",
        parties: &[
            (Plaintiff, body(17, "Công ty TNHH Đào Tạo Giả Tưởng")),
            (Defendant, person(18, "Lý Văn Học Thử")),
            (RelatedPerson, body(28, "Trung tâm Bảo Lãnh Mẫu")),
        ],
        claims: &[
            main(
                "Bồi hoàn chi phí đào tạo",
                200_000_000,
                &[0],
                &[due(261_190_016, 6_000_000, 3_000_000, 2)],
            ),
            independent(5_000_000, &[2], &[due(261_190_017, 300_000, 300_000, 2)]),
            Claim {
                group: GroupKind::Counterclaim,
                text: "Tiền lương",
                value: 24_000_000,
                by: &[1],
                relief: Some("worker_claim"),
                notices: &[],
            },
        ],
        relief: None,
    },
    Case {
        number: "DEMO-10",
        court: KV2,
        kind: CaseKind::Labour,
        instance: Instance::First,
        subject: "bồi thường thiệt hại do vi phạm cam kết",
        parties: &[
            (Plaintiff, body(19, "Công ty CP Bí Mật Bịa")),
            (Defendant, person(20, "Đinh Thị Quản Lý Mẫu")),
        ],
        claims: &[
            main("Bồi thường", 2_400_000_000, &[0], &[due(261_190_018, 44_400_000, 22_200_000, 1)]),
            counter(
                "Phản tố (không phải tiền lương)",
                800_000_000,
                &[1],
                &[due(261_190_019, 20_000_000, 10_000_000, 6)],
            ),
        ],
        relief: None,
    },
    Case {
        number: "DEMO-11",
        court: KV1,
        kind: CaseKind::Administrative,
        instance: Instance::First,
        subject: "khiếu kiện quyết định hành chính về đất đai",
        parties: &[
            (Plaintiff, person(21, "Mai Văn Khiếu Kiện Thử")),
            (Defendant, body(22, "Ủy ban nhân dân xã Mẫu (không có thật)")),
        ],
        claims: &[main("Hủy quyết định", 0, &[0], &[due(261_190_020, 300_000, 300_000, 2)])],
        relief: None,
    },
    Case {
        number: "DEMO-12",
        court: KV2,
        kind: CaseKind::Commercial,
        instance: Instance::Appeal,
        subject: "tranh chấp hợp đồng tín dụng (phúc thẩm)",
        parties: &[
            (Plaintiff, body(23, "Ngân hàng TMCP Tưởng Tượng")),
            (Appellant, body(24, "Công ty TNHH Vay Thử")),
        ],
        claims: &[main("Kháng cáo", 0, &[1], &[due(261_190_021, 2_000_000, 2_000_000, 2)])],
        relief: None,
    },
];

/// An amount of this file.
pub(super) fn dong(amount: i64) -> Dong {
    Dong::new(amount).unwrap_or(Dong::ZERO)
}
