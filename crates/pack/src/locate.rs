//! Where each declared thing stands in the texts, by a path such as `flow/purchase_inbound/step/order.fill`.

use std::collections::HashMap;

use crate::source::Span;
use crate::tree::Node;

/// Places of declarations.
#[derive(Debug, Default)]
pub(crate) struct Locations(HashMap<String, Span>);

impl Locations {
    /// The places of everything that these nodes declare.
    pub fn of<'a>(nodes: impl Iterator<Item = &'a Node>) -> Locations {
        let mut locations = Locations::default();
        for node in nodes {
            locations.top(node);
        }
        locations
    }

    /// The place of `path`, or of what it stands in.
    pub fn find(&self, path: &str) -> Span {
        let mut path = path;
        loop {
            if let Some(span) = self.0.get(path) {
                return *span;
            }
            match path.rsplit_once('/') {
                Some((outer, _)) => path = outer,
                None => return Span::file(0),
            }
        }
    }

    fn put(&mut self, path: &str, node: &Node) {
        self.0.entry(path.to_owned()).or_insert(node.name.span);
    }

    fn top(&mut self, node: &Node) {
        match node.name.text.as_str() {
            "pack" => {
                self.put("pack", node);
                for child in node.children.iter().flatten() {
                    self.top(child);
                }
            }
            "role" | "parameter" | "register" => {
                let path = named("", node);
                self.put(&path, node);
            }
            "ledger" => {
                let path = named("", node);
                self.put(&path, node);
                for place in node.children.iter().flatten() {
                    self.put(&named(&path, place), place);
                }
            }
            "flow" => self.flow(node),
            _ => {}
        }
    }

    fn flow(&mut self, node: &Node) {
        let flow = named("", node);
        self.put(&flow, node);
        for child in node.children.iter().flatten() {
            let path = match child.name.text.as_str() {
                "separate" => {
                    let steps: Vec<&str> =
                        child.values.iter().map(|word| word.text.as_str()).collect();
                    format!("{flow}/separate/{}", steps.join(" "))
                }
                _ => named(&flow, child),
            };
            self.put(&path, child);
            if child.name.text == "step" {
                self.step(&path, child);
            }
        }
    }

    /// Entries have no name; they are counted.
    fn step(&mut self, path: &str, node: &Node) {
        let mut posts = 0;
        for inner in node.children.iter().flatten() {
            if matches!(inner.name.text.as_str(), "post" | "entry" | "hold") {
                self.put(&format!("{path}/post/{posts}"), inner);
                posts += 1;
            } else {
                self.put(&named(path, inner), inner);
            }
        }
    }
}

fn named(base: &str, node: &Node) -> String {
    let name = node.values.first().map_or("", |word| word.text.as_str());
    if base.is_empty() {
        format!("{}/{name}", node.name.text)
    } else {
        format!("{base}/{}/{name}", node.name.text)
    }
}
