//! Who may do what: roles, what each may do, and whose things it may touch.

use serde::{Deserialize, Serialize};

use super::id::{AgencyId, CourtId};

codes! {
    /// The eight roles and the inspector (product, decisions 5).
    Role {
        /// Thư ký.
        Clerk = "clerk",
        /// Thẩm phán.
        Judge = "judge",
        /// Chánh án.
        ChiefJudge = "chief_judge",
        /// Kế toán.
        Accountant = "accountant",
        /// Thủ quỹ.
        Cashier = "cashier",
        /// Chấp hành viên.
        EnforcementOfficer = "enforcement_officer",
        /// Thủ trưởng.
        HeadOfAgency = "head_of_agency",
        /// Quản trị.
        Administrator = "administrator",
        /// Thanh tra.
        Inspector = "inspector",
    }
}

codes! {
    /// Whether a member of staff may sign in.
    StaffState {
        /// They may.
        Active = "active",
        /// Shut out by a person.
        Disabled = "disabled",
    }
}

codes! {
    /// What can be asked of the program behind sign-in.
    Operation {
        /// Read cases, parties, assessments.
        ReadCases = "read_cases",
        /// Write cases, parties, claims and draft notices.
        WriteCases = "write_cases",
        /// Send a drafted notice to the judge.
        DraftNotice = "draft_notice",
        /// Sign and issue a notice.
        IssueNotice = "issue_notice",
        /// Record that a notice was served.
        RecordService = "record_service",
        /// Accept a claim group whose advances are paid.
        AcceptCase = "accept_case",
        /// Read notices, payments and receipts.
        ReadMoney = "read_money",
        /// Import statements and run the matching.
        ImportStatement = "import_statement",
        /// Read statements, lines and exceptions.
        ReadStatements = "read_statements",
        /// Load reference data, staff, keys.
        Administer = "administer",
    }
}

impl Role {
    /// The permission table: role × operation. Whose things, the [`Scope`] says.
    pub const fn may(self, operation: Operation) -> bool {
        use Operation as O;
        match self {
            Self::Clerk => matches!(
                operation,
                O::ReadCases
                    | O::WriteCases
                    | O::DraftNotice
                    | O::RecordService
                    | O::AcceptCase
                    | O::ReadMoney
            ),
            Self::Judge => {
                matches!(operation, O::ReadCases | O::IssueNotice | O::AcceptCase | O::ReadMoney)
            }
            Self::ChiefJudge => matches!(operation, O::ReadCases | O::ReadMoney),
            Self::Accountant => {
                matches!(operation, O::ReadMoney | O::ImportStatement | O::ReadStatements)
            }
            Self::Cashier | Self::EnforcementOfficer | Self::HeadOfAgency => {
                matches!(operation, O::ReadMoney | O::ReadStatements)
            }
            Self::Administrator => matches!(operation, O::Administer),
            Self::Inspector => {
                matches!(operation, O::ReadCases | O::ReadMoney | O::ReadStatements)
            }
        }
    }
}

/// Whose things an actor may touch. Every store query of an item or a list takes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything of the installation.
    All,
    /// One court, with the courts below it where the grant says so.
    Court {
        /// The court.
        id: CourtId,
        /// Also the courts below it.
        children: bool,
    },
    /// One agency, with its offices where the grant says so.
    Agency {
        /// The agency.
        id: AgencyId,
        /// Also its offices.
        children: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table as people read it: a row a role, a column an operation, `x` where it may.
    const TABLE: &str = "
role                 read_cases write_cases draft_notice issue_notice record_service accept_case read_money import_statement read_statements administer
clerk                x          x           x            .            x              x           x          .                .               .
judge                x          .           .            x            .              x           x          .                .               .
chief_judge          x          .           .            .            .              .           x          .                .               .
accountant           .          .           .            .            .              .           x          x                x               .
cashier              .          .           .            .            .              .           x          .                x               .
enforcement_officer  .          .           .            .            .              .           x          .                x               .
head_of_agency       .          .           .            .            .              .           x          .                x               .
administrator        .          .           .            .            .              .           .          .                .               x
inspector            x          .           .            .            .              .           x          .                x               .
";

    #[test]
    fn the_permission_table_is_the_one_people_agreed_on() {
        let mut lines =
            TABLE.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let operations: Vec<_> = lines.next().unwrap()[1..]
            .iter()
            .map(|code| Operation::from_code(code).unwrap())
            .collect();
        assert_eq!(operations, Operation::ALL);
        let mut roles = Vec::new();
        for cells in lines {
            let role = Role::from_code(cells[0]).unwrap();
            for (operation, cell) in operations.iter().zip(&cells[1..]) {
                assert_eq!(role.may(*operation), *cell == "x", "{role} {operation}");
            }
            roles.push(role);
        }
        assert_eq!(roles, Role::ALL);
    }
}
