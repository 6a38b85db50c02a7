//! A page as a browser's parser sees it: elements, attributes and texts, read by somebody else's tokenizer.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

/// An element as it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// In alphabetical order.
    pub(crate) attributes: Vec<(String, String)>,
}

impl Element {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.get("class").is_some_and(|classes| classes.split(' ').any(|own| own == class))
    }
}

/// What a parser finds, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Open(Element),
    Close(String),
    Text(String),
}

/// The whole page; anything that a parser stumbles over is an error of the test.
pub(crate) fn parse(page: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let string = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut emitter: DefaultEmitter = DefaultEmitter::default();
    // As a browser does: inside of a script nothing is markup but its end.
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(page, emitter) {
        match token.unwrap() {
            Token::StartTag(tag) => {
                let attributes = tag.attributes.iter().map(|(name, value)| (string(name), string(value)));
                let mut attributes: Vec<(String, String)> = attributes.collect();
                attributes.sort();
                pieces.push(Piece::Open(Element { name: string(&tag.name), attributes }));
            }
            Token::EndTag(tag) => pieces.push(Piece::Close(string(&tag.name))),
            Token::String(text) => match pieces.last_mut() {
                Some(Piece::Text(before)) => before.push_str(&string(&text)),
                _ => pieces.push(Piece::Text(string(&text))),
            },
            Token::Doctype(_) => {}
            Token::Comment(comment) => panic!("nobody writes comments here: {:?}", string(&comment)),
            Token::Error(error) => panic!("a browser's parser stumbles: {error:?}"),
        }
    }
    pieces
}

/// All elements.
pub(crate) fn elements(pieces: &[Piece]) -> Vec<&Element> {
    pieces
        .iter()
        .filter_map(|piece| if let Piece::Open(element) = piece { Some(element) } else { None })
        .collect()
}

/// The text inside the first element that `wanted` picks, with everything in it.
pub(crate) fn inside(pieces: &[Piece], wanted: impl Fn(&Element) -> bool) -> String {
    let start = pieces
        .iter()
        .position(|piece| matches!(piece, Piece::Open(element) if wanted(element)))
        .expect("is there");
    let Piece::Open(Element { name, .. }) = &pieces[start] else { unreachable!() };
    let (mut depth, mut text) = (0, String::new());
    for piece in &pieces[start..] {
        match piece {
            Piece::Open(element) if element.name == *name => depth += 1,
            Piece::Close(closed) if closed == name => depth -= 1,
            Piece::Text(part) => text.push_str(part),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    text
}
