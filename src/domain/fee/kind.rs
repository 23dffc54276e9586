//! The words of law tables: kinds of case, instances, groups of the list, what reliefs reach.

pub use crate::domain::case::{CaseKind, Instance, Procedure};

codes! {
    /// To which claims a fee item speaks (24(2)-(3)).
    ClaimKind {
        /// A sum, or a thing that can be put in a sum.
        Value = "value",
        /// Neither.
        NoValue = "no_value",
        /// Both alike.
        Any = "any",
    }

    /// The group of the list by which reliefs reach an item.
    Group {
        /// Part A, án phí.
        Fee = "fee",
        /// B.I, lệ phí of civil matters.
        MatterCharge = "matter_charge",
        /// B.II, every other lệ phí.
        OtherCharge = "other_charge",
    }

    /// Who collects an item, and takes its advance (10).
    Collector {
        /// Cơ quan thi hành án dân sự.
        EnforcementAgency = "enforcement_agency",
        /// The court itself.
        Court = "court",
        /// Bộ Ngoại giao.
        ForeignMinistry = "foreign_ministry",
        /// The source seen does not say.
        Unknown = "unknown",
    }

    /// What a relief takes away.
    Cover {
        /// The advance (tạm ứng).
        Advance = "advance",
        /// The fee that the party bears at the end.
        Obligation = "obligation",
    }

    /// Whom a relief belongs to.
    Scope {
        /// One claim.
        Claim = "claim",
        /// A person, whatever they claim.
        Person = "person",
    }

    /// The least advance of a claim with value (7(2), law.md D14).
    ValueFloor {
        /// What a claim without value of the same kind of case pays.
        SameKind = "no_value_fee_of_the_case_kind",
        /// What a civil claim without value pays, whatever the kind.
        Civil = "no_value_fee_of_a_civil_case",
        /// None.
        None = "none",
    }

    /// What becomes of an advance when a case is stopped (18, 32(3), 34(8)).
    Destination {
        /// Giữ: kept until the case goes on.
        Hold = "hold",
        /// Sung công quỹ.
        Budget = "budget",
        /// Trả lại.
        Refund = "refund",
    }

    /// How well a figure is founded.
    Basis {
        /// The text of the law was seen.
        Text = "text",
        /// Other people's copies of it were.
        Secondary = "secondary",
        /// From memory only.
        Memory = "memory",
        /// Read out of the articles, the list being silent.
        Inferred = "inferred",
        /// The law is silent; decided in law.md section 8.
        Decision = "decision",
    }
}
