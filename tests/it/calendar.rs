//! Days off: the table's two readings, counting both ways, and tables that are refused.

use anphi::domain::{
    calendar::{Calendar, FIRST_VERSION, Reading},
    time::Day,
};

fn calendar() -> Calendar {
    Calendar::parse(FIRST_VERSION).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn days_are_read_early_and_late() {
    let calendar = calendar();
    for (text, early, late) in [
        ("2026-11-23", true, false),
        ("2026-11-24", false, false),
        ("2026-11-25", true, true),
        ("2026-11-28", true, false),
        ("2026-11-29", false, false),
        ("2026-08-22", true, true),
        ("2026-08-31", false, false),
        ("2027-02-04", true, false),
        ("2027-02-06", false, false),
        ("2027-05-03", false, false),
    ] {
        let works = |reading| calendar.is_working_day(day(text), reading).unwrap();
        assert_eq!((works(Reading::Early), works(Reading::Late)), (early, late), "{text}");
    }
    let unknown = calendar.is_working_day(day("2028-01-01"), Reading::Late).unwrap_err();
    assert_eq!(unknown.0, day("2028-01-01"));
    assert_eq!(calendar.span(), Some((2024, 2027)));
}

#[test]
fn working_days_are_counted_both_ways() {
    let calendar = calendar();
    let d = calendar.previous_working_day(day("2026-11-25"), Reading::Early).unwrap();
    assert_eq!(d, day("2026-11-23"), "24 November is off, 23 November open");
    for (back, expected) in [
        (0, "2026-11-23"),
        (1, "2026-11-20"),
        (2, "2026-11-19"),
        (6, "2026-11-13"),
        (9, "2026-11-10"),
    ] {
        let found = calendar.working_day_before(d, back, Reading::Early).unwrap();
        assert_eq!(found, day(expected), "D-{back}");
        assert_eq!(calendar.working_day_after(found, back, Reading::Early), Ok(d), "and back");
    }
    assert_eq!(calendar.working_day_from(day("2026-02-14"), Reading::Late), Ok(day("2026-02-23")));
    assert!(calendar.working_day_before(day("2024-01-02"), 1, Reading::Early).is_err());
}

#[test]
fn days_off_have_names_and_a_missing_year_is_asked_for_from_october() {
    let calendar = calendar();
    assert_eq!(calendar.day_off(day("2026-04-26")).unwrap().name, "Giỗ Tổ Hùng Vương");
    assert_eq!(calendar.day_off(day("2026-04-25")), None);
    let named: Vec<String> = calendar
        .days_off(day("2026-08-31"), day("2026-09-02"))
        .map(|(day, _)| day.slashed())
        .collect();
    assert_eq!(named, ["31/08/2026", "01/09/2026", "02/09/2026"]);
    for (today, missing) in [
        ("2027-09-30", None),
        ("2027-10-01", Some(2028)),
        ("2028-01-05", Some(2028)),
        ("2028-10-05", Some(2028)),
        ("2026-12-31", None),
    ] {
        assert_eq!(calendar.missing_year(day(today)), missing, "{today}");
    }
}

/// What stands in the table, what is put there instead, how the refusal begins.
const UNFIT: &str = r#"
format = 1                          | format = 2                          | this program reads format 1
Asia/Ho_Chi_Minh                    | Asia/Bangkok                        | the days are those of the time zone
["sat", "sun"]                      | ["sun", "sun"]                      | weekly_rest names from one to six
["sat", "sun"]                      | []                                  | weekly_rest names from one to six
["sat", "sun"]                      | ["sat", "chủ nhật"]                 | unknown variant `chủ nhật`
year = 2025                         | year = 2023                         | the years follow one another
year = 2025                         | year = 2026                         | the years follow one another
work = ["2025-04-26"]               | work = ["2026-04-25"]               | 2026-04-25 is not a day of the year 2025
work = ["2025-04-26"]               | work = ["2025-04-25"]               | 2025-04-25 is an ordinary working day
work = ["2025-04-26"]               | work = ["2025-05-02"]               | 2025-05-02 is named both
work = ["2025-04-26"]               | work = ["2025-04-26", "2025-04-26"] | 2025-04-26 does not come after
work = ["2025-04-26"]               | worked = ["2025-04-26"]             | unknown field `worked`
{ date = "2025-01-27", name         | { date = "2025-01-28", name         | 2025-01-28 does not come after
{ date = "2025-01-28", name         | { date = "2026-01-28", name         | 2026-01-28 is not a day of the year 2025
{ date = "2025-04-07", name = "Giỗ Tổ Hùng Vương" | { date = "2025-04-07", name = " " | 2025-04-07 has no name
{ date = "2025-04-07"               | { date = "2025-4-7"                 | "2025-4-7" is no day
{ date = "2025-04-07"               | { date = "2025-02-29"               | "2025-02-29" is no day
name = "Giỗ Tổ Hùng Vương (nghỉ bù)" | name = "x", status = "firm"        | 2026-04-27 has a status
name = "Tết Nguyên đán (mùng 1)", status = "firm" | name = "Tết"          | 2027-02-06 needs a status
off = ["2026-11-23"]                | off = ["2026-11-24"]                | 2026-11-24 stands open
off = ["2026-11-23"]                | off = ["2026-11-22"]                | 2026-11-22 stands open
work = ["2026-11-28"] }             | work = ["2026-11-27"] }             | 2026-11-27 stands open
work = ["2026-11-28"] }             | work = ["2026-08-22"] }             | 2026-08-22 stands open
"#;

#[test]
fn an_unfit_table_is_refused_where_it_is_unfit() {
    for row in UNFIT.trim().lines() {
        let parts: Vec<&str> = row.split('|').map(str::trim).collect();
        let [right, wrong, said] = parts[..] else { panic!("{row}") };
        let unfit = FIRST_VERSION.replacen(right, wrong, 1);
        assert_ne!(unfit, FIRST_VERSION, "{right}");
        let error = Calendar::parse(&unfit).unwrap_err();
        assert!(error.to_string().starts_with(said), "{wrong}: {error}");
        let line_of = |at: usize| unfit[..at].lines().count();
        let (found, changed) = (line_of(error.at), line_of(FIRST_VERSION.find(right).unwrap()));
        assert!(found.abs_diff(changed) <= 1, "{wrong}: line {found}, changed {changed}");
    }
}

#[test]
fn a_table_without_years_or_sources_is_refused() {
    let head = FIRST_VERSION.split("[[year]]").next().unwrap();
    assert_eq!(Calendar::parse(head).unwrap_err().to_string(), "the table holds no year");
    let year = "[[year]]\nyear = 2024\nstatus = \"announced\"\nwork = []\noff = []\n";
    let bare = format!("{head}{year}sources = [\" \"]\n");
    assert_eq!(Calendar::parse(&bare).unwrap_err().to_string(), "the year names no source");
}
