//! The demo's installation: folder, settings, bodies, staff, the played bank and gateway, listeners.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    Args,
    cast::{ACCOUNT, AGENCY, BIN, COURTS, HOLDER, KV1, OPENING, STAFF, dong},
    clock::{StoryClock, StoryRandom},
};
use crate::{
    app::{
        App, Caller,
        anchor::{Anchor, Keeper},
        api_keys::{Access, KeyWanted},
        jobs, metric,
        random::{SystemRandom, code, new_id},
        staff::NewStaff,
        start::{Parts, start},
        vault::Vault,
    },
    cli::{Failure, Outcome, listener, open, serve, staff},
    config::Settings,
    domain::{
        calendar::{Calendar, FIRST_VERSION, Reading},
        id::{AgencyId, CourtId},
        settle::{IssueMode, PartsMode},
        staff::Scope,
        time::{Clock, Day},
    },
    sim::{
        Pace, Simulator,
        bank::{BankAccount, Webhook},
        vnpay::Merchant,
    },
    store::{
        Options, Store,
        court::{AgencySettings, PutAgency, PutCourt},
    },
    telemetry, web,
};

/// Names of the accounts in the settings; callback paths carry them.
pub(super) const BANK: &str = "tai-khoan-song-mo";
pub(super) const VNPAY: &str = "vnpay-song-mo";
const TERMINAL: &str = "SONGMO01";

/// Everything that the story is played on.
pub(super) struct Stage {
    pub(super) app: Arc<App>,
    pub(super) clock: Arc<StoryClock>,
    pub(super) random: Arc<StoryRandom>,
    pub(super) sim: Simulator,
    pub(super) http: reqwest::Client,
    pub(super) site: String,
    /// The day of the story.
    pub(super) day: Day,
    pub(super) calendar: Calendar,
    stop: CancellationToken,
    serving: Vec<JoinHandle<Outcome>>,
    anchor: Keeper,
    folder: PathBuf,
    temporary: bool,
}

fn failed(what: &str) -> impl Fn(&dyn std::fmt::Display) -> Failure + '_ {
    move |why| Failure::Unknown(format!("{what}: {why}"))
}

impl Stage {
    /// Makes the installation and says how to reach it.
    pub(super) async fn set_up(args: &Args) -> Result<Self, Failure> {
        let calendar = Calendar::parse(FIRST_VERSION)
            .map_err(|error| failed("the table of days off")(&error.fault))?;
        let today = crate::app::clock::SystemClock.today();
        // The last working day before today, so that nothing is dated ahead.
        let day = calendar.previous_working_day(today, Reading::Early).map_err(|_| {
            Failure::Unknown("the table of days off does not hold today".to_owned())
        })?;
        let (folder, temporary) = folder(args)?;
        let clock = Arc::new(StoryClock::at(day.start()));
        let sim = Simulator::start(clock.clone(), quick_pace())
            .await
            .map_err(|error| failed("the played bank and gateway")(&error))?;
        let (public, address) = listener::bind(args.listen).await?;
        let (second, inner) = listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let addresses = (address, inner);
        let site = format!("http://{}", addresses.0);
        let secrets = Secrets::new();
        let settings = secrets.settings(&folder, args.postgres.as_deref(), addresses, &sim)?;
        let random = Arc::new(StoryRandom::default());
        let store = opened(&settings).await?;
        seed_bodies(&store, &*clock).await?;
        let vault = Vault::open_or_make(&folder.join("keys/master"), &SystemRandom)
            .map_err(|error| failed("the master key")(&error))?;
        let parts = Parts {
            store,
            clock: clock.clone(),
            random: random.clone(),
            vault: Arc::new(vault),
            law: settings.law,
            site: site.clone(),
            test_data: true,
        };
        let (app, _writer) = start(parts, &settings.accounts).await.map_err(open::starting)?;
        secrets.introduce(&sim, &site);
        let stop = serve::stopped();
        let recorded = telemetry::count(&metric::TIMES).map_err(|e| failed("metrics")(&e))?;
        let inner_pages = web::second(app.clone(), recorded);
        let serving = vec![
            tokio::spawn(listener::served(public, web::public(app.clone()), None, stop.clone())),
            tokio::spawn(listener::served(second, inner_pages, None, stop.clone())),
        ];
        let anchor = Anchor::start(app.store.clone(), folder.join("anchor.json"));
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(10))
            .build()
            .map_err(|error| failed("the demo's own client")(&error))?;
        let stage = Self {
            app,
            clock,
            random,
            sim,
            http,
            site,
            day,
            calendar,
            stop,
            serving,
            anchor,
            folder,
            temporary,
        };
        stage.introduce_staff().await?;
        stage.introduce_system().await?;
        stage.introduce_addresses(addresses.1)?;
        Ok(stage)
    }

    /// Prints where everything is reached.
    fn introduce_addresses(&self, second: SocketAddr) -> Outcome {
        open::say(&format!("callback vnpay {}/callbacks/vnpay/{VNPAY}", self.site))?;
        open::say(&format!("callback sepay {}/callbacks/sepay/{BANK}", self.site))?;
        open::say(&format!("data {}", self.folder.display()))?;
        open::say(&format!("listening public {}", self.site))?;
        open::say(&format!("listening admin http://{second}"))
    }

    /// Makes a key for the case system of a court and prints it.
    async fn introduce_system(&self) -> Outcome {
        let wanted = KeyWanted {
            name: "demo".to_owned(),
            scope: Scope::All,
            access: Access::Write,
            expires_at: None,
        };
        let made = self.app.new_api_key(&Caller::system("anphi demo"), wanted).await;
        let made = made.map_err(|error| failed("the API key")(&error))?;
        open::say(&format!("api-key demo {}", made.text))
    }

    /// Adds the staff and prints how each signs in.
    async fn introduce_staff(&self) -> Outcome {
        let caller = Caller::system("anphi demo");
        let told = |error: crate::app::Error| failed("staff")(&error);
        for (login, name, role, place) in STAFF {
            let (court, agency) = match place {
                "" => (None, None),
                AGENCY => (None, Some(place)),
                _ => (Some(place), None),
            };
            let scope = staff::scope(&self.app, court, agency).await?;
            let password = staff::made_password(&SystemRandom);
            let new = NewStaff { login, name, password: &password, grants: &[(role, scope)] };
            let id = self.app.add_staff(&caller, new).await.map_err(told)?;
            let seed = self.app.new_totp_seed();
            self.app.enrol(id, &seed, None).await.map_err(told)?;
            open::say(&format!("staff {role} {login} {password} {seed}"))?;
        }
        Ok(())
    }

    /// A member of staff as a caller of use cases.
    pub(super) async fn caller(&self, login: &str) -> Result<Caller, Failure> {
        let told = |error: crate::store::StoreError| failed("staff")(&error);
        let mut tx = self.app.store.read().await.map_err(told)?;
        let row = tx.staff_by_login(login).await.map_err(told)?;
        let row = row.ok_or_else(|| Failure::Unknown(format!("no staff {login}")))?;
        let grants = tx.grants(row.id).await.map_err(told)?;
        let grant = grants.first().ok_or_else(|| Failure::Unknown(format!("no role {login}")))?;
        let scope = match (grant.court_id, grant.agency_id) {
            (Some(id), _) => Scope::Court { id, children: grant.children },
            (_, Some(id)) => Scope::Agency { id, children: grant.children },
            _ => Scope::All,
        };
        let mut caller = Caller::system(login);
        caller.actor.kind = crate::domain::audit::ActorKind::Staff;
        caller.actor.id = row.id.to_string();
        caller.scope = scope;
        caller.staff = Some(row.id);
        caller.name = row.name;
        Ok(caller)
    }

    /// Ends everything: the database is closed and folded, a temporary folder goes.
    pub(super) async fn strike(self) -> Outcome {
        self.stop.cancel();
        jobs::once(&self.app).await;
        self.anchor.finish().await;
        self.app.store.close().await;
        if self.temporary {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
        Ok(())
    }

    /// Serves on the machine's clock until stopped.
    pub(super) async fn serve(mut self) -> Outcome {
        self.clock.release();
        open::say(&format!("serving {}; press Ctrl+C to end", self.site))?;
        let workers = tokio::spawn(jobs::run(self.app.clone(), self.stop.clone()));
        for served in std::mem::take(&mut self.serving) {
            served.await.map_err(|error| failed("serving")(&error))??;
        }
        let _ = workers.await;
        self.strike().await
    }
}

/// Messages of the played bodies follow each other at once.
fn quick_pace() -> Pace {
    Pace {
        ipn_retry: Duration::from_secs(5),
        push_minute: Duration::from_secs(1),
        late: Duration::from_secs(5),
        slow: Duration::from_secs(1),
    }
}

fn folder(args: &Args) -> Result<(PathBuf, bool), Failure> {
    let (folder, temporary) = if let Some(folder) = &args.data {
        (folder.clone(), false)
    } else {
        let name = format!("anphi-demo-{}", code(10, &SystemRandom).to_lowercase());
        (std::env::temp_dir().join(name), true)
    };
    if folder.join("anphi.db").exists() {
        return Err(Failure::Usage(format!(
            "{} holds an installation already; name a new folder",
            folder.display()
        )));
    }
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::Usage(format!("{}: {error}", folder.display())))?;
    Ok((folder, temporary))
}

/// Secrets of this run, known to the installation and the played bodies.
struct Secrets {
    vnpay: String,
    sepay: String,
}

impl Secrets {
    fn new() -> Self {
        Self { vnpay: code(32, &SystemRandom), sepay: code(32, &SystemRandom) }
    }

    /// Writes `config.toml` and reads it as any installation would.
    fn settings(
        &self,
        folder: &Path,
        postgres: Option<&str>,
        (public, second): (SocketAddr, SocketAddr),
        sim: &Simulator,
    ) -> Result<Settings, Failure> {
        let database = match postgres {
            Some(url) => url.to_owned(),
            None => format!("sqlite:{}", folder.join("anphi.db").display()),
        };
        let text = format!(
            "# An installation of the demo: nothing and nobody in it exists.\n\
             [server]\nlisten = \"{public}\"\n\n[admin]\nlisten = \"{second}\"\n\n\
             [database]\nurl = \"{database}\"\n\n\
             [[account]]\nname = \"{BANK}\"\nprovider = \"sepay\"\nagency = \"{AGENCY}\"\n\
             bank = \"{BIN}\"\nnumber = \"{ACCOUNT}\"\nholder = \"{HOLDER}\"\n\
             keys = [\"{}\"]\n\n\
             [[account]]\nname = \"{VNPAY}\"\nprovider = \"vnpay\"\nagency = \"{AGENCY}\"\n\
             merchant = \"{TERMINAL}\"\nkeys = [\"{}\"]\nendpoint = \"{}\"\n\
             query_endpoint = \"{}\"\nsettles_to = \"{BANK}\"\n",
            self.sepay,
            self.vnpay,
            sim.vnpay.pay_endpoint(),
            sim.vnpay.query_endpoint(),
        );
        let path = folder.join("config.toml");
        std::fs::write(&path, text).map_err(|error| failed("config.toml")(&error))?;
        Settings::load(Some(&path), std::iter::empty())
            .map_err(|problems| Failure::Usage(problems.to_string()))
    }

    /// Tells the played bodies where to send and how to sign.
    fn introduce(&self, sim: &Simulator, site: &str) {
        sim.vnpay.admit(Merchant {
            terminal: TERMINAL.to_owned(),
            secret: self.vnpay.clone(),
            ipn_url: format!("{site}/callbacks/vnpay/{VNPAY}"),
        });
        sim.bank.open(BankAccount {
            bin: BIN.to_owned(),
            bank: "Ngan hang Thu Nghiem".to_owned(),
            number: ACCOUNT.to_owned(),
            holder: HOLDER.to_owned(),
            opening: dong(OPENING),
            webhook: Some(Webhook {
                url: format!("{site}/callbacks/sepay/{BANK}"),
                secret: self.sepay.clone(),
            }),
        });
    }
}

async fn opened(settings: &Settings) -> Result<Store, Failure> {
    let options = Options { url: open::url(&settings.database), connections: 16 };
    let store = Store::open(&options).await.map_err(open::open_failure)?;
    store.migrate().await.map_err(open::open_failure)?;
    Ok(store)
}

/// The courts, the agency with its offices, and who collects for whom.
async fn seed_bodies(store: &Store, clock: &dyn Clock) -> Outcome {
    let told = |error: crate::store::StoreError| failed("courts and agencies")(&error);
    let now = clock.now();
    let mut tx = store.begin().await.map_err(told)?;
    let agency: AgencyId = new_id(now, &SystemRandom);
    let put = PutAgency {
        id: agency,
        code: AGENCY,
        name: "Thi hành án dân sự tỉnh Sông Mơ",
        kind: "enforcement",
        parent_id: None,
        court_id: None,
        active: true,
    };
    tx.put_agency(&put, now).await.map_err(told)?;
    tx.set_agency(&AgencySettings {
        code: AGENCY,
        superior_name: Some("Cục Quản lý Thi hành án dân sự (dữ liệu thử)"),
        address: Some("số 2 đường Thử Nghiệm, xã Bến Mơ, tỉnh Sông Mơ"),
        phone: Some("0000 000 099"),
        hours: Some("7:30-16:30 ngày làm việc"),
        tax_code: Some("0000000099"),
        place: Some("Sông Mơ"),
        parts: PartsMode::Join,
        issue: IssueMode::AtSettlement,
        receipt_symbol: Some("SM"),
        officer: Some("Kế toán Mẫu"),
    })
    .await
    .map_err(told)?;
    let mut parent: Option<CourtId> = None;
    for (number, (code, name, short_name, level)) in (0u8..).zip(COURTS) {
        let id: CourtId = new_id(now, &SystemRandom);
        let court = PutCourt {
            id,
            code,
            name,
            short_name,
            level,
            parent_id: parent,
            province_code: Some("00"),
            address: Some("số 1 đường Thử Nghiệm, xã Bến Mơ, tỉnh Sông Mơ"),
            active: true,
        };
        tx.put_court(&court, now).await.map_err(told)?;
        let accept_by = if code == KV1 { "clerk_records" } else { "judge" };
        tx.set_court(code, accept_by, Some("0000 000 098")).await.map_err(told)?;
        let office = if number == 0 {
            None
        } else {
            Some(office(&mut tx, agency, id, number, clock).await?)
        };
        tx.set_collector(id, agency, office).await.map_err(told)?;
        parent = parent.or(Some(id));
    }
    tx.commit().await.map_err(told)
}

async fn office(
    tx: &mut crate::store::Tx,
    agency: AgencyId,
    court: CourtId,
    number: u8,
    clock: &dyn Clock,
) -> Result<AgencyId, Failure> {
    let now = clock.now();
    let id: AgencyId = new_id(now, &SystemRandom);
    let put = PutAgency {
        id,
        code: &format!("{AGENCY}-KV{number:02}"),
        name: &format!("Phòng Thi hành án dân sự khu vực {number} - Sông Mơ"),
        kind: "office",
        parent_id: Some(agency),
        court_id: Some(court),
        active: true,
    };
    tx.put_agency(&put, now).await.map_err(|error| failed("offices")(&error))?;
    Ok(id)
}

/// Which of the eight roles and the inspector the demo's staff have.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::staff::Role;

    #[test]
    fn every_role_has_somebody() {
        for role in Role::ALL {
            assert!(STAFF.iter().any(|(_, _, held, _)| held == role), "{role}");
        }
    }
}
