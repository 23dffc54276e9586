//! A canonical record read back into the facts that made it.

use std::collections::BTreeMap;

use super::{
    Collector, Facts, LookupCode, Masked, Method, Numbering, Person, ReceiptNumber, record::HEADING,
};
use crate::domain::{document::FormVersion, money::Dong, payment::PaidBasis};

impl Facts {
    /// The facts of a record, or `None` when the text is no record of this layout. What is read
    /// makes the very same record again.
    pub fn from_record(record: &str) -> Option<Self> {
        let lines = record.strip_prefix(HEADING)?.strip_suffix('\n')?;
        let mut values = BTreeMap::new();
        for line in lines.split('\n') {
            let (key, value) = line.split_once('=')?;
            values.insert(key, unescaped(value)?);
        }
        let facts = Self::from_values(&values)?;
        (facts.record() == record).then_some(facts)
    }

    fn from_values(values: &BTreeMap<&str, String>) -> Option<Self> {
        let text = |key: &str| values.get(key).cloned();
        let number: u32 = text("number")?.parse().ok()?;
        let numbering =
            [Numbering::Electronic, Numbering::Paper].into_iter().find_map(|numbering| {
                ReceiptNumber::new(number, numbering)
                    .filter(|read| Some(read.to_string()) == text("number"))
            })?;
        let persons = (1..).map_while(|place| person(values, &format!("person.{place}")));
        Some(Self {
            form: FormVersion {
                code: text("form.code")?,
                effective: text("form.effective")?.parse().ok()?,
            },
            collector: Collector {
                superior: text("superior")?,
                agency: text("agency")?,
                office: text("office"),
                tax_code: text("tax_code"),
                place: text("place")?,
            },
            symbol: text("symbol")?,
            number: numbering,
            payer: person(values, "payer")?,
            persons: persons.collect(),
            refund_to: text("refund_to")?,
            purpose: text("purpose")?,
            notice_number: text("notice.number")?,
            notice_day: text("notice.day")?.parse().ok()?,
            court: text("court")?,
            amount: Dong::new(text("amount")?.parse().ok()?)?,
            method: match text("method")?.as_str() {
                "transfer" => Method::Transfer,
                "cash" => Method::Cash,
                "gateway" => Method::Gateway(text("method.name")?),
                _ => return None,
            },
            transaction: text("transaction"),
            paid_at: match text("paid.at") {
                Some(moment) => Some(moment.parse().ok()?),
                None => None,
            },
            paid_on: text("paid.on")?.parse().ok()?,
            paid_basis: PaidBasis::from_code(&text("paid.basis")?)?,
            issued_at: text("issued_at")?.parse().ok()?,
            officer: text("officer")?,
            code: text("code")?.parse::<LookupCode>().ok()?,
        })
    }
}

fn person(values: &BTreeMap<&str, String>, prefix: &str) -> Option<Person> {
    let text = |field: &str| values.get(format!("{prefix}.{field}").as_str()).cloned();
    Some(Person {
        name: text("name")?,
        address: text("address"),
        document: text("document").map(Masked::kept),
    })
}

/// Undoes the escapes of a record: `\\`, `\n`, `\u{hex}`.
fn unescaped(value: &str) -> Option<String> {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        rest = match escape.chars().next()? {
            '\\' => {
                out.push('\\');
                escape.get(1..)?
            }
            'n' => {
                out.push('\n');
                escape.get(1..)?
            }
            'u' => {
                let (hex, after) = escape.strip_prefix("u{")?.split_once('}')?;
                out.push(char::from_u32(u32::from_str_radix(hex, 16).ok()?)?);
                after
            }
            _ => return None,
        };
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::receipt::record::tests::facts;

    #[test]
    fn a_record_reads_back_to_the_same_facts() {
        let mut odd = facts();
        odd.payer.name = "A\\B\nC\u{7}=D".to_owned();
        odd.method = Method::Gateway("VNPAY".to_owned());
        odd.paid_at = None;
        odd.collector.office = None;
        for facts in [facts(), odd] {
            assert_eq!(Facts::from_record(&facts.record()), Some(facts));
        }
    }

    #[test]
    fn nothing_else_is_a_record() {
        let record = facts().record();
        for text in [
            "",
            "anphi receipt record 2\n",
            record.trim_end(),
            &record.replace("amount=", "amount=0"),
        ] {
            assert_eq!(Facts::from_record(text), None, "{text:?}");
        }
    }
}
