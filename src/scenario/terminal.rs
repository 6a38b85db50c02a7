//! What may be shown on a terminal: a name or a line of a scenario comes from a file that somebody else may have written.

/// A name that can do nothing to a terminal: what moves the cursor, turns the writing direction
/// or cannot be seen is written as its escape, and the text stays on one line. Nor does it say anything to GitHub Actions,
/// which reads the log of a step for commands: `::` behind nothing but spaces, and `##[` anywhere.
///
/// ```
/// use ninefold::report::clean::visible;
/// assert_eq!(visible("mail\u{202e}liam"), "mail\\u{202e}liam");
/// assert_eq!(visible("::error::x"), "\\u{3a}:error::x");
/// assert_eq!(visible("a::b ##[group]"), "a::b #\\u{23}[group]");
/// ```
#[must_use]
pub fn visible(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut before = None;
    let mut rest = name.chars();
    while let Some(c) = rest.next() {
        let follows = |next: char| rest.as_str().starts_with(next);
        // A long line is broken at spaces: whatever follows one may come to stand at the beginning of another.
        let begins = before.is_none_or(char::is_whitespace);
        let is_command =
            (c == ':' && begins && follows(':')) || (c == '#' && before == Some('#') && follows('['));
        if is_command || is_invisible(c) {
            text.extend(c.escape_unicode());
        } else {
            text.push(c);
        }
        before = Some(c);
    }
    text
}

/// A character as [`visible`] shows it.
pub(super) fn escaped(c: char) -> String {
    if is_invisible(c) { c.escape_unicode().to_string() } else { c.to_string() }
}

/// Columns that a text takes on a terminal.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Two columns for the wide East Asian blocks and pictographs, none for combining marks.
#[must_use]
pub fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE00..=0xFE2F => 0,
        0x1100..=0x115F
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1F64F
        | 0x1F680..=0x1F6FF
        | 0x1F900..=0x1F9FF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// Control characters, line and paragraph separators, directional and other format characters,
/// and what XML cannot hold.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            u32::from(c),
            0x00AD | 0x034F
                | 0x061C
                | 0x115F..=0x1160
                | 0x180B..=0x180F
                | 0x200B..=0x200F
                | 0x2028..=0x202E
                | 0x2060..=0x206F
                | 0x3164
                | 0xFE00..=0xFE0F
                | 0xFEFF
                | 0xFFA0
                | 0xFFF0..=0xFFFB
                | 0xFFFE..=0xFFFF
                | 0xE0000..=0xE0FFF
        )
}
