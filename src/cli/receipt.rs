//! `anphi receipt verify`: a receipt's QR text or PDF, offline, with the published key.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use clap::Subcommand;
use serde_json::json;

use super::{Failure, Outcome};
use crate::{
    codec::{
        receipt_file::{self, FileError},
        receipt_text::{self, KeyRing, Unverified},
    },
    domain::{money::Dong, receipt_text::SignedText},
};

/// A receipt's file is far smaller; nobody's memory is filled by a wrong one.
const BYTES_MAX: u64 = 20 * 1024 * 1024;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  anphi receipt verify bien-lai.pdf --key anphi-receipt.key")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Is it genuine and unchanged? Exit status 0 yes, 1 no, 2 wrong call.
    #[command(
        after_help = "Example:\n  anphi receipt verify bien-lai.pdf --key anphi-receipt.key\n  \
        anphi receipt verify 'https://…/bien-lai/…#1;…' --key anphi-receipt.key\n\n\
        It proves what was issued. Whether the receipt still counts (corrected, replaced, voided)\n\
        only its check page knows; the address is printed."
    )]
    Verify(Verify),
}

#[derive(Debug, clap::Args)]
struct Verify {
    /// A PDF file, a file that holds the QR code's text, that text itself, or - for standard input.
    #[arg(value_name = "FILE|TEXT")]
    input: String,
    /// The published key file, from the check page.
    #[arg(long, value_name = "KEYFILE")]
    key: PathBuf,
    /// One JSON object instead of sentences.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: Args) -> Outcome {
    match args.command {
        Command::Verify(verify) => self::verify(&verify),
    }
}

/// What was found.
enum Finding {
    Genuine(Box<SignedText>),
    Altered(Box<SignedText>),
    Foreign(String),
}

fn verify(args: &Verify) -> Outcome {
    let keys = read(&args.key)?;
    let keys = String::from_utf8(keys).map_err(|_| unusable(&args.key, "not text"))?;
    let keys = KeyRing::parse(&keys).map_err(|error| unusable(&args.key, &error.to_string()))?;
    let finding = if args.input.starts_with("https://") || args.input.starts_with("http://") {
        of_text(receipt_text::verify(args.input.trim(), &keys))
    } else if args.input == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().take(BYTES_MAX).read_to_end(&mut bytes);
        read.map_err(|error| Failure::Usage(format!("standard input: {error}")))?;
        examine(&bytes, &keys)
    } else {
        examine(&read(Path::new(&args.input))?, &keys)
    };
    report(&finding, args)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let refused = |error: io::Error| unusable(path, &error.to_string());
    let size = fs::metadata(path).map_err(refused)?.len();
    if size > BYTES_MAX {
        return Err(unusable(path, "larger than a receipt can be"));
    }
    fs::read(path).map_err(refused)
}

fn unusable(path: &Path, why: &str) -> Failure {
    Failure::Usage(format!("{}: {why}", path.display()))
}

fn examine(bytes: &[u8], keys: &KeyRing) -> Finding {
    if bytes.starts_with(b"%PDF-") {
        return match receipt_file::verify(bytes, keys) {
            Ok(text) => Finding::Genuine(Box::new(text)),
            Err(FileError::Altered(text)) => Finding::Altered(text),
            Err(error) => Finding::Foreign(error.to_string()),
        };
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => of_text(receipt_text::verify(text.trim(), keys)),
        Err(_) => Finding::Foreign("neither a PDF file nor the text of a QR code".to_owned()),
    }
}

fn of_text(verified: Result<SignedText, Unverified>) -> Finding {
    match verified {
        Ok(text) => Finding::Genuine(Box::new(text)),
        Err(error) => Finding::Foreign(error.to_string()),
    }
}

fn report(finding: &Finding, args: &Verify) -> Outcome {
    let (state, text, failure) = match finding {
        Finding::Genuine(text) => ("genuine", Some(text), None),
        Finding::Altered(text) => {
            let message = "altered: the file is not as it was issued; what its signed text says \
                           stands above, compare each fact with the page";
            ("altered", Some(text), Some(message.to_owned()))
        }
        Finding::Foreign(why) => {
            ("not_issued", None, Some(format!("not a genuine receipt: {why}")))
        }
    };
    let mut lines = Vec::new();
    if args.json {
        let mut object = json!({ "state": state, "detail": failure });
        if let (Some(text), Some(fields)) = (text, object.as_object_mut()) {
            fields.extend(facts(text).into_iter().map(|(name, fact)| (name.into(), fact.into())));
        }
        lines.push(object.to_string());
    } else if let Some(text) = text {
        lines.push(state.to_owned());
        lines.extend(facts(text).map(|(name, fact)| format!("  {name:<10} {fact}")));
        lines.push(
            "Whether it still counts (corrected, replaced, voided): see that address.".to_owned(),
        );
    }
    let mut stdout = io::stdout().lock();
    let written = lines.iter().try_for_each(|line| writeln!(stdout, "{line}"));
    written.map_err(|error| Failure::Unknown(format!("standard output: {error}")))?;
    failure.map_or(Ok(()), |message| Err(Failure::NotSo(message)))
}

/// What the text claims, by name.
fn facts(text: &SignedText) -> [(&'static str, String); 11] {
    let claims = &text.claims;
    let amount: Dong = claims.amount;
    [
        ("symbol", claims.symbol.clone()),
        ("number", claims.number.clone()),
        ("amount", amount.get().to_string()),
        ("issued_at", claims.issued_at().to_string()),
        ("collector", claims.collector.clone()),
        ("notice", claims.notice.clone()),
        ("payer", claims.payer.clone()),
        ("persons", claims.persons.clone()),
        ("hash", claims.hash.to_string()),
        ("key", text.key.to_string()),
        ("address", claims.address()),
    ]
}
