//! What strategies say of a service, word for word: for whoever writes one strategy more and must not change what the
//! others have settled.

use super::issue::Mark;
use super::overrides;
use super::read::Input;
use super::tree::{self, Node, Table, Value};

/// The strategies of a scenario as they are written, overrides laid over them.
#[derive(Debug)]
pub struct WrittenStrategies {
    strategies: Table,
    inline: bool,
}

impl WrittenStrategies {
    /// Takes them from a scenario. What cannot be read is left out: whoever reads the scenario tells it.
    ///
    /// ```
    /// use ninefold::scenario::{Input, WrittenStrategies};
    /// let text = r#"
    /// [strategy.pair]
    /// protect = ["guest-failover"]
    /// detection = { law = "uniform", min = "4 s", max = "5 s" }
    /// [strategy.pair.service.db]
    /// takeover.disk = "8 s"
    /// "#;
    /// let written = WrittenStrategies::of(&Input { name: "doc.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
    /// let settings = written.settings("pair", "db");
    /// assert_eq!(settings[1], ("detection".to_owned(), r#"{ law = "uniform", min = "4 s", max = "5 s" }"#.to_owned()));
    /// assert_eq!(settings[2], ("takeover".to_owned(), r#"{ disk = "8 s" }"#.to_owned()));
    /// ```
    #[must_use]
    pub fn of(input: &Input<'_>) -> WrittenStrategies {
        let (root, text) = overrides::laid_over(input);
        let node = root.get("strategy").map(|entry| &entry.node);
        let inline = node.is_some_and(|node| is_inline(node.mark, text));
        let strategies = match node.map(|node| &node.value) {
            Some(Value::Table(table)) => table.clone(),
            _ => Table::default(),
        };
        WrittenStrategies { strategies, inline }
    }

    /// Whether all of them stand in one pair of braces, behind which no other can be added.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.inline
    }

    /// The keys that hold for a service under a strategy, with their values as TOML: those of the strategy, then those that
    /// the service has of its own in their places.
    #[must_use]
    pub fn settings(&self, strategy: &str, service: &str) -> Vec<(String, String)> {
        let Some(base) = below(&self.strategies, strategy) else { return Vec::new() };
        let own = below(base, "service").and_then(|services| below(services, service));
        let mut settings: Vec<(String, String)> = Vec::new();
        for entry in base.entries.iter().chain(own.into_iter().flat_map(|own| &own.entries)) {
            if matches!(entry.key.as_str(), "service" | "cluster") {
                continue;
            }
            let Some(value) = value_text(&entry.node) else { continue };
            match settings.iter_mut().find(|(key, _)| *key == entry.key) {
                Some(setting) => setting.1 = value,
                None => settings.push((entry.key.clone(), value)),
            }
        }
        settings
    }
}

fn is_inline(mark: Mark, text: &str) -> bool {
    mark.source == 0 && text.as_bytes().get(mark.start as usize) == Some(&b'{')
}

fn below<'a>(table: &'a Table, key: &str) -> Option<&'a Table> {
    match &table.get(key)?.node.value {
        Value::Table(inner) => Some(inner),
        _ => None,
    }
}

/// A value on one line; `None` where it is of a kind that no key of a strategy takes.
fn value_text(node: &Node) -> Option<String> {
    Some(match &node.value {
        Value::Text(text) => toml_text(text),
        Value::Whole(whole) => (*whole)?.to_string(),
        Value::Float(float) => format!("{float:?}"),
        Value::Boolean(truth) => truth.to_string(),
        Value::Datetime => return None,
        Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(value_text).collect();
            format!("[{}]", items?.join(", "))
        }
        Value::Table(table) => {
            let pair = |entry: &tree::Entry| {
                Some(format!("{} = {}", toml_key(&entry.key), value_text(&entry.node)?))
            };
            let pairs: Option<Vec<String>> = table.entries.iter().map(pair).collect();
            format!("{{ {} }}", pairs?.join(", "))
        }
    })
}

/// A key as TOML: bare where it can be.
///
/// ```
/// use ninefold::scenario::toml_key;
/// assert_eq!(toml_key("web-1"), "web-1");
/// assert_eq!(toml_key("a b"), r#""a b""#);
/// ```
#[must_use]
pub fn toml_key(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if bare { key.to_owned() } else { toml_text(key) }
}

/// A text as a TOML value.
fn toml_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, overrides: &[String]) -> WrittenStrategies {
        WrittenStrategies::of(&Input { name: "test.toml", bytes: text.as_bytes(), overrides, files: &[] })
    }

    #[test]
    fn a_service_has_its_own_in_the_place_of_the_strategys() {
        let text = "[strategy.s]\nprotect = []\nnodes = 3\n[strategy.s.service.\"a b\"]\nnodes = 2\n";
        let settings = written(text, &["strategy.s.detection=2 s".to_owned()]).settings("s", "a b");
        let settings: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(settings, [("protect", "[]"), ("nodes", "2"), ("detection", "\"2 s\"")]);
        assert!(written(text, &[]).settings("t", "a b").is_empty());
    }

    #[test]
    fn values_are_written_so_that_they_read_back() {
        let value = r#"{ law = "empirical", values = [1.5, 1e-7, true, "\"\\\u0007"], "a b" = 3 }"#;
        let settings = written(&format!("strategy.s.detection = {value}"), &[]).settings("s", "x");
        let again = written(&format!("strategy.s.detection = {}", settings[0].1), &[]).settings("s", "x");
        assert_eq!(settings, again);
        assert!(settings[0].1.contains("1e-7") && settings[0].1.contains("\"a b\" = 3"), "{settings:?}");
    }

    #[test]
    fn braces_take_no_more_strategies() {
        assert!(written("strategy = { s = { protect = [] } }", &[]).is_closed());
        for open in ["strategy.s = { protect = [] }", "[strategy.s]\nprotect = []", ""] {
            assert!(!written(open, &[]).is_closed(), "{open}");
        }
    }
}
