//! The words of vSphere's settings, in both spellings that exports have, as those of a scenario.

use crate::inventory::Priority;

/// What spreadsheets of many languages write for a truth, and people.
const YES: &[&str] = &[
    "true",
    "1",
    "yes",
    "y",
    "wahr",
    "ja",
    "vrai",
    "oui",
    "verdadero",
    "sí",
    "si",
    "vero",
    "verdadeiro",
    "sim",
    "waar",
    "prawda",
    "tak",
    "pravda",
    "ano",
    "áno",
    "igaz",
    "igen",
    "tosi",
    "kyllä",
    "sant",
    "sand",
    "sann",
    "doğru",
    "evet",
    "истина",
    "да",
    "真",
    "はい",
];
const NO: &[&str] = &[
    "false",
    "0",
    "no",
    "n",
    "falsch",
    "nein",
    "faux",
    "non",
    "falso",
    "não",
    "nao",
    "onwaar",
    "nee",
    "fałsz",
    "nie",
    "nepravda",
    "ne",
    "hamis",
    "nem",
    "epätosi",
    "ei",
    "falskt",
    "falsk",
    "nej",
    "nei",
    "usann",
    "yanlış",
    "yanliş",
    "hayır",
    "hayir",
    "ложь",
    "нет",
    "假",
    "いいえ",
];

/// Whether a cell says yes; nothing where it says neither.
pub(super) fn truth(text: &str) -> Option<bool> {
    let word = text.to_lowercase();
    let says = |words: &[&str]| words.contains(&word.as_str());
    if says(YES) {
        Some(true)
    } else if says(NO) {
        Some(false)
    } else {
        None
    }
}

/// Who is restarted first; `Some(None)` where it is not restarted at all, nothing where the cluster says it.
pub(super) fn priority(text: &str) -> Option<Option<Priority>> {
    let words = [
        ("disabled", None),
        ("lowest", Some(Priority::Lowest)),
        ("low", Some(Priority::Low)),
        ("medium", Some(Priority::Medium)),
        ("high", Some(Priority::High)),
        ("highest", Some(Priority::Highest)),
    ];
    words.into_iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map(|(_, priority)| priority)
}

/// What an isolated host does with its VMs, in the words of the programming interface and of the clients; nothing where the cluster says it.
pub(super) fn isolation(text: &str) -> Option<&'static str> {
    let words = [
        ("none", "leave-on"),
        ("disabled", "leave-on"),
        ("leavepoweredon", "leave-on"),
        ("poweroff", "power-off"),
        ("poweroffandrestartvms", "power-off"),
        ("shutdown", "shut-down"),
        ("shutdownandrestartvms", "shut-down"),
    ];
    let letters = letters(text);
    words.into_iter().find(|(word, _)| letters == *word).map(|(_, response)| response)
}

/// Whether a word says that the cluster says it, or nothing.
pub(super) fn leaves_isolation_to_its_cluster(text: &str) -> bool {
    matches!(
        letters(text).as_str(),
        "" | "clusterisolationresponse" | "clusterdefault" | "useclustersetting" | "useclustersettings"
    )
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
}

/// Whether guests are monitored, and their applications; nothing where the cluster says it.
pub(super) fn monitoring(text: &str) -> Option<(bool, bool)> {
    let words = [
        ("vmMonitoringDisabled", (false, false)),
        ("vmMonitoringOnly", (true, false)),
        ("vmAndAppMonitoring", (true, true)),
    ];
    words.into_iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map(|(_, monitored)| monitored)
}

/// The major version in `VMware ESXi 6.5.0 build-10175896`.
pub(super) fn major_version(text: &str) -> Option<u32> {
    let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truths_of_any_language_are_read_and_nothing_else() {
        for (yes, no) in [
            ("True", "FALSE"),
            ("1", "0"),
            ("WAHR", "FALSCH"),
            ("VRAI", "FAUX"),
            ("VERDADERO", "FALSO"),
            ("VERO", "FALSO"),
            ("SIM", "NÃO"),
            ("yes", "no"),
            ("Ja", "Nein"),
            ("DOĞRU", "YANLIŞ"),
        ] {
            assert_eq!((truth(yes), truth(no)), (Some(true), Some(false)), "{yes} {no}");
        }
        assert_eq!((truth(""), truth("maybe"), truth("2")), (None, None, None));
        assert!(YES.iter().all(|yes| !NO.contains(yes)));
    }

    #[test]
    fn words_of_the_export_become_words_of_a_scenario() {
        assert_eq!(priority("Highest"), Some(Some(Priority::Highest)));
        assert_eq!((priority("disabled"), priority("clusterRestartPriority")), (Some(None), None));
        assert_eq!((isolation("poweroff"), isolation("clusterIsolationResponse")), (Some("power-off"), None));
        assert_eq!(monitoring("vmAndAppMonitoring"), Some((true, true)));
        assert_eq!(major_version("VMware ESXi 6.5.0 build-10175896"), Some(6));
        assert_eq!((major_version("8.0.3"), major_version("ESXi")), (Some(8), None));
    }
}
