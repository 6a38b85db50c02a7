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

/// `a, b, c`, of a long list the first twelve and how many more.
pub(super) fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let mut text = String::new();
    let mut count = 0;
    for word in words {
        if count < SHOWN {
            if count > 0 {
                text.push_str(", ");
            }
            text.push_str(word);
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
    const SHOWN: usize = 60;
    let mut short: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    // escape_debug also escapes single quotes, which need none here.
    format!("\"{}\"", short.replace("\\'", "'"))
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
