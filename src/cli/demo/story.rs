//! The story: from quotes to acceptance, a line a step. A step that did not do what it should ends
//! the story. Who acts does so over HTTP, and what a line says is read over HTTP by somebody else.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    cast::{CASES, Case, KV1, KV2, Person},
    clients::{Browser, Staff},
    html, money, quote, recon,
    stage::Stage,
};
use crate::{
    app::{
        anchor::Anchored,
        check::{Asked, Reach, check},
    },
    cli::{Failure, Outcome, open},
    domain::{
        calendar::Reading,
        case::{GroupKind, Instance, PartyRole},
        id::Reference,
        money::Dong,
        time::{Clock as _, Day, Timestamp},
    },
};

/// Cases of the story by their numbers: their ids at the installation.
type Cases = BTreeMap<&'static str, String>;

pub(super) fn wrong(step: &str, why: impl std::fmt::Display) -> Failure {
    Failure::NotSo(format!("{step}: {why}"))
}

/// Refuses a step whose outcome is not the one it must have.
pub(super) fn must<T: PartialEq + std::fmt::Debug>(step: &str, found: &T, expected: &T) -> Outcome {
    if found == expected {
        Ok(())
    } else {
        Err(wrong(step, format!("{found:?} instead of {expected:?}")))
    }
}

/// A text of a JSON answer; empty where there is none.
pub(super) fn text<'a>(json: &'a Value, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A sum of a JSON answer.
pub(super) fn sum(json: &Value, pointer: &str) -> Dong {
    let found = json.pointer(pointer).and_then(Value::as_i64);
    found.and_then(Dong::new).unwrap_or(Dong::ZERO)
}

/// Plays it all.
pub(super) async fn play(stage: &Stage) -> Outcome {
    let mut cases = Cases::new();
    for before in [9, 6, 2, 1] {
        let day = working_day_before(stage, before)?;
        stage.clock.set(at(day, 8, 0)?);
        for case in &CASES {
            notices_of_day(stage, case, before, &mut cases).await?;
        }
    }
    money::pay_by_gateway(stage).await?;
    money::bank_day(stage).await?;
    recon::reconcile(stage).await?;
    accept(stage, &cases).await?;
    verify(stage).await
}

pub(super) fn working_day_before(stage: &Stage, count: u32) -> Result<Day, Failure> {
    let day = stage.calendar.working_day_before(stage.day, count.into(), Reading::Early);
    day.map_err(|_| wrong("calendar", "the days before are not in the table"))
}

pub(super) fn at(day: Day, hour: u32, minute: u32) -> Result<Timestamp, Failure> {
    day.date()
        .and_hms_opt(hour, minute, 0)
        .and_then(Timestamp::from_vietnam)
        .ok_or_else(|| wrong("calendar", "no such time"))
}

/// Clerk and judge of a court.
pub(super) fn court_staff<'a>(
    stage: &'a Stage,
    court: &str,
) -> Result<(&'a Staff, &'a Staff), Failure> {
    let at = if court == KV1 { "kv1" } else { "kv2" };
    Ok((stage.users.staff(&format!("thuky.{at}"))?, stage.users.staff(&format!("thamphan.{at}"))?))
}

async fn notices_of_day(
    stage: &Stage,
    case: &'static Case,
    before: u32,
    cases: &mut Cases,
) -> Outcome {
    let due = case.claims.iter().flat_map(|claim| claim.notices);
    if !due.clone().any(|notice| notice.before == before) {
        return Ok(());
    }
    let id = match cases.get(case.number) {
        Some(id) => id.clone(),
        None => take_up(stage, case, cases).await?,
    };
    let whole = stage.users.reader.read(&format!("/cases/{id}")).await?;
    for (place, claim) in case.claims.iter().enumerate() {
        let planned: Vec<_> = claim.notices.iter().filter(|due| due.before == before).collect();
        let group = text(&whole, &format!("/claims/{place}/group"));
        if planned.is_empty() {
            continue;
        }
        quote::quote(stage, (case, claim), &id).await?;
        stage.random.plan(planned.iter().map(|due| due.number));
        let body = json!({ "case": id, "group": group, "send_to_sign": true });
        let drafted = stage.users.court_system.make("/notices", &body).await?;
        let drafted = drafted.pointer("/items").and_then(Value::as_array).cloned();
        let drafted = drafted.unwrap_or_default();
        must("notice", &drafted.len(), &planned.len())?;
        for (notice, planned) in drafted.iter().zip(&planned) {
            let reference = text(notice, "/reference");
            issue(stage, (case, &id), reference, dong(planned.advance)).await?;
        }
    }
    Ok(())
}

fn dong(amount: i64) -> Dong {
    super::cast::dong(amount)
}

/// The court's own system hands a case over.
async fn take_up(stage: &Stage, case: &'static Case, cases: &mut Cases) -> Result<String, Failure> {
    let made = stage.users.court_system.make("/cases", &new_case(stage, case)).await?;
    let id = text(&made, "/id").to_owned();
    let read = stage.users.reader.read(&format!("/cases/{id}")).await?;
    must("quote", &text(&read, "/number"), &case.number)?;
    for claim in case.claims.iter().filter(|claim| claim.relief.is_some()) {
        quote::quote(stage, (case, claim), &id).await?;
    }
    cases.insert(case.number, id.clone());
    Ok(id)
}

async fn issue(stage: &Stage, (case, id): (&Case, &str), reference: &str, amount: Dong) -> Outcome {
    let (clerk, judge) = court_staff(stage, case.court)?;
    let id = notice_id(stage, (case, id), reference).await?;
    let sign = format!("/desk/notices/{id}/sign");
    let desk = judge.seated().await?;
    let code = judge.code()?;
    desk.must_say(&desk.open(&sign).await?, &amount.to_string())?;
    desk.taken(desk.fill((&sign, &sign), &[("code", &code)]).await?)?;
    let notice = stage.users.reader.read(&format!("/notices/{reference}")).await?;
    let payers = notice.pointer("/payers").and_then(Value::as_array).cloned().unwrap_or_default();
    for payer in &payers {
        serve(stage, clerk.seated().await?, &id, text(payer, "/party")).await?;
    }
    let notice = stage.users.reader.read(&format!("/notices/{reference}")).await?;
    must("notice", &sum(&notice, "/amount"), &amount)?;
    must("notice", &text(&notice, "/state"), &"served")?;
    let names: Vec<&str> = payers.iter().map(|payer| text(payer, "/name")).collect();
    let pay_by = text(&notice, "/pay_by").parse::<Day>().map(Day::slashed);
    open::say(&format!(
        "notice {reference} {} nộp {amount} đ trước 24:00 {}, served",
        names.join("; "),
        pay_by.map_err(|error| wrong("notice", error))?
    ))
}

async fn serve(stage: &Stage, desk: &Browser, notice: &str, party: &str) -> Outcome {
    let today = stage.clock.now().day().date();
    let part = |form: &str| today.format(form).to_string();
    let (day, month, year) = (part("%d"), part("%m"), part("%Y"));
    let fields = [
        ("to", party),
        ("way", "by-hand"),
        ("day-day", &day),
        ("day-month", &month),
        ("day-year", &year),
        ("by", "Tống đạt viên Mẫu"),
        ("act", "save"),
    ];
    let served = format!("/desk/notices/{notice}/served");
    desk.taken(desk.fill((&served, &served), &fields).await?).map(drop)
}

/// The desk's id of a notice, which its addresses carry: as the clerk finds it on the case's page.
async fn notice_id(
    stage: &Stage,
    (case, id): (&Case, &str),
    reference: &str,
) -> Result<String, Failure> {
    let (clerk, _) = court_staff(stage, case.court)?;
    let page = clerk.seated().await?.open(&format!("/desk/cases/{id}")).await?;
    let spaced = reference.parse::<Reference>().map_err(|error| wrong("notice", error))?.spaced();
    let mut sections = page.text.split("<section").skip(1);
    let section = sections.find(|section| section.contains(&spaced));
    let found = section.and_then(|section| html::between(section, "/desk/notices/", "/"));
    found.map(str::to_owned).ok_or_else(|| wrong("notice", reference))
}

fn new_case(stage: &Stage, case: &Case) -> Value {
    let today = stage.clock.now().day();
    let judge = if case.court == KV1 { "thamphan.kv1" } else { "thamphan.kv2" };
    let claims = case.claims.iter().map(|claim| {
        let by: Vec<Value> = claim.by.iter().map(|place| json!({ "party": place })).collect();
        let amount = Some(claim.value).filter(|value| *value > 0);
        json!({ "text": claim.text, "group": claim.group, "amount": amount, "by": by,
            "relief": claim.relief })
    });
    let reliefs = case.relief.iter().map(|(party, code, decision)| {
        json!({ "party": party, "code": code, "decision_number": decision, "decided_on": today })
    });
    json!({
        "court": case.court,
        "number": case.number,
        "kind": case.kind,
        "instance": case.instance,
        "subject": case.subject,
        "filed_on": today,
        "judge": judge,
        "parties": case.parties.iter().map(|(role, who)| party(*role, *who)).collect::<Vec<_>>(),
        "claims": claims.collect::<Vec<_>>(),
        "reliefs": reliefs.collect::<Vec<_>>(),
    })
}

fn party(role: PartyRole, person: Person) -> Value {
    let number = person.number;
    let communes = ["Bến Mơ", "Hồ Sao", "Núi Mơ", "Cầu Mây"];
    let place = usize::try_from(number % 4).unwrap_or(0);
    let commune = communes.get(place).copied().unwrap_or("Bến Mơ");
    let (kind, document_kind, document) = if person.body {
        ("organisation", "tax_code", format!("{number:010}"))
    } else {
        ("person", "citizen_id", format!("{number:012}"))
    };
    json!({
        "role": role,
        "kind": kind,
        "name": person.name,
        "document_kind": document_kind,
        "document": document,
        "address": format!("số {number} đường Ví Dụ, xã {commune}, tỉnh Sông Mơ"),
        "phone": format!("0000000{number:03}"),
        "email": format!("duongsu{number}@vidu.invalid"),
    })
}

/// Whoever the court's rule names accepts each claim group that is paid: from the list, one click.
async fn accept(stage: &Stage, cases: &Cases) -> Outcome {
    stage.clock.set(at(stage.day, 18, 30)?);
    for case in CASES.iter().filter(|case| case.instance == Instance::First) {
        let Some(id) = cases.get(case.number) else { continue };
        let (clerk, judge) = court_staff(stage, case.court)?;
        let (by, list) = if case.court == KV2 {
            (judge, "/desk/judge?tab=to-accept")
        } else {
            (clerk, "/desk/today?tab=to-accept")
        };
        let notices = case.claims.iter().flat_map(|claim| claim.notices);
        for due in notices {
            let reference = due.reference().to_string();
            let notice = notice_id(stage, (case, id), &reference).await?;
            let action = format!("/desk/notices/{notice}/accept");
            let desk = by.seated().await?;
            if desk.open(list).await?.form(&action).is_none() {
                continue;
            }
            desk.taken(desk.fill((list, &action), &[]).await?)?;
            accepted(stage, (case, id), &reference, by.name()).await?;
        }
    }
    Ok(())
}

/// What others read of an acceptance.
async fn accepted(stage: &Stage, (case, id): (&Case, &str), reference: &str, by: &str) -> Outcome {
    let notice = stage.users.reader.read(&format!("/notices/{reference}")).await?;
    let kind = text(&notice, "/case/group_kind");
    must("acceptance", &text(&notice, "/case/id"), &id)?;
    let on = text(&notice, "/case/accepted_on").parse::<Day>();
    let on = on.map_err(|error| wrong("acceptance", error))?;
    must("acceptance", &text(&notice, "/receipt/used_for").is_empty(), &false)?;
    let number = notice.pointer("/case/register_number").and_then(Value::as_i64);
    must("acceptance", &number.is_some(), &(kind == GroupKind::Main.code()))?;
    let told = number.map_or_else(|| kind.to_owned(), |number| format!("số {number}"));
    open::say(&format!("acceptance {} {told} ngày {}, {by}", case.number, on.slashed()))
}

/// The end of the day: what is open, what is paid, and every invariant.
async fn verify(stage: &Stage) -> Outcome {
    for (state, count, total) in [("paid", 16, 226_150_000), ("served", 5, 101_800_000)] {
        let listed = stage.users.reader.read(&format!("/notices?state={state}&limit=100")).await?;
        let items = listed.pointer("/items").and_then(Value::as_array).cloned();
        let items = items.unwrap_or_default();
        let sums = items.iter().map(|item| sum(item, "/amount"));
        let found = (items.len(), Dong::total(sums).unwrap_or(Dong::ZERO));
        must(&format!("check {state}"), &found, &(count, dong(total)))?;
    }
    stage.clock.pass(TimeDelta::minutes(1));
    let asked = Asked {
        now: stage.app.now(),
        tables: &stage.app.tables,
        anchor: None::<&Anchored>,
        reach: Reach::Sample(1),
    };
    let findings = check(&stage.app.store, &asked).await.map_err(|error| wrong("check", error))?;
    if let Some(finding) = findings.iter().find(|finding| !finding.ok) {
        return Err(wrong("check", format!("{} {:?}", finding.invariant, finding.rows)));
    }
    open::say(&format!("check {} invariants hold", findings.len()))
}
