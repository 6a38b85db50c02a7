//! Names of files for strategies. Whoever wrote a strategy's name may have meant a folder, a device or nothing at all by it.

/// Longer names are cut.
const LONGEST: usize = 60;

/// A name for each strategy that every file system takes: letters, digits, `-`, `_` and `.` of the name, in which capitals
/// do not tell two apart. One that had to be changed has its number among the strategies at its end.
pub(super) fn stems(names: &[&str]) -> Vec<String> {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let as_it_is = |name: &str| !name.is_empty() && name.len() <= LONGEST && name.chars().all(is_safe);
    let mut taken: Vec<String> = Vec::new();
    let mut stems: Vec<Option<String>> = Vec::new();
    for name in names {
        let key = name.to_ascii_lowercase();
        let is_free = as_it_is(name) && !taken.contains(&key);
        stems.push(is_free.then(|| (*name).to_owned()));
        taken.extend(is_free.then_some(key));
    }
    let changed = |place: usize, taken: &mut Vec<String>| {
        let kept: String =
            names[place].chars().map(|c| if is_safe(c) { c } else { '-' }).take(LONGEST).collect();
        let kept = kept.trim_matches(['-', '.']);
        let mut number = place + 1;
        loop {
            let stem = if kept.is_empty() { number.to_string() } else { format!("{kept}-{number}") };
            if !taken.contains(&stem.to_ascii_lowercase()) {
                taken.push(stem.to_ascii_lowercase());
                return stem;
            }
            number += names.len();
        }
    };
    let places = stems.into_iter().enumerate();
    places.map(|(place, stem)| stem.unwrap_or_else(|| changed(place, &mut taken))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_stay_and_others_become_harmless() {
        let long = "x".repeat(500);
        let names = [
            "none",
            "host-cluster",
            "../../etc/passwd",
            "a b",
            "a-b",
            "",
            "NONE",
            "\u{202e}gnp",
            "a-b-4",
            &long,
        ];
        let stems = stems(&names);
        assert_eq!(
            stems[..9],
            ["none", "host-cluster", "etc-passwd-3", "a-b-14", "a-b", "6", "NONE-7", "gnp-8", "a-b-4"]
        );
        assert!(stems[9].len() < 70 && stems[9].ends_with("-10"));
        let mut lower: Vec<String> = stems.iter().map(|stem| stem.to_ascii_lowercase()).collect();
        lower.sort();
        lower.dedup();
        assert_eq!(lower.len(), names.len());
    }
}
