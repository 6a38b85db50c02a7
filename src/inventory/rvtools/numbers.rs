//! Whole numbers as spreadsheets of any language write them.

/// `196514`, with groups of thousands (`196,514`, `196.514`, `196 514`), or with decimals that spreadsheets add (`4.0`,
/// `196.514,00`); nothing where it may be something else.
pub(super) fn whole(text: &str) -> Option<u64> {
    if let Ok(number) = text.parse::<u64>() {
        return Some(number);
    }
    let mark = |c: char| if c.is_whitespace() { ' ' } else { c };
    let is_separator = |c: char| matches!(c, ',' | '.' | '\'' | '\u{2019}') || c.is_whitespace();
    let separators: Vec<char> = text.chars().filter(|c| is_separator(*c)).map(mark).collect();
    let parts: Vec<&str> = text.split(is_separator).collect();
    if parts.iter().any(|part| part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let (last, before) = parts.split_last()?;
    let (mark, marks) = separators.split_last()?;
    // One separator between thousands, the same throughout.
    let is_grouped = |parts: &[&str], marks: &[char]| {
        parts[0].len() <= 3
            && parts[1..].iter().all(|part| part.len() == 3)
            && marks.windows(2).all(|pair| pair[0] == pair[1])
    };
    if is_grouped(&parts, &separators) {
        return parts.concat().parse().ok();
    }
    // Behind another one the decimals, of which a whole number has none but zeros.
    let are_decimals = matches!(mark, ',' | '.') && !marks.contains(mark) && last.bytes().all(|b| b == b'0');
    (are_decimals && (before.len() == 1 || is_grouped(before, marks)))
        .then(|| before.concat().parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn numbers_of_any_language_are_read_and_nothing_else() {
        for (text, number) in [
            ("196514", Some(196_514)),
            ("196,514", Some(196_514)),
            ("1.196.514", Some(1_196_514)),
            ("196\u{a0}514", Some(196_514)),
            ("65 536", Some(65_536)),
            ("1\u{202f}065 536", Some(1_065_536)),
            ("4.0", Some(4)),
            ("4,00", Some(4)),
            ("65.536,00", Some(65_536)),
            ("65,536.00", Some(65_536)),
            ("1'065'536.0", Some(1_065_536)),
            ("65 536,00", Some(65_536)),
            ("65536,00", Some(65_536)),
            ("4.5", None),
            ("65.536,50", None),
            // Thousands, or decimals: nobody knows.
            ("1,196.514", None),
            ("65.536.00", None),
            ("6553,600.00", None),
            ("65 00", None),
            ("-1", None),
            ("", None),
            (" ", None),
            ("4 GB", None),
            ("1,2,3", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(whole(text), number, "{text}");
        }
    }
}
