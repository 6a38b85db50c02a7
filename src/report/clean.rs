//! Names come from files that somebody else may have written. Each output has its own way of
//! being fooled by one; the cures live here, one function an output.

use std::fmt::Write as _;

use crate::scenario::char_width;
pub(super) use crate::scenario::is_invisible;
pub use crate::scenario::{visible, width};

/// A name inside Markdown: as [`visible`], and no character of it is markup, HTML or a table border.
#[must_use]
pub fn markdown(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 8);
    let shown = visible(name);
    let mut chars = shown.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '$' | '@' => {
                text.push('\\');
                text.push(c);
            }
            // A bare address would become a link.
            ':' if chars.peek() == Some(&'/') => text.push_str("\\:"),
            // GitHub makes a link of a bare www. host.
            'w' | 'W' if text.to_lowercase().ends_with("ww") => {
                let _ = write!(text, "&#{};", u32::from(c));
            }
            _ => text.push(c),
        }
    }
    text
}

/// A text cell of a CSV file: a spreadsheet must not take it for a formula, so a cell that could
/// be one begins with an apostrophe. Quoting alone would not stop it.
#[must_use]
pub fn csv_cell(name: &str) -> String {
    match name.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠') => {
            format!("'{name}")
        }
        _ => name.to_owned(),
    }
}

/// Shortened to `columns` terminal columns, the end replaced by an ellipsis where it does not fit.
#[must_use]
pub fn shorten(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = 0;
    for c in text.chars() {
        if used + char_width(c) + 1 > columns {
            break;
        }
        used += char_width(c);
        short.push(c);
    }
    short.push('…');
    short
}

/// A name shortened to `columns` terminal columns. The middle gives way: names often differ at their ends.
#[must_use]
pub fn shorten_name(name: &str, columns: usize) -> String {
    if width(name) <= columns {
        return name.to_owned();
    }
    let chars: Vec<char> = name.chars().collect();
    // The more is kept the wider it is: look for the most that fits by halves, since a name may be very long.
    let fits = |kept: usize| width(&without_middle(&chars, kept)) <= columns;
    let (mut most, mut too_many) = (0, chars.len());
    while most + 1 < too_many {
        let middle = most.midpoint(too_many);
        if fits(middle) { most = middle } else { too_many = middle }
    }
    if fits(most) { without_middle(&chars, most) } else { "…".to_owned() }
}

/// So many characters of a text, half of them from its end, and an ellipsis between.
#[must_use]
pub fn without_middle(chars: &[char], kept: usize) -> String {
    let behind = kept / 2;
    let (front, back) = (&chars[..kept - behind], &chars[chars.len() - behind..]);
    front.iter().chain(['…'].iter()).chain(back).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_harmless_in_a_terminal() {
        assert_eq!(visible("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(visible("mail\u{202e}liam\nx"), "mail\\u{202e}liam\\u{a}x");
        assert_eq!(visible("größe-日本"), "größe-日本");
    }

    #[test]
    fn markdown_has_no_markup_left() {
        assert_eq!(markdown("a|b<script>"), "a\\|b&lt;script&gt;");
        assert_eq!(markdown("`x`\n# y"), "\\`x\\`\\\\u{a}\\# y");
        assert_eq!(markdown("www.evil"), "ww&#119;.evil");
        assert_eq!(markdown("host-cluster+nlb (2): x"), "host-cluster+nlb (2): x");
        assert_eq!(markdown("[a](http://b)"), "\\[a\\](http\\://b)");
    }

    #[test]
    fn formulas_lose_their_power() {
        assert_eq!(csv_cell("=1+1"), "'=1+1");
        assert_eq!(csv_cell("-x"), "'-x");
        assert_eq!(csv_cell("mail"), "mail");
    }

    #[test]
    fn shortened_text_keeps_its_width() {
        assert_eq!(shorten("host-cluster", 12), "host-cluster");
        assert_eq!(shorten("host-cluster", 8), "host-cl…");
        assert_eq!(width(&shorten("日本日本日本", 6)), 5);
        assert_eq!(shorten_name("host-cluster-12", 9), "host…r-12");
        assert_eq!(shorten_name("host-cluster", 12), "host-cluster");
        assert_eq!(shorten_name("日本日本日本", 6), "日…本");
        assert_eq!(shorten_name("日本", 1), "…");
        for columns in 0..12 {
            let longest = (0..14)
                .rev()
                .map(|kept| without_middle(&['é'; 14], kept))
                .find(|text| width(text) <= columns);
            assert_eq!(
                shorten_name(&"é".repeat(14), columns),
                longest.unwrap_or_else(|| "…".to_owned()),
                "{columns}"
            );
        }
    }
}
