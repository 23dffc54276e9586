//! Law tables: what ships, which one rules a day, and what is refused at load.

use anphi::domain::{
    fee::{
        Law, LawChoice, LawTables,
        law::{LawFault, Tariff},
    },
    time::Day,
};

const NEW: &str = include_str!("../../../assets/fees/nq326_2016.toml");
const OLD: &str = include_str!("../../../assets/fees/pl10_2009.toml");

#[test]
fn both_tables_ship_whole() {
    let tables = LawTables::shipped().unwrap();
    let counts: Vec<_> = tables
        .all()
        .iter()
        .map(|law| {
            let bands: usize = law
                .fees()
                .iter()
                .map(|fee| match &fee.tariff {
                    Tariff::Progressive { bands, .. } => bands.len(),
                    Tariff::Fixed(_) | Tariff::PerUnit { .. } => 0,
                })
                .sum();
            let (reliefs, endings) = (law.reliefs().len(), law.endings().len());
            (law.id(), law.fees().len(), bands, reliefs, endings, law.disposals().len())
        })
        .collect();
    assert_eq!(counts, [("nq326_2016", 29, 16, 30, 12, 22), ("pl10_2009", 26, 16, 6, 8, 0)]);
}

#[test]
fn the_hash_is_that_of_the_bytes() {
    use sha2::{Digest, Sha256};

    let law = Law::load(NEW).unwrap();
    let expected: [u8; 32] = Sha256::digest(NEW.as_bytes()).into();
    assert_eq!(law.hash().bytes(), expected);
    assert_eq!(law.hash().to_string().len(), 64);
    assert_ne!(Law::load(&NEW.replace("2026", "2027")).unwrap().hash(), law.hash());
}

#[test]
fn the_acceptance_day_chooses_the_law() {
    let tables = LawTables::shipped().unwrap();
    for (day, law) in [
        ("2009-06-30", None),
        ("2009-07-01", Some("pl10_2009")),
        ("2016-12-31", Some("pl10_2009")),
        ("2017-01-01", Some("nq326_2016")),
        ("2999-12-31", Some("nq326_2016")),
    ] {
        let day: Day = day.parse().unwrap();
        let chosen = tables.choose(&LawChoice::Auto, day).ok().map(Law::id);
        assert_eq!(chosen, law, "{day}");
    }
}

#[test]
fn a_table_that_could_mislead_is_refused() {
    let civil_b = "above = 6000000\nup_to = 400000000\nfixed = 0\nrate = \"0.05\"";
    let in_civil_b = |new: &str| (civil_b, civil_b.replace("above = 6000000", new));
    let last = "above = 4000000000\nfixed = 112000000";
    #[rustfmt::skip]
    let refusals: [((&str, String), &str, LawFault); 18] = [
        (("schema = 1", "schema = 2".into()), "schema", LawFault::Schema(2)),
        (("to = \"\"", "to = \"2016-12-31\"".into()), "validity", LawFault::Backwards),
        (in_civil_b("above = 6000001"), "fee civil.first.value, band b", LawFault::Gap),
        (in_civil_b("above = 5999999"), "fee civil.first.value, band b", LawFault::Overlap),
        (("letter = \"a\"\nabove = 0", "letter = \"a\"\nabove = 1".into()), "fee civil.first.value, band a", LawFault::FirstBand),
        ((last, format!("{last}\nup_to = 5000000000")), "fee civil.first.value, band e", LawFault::OpenBand),
        (("up_to = 800000000\n", String::new()), "fee civil.first.value, band c", LawFault::OpenBand),
        (("fixed = 20000000", "fixed = 19999999".into()), "fee civil.first.value, band c", LawFault::JumpsDown),
        (("rate = \"0.05\"", "rate = \"1.05\"".into()), "fee civil.first.value, band b", LawFault::Rate),
        (("over = 400000000", "over = 400000001".into()), "fee civil.first.value, band c", LawFault::EmptyBand),
        (("code = \"criminal.appeal\"", "code = \"criminal.first\"".into()), "fee criminal.first", LawFault::DoubleCode),
        (("code = \"procuracy\"", "code = \"voter_list\"".into()), "relief voter_list", LawFault::DoubleCode),
        (("code = \"amended\"", "code = \"upheld\"".into()), "ending upheld", LawFault::DoubleCode),
        (("code = \"wrong_party_status\"", "code = \"suspended\"".into()), "disposal suspended", LawFault::DoubleCode),
        (("cases = [\"commercial\"]", "cases = [\"civil\"]".into()), "fee commercial.first.no_value", LawFault::Ambiguous("civil.first.no_value".into())),
        (("cases = [\"civil\", \"family\", \"labour\"]", "cases = [\"civil\", \"family\"]".into()), "advance.value_floor", LawFault::NoFloor(anphi::domain::fee::law::CaseKind::Labour)),
        (("value_min = 1", "value_min = 0".into()), "limits", LawFault::Amount),
        (("floor = 300000\n", String::new()), "fee civil.first.value", LawFault::Keys("fixed needs amount, per_unit amount and unit, progressive floor")),
    ];
    for ((find, replace), place, fault) in refusals {
        assert!(NEW.contains(find), "{find}");
        let error = Law::load(&NEW.replacen(find, &replace, 1)).unwrap_err();
        assert_eq!((error.place.as_str(), &error.fault), (place, &fault), "{error}");
    }
}

#[test]
fn a_file_of_another_form_is_refused_with_its_line() {
    for (find, replace, says) in [
        ("[limits]", "[limit]", "limit"),
        ("value_max = 999999999999999", "value_max = \"much\"", "value_max"),
        ("value_rate = \"0.5\"", "value_rate = 0.5", "value_rate"),
        ("collector = \"court\"", "collector = \"bank\"", "bank"),
        ("mode = \"half_up\"", "mode = \"even\"", "even"),
        ("unit = 1\n", "unit = 10\n", "1 or 1000"),
        ("to = \"budget\"", "to = \"burn\"", "burn"),
        ("from = \"2017-01-01\"", "from = \"2017-13-01\"", "from"),
        ("rate_max = \"0.5\"\n", "", "a reduction"),
        ("effect = \"exempt\"", "effect = \"exempt\"\nrate_max = \"0.5\"", "a reduction"),
    ] {
        assert!(NEW.contains(find), "{find}");
        let error = Law::load(&NEW.replacen(find, replace, 1)).unwrap_err();
        assert!(error.to_string().contains(says), "{says}: {error}");
    }
}

#[test]
fn two_tables_never_share_a_day_or_an_id() {
    let load = |old: &str| vec![Law::load(NEW).unwrap(), Law::load(old).unwrap()];
    let meets = LawTables::new(load(&OLD.replace("to = \"2016-12-31\"", "to = \"2017-01-01\"")));
    assert_eq!(meets.unwrap_err().fault, LawFault::MeetsAnother("nq326_2016".into()));
    let open = LawTables::new(load(&OLD.replace("to = \"2016-12-31\"", "to = \"\"")));
    assert_eq!(open.unwrap_err().fault, LawFault::MeetsAnother("nq326_2016".into()));
    let named = LawTables::new(load(&OLD.replace("id = \"pl10_2009\"", "id = \"nq326_2016\"")));
    assert_eq!(named.unwrap_err().fault, LawFault::DoubleCode);
}
