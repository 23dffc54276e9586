//! Cases before the courts, their parties and claims.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

codes! {
    /// The kind of case, as the fee schedule names them.
    CaseKind {
        /// Dân sự.
        Civil = "civil",
        /// Hôn nhân và gia đình.
        Family = "family",
        /// Kinh doanh, thương mại.
        Commercial = "commercial",
        /// Lao động.
        Labour = "labour",
        /// Hành chính.
        Administrative = "administrative",
        /// Hình sự.
        Criminal = "criminal",
        /// Việc dân sự.
        Matter = "matter",
        /// Lệ phí khác.
        Charge = "charge",
    }
}

codes! {
    /// Which instance.
    Instance {
        /// Sơ thẩm.
        First = "first",
        /// Phúc thẩm.
        Appeal = "appeal",
    }
}

codes! {
    /// Which procedure.
    Procedure {
        /// Thủ tục thông thường.
        Ordinary = "ordinary",
        /// Thủ tục rút gọn.
        Simplified = "simplified",
    }
}

codes! {
    /// A party's part in the case.
    PartyRole {
        /// Nguyên đơn, người khởi kiện.
        Plaintiff = "plaintiff",
        /// Bị đơn, người bị kiện.
        Defendant = "defendant",
        /// Người có quyền lợi, nghĩa vụ liên quan.
        RelatedPerson = "related_person",
        /// Người yêu cầu (việc dân sự).
        Petitioner = "petitioner",
        /// Người kháng cáo.
        Appellant = "appellant",
    }
}

codes! {
    /// A natural person or an organisation.
    PartyKind {
        /// Cá nhân.
        Person = "person",
        /// Tổ chức.
        Organisation = "organisation",
    }
}

codes! {
    /// What identifies a party.
    DocumentKind {
        /// Thẻ căn cước, 12 digits.
        CitizenId = "citizen_id",
        /// Chứng minh nhân dân, 9 digits.
        OldId = "old_id",
        /// Hộ chiếu.
        Passport = "passport",
        /// Mã số thuế, 10 digits or 10-3.
        TaxCode = "tax_code",
        /// None.
        Without = "none",
    }
}

codes! {
    /// What a claim group is to its case (decisions 5).
    GroupKind {
        /// The case itself: its plaintiffs', requesters' or appellants' notices.
        Main = "main",
        /// Phản tố.
        Counterclaim = "counterclaim",
        /// Yêu cầu độc lập.
        Independent = "independent",
    }
}

codes! {
    /// How service was done (procedure 2).
    ServiceMethod {
        /// Giao trực tiếp.
        ByHand = "by_hand",
        /// Người nhận từ chối.
        Refused = "refused",
    }
}

codes! {
    /// Why a receipt is used for a case (decisions 4).
    UseCause {
        /// Thụ lý.
        Acceptance = "acceptance",
    }
}

/// A name folded for search and comparison: capitals, no marks, `đ` as `D`, single spaces.
pub fn folded(name: &str) -> String {
    let plain: String = name
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| match c {
            'đ' | 'Đ' => 'D',
            _ => c,
        })
        .flat_map(char::to_uppercase)
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Initials for pages that must not tell a name: `N.V.A.`
pub fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()))
        .flat_map(|first| first.to_uppercase().chain(['.']))
        .collect()
}

/// An identity number as papers may show it: the first three and last four characters.
pub fn masked(document: &str) -> String {
    let characters: Vec<char> = document.chars().collect();
    let count = characters.len();
    characters
        .iter()
        .enumerate()
        .map(|(place, c)| if place < 3.min(count / 3) || place + 4 >= count { *c } else { '•' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_and_shorten() {
        assert_eq!(folded("  Đỗ Thị  Tưởng Tượng"), "DO THI TUONG TUONG");
        assert_eq!(initials("Nguyễn Văn Ví Dụ"), "N.V.V.D.");
        assert_eq!(initials("Đỗ Thị"), "Đ.T.");
        assert_eq!(masked("001085012345"), "001•••••2345");
        assert_eq!(masked("1234"), "1234");
    }
}
