//! The questions of a person at a terminal.

use std::io::{self, BufRead, Write};

use super::worked;
use crate::{
    cli::{Failure, Outcome},
    domain::{
        fee::{
            Appeal, ChargeAsked, Claim, ClaimValue, LawChoice, LawSettings, LawTables, PartClaimed,
            PartyRelief, QuoteInput, Subject,
            law::{CaseKind, Cover, Effect, Fee, Group, Instance, Law, Procedure, Relief, Tariff},
            quote,
        },
        money::Dong,
        time::Day,
    },
};

/// The one who pays, in every question that a person asks here.
const PAYER: &str = "người nộp";

/// Asks, computes, prints.
pub(super) fn run(tables: &LawTables, settings: &LawSettings) -> Outcome {
    let mut talk = Talk { input: io::stdin().lock(), output: io::stdout().lock() };
    talk.whole(tables, settings).map_err(|error| {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            let detail = "the questions were not all answered; run the command again";
            Failure::Usage(detail.to_owned())
        } else {
            Failure::Unknown(format!("the terminal: {error}"))
        }
    })?
}

/// A conversation.
struct Talk<R, W> {
    input: R,
    output: W,
}

impl<R: BufRead, W: Write> Talk<R, W> {
    fn whole(&mut self, tables: &LawTables, settings: &LawSettings) -> io::Result<Outcome> {
        let date = self.until("Ngày thụ lý, hoặc ngày thông báo (như 24/11/2026)", day)?;
        let Ok(law) = tables.choose(&LawChoice::Auto, date) else {
            let detail = format!("không có biểu án phí, lệ phí cho ngày {}", date.slashed());
            return Ok(Err(Failure::NotSo(detail)));
        };
        let subject = self.subject(law)?;
        let open = law.simplified().cases.contains(&subject.case())
            && date >= law.simplified().available_from;
        let simplified = open && self.yes("Thủ tục rút gọn")?;
        let procedure = if simplified { Procedure::Simplified } else { Procedure::Ordinary };
        let reliefs = self.reliefs(law, group(subject.case()))?;
        let law_choice = LawChoice::Named(law.id().to_owned());
        let shares = Vec::new();
        let input = QuoteInput { law: law_choice, date, procedure, subject, shares, reliefs };
        match quote(tables, settings, &input) {
            Ok(quote) => {
                self.output.write_all(worked::text(law, &input, &quote).as_bytes())?;
                Ok(Ok(()))
            }
            Err(error) => Ok(Err(Failure::NotSo(format!("Chưa tính được: {error}")))),
        }
    }

    fn subject(&mut self, law: &Law) -> io::Result<Subject> {
        let cases: Vec<&str> = CaseKind::ALL.iter().copied().map(case_name).collect();
        let case = self.one_of("Việc cần Tòa án giải quyết", CaseKind::ALL, &cases)?;
        if case == CaseKind::Charge {
            return self.charge(law).map(Subject::Charge);
        }
        let instances = ["Sơ thẩm", "Phúc thẩm (kháng cáo)"];
        match self.one_of("Giai đoạn", Instance::ALL, &instances)? {
            Instance::First => Ok(Subject::Claims { case, claims: self.claims(case)? }),
            Instance::Appeal => Ok(Subject::Appeals { case, appeals: vec![self.appeal(case)?] }),
        }
    }

    fn charge(&mut self, law: &Law) -> io::Result<ChargeAsked> {
        let charges: Vec<&Fee> =
            law.fees().iter().filter(|fee| fee.cases.contains(&CaseKind::Charge)).collect();
        let names: Vec<&str> = charges.iter().map(|fee| fee.title_vi.as_str()).collect();
        let fee = self.one_of("Lệ phí", &charges, &names)?;
        let quantity = match &fee.tariff {
            Tariff::PerUnit { .. } => {
                Some(self.until("Số trang", |text| text.parse().ok().filter(|count| *count > 0))?)
            }
            Tariff::Fixed(_) | Tariff::Progressive { .. } => None,
        };
        let by = vec![PAYER.to_owned()];
        Ok(ChargeAsked { code: fee.code.clone(), by, quantity, relief: None })
    }

    fn claims(&mut self, case: CaseKind) -> io::Result<Vec<Claim>> {
        let mut claims: Vec<Claim> = Vec::new();
        loop {
            let mut part = None;
            let value = match case {
                CaseKind::Matter => None,
                CaseKind::Administrative => {
                    let damages = !claims.is_empty() || self.yes("Đây là yêu cầu bồi thường")?;
                    part = damages.then_some(PartClaimed::Damages);
                    if damages { self.value()? } else { None }
                }
                CaseKind::Civil
                | CaseKind::Family
                | CaseKind::Commercial
                | CaseKind::Labour
                | CaseKind::Criminal
                | CaseKind::Charge => self.value()?,
            };
            claims.push(Claim {
                id: format!("{}", claims.len() + 1),
                by: vec![PAYER.to_owned()],
                value: value.map_or(ClaimValue::None, ClaimValue::Dong),
                share: None,
                separate: false,
                ancillary: false,
                relief: None,
                part,
                role: None,
            });
            if !self.yes("Thêm yêu cầu")? {
                return Ok(claims);
            }
        }
    }

    fn value(&mut self) -> io::Result<Option<Dong>> {
        let question = "Số tiền yêu cầu, gồm cả gốc và lãi (để trống nếu không có giá ngạch)";
        self.until(question, |text| match text {
            "" => Some(None),
            text => text.parse().ok().filter(|value: &Dong| value.is_positive()).map(Some),
        })
    }

    fn appeal(&mut self, case: CaseKind) -> io::Result<Appeal> {
        let has_parts = matches!(case, CaseKind::Administrative | CaseKind::Criminal);
        let damages = has_parts && self.yes("Kháng cáo phần bồi thường")?;
        let accused = case == CaseKind::Criminal && self.yes("Người kháng cáo là bị cáo")?;
        Ok(Appeal {
            id: "1".to_owned(),
            by: vec![PAYER.to_owned()],
            part: damages.then_some(PartClaimed::Damages),
            role: accused.then(|| "accused".to_owned()),
            relief: None,
        })
    }

    fn reliefs(&mut self, law: &Law, group: Group) -> io::Result<Vec<PartyRelief>> {
        let reaching = |relief: &&Relief| {
            relief.covers.contains(&Cover::Advance) && relief.groups.contains(&group)
        };
        let reliefs: Vec<&Relief> = law.reliefs().iter().filter(reaching).collect();
        let mut names = vec!["Không, hoặc chưa rõ".to_owned()];
        names.extend(reliefs.iter().map(|relief| {
            let kind = match relief.effect {
                Effect::NotPayable => "không phải nộp",
                Effect::Exempt => "miễn",
                Effect::Reduced { .. } => "giảm",
            };
            format!("{} ({kind}, Điều {})", relief.title_vi, relief.article)
        }));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let codes: Vec<Option<&str>> = std::iter::once(None)
            .chain(reliefs.iter().map(|relief| Some(relief.code.as_str())))
            .collect();
        let code = self.one_of("Miễn, giảm", &codes, &names)?;
        let relief =
            |code: &str| PartyRelief { party: PAYER.to_owned(), code: code.to_owned(), rate: None };
        Ok(code.map(relief).into_iter().collect())
    }

    fn one_of<T: Copy>(&mut self, question: &str, of: &[T], names: &[&str]) -> io::Result<T> {
        writeln!(self.output, "{question}:")?;
        for (index, name) in names.iter().enumerate() {
            writeln!(self.output, "  {}. {name}", index + 1)?;
        }
        self.until("Chọn số", |text| {
            let number: usize = text.parse().ok()?;
            of.get(number.checked_sub(1)?).copied()
        })
    }

    fn yes(&mut self, question: &str) -> io::Result<bool> {
        self.until(&format!("{question}? (c: có, để trống: không)"), |text| match text {
            "" | "k" | "không" => Some(false),
            "c" | "có" => Some(true),
            _ => None,
        })
    }

    /// Asks again until the answer can be read.
    fn until<T>(&mut self, question: &str, read: impl Fn(&str) -> Option<T>) -> io::Result<T> {
        loop {
            write!(self.output, "{question}: ")?;
            self.output.flush()?;
            let mut text = String::new();
            if self.input.read_line(&mut text)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(answer) = read(text.trim()) {
                return Ok(answer);
            }
            writeln!(self.output, "Chưa đọc được, xin nhập lại.")?;
        }
    }
}

/// The group of the list that a kind of case falls under.
fn group(case: CaseKind) -> Group {
    match case {
        CaseKind::Charge => Group::OtherCharge,
        CaseKind::Matter => Group::MatterCharge,
        CaseKind::Civil
        | CaseKind::Family
        | CaseKind::Commercial
        | CaseKind::Labour
        | CaseKind::Administrative
        | CaseKind::Criminal => Group::Fee,
    }
}

fn case_name(case: CaseKind) -> &'static str {
    match case {
        CaseKind::Civil => "Dân sự (nợ, đất, nhà, bồi thường)",
        CaseKind::Family => "Hôn nhân và gia đình",
        CaseKind::Commercial => "Kinh doanh, thương mại",
        CaseKind::Labour => "Lao động",
        CaseKind::Administrative => "Hành chính",
        CaseKind::Criminal => "Hình sự",
        CaseKind::Matter => "Việc dân sự (thuận tình ly hôn, tuyên bố mất tích)",
        CaseKind::Charge => "Lệ phí khác (phá sản, trọng tài, tàu bay, tàu biển, sao chụp)",
    }
}

/// `24/11/2026`, or as machines write it.
fn day(text: &str) -> Option<Day> {
    let mut numbers = text.split('/');
    let (day, month, year) = (numbers.next()?, numbers.next(), numbers.next());
    match (month, year, numbers.next()) {
        (Some(month), Some(year), None) => {
            Day::of(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        }
        (None, None, None) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_asked_until_the_answer_can_be_read() {
        let answers = "24.11.2026\n24/11/2026\n9\n1\n1\n500.000.000 đ\n\n\n1\n";
        let mut talk = Talk { input: answers.as_bytes(), output: Vec::new() };
        let tables = LawTables::shipped().unwrap();
        assert!(talk.whole(&tables, &LawSettings::default()).unwrap().is_ok());
        let text = String::from_utf8(talk.output).unwrap();
        assert_eq!(text.matches("Chưa đọc được").count(), 2, "{text}");
        for row in [
            "20.000.000 + 4% × (500.000.000 − 400.000.000)  Điều 6(1)   24.000.000",
            "24.000.000 × 50%                               Điều 7(2)   12.000.000",
            "Số tiền phải nộp trước: 12.000.000 ₫ (Mười hai triệu đồng)",
            "Biểu 326/2016/UBTVQH14 hiệu lực 01/01/2017, tính cho ngày 24/11/2026",
        ] {
            assert!(text.contains(row), "{row}\n{text}");
        }
    }

    #[test]
    fn what_is_not_due_is_said_with_its_article() {
        for (answers, says) in [
            // A civil claim of a person exempt by 12(1)(đ).
            ("24/11/2026\n1\n1\n500000000\n\n\n18\n", "(Điều 12(1)(đ))"),
            // An appeal of the accused.
            ("24/11/2026\n6\n2\n\nc\n1\n", "(Điều 22(1))"),
        ] {
            let mut talk = Talk { input: answers.as_bytes(), output: Vec::new() };
            let tables = LawTables::shipped().unwrap();
            assert!(talk.whole(&tables, &LawSettings::default()).unwrap().is_ok());
            let text = String::from_utf8(talk.output).unwrap();
            let sentence = format!("Trường hợp này không phải nộp tạm ứng {says}.");
            assert!(text.contains(&sentence), "{sentence}\n{text}");
        }
    }

    #[test]
    fn an_end_of_input_is_no_answer() {
        let mut talk = Talk { input: &b"24/11/2026\n"[..], output: Vec::new() };
        let tables = LawTables::shipped().unwrap();
        let error = talk.whole(&tables, &LawSettings::default()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
