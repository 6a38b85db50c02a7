//! Words for messages: lists that stay short, the nearest known word, quoting.

use std::fmt::Write as _;

/// Candidates compared with a wrong name; more would make a file of wrong names slow.
const COMPARED: usize = 2_000;

/// The known word nearest to a wrong one, if any is near enough to be meant.
pub(super) fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = wrong.chars().count();
    if length > 64 {
        return None;
    }
    let lower = wrong.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for word in known.into_iter().take(COMPARED) {
        if word.len() > 256 {
            continue;
        }
        let distance = strsim::osa_distance(&lower, &word.to_lowercase());
        let allowed = (length.max(word.chars().count()) / 3).max(1);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, word));
        }
    }
    best.map(|(_, word)| word)
}

/// Characters of a user's name or text that a message shows.
const NAME_SHOWN: usize = 60;

/// `a, b, c`, of a long list the first ones and how many more.
pub(super) fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    // The longest list of keys that a table accepts is not much shorter: whoever looks for the right one
    // wants to see them all.
    const SHOWN: usize = 32;
    let mut text = String::new();
    let mut count = 0;
    for word in words {
        if count < SHOWN {
            if count > 0 {
                text.push_str(", ");
            }
            text.push_str(&short(word, NAME_SHOWN));
        }
        count += 1;
    }
    if count > SHOWN {
        let _ = write!(text, " and {} more", count - SHOWN);
    }
    text
}

/// "did you mean X? " or nothing, then the accepted words.
pub(super) fn suggest<'a>(
    wrong: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
    what: &str,
) -> String {
    let words = list(known.clone());
    let near = nearest(wrong, known);
    match (near, words.is_empty()) {
        (Some(near), _) => format!("did you mean \"{near}\"? ({what}: {words})"),
        (None, false) => format!("{what}: {words}"),
        (None, true) => format!("{what}: none"),
    }
}

/// A user's text in quotes, cut to a readable length, control characters escaped.
pub(super) fn quote(text: &str) -> String {
    let short: String = short(text, NAME_SHOWN).chars().flat_map(char::escape_debug).collect();
    // escape_debug also escapes single quotes, which need none here.
    format!("\"{}\"", short.replace("\\'", "'"))
}

/// A text of at most so many characters. The middle gives way: names often differ at their ends.
pub(super) fn short(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let behind = most / 2;
    let mut short: String = text.chars().take(most - 1 - behind).collect();
    short.push('…');
    short.extend(text.chars().skip(length - behind));
    short
}

/// A number in few digits: 1e300 has three hundred zeros that nobody counts.
pub(super) fn number(value: f64) -> String {
    if value != 0.0 && value.is_finite() && !(1e-4..1e15).contains(&value.abs()) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

/// The first character that cannot stand on one line of a report, in words.
pub(super) fn unprintable(text: &str) -> Option<String> {
    let wrong = text.chars().find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))?;
    Some(match wrong {
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => "a line break".to_owned(),
        '\t' => "a tab".to_owned(),
        wrong => format!("the control character U+{:04X}", u32::from(wrong)),
    })
}

/// A key as part of a dotted path: quoted where TOML would need it.
pub(super) fn segment(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if bare { key.to_owned() } else { quote(key) }
}

/// A path one key longer.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { segment(key) } else { format!("{path}.{}", segment(key)) }
}

/// `1 host`, `2 hosts`.
#[must_use]
pub fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}
