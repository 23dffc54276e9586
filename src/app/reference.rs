//! Reference data: the first versions come with the program, later ones by import.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::{
    random::{Random, new_id},
    tables::{Bank, TableError, Tables},
};
use crate::{
    codec::reference_data::{FIRST_VERSIONS, ReferenceError, ReferenceFile, parse},
    config::Courts,
    domain::{
        calendar::Calendar,
        deadline::{self, Limits},
        document::{Form, SHIPPED},
        fee::{Law, LawSettings, LawTables},
        id::{AgencyId, CourtId},
        reference_data::{AgencyRow, BankRow, CourtRow, ReferenceKind},
        time::Timestamp,
    },
    store::{
        Store, StoreError, Tx,
        columns::Hash,
        court::{PutAgency, PutCourt},
        reference::VersionRow,
    },
};

/// The laws that come with the program.
const FIRST_LAWS: [&str; 2] = [
    include_str!("../../assets/fees/nq326_2016.toml"),
    include_str!("../../assets/fees/pl10_2009.toml"),
];

/// Why reference data was not taken; nothing of it stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is not of its form.
    #[error("line {}, column {}: {}", .0.line, .0.column, .0.fault)]
    File(ReferenceError),
    /// A row names a court or agency that is nowhere.
    #[error("{row} names {missing}, which is neither in the file nor in the database")]
    Missing {
        /// The row's code.
        row: String,
        /// The code that it names.
        missing: String,
    },
    /// Together with the versions in force it makes no whole.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an import would do, or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Under which name its versions follow one another.
    pub name: String,
    /// The number of this version; 0 for a rehearsal.
    pub version: i64,
    /// How many entries it has.
    pub entries: usize,
}

/// Who brings a version, and when.
#[derive(Clone, Copy)]
pub struct Bringing<'a> {
    /// Who.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
    /// `asset` or `import`.
    pub origin: &'static str,
    /// For new ids.
    pub random: &'a dyn Random,
    /// What a court or agency that was not there before starts with.
    pub defaults: Courts,
}

/// Brings the versions that the program carries, where the store has none of that kind.
pub async fn bring_first_versions(
    store: &Store,
    now: Timestamp,
    random: &dyn Random,
    defaults: Courts,
) -> Result<(), ImportError> {
    let mut tx = store.begin().await?;
    let kinds: BTreeSet<String> =
        tx.reference_versions().await?.into_iter().map(|row| row.kind).collect();
    let bringing = Bringing { by: "anphi", at: now, origin: "asset", random, defaults };
    let of_kind = FIRST_VERSIONS
        .into_iter()
        .chain(FIRST_LAWS.map(|text| (ReferenceKind::Fees, text)))
        .chain(SHIPPED.map(|(_, text)| (ReferenceKind::Forms, text)));
    for (kind, text) in of_kind {
        if !kinds.contains(kind.code()) {
            bring(&mut tx, kind, text.as_bytes(), bringing).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Brings a file as the newest version of its kind and name. A rehearsal does everything but keep it.
pub async fn import(
    store: &Store,
    (kind, bytes): (ReferenceKind, &[u8]),
    bringing: Bringing<'_>,
    rehearsal: bool,
) -> Result<Imported, ImportError> {
    let mut tx = store.begin().await?;
    let mut imported = bring(&mut tx, kind, bytes, bringing).await?;
    tables(&mut tx, LawSettings::default()).await?;
    if rehearsal {
        imported.version = 0;
        tx.rollback().await?;
    } else {
        tx.commit().await?;
    }
    Ok(imported)
}

async fn bring(
    tx: &mut Tx,
    kind: ReferenceKind,
    bytes: &[u8],
    bringing: Bringing<'_>,
) -> Result<Imported, ImportError> {
    let file = parse(kind, bytes).map_err(ImportError::File)?;
    let row = VersionRow {
        kind: kind.code().to_owned(),
        name: file.name().to_owned(),
        version: 0,
        sha256: Hash(Sha256::digest(bytes).into()),
        content: bytes.to_vec(),
        origin: bringing.origin.to_owned(),
        imported_by: bringing.by.to_owned(),
        imported_at: bringing.at,
    };
    let id = new_id(bringing.at, bringing.random);
    let version = tx.add_reference_version(id, &row).await?;
    match &file {
        ReferenceFile::Courts(rows) => put_courts(tx, rows, bringing).await?,
        ReferenceFile::Agencies(rows) => put_agencies(tx, rows, bringing).await?,
        ReferenceFile::DaysOff(_)
        | ReferenceFile::Banks(_)
        | ReferenceFile::Fees(_)
        | ReferenceFile::Forms(_) => {}
    }
    Ok(Imported { name: row.name, version, entries: file.entries() })
}

async fn put_courts(
    tx: &mut Tx,
    rows: &[CourtRow],
    bringing: Bringing<'_>,
) -> Result<(), ImportError> {
    let mut known: BTreeMap<String, CourtId> =
        tx.courts().await?.into_iter().map(|court| (court.code, court.id)).collect();
    for row in rows {
        let parent = match &row.parent {
            Some(code) => Some(*known.get(code.as_str()).ok_or_else(|| ImportError::Missing {
                row: row.code.to_string(),
                missing: code.to_string(),
            })?),
            None => None,
        };
        let fresh = new_id(bringing.at, bringing.random);
        let id = *known.entry(row.code.to_string()).or_insert(fresh);
        let court = PutCourt {
            id,
            code: row.code.as_str(),
            name: &row.name,
            short_name: &row.short_name,
            level: row.level.code(),
            parent_id: parent,
            province_code: row.province_code.as_deref(),
            address: row.seat.as_deref(),
            active: row.active,
        };
        tx.put_court(&court, bringing.at).await?;
        if id == fresh && bringing.defaults != Courts::BUILT_IN {
            tx.begin_court(id, bringing.defaults.accept.code()).await?;
        }
    }
    Ok(())
}

/// Agencies, and who collects for which court: the office of a regional court, its agency above.
async fn put_agencies(
    tx: &mut Tx,
    rows: &[AgencyRow],
    bringing: Bringing<'_>,
) -> Result<(), ImportError> {
    let courts = tx.courts().await?;
    let mut known: BTreeMap<String, AgencyId> =
        tx.agencies().await?.into_iter().map(|agency| (agency.code, agency.id)).collect();
    for row in rows {
        let missing = |code: &str| ImportError::Missing {
            row: row.code.to_string(),
            missing: code.to_owned(),
        };
        let parent = match &row.parent {
            Some(code) => Some(*known.get(code.as_str()).ok_or_else(|| missing(code.as_str()))?),
            None => None,
        };
        let court = courts.iter().find(|court| court.code == row.court.as_str());
        let court = court.ok_or_else(|| missing(row.court.as_str()))?;
        let fresh = new_id(bringing.at, bringing.random);
        let id = *known.entry(row.code.to_string()).or_insert(fresh);
        let agency = PutAgency {
            id,
            code: row.code.as_str(),
            name: &row.name,
            kind: row.kind.code(),
            parent_id: parent,
            court_id: Some(court.id),
            active: court.active,
        };
        tx.put_agency(&agency, bringing.at).await?;
        if id == fresh && bringing.defaults != Courts::BUILT_IN {
            let Courts { parts, issue, .. } = bringing.defaults;
            tx.begin_agency(id, (parts, issue)).await?;
        }
        let (collector, office) = parent.map_or((id, None), |parent| (parent, Some(id)));
        tx.set_collector(court.id, collector, office).await?;
    }
    Ok(())
}

/// The tables of the newest versions, checked together.
pub async fn tables(tx: &mut Tx, law_settings: LawSettings) -> Result<Tables, ImportError> {
    let unfit = |row: &VersionRow, why: String| TableError {
        table: format!("{} {} version {}", row.kind, row.name, row.version),
        why,
    };
    let mut laws = Vec::new();
    let mut forms = BTreeMap::new();
    let mut calendar = None;
    let mut banks = BTreeMap::new();
    for row in tx.reference_versions().await? {
        let Some(kind) = ReferenceKind::from_code(&row.kind) else { continue };
        let text = String::from_utf8_lossy(&row.content);
        match kind {
            ReferenceKind::Courts | ReferenceKind::Agencies => {}
            ReferenceKind::Fees => {
                laws.push(Law::load(&text).map_err(|error| unfit(&row, error.to_string()))?);
            }
            ReferenceKind::Forms => {
                let form = Form::parse(&text).map_err(|error| unfit(&row, error.to_string()))?;
                forms.insert(row.name.clone(), form);
            }
            ReferenceKind::DaysOff => {
                let read = Calendar::parse(&text).map_err(|e| unfit(&row, e.fault.to_string()))?;
                calendar = Some(read);
            }
            ReferenceKind::Banks => {
                if let Ok(ReferenceFile::Banks(rows)) = parse(kind, &row.content) {
                    banks = rows.iter().map(bank).collect();
                }
            }
        }
    }
    let whole = |table: &str, why: String| TableError { table: table.to_owned(), why };
    Ok(Tables {
        law: LawTables::new(laws).map_err(|error| whole("the fee schedules", error.to_string()))?,
        law_settings,
        calendar: calendar.ok_or_else(|| whole("the table of days off", "missing".to_owned()))?,
        limits: Limits::parse(deadline::FIRST_VERSION)
            .map_err(|error| whole("the table of time limits", error.to_string()))?,
        forms,
        banks,
    })
}

fn bank(row: &BankRow) -> (String, Bank) {
    let bank = Bank {
        name: row.full_name.clone(),
        short: row.short_name.clone(),
        by_qr: row.vietqr_transfer,
    };
    (row.bin.to_string(), bank)
}
