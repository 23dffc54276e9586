//! A day's statement as a bank's CSV export: preamble, two-language headers, comma thousands,
//! totals, in the columns that Vietcombank's exports have.

use super::bank::DayStatement;
use crate::domain::{
    money::{Dong, grouped},
    payment::Direction,
};

/// The file, UTF-8 with a byte order mark.
pub fn vietcombank(statement: &DayStatement) -> Vec<u8> {
    let day = statement.day.slashed();
    let amount = |amount: Dong| grouped(amount.get(), ',');
    let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let mut rows = vec![
        row(&["SAO KÊ TÀI KHOẢN / ACCOUNT STATEMENT"]),
        row(&["Tên tài khoản/Account name:", &statement.holder]),
        row(&["Số tài khoản/Account number:", &statement.account]),
        row(&["Loại tiền/Currency:", "VND"]),
        row(&["Từ/From:", &day, "Đến/To:", &day]),
        row(&["Số dư đầu kỳ/Opening balance:", &amount(statement.opening)]),
        row(&[
            "STT/No.",
            "Ngày GD/TNX Date",
            "Số CT/Doc No",
            "Số tiền ghi nợ/Debit",
            "Số tiền ghi có/Credit",
            "Số dư/Balance",
            "Nội dung chi tiết/Transactions in detail",
        ]),
    ];
    let (mut balance, mut debits, mut credits) = (statement.opening, Dong::ZERO, Dong::ZERO);
    let sum = |left: Dong, right: Dong| left.checked_add(right).unwrap_or(left);
    for (index, entry) in statement.entries.iter().enumerate() {
        balance = sum(balance, entry.signed());
        let (debit, credit) = match entry.direction {
            Direction::Debit => {
                debits = sum(debits, entry.amount);
                (amount(entry.amount), String::new())
            }
            Direction::Credit => {
                credits = sum(credits, entry.amount);
                (String::new(), amount(entry.amount))
            }
        };
        let (number, reference) = ((index + 1).to_string(), &entry.bank_reference);
        rows.push(row(&[&number, &day, reference, &debit, &credit, &amount(balance), &entry.memo]));
    }
    rows.push(row(&["", "Tổng cộng/Total", "", &amount(debits), &amount(credits), "", ""]));
    rows.push(row(&["Số dư cuối kỳ/Closing balance:", &amount(statement.closing())]));
    written(&rows)
}

fn written(rows: &[Vec<String>]) -> Vec<u8> {
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
        bytes.extend_from_slice(cells.join(",").as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
