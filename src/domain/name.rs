//! Whether a bank's name or transfer text resembles a party: for suggestions and for the lapse
//! guard (decisions 1 and 2). Never enough to settle.

use super::{fold::folded, payment::Counterparty};

/// Words before the proper name of a body or person, longest first where one begins another.
const FORMS: [&str; 30] = [
    "CONG TY TRACH NHIEM HUU HAN MOT THANH VIEN",
    "CONG TY TRACH NHIEM HUU HAN MTV",
    "CONG TY TRACH NHIEM HUU HAN",
    "CONG TY TNHH MOT THANH VIEN",
    "CONG TY TNHH MTV",
    "CONG TY TNHH",
    "CONG TY CO PHAN",
    "CONG TY CP",
    "CONG TY HOP DANH",
    "CONG TY",
    "CTY TNHH MTV",
    "CTY TNHH",
    "CTY CO PHAN",
    "CTY CP",
    "CTY",
    "CT TNHH MTV",
    "CT TNHH",
    "CTCP",
    "TNHH",
    "DOANH NGHIEP TU NHAN",
    "DNTN",
    "HOP TAC XA",
    "HTX",
    "HO KINH DOANH",
    "HKD",
    "NGAN HANG THUONG MAI CO PHAN",
    "NGAN HANG TMCP",
    "NH TMCP",
    "ONG",
    "BA",
];

/// Letters that a proper name must have before finding it inside a text says anything.
const TELLING: usize = 5;
/// Letters from which on a bank's name field may be a longer name cut off (the shortest name
/// fields seen in exports hold 20 to 35 characters).
const CUT_FIELD: usize = 20;

/// A party's name, folded, without the words for its legal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    core: String,
    joined: String,
}

impl Name {
    /// The name as the case or the bank writes it.
    pub fn new(name: &str) -> Self {
        let whole = folded(name);
        let mut core = whole.as_str();
        while let Some(rest) = FORMS
            .iter()
            .find_map(|form| core.strip_prefix(form).and_then(|rest| rest.strip_prefix(' ')))
        {
            core = rest;
        }
        Self { core: core.to_owned(), joined: core.replace(' ', "") }
    }

    /// Whether the report carries this name: as whole words in their order, blanks lost or added,
    /// or cut off at the end of the bank's name field.
    pub fn resembles(&self, seen: &Seen) -> bool {
        if seen.name.as_ref().is_some_and(|named| self.same(named) || self.cut_to(named)) {
            return true;
        }
        self.joined.len() >= TELLING
            && (seen.name.as_ref().is_some_and(|named| stands_in(&self.joined, &named.core))
                || stands_in(&self.joined, &seen.memo))
    }

    fn same(&self, other: &Self) -> bool {
        !self.joined.is_empty() && self.joined == other.joined
    }

    fn cut_to(&self, field: &Self) -> bool {
        field.core.len() >= CUT_FIELD && self.core.starts_with(&field.core)
    }
}

/// What a bank's report says in names and words, folded once for all parties asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    name: Option<Name>,
    memo: String,
}

impl Seen {
    /// The other side and the transfer text.
    pub fn new(counterparty: &Counterparty, memo: &str) -> Self {
        Self { name: counterparty.name.as_deref().map(Name::new), memo: folded(memo) }
    }
}

/// Whether some whole words of `text`, joined, are `joined`.
fn stands_in(joined: &str, text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    (0..words.len()).any(|first| {
        let mut rest = joined;
        for word in words.iter().skip(first) {
            match rest.strip_prefix(word) {
                Some("") => return true,
                Some(after) => rest = after,
                None => return false,
            }
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_by_their_own_words() {
        for (party, bank, memo, expected) in [
            ("Hoàng Thị Mẫu Đơn Từ", "HOANG THI MAU DON TU", "nop an phi", true),
            ("Công ty TNHH Mô Phỏng", "CONG TY TNHH MO PHONG", "", true),
            ("Công ty TNHH Mô Phỏng", "CTY TNHH MO PHONG", "", true),
            ("Công ty Cổ phần Giả Lập", "CTCP GIA LAP", "", true),
            ("Công ty TNHH Mô Phỏng", "NGUYEN VAN A", "cong ty mo phong nop", true),
            ("Nguyễn Văn Ví Dụ", "", "NGUYENVANVIDU nop tam ung", true),
            ("Nguyễn Văn Ví Dụ", "", "nop cho Nguy en Van Vi Du", true),
            ("Nguyễn Văn Ví Dụ", "", "679450-NGUYEN VAN VI DU nop;MCC", true),
            ("Công ty TNHH Bên Thứ Ba Mẫu Số Không", "CTY TNHH BEN THU BA MAU SO KH", "", true),
            ("Lý A", "LY A", "", true),
            ("Lý A", "", "ly a nop", false),
            ("Trần Thị An", "TRAN THI ANH", "", false),
            ("Trần Thị Anh", "TRAN THI AN", "", false),
            ("Hoàng Thị Mẫu Đơn Từ", "TRAN VAN NGUOI LA MAU", "nop tam ung an phi", false),
            ("Công ty TNHH Ví Dụ Một", "CONG TY CP VI DU HAI", "", false),
            ("Công ty TNHH", "CONG TY TNHH MO PHONG", "", false),
            ("...", "NGUYEN VAN A", "...", false),
        ] {
            let other =
                Counterparty { name: (!bank.is_empty()).then(|| bank.to_owned()), account: None };
            assert_eq!(
                Name::new(party).resembles(&Seen::new(&other, memo)),
                expected,
                "{party} / {bank}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn a_name_is_found_in_its_own_text(name in "[A-Z]{2,7}( [A-Z]{2,7}){1,4}", head in "[a-z]{0,9}") {
            let found = Name::new(&name);
            let memo = format!("{head} {name} nop");
            proptest::prop_assume!(found.joined.len() >= TELLING);
            proptest::prop_assert!(found.resembles(&Seen::new(&Counterparty::default(), &memo)));
        }
    }
}
