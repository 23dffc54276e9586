//! The pay page and the test control.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Form, Json, Router,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use chrono::NaiveDateTime;
use serde::Deserialize;

use super::{Order, QueryMood, Vnpay};
use crate::{
    domain::{money::grouped, time::Timestamp},
    sim::{Act, ActError, locked, sign},
};

pub(super) fn router() -> Router<Vnpay> {
    Router::new()
        .route("/paymentv2/vpcpay.html", get(open))
        .route("/paymentv2/choose", post(choose))
        .route("/control/{reference}/{act}", post(control))
        .route("/control/querydr/mood/{mood}", post(mood))
}

/// Why VNPAY shows an error page instead of taking an order, by its own code.
struct Refusal(&'static str, &'static str);

const BAD_DATA: Refusal = Refusal("03", "Dữ liệu gửi sang không đúng định dạng");
const EXPIRED: Refusal = Refusal("15", "Giao dịch đã quá thời gian chờ thanh toán");
const BAD_HASH: Refusal = Refusal("70", "Sai chữ ký");
const NO_SITE: Refusal = Refusal("71", "Website chưa được phê duyệt");
const DONE: Refusal = Refusal("02", "Giao dịch đã được xử lý");

async fn open(State(vnpay): State<Vnpay>, RawQuery(query): RawQuery) -> Response {
    match take(&vnpay, &query.unwrap_or_default()) {
        Ok(order) => Html(page(&order)).into_response(),
        Err(Refusal(code, why)) => {
            let body = format!("<h1>Không thanh toán được</h1><p>Mã lỗi {code}: {why}.</p>");
            (StatusCode::BAD_REQUEST, Html(frame("Không thanh toán được", &body))).into_response()
        }
    }
}

/// Reads and checks a pay URL, and remembers the order.
fn take(vnpay: &Vnpay, query: &str) -> Result<Order, Refusal> {
    let fields: BTreeMap<String, String> =
        decoded(query).into_iter().filter(|(name, _)| name.starts_with("vnp_")).collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let mut state = locked(&vnpay.state);
    let terminal = field("vnp_TmnCode");
    let merchant = state.merchants.get(&terminal).ok_or(NO_SITE)?;
    let signed = fields.iter().filter(|(name, _)| !name.starts_with("vnp_SecureHash"));
    let text = sign::query(signed.map(|(name, value)| (name.as_str(), value.as_str())));
    if sign::hmac_sha512(&merchant.secret, &text) != field("vnp_SecureHash").to_lowercase() {
        return Err(BAD_HASH);
    }
    let fixed = [("vnp_Version", "2.1.0"), ("vnp_Command", "pay"), ("vnp_CurrCode", "VND")];
    let wrong = fixed.iter().any(|(name, value)| field(name) != *value);
    let amount = field("vnp_Amount");
    let amount = amount.parse().ok().filter(|n| *n > 0 && amount.len() <= 12 && n % 100 == 0);
    let times = (moment(&field("vnp_CreateDate")), moment(&field("vnp_ExpireDate")));
    let (false, Some(amount), (Some(_), Some(expires))) = (wrong, amount, times) else {
        return Err(BAD_DATA);
    };
    let missing = ["vnp_IpAddr", "vnp_OrderInfo", "vnp_OrderType", "vnp_ReturnUrl", "vnp_TxnRef"]
        .iter()
        .any(|name| field(name).is_empty());
    if missing || !matches!(field("vnp_Locale").as_str(), "vn" | "en") {
        return Err(BAD_DATA);
    }
    let order = Order {
        terminal,
        provider_ref: field("vnp_TxnRef"),
        amount,
        info: field("vnp_OrderInfo"),
        return_url: field("vnp_ReturnUrl"),
        opened: field("vnp_CreateDate"),
        outcome: None,
        last_ipn: None,
    };
    let same = |found: &&Order| {
        found.terminal == order.terminal && found.provider_ref == order.provider_ref
    };
    match state.orders.iter().find(same) {
        Some(known) if known.outcome.is_some() => return Err(DONE),
        Some(_) => {}
        None => state.orders.push(order.clone()),
    }
    if vnpay.stage.now() > expires { Err(EXPIRED) } else { Ok(order) }
}

/// Pairs of a query, decoded; of a repeated name the last.
fn decoded(query: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// `yyyyMMddHHmmss` of Vietnam.
fn moment(text: &str) -> Option<Timestamp> {
    let local = NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").ok()?;
    Timestamp::from_vietnam(local)
}

#[derive(Deserialize)]
struct Choice {
    order: String,
    act: String,
}

/// A button: the browser goes back at once, the IPN goes out beside it, as in the field.
async fn choose(State(vnpay): State<Vnpay>, Form(choice): Form<Choice>) -> Response {
    let decided = choice.act.parse().and_then(|act| Ok((act, vnpay.decide(&choice.order, act)?)));
    match decided {
        Ok((act, message)) => {
            let wait = if act == Act::Late { vnpay.stage.pace.late } else { Duration::ZERO };
            let back = Redirect::to(&message.return_address());
            vnpay.send_beside(message, wait);
            back.into_response()
        }
        Err(error) => refused(error),
    }
}

async fn control(
    State(vnpay): State<Vnpay>,
    Path((reference, act)): Path<(String, String)>,
) -> Response {
    let played = async { vnpay.act(&reference, act.parse()?).await };
    match played.await {
        Ok(call) => {
            let answer = call.and_then(|call| call.answer);
            Json(serde_json::json!({ "RspCode": answer })).into_response()
        }
        Err(error) => refused(error),
    }
}

async fn mood(State(vnpay): State<Vnpay>, Path(word): Path<String>) -> Response {
    match QueryMood::WORDS.into_iter().find(|(known, _)| *known == word) {
        Some((_, mood)) => {
            vnpay.set_mood(mood);
            StatusCode::NO_CONTENT.into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn refused(error: ActError) -> Response {
    let status = match error {
        ActError::NoSuchAct | ActError::Unknown => StatusCode::NOT_FOUND,
        ActError::Done => StatusCode::CONFLICT,
        ActError::Malformed => StatusCode::BAD_REQUEST,
    };
    (status, error.to_string()).into_response()
}

fn page(order: &Order) -> String {
    let amount = grouped(i64::try_from(order.amount / 100).unwrap_or(i64::MAX), '.');
    let buttons = [
        ("pay", "Thanh toán"),
        ("late", "Thanh toán, báo chậm"),
        ("fail", "Không đủ số dư"),
        ("cancel", "Hủy giao dịch"),
    ];
    let buttons = buttons.map(|(act, label)| {
        format!("<p><button name=\"act\" value=\"{act}\">{label}</button></p>")
    });
    let buttons = buttons.concat();
    let body = format!(
        "<h1>Cổng thanh toán mô phỏng</h1>\
         <p><strong>DỮ LIỆU THỬ.</strong> Trang này đóng vai VNPAY để thử; không có tiền thật.</p>\
         <dl><dt>Đơn vị nhận</dt><dd>{terminal}</dd><dt>Mã giao dịch</dt><dd>{reference}</dd>\
         <dt>Nội dung</dt><dd>{info}</dd><dt>Số tiền</dt><dd>{amount}\u{a0}đồng</dd></dl>\
         <form method=\"post\" action=\"/paymentv2/choose\">\
         <input type=\"hidden\" name=\"order\" value=\"{reference}\">{buttons}</form>",
        terminal = escaped(&order.terminal),
        reference = escaped(&order.provider_ref),
        info = escaped(&order.info),
    );
    frame("Cổng thanh toán mô phỏng", &body)
}

fn frame(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"vi\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"icon\" href=\"data:,\"><title>{title}</title>\
         <style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;\
         margin:2rem auto;padding:0 1rem}}button{{font:inherit;min-height:44px;width:100%}}\
         dt{{color:#555}}dd{{margin:0 0 .5rem;font-weight:600}}</style></head>\
         <body><main>{body}</main></body></html>"
    )
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}
