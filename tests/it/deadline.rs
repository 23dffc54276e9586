//! Time limits: the vectors through the command line, properties, days off, odd input.

use std::{
    collections::BTreeSet,
    io::Write,
    num::NonZeroU64,
    process::{Command, Stdio},
};

use anphi::domain::{
    calendar::{self, Calendar, Reading},
    deadline::{
        self, Deadline, DeadlineInput, Limit, LimitKind, Limits, LimitsError, Rule, Service,
        Timeliness, Unit, compute,
    },
    time::{Day, Timestamp},
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Runs `anphi deadline` over the lines; gives back one answer a line and the exit status.
fn answers(lines: &[String]) -> (Vec<Value>, i32) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_anphi"))
        .arg("deadline")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = format!("{}\n", lines.join("\n"));
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let answers = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (answers, output.status.code().unwrap())
}

fn without_detail(mut answer: Value) -> Value {
    if let Some(error) = answer.get_mut("error").and_then(Value::as_object_mut) {
        assert!(error.shift_remove("detail").unwrap().as_str().unwrap().len() > 10);
    }
    answer
}

#[test]
fn every_vector_gives_its_answer() {
    let file: Value = serde_json::from_str(include_str!("../data/vectors/deadlines.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    let lines: Vec<String> = vectors.iter().map(|vector| vector["input"].to_string()).collect();
    let (answers, status) = answers(&lines);
    assert_eq!(answers.len(), vectors.len());
    assert_eq!(status, 1, "three vectors are refusals");
    for (vector, answer) in vectors.iter().zip(answers) {
        assert_eq!(without_detail(answer), vector["expect"], "{}", vector["name"]);
    }
}

#[test]
fn the_limits_are_those_of_the_vectors() {
    let file: Value = serde_json::from_str(include_str!("../data/vectors/deadlines.json")).unwrap();
    let limits = limits();
    let listed = file["limits"].as_object().unwrap();
    assert_eq!(listed.len(), LimitKind::ALL.len());
    for kind in LimitKind::ALL {
        let law = limits.of(*kind, day("2026-11-24"));
        let expected = &listed[kind.code()];
        for (place, limit) in [law.shown.limit, law.longest().limit].into_iter().enumerate() {
            assert_eq!(expected[place]["n"], limit.n.get(), "{kind}");
            assert_eq!(expected[place]["unit"], limit.unit.code(), "{kind}");
        }
    }
}

/// Code, field (`-` for the whole line), input. `K` stands for a kind, `S` for a day of service.
const ODD_INPUT: &str = r#"
bad_input        served_on      {"kind":K}
bad_input        served_on      {"kind":K, "served_on":null}
bad_input        served_on      {"kind":K, "served_on":"2026-06-01", "posted_on":"2026-06-01"}
bad_input        served_on      {"kind":K, "served_on":"2026-06-01", "served_at":"2026-06-01T00:00:00Z"}
bad_date         served_on      {"kind":K, "served_on":20260601}
bad_date         served_on      {"kind":K, "served_on":["2026-06-01"]}
bad_date         served_on      {"kind":K, "served_on":"2026-6-1"}
bad_date         served_on      {"kind":K, "served_on":"01/06/2026"}
bad_date         served_on      {"kind":K, "served_on":"2026-06-01T00:00:00Z"}
bad_date         served_on      {"kind":K, "served_on":" 2026-06-01"}
bad_date         served_on      {"kind":K, "served_on":"+2026-06-01"}
bad_date         served_on      {"kind":K, "served_on":"２０２６-06-01"}
bad_date         served_on      {"kind":K, "served_on":"2025-02-29"}
bad_date         served_on      {"kind":K, "served_on":""}
bad_date         posted_on      {"kind":K, "posted_on":"2026-06-31"}
bad_date         served_at      {"kind":K, "served_at":"2026-06-01"}
bad_date         served_at      {"kind":K, "served_at":"2026-06-01T09:30:00"}
bad_date         served_at      {"kind":K, "served_at":"2026-06-01T24:00:00+07:00"}
bad_date         served_at      {"kind":K, "served_at":"2026-06-01T09:30:00+24:00"}
bad_date         served_at      {"kind":K, "served_at":1780300800}
calendar_unknown served_on      {"kind":K, "served_on":"2023-12-01"}
calendar_unknown served_on      {"kind":K, "served_on":"0001-01-01"}
calendar_unknown served_on      {"kind":K, "served_on":"9999-12-31"}
calendar_unknown posted_on      {"kind":K, "posted_on":"2027-12-20"}
calendar_unknown served_at      {"kind":K, "served_at":"2027-12-28T00:00:00Z"}
calendar_unknown served_on      {"kind":"civil_first_advance", "served_on":"2027-12-24"}
unknown_kind     kind           {S}
unknown_kind     kind           {"kind":7, S}
unknown_kind     kind           {"kind":"Civil_Appeal", S}
bad_input        limit          {"kind":K, S, "limit":{"n":1, "unit":"day"}}
bad_input        limit          {"kind":"custom", S}
bad_input        limit          {"kind":"custom", S, "limit":"7 days"}
bad_input        limit.n        {"kind":"custom", S, "limit":{"unit":"day"}}
bad_input        limit.n        {"kind":"custom", S, "limit":{"n":0, "unit":"day"}}
bad_input        limit.n        {"kind":"custom", S, "limit":{"n":-7, "unit":"day"}}
bad_input        limit.n        {"kind":"custom", S, "limit":{"n":7.0, "unit":"day"}}
bad_input        limit.n        {"kind":"custom", S, "limit":{"n":"7", "unit":"day"}}
bad_input        limit.n        {"kind":"custom", S, "limit":{"n":18446744073709551616, "unit":"day"}}
bad_input        limit.unit     {"kind":"custom", S, "limit":{"n":7, "unit":"week"}}
bad_input        limit.unit     {"kind":"custom", S, "limit":{"n":7}}
bad_input        limit.from     {"kind":"custom", S, "limit":{"n":7, "unit":"day", "from":1}}
calendar_unknown served_on      {"kind":"custom", S, "limit":{"n":18446744073709551615, "unit":"day"}}
calendar_unknown served_on      {"kind":"custom", S, "limit":{"n":18446744073709551615, "unit":"working_day"}}
calendar_unknown served_on      {"kind":"custom", S, "limit":{"n":18446744073709551615, "unit":"month"}}
calendar_unknown served_on      {"kind":"custom", S, "limit":{"n":18446744073709551615, "unit":"year"}}
calendar_unknown served_on      {"kind":"custom", S, "limit":{"n":4000000000, "unit":"month"}}
bad_input        not_counted    {"kind":K, S, "not_counted":"2026-06-03"}
bad_input        not_counted    {"kind":K, S, "not_counted":{"from":"2026-06-03"}}
bad_date         not_counted[1] {"kind":K, S, "not_counted":["2026-06-03", "2026-06-31"]}
bad_date         not_counted[0] {"kind":K, S, "not_counted":[null]}
bad_input        paid_at        {"kind":K, S, "paid_at":"2026-06-03T00:00:00Z"}
bad_date         paid_at[0]     {"kind":K, S, "paid_at":["2026-06-03"]}
bad_input        notcounted     {"kind":K, S, "notcounted":[]}
bad_input        -              {"kind":K, S, S}
bad_input        -              ["civil_appeal", "2026-06-01"]
bad_input        -              null
bad_input        -              {
bad_input        -
"#;

#[test]
fn odd_input_gets_one_refusal_each_that_names_the_place() {
    let cases: Vec<(Vec<&str>, String)> = ODD_INPUT
        .trim()
        .lines()
        .map(|row| {
            let (expected, input) = row.split_at_checked(32).unwrap_or((row, ""));
            let input = input
                .replace("\"kind\":K", "\"kind\":\"civil_appeal_advance\"")
                .replace('S', "\"served_on\":\"2026-06-01\"");
            (expected.split_whitespace().collect(), input)
        })
        .collect();
    let lines: Vec<String> = cases.iter().map(|(_, line)| line.clone()).collect();
    let (answers, status) = answers(&lines);
    assert_eq!((answers.len(), status), (cases.len(), 1));
    for ((expected, line), answer) in cases.iter().zip(answers) {
        let field = if expected[1] == "-" { "" } else { expected[1] };
        let expected = json!({"error": {"code": expected[0], "field": field}});
        assert_eq!(without_detail(answer), expected, "{line}");
    }
}

#[test]
fn lines_that_are_all_answered_exit_with_zero() {
    let line =
        json!({"kind": "civil_appeal", "served_on": "2026-06-01", "paid_at": [], "limit": null});
    let (answers, status) = answers(&[line.to_string()]);
    assert_eq!(status, 0);
    assert_eq!(answers[0]["paid"], json!([]));
    assert_eq!(answers[0]["pay_by"], "2026-06-16");
}

fn calendar() -> Calendar {
    Calendar::parse(calendar::FIRST_VERSION).unwrap()
}

fn limits() -> Limits {
    Limits::parse(deadline::FIRST_VERSION).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn limit(n: u64, unit: Unit) -> Limit {
    Limit { n: NonZeroU64::new(n).unwrap(), unit }
}

fn reckon(rule: Rule, service: Service, not_counted: &[&str]) -> Deadline {
    let not_counted = not_counted.iter().map(|text| day(text)).collect();
    compute(&calendar(), &limits(), &DeadlineInput { rule, service, not_counted }).unwrap()
}

#[test]
fn the_demo_days_end_as_its_table_says() {
    use LimitKind::{CivilAppealAdvance, CivilFirstAdvance, CivilMatterCharge};
    for (kind, received, pay_by, lapse_after) in [
        (CivilFirstAdvance, "2026-11-20", "2026-11-27", "2026-12-03"),
        (CivilFirstAdvance, "2026-11-19", "2026-11-26", "2026-12-02"),
        (CivilMatterCharge, "2026-11-19", "2026-11-27", "2026-11-30"),
        (CivilAppealAdvance, "2026-11-19", "2026-11-30", "2026-11-30"),
        (CivilFirstAdvance, "2026-11-13", "2026-11-20", "2026-11-26"),
        (CivilFirstAdvance, "2026-11-10", "2026-11-17", "2026-11-19"),
    ] {
        let deadline = reckon(Rule::Kind(kind), Service::On(day(received)), &[]);
        let days = (deadline.pay_by(), deadline.lapse_after());
        assert_eq!(days, (day(pay_by), day(lapse_after)), "{kind} {received}");
    }
}

#[test]
fn not_counted_days_lengthen_and_a_last_day_never_falls_on_one() {
    let served = Service::On(day("2026-06-01"));
    for (n, unit, not_counted, pay_by) in [
        // The end lands on a Saturday, and the Monday after it does not count either.
        (12, Unit::Day, &["2026-06-15"][..], "2026-06-16"),
        // The lengthened limit takes in a further day that does not count.
        (3, Unit::Day, &["2026-06-03", "2026-06-05"][..], "2026-06-08"),
        (1, Unit::Month, &["2026-06-10", "2026-07-02"][..], "2026-07-03"),
        (1, Unit::Year, &["2026-12-31"][..], "2027-06-02"),
        // The day of service is not in the limit; the same day named twice is one day.
        (1, Unit::Day, &["2026-06-01"][..], "2026-06-02"),
        (2, Unit::WorkingDay, &["2026-06-02", "2026-06-02", "2026-06-03"][..], "2026-06-05"),
    ] {
        let deadline = reckon(Rule::Custom(limit(n, unit)), served, not_counted);
        assert_eq!(deadline.pay_by(), day(pay_by), "{n} {unit:?} {not_counted:?}");
    }
}

#[test]
fn a_posting_that_ends_on_an_open_day_has_two_readings() {
    // 8 November and 15 days: 23 November, which may be off, before 24 November, which is.
    let appeal = Rule::Kind(LimitKind::CivilAppealAdvance);
    let deadline = reckon(appeal, Service::Posted(day("2026-11-08")), &[]);
    assert_eq!(deadline.served_on(), day("2026-11-23"));
    assert_eq!(deadline.pay_by(), day("2026-12-03"));
    assert_eq!(
        deadline.lapse_after(),
        day("2026-12-07"),
        "ten days from 25 November end on a Saturday"
    );
    assert!(deadline.is_tentative());
}

#[test]
fn a_payment_known_by_its_day_alone_counts_as_of_that_day() {
    let first = Rule::Kind(LimitKind::CivilFirstAdvance);
    let deadline = reckon(first, Service::On(day("2026-06-01")), &[]);
    for (paid_on, expected) in [
        ("2026-05-30", Timeliness::InTime),
        ("2026-06-08", Timeliness::InTime),
        ("2026-06-09", Timeliness::Tolerated),
        ("2026-06-10", Timeliness::Tolerated),
        ("2026-06-11", Timeliness::Late),
    ] {
        assert_eq!(deadline.timeliness(day(paid_on)), expected, "{paid_on}");
    }
    let leap: Timestamp = "2026-06-08T23:59:60+07:00".parse().unwrap();
    assert_eq!(deadline.timeliness(leap), Timeliness::InTime, "a leap second is of its day");
    assert_eq!(deadline.timeliness(deadline.pay_before()), Timeliness::Tolerated);
    assert_eq!(deadline.timeliness(deadline.lapses_at()), Timeliness::Late);
}

#[test]
fn a_changed_law_counts_from_its_day_of_service() {
    let changed = format!(
        "{}\n[[limit]]\nkind = \"civil_appeal\"\nfrom = \"2026-07-01\"\n\
         shown = {{ n = 20, unit = \"day\", article = \"a law to come\", basis = \"text\" }}\n",
        deadline::FIRST_VERSION
    );
    let limits = Limits::parse(&changed).unwrap();
    let days = |served| limits.of(LimitKind::CivilAppeal, day(served)).shown.limit.n.get();
    assert_eq!((days("2026-06-30"), days("2026-07-01")), (15, 20));
}

#[test]
fn an_unfit_table_of_limits_is_refused() {
    let table = deadline::FIRST_VERSION;
    let without = table
        .replace("kind = \"civil_appeal\"", "kind = \"suspension_appeal\"\nfrom = \"2020-01-01\"");
    assert_eq!(Limits::parse(&without), Err(LimitsError::Order(LimitKind::SuspensionAppeal)));
    let cut = table.split("[[limit]]\nkind = \"refund_forfeit\"").next().unwrap();
    assert_eq!(Limits::parse(cut), Err(LimitsError::Missing(LimitKind::RefundForfeit)));
    assert_eq!(Limits::parse(&table.replace("format = 1", "format = 2")), Err(LimitsError::Format));
    for (right, wrong) in [
        ("n = 15, unit = \"day\"", "n = 0, unit = \"day\""),
        ("unit = \"year\"", "unit = \"decade\""),
        ("article = \"LTTHC 124\"", "article = \" \""),
        ("kind = \"civil_appeal\"", "kind = \"civil_appeals\""),
        ("longest = ", "longer = "),
    ] {
        let result = Limits::parse(&table.replace(right, wrong));
        assert!(matches!(result, Err(LimitsError::Form(_))), "{wrong}: {result:?}");
    }
}

prop_compose! {
    fn any_input()(
        offset in 0i64..1350,
        rule in prop_oneof![
            (0..LimitKind::ALL.len() - 1).prop_map(|index| Rule::Kind(LimitKind::ALL[index])),
            (1u64..60).prop_map(|n| Rule::Custom(limit(n, Unit::Day))),
            (1u64..30).prop_map(|n| Rule::Custom(limit(n, Unit::WorkingDay))),
            (1u64..3).prop_map(|n| Rule::Custom(limit(n, Unit::Month))),
        ],
        posted in any::<bool>(),
        skipped in proptest::collection::vec(0i64..40, 0..4),
    ) -> DeadlineInput {
        let start = day("2024-01-01").plus(offset).unwrap();
        let service = if posted { Service::Posted(start) } else { Service::On(start) };
        let not_counted = skipped.into_iter().map(|days| start.plus(days).unwrap()).collect();
        DeadlineInput { rule, service, not_counted }
    }
}

/// The last day by walking one day at a time, as a person does with a calendar on the wall.
fn walked(input: &DeadlineInput, n: u64, served: Day, reading: Reading) -> Day {
    let calendar = calendar();
    let (mut day, mut left) = (served, n);
    loop {
        let works = calendar.is_working_day(day, reading).unwrap();
        let counts = !input.not_counted.contains(&day);
        if left == 0 && works && counts {
            return day;
        }
        day = day.plus(1).unwrap();
        if left > 0 && !input.not_counted.contains(&day) {
            left -= 1;
        }
    }
}

proptest! {
    #[test]
    fn nothing_lapses_before_the_day_to_pay_and_both_are_working_days(input in any_input()) {
        let (calendar, limits) = (calendar(), limits());
        let deadline = compute(&calendar, &limits, &input).unwrap();
        prop_assert!(deadline.served_on() < deadline.pay_by());
        prop_assert!(deadline.pay_by() <= deadline.lapse_after());
        prop_assert!(calendar.is_working_day(deadline.pay_by(), Reading::Early).unwrap());
        prop_assert!(calendar.is_working_day(deadline.lapse_after(), Reading::Late).unwrap());
        prop_assert!(!input.not_counted.contains(&deadline.pay_by()));
        prop_assert!(!input.not_counted.contains(&deadline.lapse_after()));
    }

    #[test]
    fn later_service_never_ends_earlier(input in any_input(), days in 1i64..5) {
        let (calendar, limits) = (calendar(), limits());
        let later = match input.service {
            Service::Posted(day) => Service::Posted(day.plus(days).unwrap()),
            Service::On(day) => Service::On(day.plus(days).unwrap()),
            Service::At(_) => unreachable!("not made here"),
        };
        // Days before the later service stop counting as an obstacle: leave only those after both.
        let (Service::On(after) | Service::Posted(after)) = later else { unreachable!() };
        let not_counted: BTreeSet<Day> =
            input.not_counted.iter().copied().filter(|day| *day > after).collect();
        let first = compute(&calendar, &limits, &DeadlineInput { not_counted: not_counted.clone(), ..input.clone() }).unwrap();
        let second = compute(&calendar, &limits, &DeadlineInput { service: later, not_counted, ..input }).unwrap();
        prop_assert!(first.pay_by() <= second.pay_by());
        prop_assert!(first.lapse_after() <= second.lapse_after());
    }

    #[test]
    fn a_day_that_does_not_count_never_shortens(input in any_input()) {
        let (calendar, limits) = (calendar(), limits());
        let plain = DeadlineInput { not_counted: BTreeSet::new(), ..input.clone() };
        let (with, without) = (compute(&calendar, &limits, &input).unwrap(), compute(&calendar, &limits, &plain).unwrap());
        prop_assert!(without.pay_by() <= with.pay_by());
        prop_assert!(without.lapse_after() <= with.lapse_after());
    }

    #[test]
    fn days_agree_with_a_walk(input in any_input(), n in 1u64..60) {
        let input = DeadlineInput { rule: Rule::Custom(limit(n, Unit::Day)), ..input };
        let Service::On(served) = input.service else { return Ok(()) };
        let deadline = compute(&calendar(), &limits(), &input).unwrap();
        prop_assert_eq!(deadline.pay_by(), walked(&input, n, served, Reading::Early));
        prop_assert_eq!(deadline.lapse_after(), walked(&input, n, served, Reading::Late));
    }
}
