//! Where the values of a table with commas stand in its text: the `csv` crate tells rows, messages tell columns.

use std::ops::Range;

/// Where a row begins at or after a byte: empty lines are none.
pub(crate) fn begin(text: &str, from: usize) -> usize {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

/// Where a value stands in a row, quotes included.
pub(crate) fn cell(row: &str, number: usize) -> Range<usize> {
    let (mut start, mut commas, mut quoted, mut at) = (0, 0, false, 0);
    let bytes = row.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            // Two of them within quotes are one of the value's own.
            b'"' if quoted && bytes.get(at + 1) == Some(&b'"') => at += 1,
            b'"' if quoted => quoted = false,
            b'"' => quoted = at == start,
            b',' if !quoted && commas == number => return start..at,
            b',' if !quoted => (commas, start) = (commas + 1, at + 1),
            b'\r' | b'\n' if !quoted => return start..at,
            _ => {}
        }
        at += 1;
    }
    start..row.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_behind_quotes_and_commas() {
        let row = "a,\"b,\"\"c\",,d\r\nnext";
        let found = |number| &row[cell(row, number)];
        assert_eq!([found(0), found(1), found(2), found(3)], ["a", "\"b,\"\"c\"", "", "d"]);
        // Of a row that has fewer, the last one.
        assert_eq!(found(9), "d");
        // A quote in the middle of a value is one like any other character.
        let row = "5\" disk,\"a\" b,c";
        assert_eq!([0, 1, 2].map(|number| &row[cell(row, number)]), ["5\" disk", "\"a\" b", "c"]);
    }
}
