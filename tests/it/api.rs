//! The API through its router, in process, on both engines. Every answer is held to `openapi.yaml`.

pub mod client;
mod document;
mod happy;
mod keys;
mod once;
pub mod refused;

use serde_json::{Value, json};

/// A case like DEMO-02's: a claim of 120,000,000 đồng, whose advance is 3,000,000.
pub fn a_case() -> Value {
    json!({
        "court": "DEMO-TAND-00-KV01",
        "kind": "civil",
        "instance": "first",
        "subject": "Tranh chấp hợp đồng vay tài sản",
        "filed_on": "2026-11-23",
        "external_id": "QLVA-000125",
        "parties": [
            {
                "role": "plaintiff", "kind": "person", "name": "Lê Thị Giả Định",
                "document_kind": "citizen_id", "document": "000000000003",
                "address": "số 3 đường Ví Dụ, xã Hồ Sao, tỉnh Sông Mơ"
            },
            {
                "role": "defendant", "kind": "person", "name": "Bùi Văn Mẫu",
                "address": "số 4 đường Ví Dụ, xã Hồ Sao, tỉnh Sông Mơ"
            }
        ],
        "claims": [{ "text": "Đòi nợ vay", "amount": 120_000_000, "by": [{ "party": 0 }] }]
    })
}
