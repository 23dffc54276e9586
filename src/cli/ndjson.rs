//! One answer line for each input line, in order, whatever the line holds.

use std::io::{self, BufRead, BufReader, Read, Write};

use serde::Serialize;

use super::{Failure, Outcome};

/// Bytes of one input line; what is longer is refused unread.
const LINE_MAX: u64 = 1 << 20;

/// Why a line was not answered with what it asked for.
pub enum Refused<E> {
    /// The line itself, for a reason in plain words.
    Unreadable(String),
    /// What it asks.
    Asked(E),
}

#[derive(Serialize)]
struct Error<T> {
    error: T,
}

#[derive(Serialize)]
struct Unreadable {
    code: &'static str,
    field: &'static str,
    detail: String,
}

/// Answers standard input on standard output; exit 1 when a line was refused.
pub fn answer<A: Serialize, E: Serialize>(
    answer: impl Fn(&[u8]) -> Result<A, Refused<E>>,
) -> Outcome {
    let input = BufReader::new(io::stdin().lock());
    let mut output = io::BufWriter::new(io::stdout().lock());
    match lines(input, &mut output, answer) {
        Ok(Counts { refused: 0, .. }) => Ok(()),
        Ok(Counts { lines, refused }) => Err(Failure::NotSo(format!(
            "{refused} of {lines} lines refused; each answer line with \"error\" says why"
        ))),
        // Whoever reads us has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::Unknown(format!("reading or writing failed: {error}"))),
    }
}

/// How many lines there were.
struct Counts {
    lines: u64,
    refused: u64,
}

fn lines<A: Serialize, E: Serialize>(
    mut input: BufReader<impl Read>,
    output: &mut impl Write,
    answer: impl Fn(&[u8]) -> Result<A, Refused<E>>,
) -> io::Result<Counts> {
    let mut counts = Counts { lines: 0, refused: 0 };
    let mut line = Vec::new();
    while next(&mut input, &mut line)? {
        counts.lines += 1;
        let answer = match line.len().try_into() {
            Ok(length) if length <= LINE_MAX + 1 => answer(&line),
            Ok::<u64, _>(_) | Err(_) => {
                Err(Refused::Unreadable(format!("a line has at most {LINE_MAX} bytes")))
            }
        };
        match answer {
            Ok(answer) => serde_json::to_writer(&mut *output, &answer)?,
            Err(refused) => {
                counts.refused += 1;
                refuse(output, refused)?;
            }
        }
        output.write_all(b"\n")?;
        // A program that asks line by line waits for its answer; a file does not.
        if input.buffer().is_empty() {
            output.flush()?;
        }
    }
    output.flush()?;
    Ok(counts)
}

fn refuse<E: Serialize>(output: &mut impl Write, refused: Refused<E>) -> io::Result<()> {
    match refused {
        Refused::Asked(error) => serde_json::to_writer(output, &Error { error })?,
        Refused::Unreadable(detail) => {
            let error = Unreadable { code: "bad_input", field: "", detail };
            serde_json::to_writer(output, &Error { error })?;
        }
    }
    Ok(())
}

/// Reads a line with its end into `line`, whose rest is skipped when it is too long. False at the
/// end of the input.
fn next(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let read = input.by_ref().take(LINE_MAX + 2).read_until(b'\n', line)?;
    if line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
    }
    Ok(read > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(input: &[u8]) -> (String, u64) {
        let mut output = Vec::new();
        let echo = |line: &[u8]| match serde_json::from_slice::<i64>(line) {
            Ok(number) => Ok(number),
            Err(_) if line == b"\"refused\"\n" => Err(Refused::Asked("asked")),
            Err(_) => Err(Refused::Unreadable("unreadable".to_owned())),
        };
        let counts = lines(BufReader::new(input), &mut output, echo).unwrap();
        (String::from_utf8(output).unwrap(), counts.refused)
    }

    #[test]
    fn every_line_has_its_answer() {
        let (output, refused) = answers(b"1\n\n2\r\n\"refused\"\n\xff\n3");
        let unreadable = r#"{"error":{"code":"bad_input","field":"","detail":"unreadable"}}"#;
        let asked = r#"{"error":"asked"}"#;
        assert_eq!(output, format!("1\n{unreadable}\n2\n{asked}\n{unreadable}\n3\n"));
        assert_eq!(refused, 3);
        assert_eq!(answers(b""), (String::new(), 0));
    }

    #[test]
    fn a_line_too_long_is_refused_and_the_next_one_answered() {
        let mut input = vec![b' '; (1 << 20) + 5];
        input.extend(b"\n7\n");
        let (output, refused) = answers(&input);
        assert!(output.ends_with("at most 1048576 bytes\"}}\n7\n"), "{output}");
        assert_eq!(refused, 1);
    }
}
