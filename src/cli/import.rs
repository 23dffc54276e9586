//! `anphi import`: reads a bank statement.

use std::{
    fmt::Write as _,
    fs::File,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{Failure, Outcome};
use crate::{
    app::{
        Caller, Error,
        statements::{self, ImportError},
    },
    codec::{
        column_map::Maps,
        statement::{self as codec_statement, Format, LARGEST_FILE},
    },
    domain::{
        money::grouped,
        payment::Direction,
        reference_scan::{Hit, scan},
        refusal::Refusal,
        statement::{Line, Statement},
    },
};

/// Reads a bank statement: camt.053, camt.054, or a bank's CSV export.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  anphi import sao-ke.csv --account 0011001932418 --dry-run --json"
)]
pub struct Args {
    /// The statement.
    file: PathBuf,
    /// The account it must be of: a bank account number (a file that names none takes it).
    #[arg(long, value_name = "A")]
    account: Option<String>,
    /// auto, camt, csv, or a bank's column map such as csv/vietcombank.
    #[arg(long, default_value = "auto", value_name = "NAME")]
    format: String,
    /// Reads and checks the file, writes nothing; needs neither settings nor database.
    #[arg(long)]
    dry_run: bool,
    /// One JSON object on stdout.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args, config: Option<&Path>) -> Outcome {
    if args.dry_run { dry_run(args) } else { write(args, config) }
}

/// Imports into the database, whole or not at all.
fn write(args: &Args, config: Option<&Path>) -> Outcome {
    let bytes = read_file(&args.file)?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let settings = super::config::read(config)?;
    super::open::block_on(async {
        let (app, _writer) = super::open::app(&settings).await?;
        let file = statements::File {
            name: &name,
            bytes: &bytes,
            format: &args.format,
            account: args.account.as_deref(),
        };
        let imported = app.import_statement(&Caller::system("import"), file).await;
        app.store.close().await;
        match imported {
            Ok(imported) if args.json => print(&format!(
                "{}\n",
                json!({
                    "statement": imported.statement, "account": imported.account_name,
                    "lines": imported.lines,
                })
            )),
            Ok(imported) => print(&format!(
                "{name}: {} lines imported into {}; run `anphi reconcile`\n",
                imported.lines, imported.account_name
            )),
            Err(refused) => Err(not_imported(args, &refused)),
        }
    })
}

fn not_imported(args: &Args, refused: &ImportError) -> Failure {
    match refused {
        ImportError::App(Error::Away(_) | Error::Busy) => {
            Failure::Unknown("the database is away; nothing was imported".to_owned())
        }
        ImportError::File(refusal) if args.json => {
            if let Err(failure) = print(&format!("{}\n", error(refusal))) {
                return failure;
            }
            Failure::NotSo(format!("{} is refused, {refused}", args.file.display()))
        }
        ImportError::File(_)
        | ImportError::SameFile { .. }
        | ImportError::Overlaps { .. }
        | ImportError::Chain { .. }
        | ImportError::NoBalances
        | ImportError::LineAgain(_)
        | ImportError::UnknownAccount(_)
        | ImportError::App(_) => {
            Failure::NotSo(format!("{} is refused: {refused}", args.file.display()))
        }
    }
}

fn dry_run(args: &Args) -> Outcome {
    let maps = Maps::built_in()
        .map_err(|error| Failure::Usage(format!("the built-in column maps are broken: {error}")))?;
    let format = Format::named(&args.format, &maps).ok_or_else(|| {
        let banks: Vec<&str> = maps.banks().collect();
        Failure::Usage(format!(
            "no format {:?}; known are auto, camt, csv, {}",
            args.format,
            banks.join(", ")
        ))
    })?;
    let account = args.account.as_deref().map(account_number).transpose()?;
    let bytes = read_file(&args.file)?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    match (codec_statement::read(&bytes, &format, account, &maps), args.json) {
        (Ok(statement), true) => print(&format!("{}\n", entry(&name, &statement))),
        (Ok(statement), false) => print(&table(&name, &statement)),
        (Err(refusal), json) => {
            if json {
                print(&format!("{}\n", error(&refusal)))?;
            }
            Err(Failure::NotSo(format!("{} is refused, {refusal}", args.file.display())))
        }
    }
}

/// A configured account's name needs settings, which a dry run goes without.
fn account_number(account: &str) -> Result<&str, Failure> {
    let number = account.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-'))
        && account.contains(|c: char| c.is_ascii_digit());
    if number {
        Ok(account)
    } else {
        Err(Failure::Usage(format!(
            "{account:?} is no account number; --dry-run takes a number, not a configured name"
        )))
    }
}

/// The file, or a little more than the largest one taken, so that a huge file costs no memory.
fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error| Failure::Usage(format!("cannot read {}: {error}", path.display()));
    let most = u64::try_from(LARGEST_FILE).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path).map_err(unreadable)?.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn print(text: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::Unknown(format!("cannot write the answer: {error}")))
}

fn error(refusal: &Refusal) -> Value {
    json!({ "error": {
        "code": refusal.why.code(),
        "line": refusal.line,
        "detail": refusal.why.to_string(),
    } })
}

fn entry(file: &str, statement: &Statement) -> Value {
    json!({
        "file": file,
        "format": statement.format(),
        "account": statement.account(),
        "currency": Statement::CURRENCY,
        "opening_balance": statement.opening(),
        "closing_balance": statement.closing(),
        "sum_credit": statement.sum_credit(),
        "sum_debit": statement.sum_debit(),
        "count": statement.lines().len(),
        "lines": statement.lines().iter().map(line).collect::<Vec<_>>(),
    })
}

fn line(line: &Line) -> Value {
    let codes = scan(&line.description);
    let code = |hit: &Hit| json!({ "code": hit.code(), "check": hit.check_fits() });
    json!({
        "n": line.number,
        "booking_date": line.booking_date.to_string(),
        "direction": match line.direction {
            Direction::Credit => "credit",
            Direction::Debit => "debit",
        },
        "amount": line.amount,
        "bank_ref": line.bank_reference,
        "counterparty_name": line.counterparty.name,
        "counterparty_account": line.counterparty.account,
        "description": line.description,
        "balance_after": line.balance_after,
        "codes": codes.strict().iter().map(code).collect::<Vec<_>>(),
    })
}

fn table(file: &str, statement: &Statement) -> String {
    let sum = |amount: Option<crate::domain::money::Dong>| {
        amount.map_or_else(|| "-".to_owned(), |amount| grouped(amount.get(), '.'))
    };
    let mut text = format!(
        "{file}: {}, account {}\nopening {}, {} in, {} out, closing {}; {} lines\n\n",
        statement.format(),
        statement.account().unwrap_or("-"),
        sum(statement.opening()),
        sum(Some(statement.sum_credit())),
        sum(Some(statement.sum_debit())),
        sum(statement.closing()),
        statement.lines().len(),
    );
    for line in statement.lines() {
        let named = scan(&line.description).named();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:>5}  {}  {:>15}  {:<16}  {:<25}  {}",
            line.number,
            line.booking_date,
            sum(Some(line.signed())),
            line.bank_reference.as_deref().unwrap_or("-"),
            named.codes().join(" "),
            line.description,
        );
    }
    text
}
