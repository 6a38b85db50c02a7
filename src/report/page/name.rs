//! Names on the page. Whoever wrote them may mean harm: markup is escaped by the templates, what cannot be seen is written as its
//! escape, and a name that is written from right to left stays where it is.

use maud::{Markup, html};

use crate::report::clean;

/// Longer names get a title with all of them, for a pointer to show.
const LONG: usize = 28;
/// Longer ones lose their middle where they are not told for the first time: a page may say a name a hundred times.
const VERY_LONG: usize = 120;
/// What a sentence or a chart has room for.
const IN_SENTENCES: usize = 60;

/// Around a name in a sentence. A name has neither of them: [`clean::visible`] escapes both.
const OPEN: char = '\u{2068}';
const CLOSE: char = '\u{2069}';

/// The whole of a name, where it is told for the first time; a style shortens it.
pub(super) fn whole(name: &str) -> Markup {
    isolated(&clean::visible(name))
}

/// A name in a table or a legend.
pub(super) fn name(name: &str) -> Markup {
    isolated(&clean::shorten_name(&clean::visible(name), VERY_LONG))
}

fn isolated(shown: &str) -> Markup {
    html! {
        @if clean::width(shown) > LONG { bdi title=(shown) { (shown) } } @else { bdi { (shown) } }
    }
}

/// A name as text for a chart, of at most so many columns.
pub(super) fn short(name: &str, columns: usize) -> String {
    clean::shorten_name(&clean::visible(name), columns)
}

/// A name inside a sentence that goes through [`sentence`].
pub(super) fn inside(name: &str) -> String {
    format!("{OPEN}{}{CLOSE}", short(name, IN_SENTENCES))
}

/// A sentence with its names isolated from what is around them.
pub(super) fn sentence(text: &str) -> Markup {
    html! {
        @for piece in text.split_inclusive([OPEN, CLOSE]) {
            @match piece.strip_suffix(CLOSE) {
                Some(name) => bdi { (name) },
                None => (piece.trim_end_matches(OPEN)),
            }
        }
    }
}

/// The same as text alone, for attributes.
pub(super) fn plain(text: &str) -> String {
    text.replace([OPEN, CLOSE], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_and_stay_where_they_are() {
        let hostile = "</script><b title='x'>\u{202e}liam\u{2069}";
        assert_eq!(
            name(hostile).into_string(),
            "<bdi title=\"&lt;/script&gt;&lt;b title='x'&gt;\\u{202e}liam\\u{2069}\">\
             &lt;/script&gt;&lt;b title='x'&gt;\\u{202e}liam\\u{2069}</bdi>"
        );
        let told = sentence(&format!("{} is <down>, {} is not.", inside("a&b"), inside("c")));
        assert_eq!(told.into_string(), "<bdi>a&amp;b</bdi> is &lt;down&gt;, <bdi>c</bdi> is not.");
        assert_eq!(plain(&inside("x")), "x");
    }

    #[test]
    fn a_very_long_name_is_whole_once() {
        let long = "x".repeat(10_000);
        assert!(whole(&long).into_string().len() > 20_000);
        assert!(name(&long).into_string().len() < 400);
    }
}
