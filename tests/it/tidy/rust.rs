//! Rust source as words and signs: what is needed to see paths, functions and attributes, and
//! not to be misled by comments and strings.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a name.
    Word,
    /// One character of punctuation.
    Sign,
    /// A string, a character, a number or a lifetime.
    Literal,
    Blank,
}

/// A piece of source and the line where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) line: usize,
}

impl Token<'_> {
    pub(super) fn is(&self, text: &str) -> bool {
        self.kind != Kind::Literal && self.text == text
    }
}

/// The tokens of a file, without blanks and comments.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut rest, mut line) = (Vec::new(), source, 1);
    while !rest.is_empty() {
        let (kind, length) = next(rest);
        let (text, after) = rest.split_at(length);
        if kind != Kind::Blank {
            tokens.push(Token { kind, text, line });
        }
        line += text.matches('\n').count();
        rest = after;
    }
    tokens
}

/// Whether the tokens at `start` read as these texts.
pub(super) fn reads(tokens: &[Token<'_>], start: usize, texts: &[&str]) -> bool {
    let found = tokens.get(start..start + texts.len());
    found.is_some_and(|found| found.iter().zip(texts).all(|(token, text)| token.is(text)))
}

/// The end (one past the last token) of the group that opens at `start`.
pub(super) fn group_end(tokens: &[Token<'_>], start: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(start) {
        if token.is("{") || token.is("(") || token.is("[") {
            depth += 1;
        } else if token.is("}") || token.is(")") || token.is("]") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return index + 1;
            }
        }
    }
    tokens.len()
}

fn next(rest: &str) -> (Kind, usize) {
    let first = rest.chars().next().expect("called with something left");
    let while_ = |keep: fn(char) -> bool| rest.find(|c| !keep(c)).unwrap_or(rest.len());
    if first.is_whitespace() {
        (Kind::Blank, while_(char::is_whitespace))
    } else if rest.starts_with("//") {
        (Kind::Blank, while_(|c| c != '\n'))
    } else if rest.starts_with("/*") {
        (Kind::Blank, block_comment(rest))
    } else if let Some(length) = string(rest) {
        (Kind::Literal, length)
    } else if first == '\'' {
        (Kind::Literal, quoted(rest))
    } else if first.is_alphanumeric() || first == '_' {
        let kind = if first.is_numeric() { Kind::Literal } else { Kind::Word };
        (kind, while_(|c| c.is_alphanumeric() || c == '_'))
    } else {
        (Kind::Sign, first.len_utf8())
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length of a string literal of any sort (plain, raw, byte, C) that begins here.
fn string(rest: &str) -> Option<usize> {
    let body = rest.trim_start_matches(['b', 'c', 'r']);
    let prefix = &rest[..rest.len() - body.len()];
    let raw = prefix.ends_with('r');
    let quoted = if raw { body.trim_start_matches('#') } else { body };
    let text = quoted.strip_prefix('"')?;
    if prefix.len() > 2 {
        return None;
    }
    let start = rest.len() - text.len();
    let length = if raw {
        let end = format!("\"{}", "#".repeat(body.len() - quoted.len()));
        text.find(&end).map(|at| at + end.len())
    } else {
        let mut escaped = false;
        text.find(|c| {
            let end = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            end
        })
        .map(|at| at + 1)
    };
    Some(length.map_or(rest.len(), |length| start + length))
}

/// The length of a character literal, else of a lifetime.
fn quoted(rest: &str) -> usize {
    let mut inner = rest[1..].chars();
    match (inner.next(), inner.next()) {
        (Some('\\'), Some(code)) => {
            let from = 2 + code.len_utf8();
            rest[from..].find('\'').map_or(rest.len(), |at| from + at + 1)
        }
        (Some(letter), Some('\'')) => 2 + letter.len_utf8(),
        _ => {
            let word = rest[1..].find(|c: char| !c.is_alphanumeric() && c != '_');
            word.map_or(rest.len(), |at| at + 1)
        }
    }
}

#[test]
fn comments_and_strings_are_no_words() {
    let source = r##"// no
        /* no /* no */ no */ yes b"no" "no \" no" r#"no " no"# c"no" 'n' '\'' '\u{6e}' 'life also
        brave"##;
    let words: Vec<_> =
        tokens(source).into_iter().filter(|token| token.kind == Kind::Word).collect();
    let seen: Vec<_> = words.iter().map(|token| (token.text, token.line)).collect();
    assert_eq!(seen, [("yes", 2), ("also", 2), ("brave", 3)]);
}

#[test]
fn a_group_ends_with_its_own_bracket() {
    let tokens = tokens("f { [ ( '}' \"}\" ) ] } g");
    assert!(tokens[group_end(&tokens, 1)].is("g"));
    assert!(reads(&tokens, 0, &["f", "{"]));
    assert!(!reads(&tokens, 0, &["f", "["]));
    assert!(!reads(&tokens, tokens.len() - 1, &["g", "h"]));
}
