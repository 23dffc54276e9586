//! What the lane is compared with: one transaction a callback, as one would write it first. The
//! same door, proof, rules and rows; nine statements, one after the other, and a commit.
//!
//! It knows the case that is measured: a push that pays one payable notice. Anything else, and
//! anything that fails, is answered as what must be sent again.

mod rows;
#[macro_use]
mod statements;
mod texts;

use std::{collections::HashMap, net::SocketAddr, path::Path, sync::Arc};

use anphi::{
    app::{
        App,
        callbacks::{ProviderKind, RawCallback},
    },
    domain::{
        audit::{Actor, ActorKind},
        id::{AccountId, AgencyId, LedgerAccountId},
        ledger::{LedgerKind, LedgerRef},
    },
    providers::Answer,
    store::Store,
};
use axum::{
    Router,
    body::Bytes,
    extract::{ConnectInfo, Path as AtPath, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::post,
};

use self::rows::{Books, Came};
use crate::{installation, seed};

/// An account as the settings name it, with its agency.
type Accounts = HashMap<String, (AccountId, AgencyId)>;

/// A running baseline.
struct Baseline {
    app: Arc<App>,
    accounts: Accounts,
    ledger: HashMap<LedgerRef, LedgerAccountId>,
}

/// Why a callback was not settled; the transaction is rolled back.
type Refused = Box<dyn std::error::Error + Send + Sync>;

/// Serves callbacks of the installation whose settings are in `file`.
pub(crate) async fn serve(file: &Path, address: SocketAddr) {
    let store = installation::open(file).await;
    let app = seed::app(file, &store).await;
    let mut tx = store.read().await.unwrap();
    let (mut accounts, mut ledger) = (Accounts::new(), HashMap::new());
    for row in tx.accounts().await.unwrap() {
        ledger.extend(tx.ledger_accounts(row.agency_id).await.unwrap());
        accounts.insert(row.name, (row.id, row.agency_id));
    }
    tx.rollback().await.unwrap();
    let baseline = Arc::new(Baseline { app, accounts, ledger });
    let router =
        Router::new().route("/callbacks/{provider}/{account}", post(take)).with_state(baseline);
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(
        axum::serve::ListenerExt::tap_io(listener, |io| {
            let _ = io.set_nodelay(true);
        }),
        service,
    )
    .await
    .unwrap();
}

async fn take(
    State(baseline): State<Arc<Baseline>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    AtPath((provider, account)): AtPath<(String, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Ok(kind) = provider.parse::<ProviderKind>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let callback = RawCallback {
        method: method.to_string(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers: headers.iter().map(|(n, v)| (n.to_string(), text(v.as_bytes()))).collect(),
        body: body.to_vec(),
    };
    // As in the lane, a caller that hangs up leaves no transaction open.
    let settled = tokio::spawn(async move {
        let answer = baseline.answer(kind, (account, peer), callback).await;
        kind.reply(answer)
    });
    let Ok(reply) = settled.await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let status = StatusCode::from_u16(reply.status).unwrap();
    (status, [(header::CONTENT_TYPE, reply.content_type)], reply.body).into_response()
}

impl Baseline {
    async fn answer(
        &self,
        kind: ProviderKind,
        (account, peer): (String, SocketAddr),
        callback: RawCallback,
    ) -> Answer {
        let now = self.app.now();
        let known = self.app.channels.registry().at_path(kind, &account);
        let (Some(provider), Some((id, agency))) = (known, self.accounts.get(&account)) else {
            return Answer::BadSignature;
        };
        let verified = match provider.verify(&callback, now) {
            Ok(verified) => verified,
            Err(rejection) => return rejection.answer(),
        };
        let came = Came {
            account: *id,
            agency: *agency,
            actor: Actor {
                kind: ActorKind::Provider,
                id: account,
                address: Some(peer.to_string()),
                request_id: None,
            },
            report: verified.report,
            callback,
            now,
        };
        match self.settle(&came).await {
            Ok(answer) => answer,
            Err(error) => {
                eprintln!("the baseline failed: {error}");
                Answer::TryAgain
            }
        }
    }

    async fn settle(&self, came: &Came) -> Result<Answer, Refused> {
        match &self.app.store {
            Store::Sqlite { write, .. } => {
                let mut tx = write.begin_with("begin immediate").await?;
                settle_in!(self, came, tx, texts::SQLITE)
            }
            Store::Postgres { pool, .. } => {
                let mut tx = pool.begin().await?;
                settle_in!(self, came, tx, texts::POSTGRES)
            }
        }
    }

    /// The ledger accounts that a transfer is booked on.
    fn books(&self, came: &Came) -> Option<Books> {
        let of = |kind, account| {
            let ledger = LedgerRef { agency: came.agency, account, kind };
            Some((ledger, *self.ledger.get(&ledger)?))
        };
        let bank = of(LedgerKind::Bank, Some(came.account))?;
        Some(Books { bank, held: of(LedgerKind::AdvancesHeld, None)? })
    }
}
