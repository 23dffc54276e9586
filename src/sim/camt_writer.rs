//! A day's statement as camt.053.001.08, the way banks here write it: no IBAN, whole đồng, one
//! entry a movement.

use quick_xml::escape::escape;

use super::bank::{DayStatement, StatementEntry};
use crate::domain::{money::Dong, payment::Direction};

/// Longest piece of remittance text (ISO 20022, Max140Text).
const PIECE: usize = 140;

/// The document.
pub fn camt053(statement: &DayStatement) -> String {
    let (account, day) = (escape(&statement.account), statement.day);
    let id = format!("{account}-{}", day.date().format("%Y%m%d"));
    let end = format!("{day}T23:59:59+07:00");
    let head = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n<BkToCstmrStmt>\n\
         <GrpHdr><MsgId>SIM-{id}</MsgId><CreDtTm>{end}</CreDtTm></GrpHdr>\n\
         <Stmt><Id>{id}</Id><CreDtTm>{end}</CreDtTm>\
         <FrToDt><FrDtTm>{day}T00:00:00+07:00</FrDtTm><ToDtTm>{end}</ToDtTm></FrToDt>\n\
         <Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>VND</Ccy><Nm>{}</Nm></Acct>\n",
        escape(&statement.holder)
    );
    let balances = [("OPBD", statement.opening), ("CLBD", statement.closing())];
    let balances = balances.map(|(kind, amount)| {
        let side = if amount < Dong::ZERO { "DBIT" } else { "CRDT" };
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"VND\">{}</Amt>\
             <CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n",
            amount.magnitude().get()
        )
    });
    let entries: Vec<String> =
        (1..).zip(&statement.entries).map(|(number, line)| entry(number, line)).collect();
    let foot = "</Stmt>\n</BkToCstmrStmt>\n</Document>\n";
    head + &balances.concat() + &entries.concat() + foot
}

fn entry(number: u32, line: &StatementEntry) -> String {
    let (side, family, party) = match line.direction {
        Direction::Credit => ("CRDT", "RCDT", "Dbtr"),
        Direction::Debit => ("DBIT", "ICDT", "Cdtr"),
    };
    let (amount, reference) = (line.amount.get(), escape(&line.bank_reference));
    let name = line
        .counterparty
        .name
        .as_deref()
        .map(|name| format!("<{party}><Pty><Nm>{}</Nm></Pty></{party}>", escape(name)));
    let account = line.counterparty.account.as_deref().map(|number| {
        let number = escape(number);
        format!("<{party}Acct><Id><Othr><Id>{number}</Id></Othr></Id></{party}Acct>")
    });
    let parties = name.unwrap_or_default() + &account.unwrap_or_default();
    let parties =
        if parties.is_empty() { parties } else { format!("<RltdPties>{parties}</RltdPties>") };
    format!(
        "<Ntry><NtryRef>{number}</NtryRef><Amt Ccy=\"VND\">{amount}</Amt>\
         <CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><DtTm>{}</DtTm></BookgDt><ValDt><Dt>{}</Dt></ValDt>\
         <AcctSvcrRef>{reference}</AcctSvcrRef>\
         <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn>\
         </BkTxCd><NtryDtls><TxDtls><Refs><AcctSvcrRef>{reference}</AcctSvcrRef>\
         <EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy=\"VND\">{amount}</Amt>\
         <CdtDbtInd>{side}</CdtDbtInd>{parties}<RmtInf>{}</RmtInf></TxDtls></NtryDtls></Ntry>\n",
        line.at,
        line.at.day(),
        pieces(&line.memo)
    )
}

/// The memo in pieces of 140 characters.
fn pieces(memo: &str) -> String {
    let characters: Vec<char> = memo.chars().collect();
    let pieces = characters.chunks(PIECE).map(|piece| {
        let piece: String = piece.iter().collect();
        format!("<Ustrd>{}</Ustrd>", escape(&piece))
    });
    pieces.collect::<Vec<_>>().concat()
}
