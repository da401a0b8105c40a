//! Reading pages back.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An element of a page, with what is in it.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

#[derive(Debug)]
pub enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    fn begun(tag: &BytesStart<'_>) -> Self {
        let attributes = tag.attributes().map(|attribute| {
            let attribute = attribute.expect("a well-formed attribute");
            let key = String::from_utf8(attribute.key.as_ref().to_vec()).expect("text");
            let value = quick_xml::escape::unescape(std::str::from_utf8(&attribute.value).expect("text"))
                .expect("known entities")
                .into_owned();
            assert!(!attribute.value.contains(&b'<'), "a tag in an attribute");
            (key, value)
        });
        let name = String::from_utf8(tag.name().as_ref().to_vec()).expect("text");
        Element { name, attributes: attributes.collect(), children: Vec::new() }
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// This element and all that are in it, in the order of the page.
    pub fn all(&self) -> Box<dyn Iterator<Item = &Element> + '_> {
        Box::new(std::iter::once(self).chain(self.elements().flat_map(Element::all)))
    }

    /// The text in it.
    pub fn text(&self) -> String {
        let text = |child: &Node| match child {
            Node::Element(element) => element.text(),
            Node::Text(text) => text.clone(),
        };
        self.children.iter().map(text).collect()
    }

    /// The text in it, with the names that symbols have in plain text.
    pub fn named_text(&self) -> String {
        let root = if self.name == "msqrt" { "sqrt" } else { "" };
        let text = |child: &Node| match child {
            Node::Element(element) => element.named_text(),
            Node::Text(text) => text.clone(),
        };
        root.to_owned() + &self.children.iter().map(text).collect::<String>()
    }

    /// Checks that the elements of MathML have as many children as they need, and that no text stands between them.
    pub fn check_mathml(&self) {
        for math in self.all().filter(|element| element.name == "math") {
            for element in math.all() {
                let count = element.elements().count();
                let is_token = ["mi", "mn", "mo", "mtext", "mspace"].contains(&element.name.as_str());
                let needed = match element.name.as_str() {
                    "msub" | "msup" | "mfrac" => 2,
                    "msubsup" => 3,
                    "math" | "mrow" | "msqrt" => count,
                    _ => 0,
                };
                assert_eq!(count, needed, "{element:?}");
                assert!(is_token || element.elements().count() == element.children.len(), "{element:?}");
                assert!(
                    is_token || needed > 0 || ["math", "mrow", "msqrt"].contains(&element.name.as_str()),
                    "{element:?}"
                );
            }
        }
    }
}

/// Reads a page; panics where it is not well-formed.
pub fn parse(page: &str) -> Element {
    let mut reader = Reader::from_str(page);
    reader.config_mut().check_end_names = true;
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().expect("well-formed");
        let innermost = open.last_mut().expect("the page itself");
        match event {
            Event::Start(tag) => open.push(Element::begun(&tag)),
            Event::Empty(tag) => innermost.children.push(Node::Element(Element::begun(&tag))),
            Event::End(_) => {
                let closed = open.pop().expect("an open element");
                open.last_mut().expect("nothing is closed that is not open").children.push(Node::Element(closed));
            }
            Event::Text(text) => {
                let text = text.decode().expect("text").into_owned();
                let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
                assert!(text.chars().all(legal), "{text:?}");
                innermost.children.push(Node::Text(text));
            }
            Event::GeneralRef(reference) => {
                let name = format!("&{};", reference.decode().expect("text"));
                let text = quick_xml::escape::unescape(&name).expect("a known entity").into_owned();
                innermost.children.push(Node::Text(text));
            }
            Event::DocType(_) => {}
            Event::Eof => break,
            other => panic!("unexpected: {other:?}"),
        }
    }
    assert_eq!(open.len(), 1, "something stays open");
    let mut page = open.pop().expect("the page");
    page.children.retain(|child| !matches!(child, Node::Text(text) if text.trim().is_empty()));
    page
}

/// The letters and digits of a text, with symbols by their names.
pub fn letters(text: &str) -> String {
    const SYMBOLS: [(&str, &str); 31] = [
        ("α", "alpha"),
        ("β", "beta"),
        ("γ", "gamma"),
        ("δ", "delta"),
        ("ε", "epsilon"),
        ("ζ", "zeta"),
        ("η", "eta"),
        ("θ", "theta"),
        ("κ", "kappa"),
        ("λ", "lambda"),
        ("μ", "mu"),
        ("ν", "nu"),
        ("ξ", "xi"),
        ("π", "pi"),
        ("ρ", "rho"),
        ("σ", "sigma"),
        ("τ", "tau"),
        ("φ", "phi"),
        ("χ", "chi"),
        ("ψ", "psi"),
        ("ω", "omega"),
        ("Γ", "Gamma"),
        ("Δ", "Delta"),
        ("Θ", "Theta"),
        ("Λ", "Lambda"),
        ("Σ", "Sigma"),
        ("Φ", "Phi"),
        ("Ψ", "Psi"),
        ("Ω", "Omega"),
        ("∇", "grad"),
        ("∑", "sum"),
    ];
    let named = SYMBOLS.iter().fold(text.to_owned(), |text, (symbol, name)| text.replace(symbol, name));
    named.replace('√', "sqrt").chars().filter(|c| c.is_alphanumeric()).collect()
}
