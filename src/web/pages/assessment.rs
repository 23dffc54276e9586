//! A worked computation as pages show it, step by step with its articles.

use crate::domain::money::Dong;

/// One step.
#[derive(Clone, Debug)]
pub struct WorkedRow {
    /// What the step is: "Phần từ trên 400.000.000 ₫ đến 800.000.000 ₫".
    pub step: String,
    /// The article it rests on, in words; empty for a plain sum.
    pub article: String,
    /// How the amount comes about: "20.000.000 + 4% × 250.000.000".
    pub formula: String,
    /// What the step gives.
    pub amount: Dong,
    /// A subtotal or the end.
    pub is_total: bool,
}

/// The steps, and the line that says by which schedule and day they were worked out.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The steps, in order; the last is what is to be paid.
    pub rows: Vec<WorkedRow>,
    /// "Biểu nq326_2016, hiệu lực 01/01/2017, tính cho ngày 24/11/2026".
    pub schedule: String,
}
