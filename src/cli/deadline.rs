//! `anphi deadline`: last days of time limits, as NDJSON or asked on a terminal.

use std::{
    collections::BTreeSet,
    io::{self, BufRead, IsTerminal, Write},
};

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::{Failure, Outcome, ndjson, strict_json};
use crate::domain::{
    calendar::{self, Calendar, iso_day},
    deadline::{
        self, Deadline, DeadlineInput, Limit, LimitKind, Limits, PaidTime, Rule, Service, Unit,
        compute,
    },
    time::{Day, Timestamp},
};

/// Last day of a time limit: reads one JSON input a line, answers one line for each.
#[derive(Debug, clap::Args)]
#[command(after_help = r#"Example:
  echo '{"kind": "civil_first_advance", "served_on": "2026-06-01"}' | anphi deadline

On a terminal it asks instead. Exit status 1: a line was refused."#)]
pub struct Args {}

/// Runs the command on standard input and output.
pub fn run(_: &Args) -> Outcome {
    let desk = Desk::new()?;
    let (stdin, stdout) = (io::stdin(), io::stdout());
    if stdin.is_terminal() {
        return ask(&desk, stdin.lock(), stdout.lock());
    }
    ndjson::answer(|line| {
        let value = strict_json::read(line).map_err(ndjson::Refused::Unreadable)?;
        desk.answer(&value).map_err(ndjson::Refused::Asked)
    })
}

/// Why a line gets no answer: a stable code, the place in the input, free words.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
struct Refusal {
    code: &'static str,
    field: String,
    detail: String,
}

impl Refusal {
    fn new(code: &'static str, field: &str, detail: impl Into<String>) -> Self {
        Self { code, field: field.to_owned(), detail: detail.into() }
    }
}

/// The input is not of the form.
const BAD_INPUT: &str = "bad_input";
/// A text is no day or moment.
const BAD_DATE: &str = "bad_date";
/// The law names no such limit.
const UNKNOWN_KIND: &str = "unknown_kind";
/// A day beyond the table of days off is needed.
const CALENDAR_UNKNOWN: &str = "calendar_unknown";

/// The tables that answers are reckoned from.
struct Desk {
    calendar: Calendar,
    limits: Limits,
}

/// One line read: what is asked and the payments to judge.
struct Question {
    input: DeadlineInput,
    service_field: &'static str,
    paid_at: Option<Vec<PaidTime>>,
}

impl Desk {
    fn new() -> Result<Self, Failure> {
        let unfit =
            |what: &str, why: String| Failure::Unknown(format!("the {what} is unfit: {why}"));
        Ok(Self {
            calendar: Calendar::parse(calendar::FIRST_VERSION)
                .map_err(|error| unfit("table of days off", error.to_string()))?,
            limits: Limits::parse(deadline::FIRST_VERSION)
                .map_err(|error| unfit("table of limits", error.to_string()))?,
        })
    }

    fn answer(&self, line: &Value) -> Result<Value, Refusal> {
        let question = read(line)?;
        let deadline =
            compute(&self.calendar, &self.limits, &question.input).map_err(|unknown| {
                Refusal::new(CALENDAR_UNKNOWN, question.service_field, unknown.to_string())
            })?;
        let mut answer = json!({
            "served_on": deadline.served_on().to_string(),
            "pay_by": deadline.pay_by().to_string(),
            "pay_before": deadline.pay_before().to_string(),
            "lapse_after": deadline.lapse_after().to_string(),
            "lapses_at": deadline.lapses_at().to_string(),
            "tentative": deadline.is_tentative(),
        });
        if let (Some(paid), Some(object)) = (question.paid_at, answer.as_object_mut()) {
            let words: Vec<&str> =
                paid.into_iter().map(|time| deadline.timeliness(time).code()).collect();
            object.insert("paid".to_owned(), json!(words));
        }
        Ok(answer)
    }
}

/// Reads the `input` of a vector. Names that are not of the form are refused, because a misspelled
/// `not_counted` would quietly shorten a limit. `null` stands for absent.
fn read(line: &Value) -> Result<Question, Refusal> {
    const FIELDS: [&str; 7] =
        ["kind", "limit", "served_on", "served_at", "posted_on", "not_counted", "paid_at"];
    let object = object(line, "", &FIELDS)?;
    let rule = rule(object)?;
    let (service_field, service) = service(object)?;
    let not_counted = list(object, "not_counted", day)?.into_iter().flatten().collect();
    let paid_at = list(object, "paid_at", moment)?
        .map(|moments| moments.into_iter().map(PaidTime::At).collect());
    let input = DeadlineInput { rule, service, not_counted };
    Ok(Question { input, service_field, paid_at })
}

fn object<'a>(
    value: &'a Value,
    path: &str,
    fields: &[&str],
) -> Result<&'a Map<String, Value>, Refusal> {
    let object = value
        .as_object()
        .ok_or_else(|| Refusal::new(BAD_INPUT, path, "an object of named values is needed"))?;
    match object.keys().find(|name| !fields.contains(&name.as_str())) {
        None => Ok(object),
        Some(name) => {
            let place = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let detail = format!("no such name; there are {}", fields.join(", "));
            Err(Refusal::new(BAD_INPUT, &place, detail))
        }
    }
}

fn given<'a>(object: &'a Map<String, Value>, field: &str) -> Option<&'a Value> {
    object.get(field).filter(|value| !value.is_null())
}

fn rule(object: &Map<String, Value>) -> Result<Rule, Refusal> {
    let kind = given(object, "kind").and_then(Value::as_str).unwrap_or_default();
    let limit = given(object, "limit");
    if kind != "custom" {
        let kind = LimitKind::from_code(kind)
            .ok_or_else(|| Refusal::new(UNKNOWN_KIND, "kind", "no time limit has this name"))?;
        return match limit {
            None => Ok(Rule::Kind(kind)),
            Some(_) => Err(Refusal::new(BAD_INPUT, "limit", "only the kind custom takes a limit")),
        };
    }
    let limit =
        limit.ok_or_else(|| Refusal::new(BAD_INPUT, "limit", "the kind custom needs a limit"))?;
    let limit = self::object(limit, "limit", &["n", "unit"])?;
    let n = limit.get("n").and_then(Value::as_u64).and_then(std::num::NonZeroU64::new).ok_or_else(
        || Refusal::new(BAD_INPUT, "limit.n", "a whole number from 1 is needed, without point"),
    )?;
    let unit = limit.get("unit").and_then(Value::as_str).and_then(Unit::from_code);
    let unit = unit.ok_or_else(|| {
        Refusal::new(BAD_INPUT, "limit.unit", "one of day, working_day, month and year is needed")
    })?;
    Ok(Rule::Custom(Limit { n, unit }))
}

fn service(object: &Map<String, Value>) -> Result<(&'static str, Service), Refusal> {
    let on = |field| Some((field, given(object, field)?));
    match (on("served_on"), on("served_at"), on("posted_on")) {
        (Some((field, value)), None, None) => Ok((field, Service::On(day(value, field)?))),
        (None, Some((field, value)), None) => Ok((field, Service::At(moment(value, field)?))),
        (None, None, Some((field, value))) => Ok((field, Service::Posted(day(value, field)?))),
        _ => {
            let detail = "exactly one of served_on, served_at and posted_on is needed";
            Err(Refusal::new(BAD_INPUT, "served_on", detail))
        }
    }
}

fn list<T>(
    object: &Map<String, Value>,
    field: &str,
    item: impl Fn(&Value, &str) -> Result<T, Refusal>,
) -> Result<Option<Vec<T>>, Refusal> {
    let Some(value) = given(object, field) else { return Ok(None) };
    let values =
        value.as_array().ok_or_else(|| Refusal::new(BAD_INPUT, field, "a list is needed"))?;
    let items = values.iter().enumerate();
    items
        .map(|(index, value)| item(value, &format!("{field}[{index}]")))
        .collect::<Result<_, _>>()
        .map(Some)
}

fn day(value: &Value, field: &str) -> Result<Day, Refusal> {
    value.as_str().and_then(iso_day).ok_or_else(|| {
        Refusal::new(BAD_DATE, field, format!("{value} is no day of the form \"2026-11-24\""))
    })
}

fn moment(value: &Value, field: &str) -> Result<Timestamp, Refusal> {
    value.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| {
        let detail = format!("{value} is no moment of the form \"2026-11-24T08:00:00+07:00\"");
        Refusal::new(BAD_DATE, field, detail)
    })
}

/// Asks for kind and day of service and answers in sentences.
fn ask(desk: &Desk, mut input: impl BufRead, mut output: impl Write) -> Outcome {
    let away = |error: io::Error| Failure::Unknown(format!("cannot read or write: {error}"));
    let mut question = |prompt: &str| -> Result<String, Failure> {
        write!(output, "{prompt} ").and_then(|()| output.flush()).map_err(away)?;
        let mut line = String::new();
        input.read_line(&mut line).map_err(away)?;
        Ok(line.trim().to_owned())
    };
    let names: Vec<&str> = LimitKind::ALL.iter().map(|kind| kind.code()).collect();
    let kind = question(&format!("Limits: {}.\nWhich limit?", names.join(", ")))?;
    let kind = LimitKind::from_code(&kind).ok_or_else(|| {
        Failure::Usage(format!("there is no limit {kind:?}: name one of the list"))
    })?;
    let served = question("Day of service (31/12/2026)?")?;
    let served = typed_day(&served)
        .ok_or_else(|| Failure::Usage(format!("{served:?} is no day: write 31/12/2026")))?;
    let input = DeadlineInput {
        rule: Rule::Kind(kind),
        service: Service::On(served),
        not_counted: BTreeSet::new(),
    };
    let deadline = compute(&desk.calendar, &desk.limits, &input)
        .map_err(|unknown| Failure::NotSo(unknown.to_string()))?;
    output.write_all(told(desk, kind, &deadline).as_bytes()).map_err(away)
}

/// A day as people write it, `1/6/2026`, or the ISO form.
fn typed_day(text: &str) -> Option<Day> {
    NaiveDate::parse_from_str(text, "%d/%m/%Y")
        .ok()
        .filter(|date| (1..=9999).contains(&chrono::Datelike::year(date)))
        .map(Day::new)
        .or_else(|| iso_day(text))
}

/// The worked answer: limit with article, last days, days off on the way.
fn told(desk: &Desk, kind: LimitKind, deadline: &Deadline) -> String {
    let law = desk.limits.of(kind, deadline.served_on());
    let (shown, longest) = (&law.shown, law.longest());
    let mut lines = vec![
        format!("Served on {}.", deadline.served_on().slashed()),
        format!(
            "Pay by: before 24:00 on {} ({}, {}).",
            deadline.pay_by().slashed(),
            shown.limit,
            shown.article
        ),
        format!(
            "Nothing lapses before 24:00 on {} ({}, {}).",
            deadline.lapse_after().slashed(),
            longest.limit,
            longest.article
        ),
    ];
    if deadline.is_tentative() {
        lines.push("Tentative: days off not announced yet can still move these days.".to_owned());
    }
    let days_off = desk.calendar.days_off(deadline.served_on(), deadline.lapse_after());
    lines.extend(days_off.map(|(day, off)| format!("Day off: {} {}.", day.slashed(), off.name)));
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(lines: &str) -> (String, Outcome) {
        let mut output = Vec::new();
        let outcome = ask(&Desk::new().unwrap(), lines.as_bytes(), &mut output);
        (String::from_utf8(output).unwrap(), outcome)
    }

    #[test]
    fn a_person_is_asked_and_told_in_sentences() {
        let (output, outcome) = asked("civil_first_advance\n16/11/2026\n");
        assert!(outcome.is_ok());
        let answer = output.split("31/12/2026)? ").nth(1).unwrap();
        insta::assert_snapshot!(answer, @r"
        Served on 16/11/2026.
        Pay by: before 24:00 on 23/11/2026 (7 days, BLTTDS 195(2)).
        Nothing lapses before 24:00 on 27/11/2026 (7 working days, NQ 326 17(1)a).
        Tentative: days off not announced yet can still move these days.
        Day off: 24/11/2026 Ngày Văn hóa Việt Nam.
        ");
    }

    #[test]
    fn what_a_person_mistypes_is_said() {
        for (lines, said) in [
            ("civil\n", "there is no limit \"civil\": name one of the list"),
            ("civil_appeal\n31/2/2026\n", "\"31/2/2026\" is no day: write 31/12/2026"),
            ("civil_appeal\n", "\"\" is no day: write 31/12/2026"),
        ] {
            let Err(Failure::Usage(message)) = asked(lines).1 else { panic!("{lines:?}") };
            assert_eq!(message, said);
        }
        let Err(Failure::NotSo(message)) = asked("civil_appeal\n2027-12-30\n").1 else { panic!() };
        assert!(message.contains("no year 2028"), "{message}");
    }
}
