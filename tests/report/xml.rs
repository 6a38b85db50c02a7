//! A reader of just enough XML to say whether a text is well-formed, independent of what wrote it.

/// Names of all elements in order, or what is wrong.
pub(crate) fn elements(text: &str) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some(at) = rest.find('<') else {
            characters(rest)?;
            break;
        };
        characters(&rest[..at])?;
        let end = rest[at..].find('>').ok_or("a tag without end")? + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop().ok_or_else(|| format!("</{name}> closes nothing"))?;
            if last != name.trim() {
                return Err(format!("</{name}> closes <{last}>"));
            }
            continue;
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(format!("strange element {name:?}"));
        }
        attributes_of(attributes)?;
        names.push(name.to_owned());
        if !closed {
            open.push(name.to_owned());
        }
    }
    if open.is_empty() { Ok(names) } else { Err(format!("never closed: {open:?}")) }
}

fn attributes_of(mut text: &str) -> Result<(), String> {
    let mut seen = Vec::new();
    loop {
        text = text.trim_start();
        if text.is_empty() {
            return Ok(());
        }
        let (name, rest) = text.split_once("=\"").ok_or_else(|| format!("no value: {text:?}"))?;
        if name.starts_with("on") || seen.contains(&name) {
            return Err(format!("attribute {name:?}"));
        }
        seen.push(name);
        let (value, rest) = rest.split_once('"').ok_or("a value without end")?;
        characters(value)?;
        text = rest;
    }
}

fn characters(text: &str) -> Result<(), String> {
    if let Some(c) = text.chars().find(|&c| c.is_control() && c != '\n') {
        return Err(format!("control character {c:?}"));
    }
    for (at, _) in text.match_indices('&') {
        let entity = text[at..].split_once(';').map(|(entity, _)| entity).unwrap_or_default();
        if !["&amp", "&lt", "&gt", "&quot", "&apos"].contains(&entity) {
            return Err(format!("stray & in {text:?}"));
        }
    }
    Ok(())
}
