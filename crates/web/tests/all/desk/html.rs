//! Just enough of HTML to read our own pages: tags, attributes, text. The pages are written by one template engine, so
//! every attribute is quoted and every element is closed.

/// A form as a browser would send it: names and values of its inputs, without the buttons.
#[derive(Debug, Clone, Default)]
pub struct Form {
    pub action: String,
    pub method: String,
    /// Whether it is the one that is filled in (`data-fill`).
    pub fills: bool,
    pub fields: Vec<(String, String)>,
    /// Values of the buttons called `_do`.
    pub buttons: Vec<String>,
    /// Names of the boxes, ticked or not.
    pub boxes: Vec<String>,
    /// The options of every list.
    pub options: Vec<(String, Vec<String>)>,
}

impl Form {
    /// Types into a field, which must be there.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Form {
        let field = self.fields.iter_mut().find(|(known, _)| known == name);
        match field {
            Some((_, text)) => value.clone_into(text),
            None => panic!("no input {name:?} in {:?}", self.fields),
        }
        self
    }

    /// Ticks or unticks a box, or adds an input that an honest form does not have.
    pub fn put(&mut self, name: &str, value: &str) -> &mut Form {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn drop(&mut self, name: &str) -> &mut Form {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    pub fn get(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(known, _)| known == name)
            .map_or_else(
                || panic!("no input {name:?} in {:?}", self.fields),
                |(_, value)| value,
            )
    }
}

/// A piece of a page.
#[derive(Debug)]
enum Piece<'a> {
    Open(&'a str, Vec<(String, String)>),
    Close(&'a str),
    Text(String),
}

fn plain(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

fn attributes(mut rest: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\n', '/']);
        let end = rest.find([' ', '=', '\n']).unwrap_or(rest.len());
        if end == 0 {
            return out;
        }
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let Some(value) = rest.strip_prefix("=\"") else {
            out.push((name, String::new()));
            continue;
        };
        let end = value.find('"').expect("a quoted value ends");
        out.push((name, plain(&value[..end])));
        rest = &value[end + 1..];
    }
}

fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        if at > 0 {
            out.push(Piece::Text(plain(&rest[..at])));
        }
        rest = &rest[at..];
        // A `>` may stand within a quoted value.
        let mut quoted = false;
        let end = rest
            .find(|c| {
                if c == '"' {
                    quoted = !quoted;
                }
                c == '>' && !quoted
            })
            .expect("a tag ends");
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            out.push(Piece::Close(name));
        } else if !tag.starts_with('!') {
            let split = tag.find([' ', '\n']).unwrap_or(tag.len());
            out.push(Piece::Open(&tag[..split], attributes(&tag[split..])));
        }
    }
    out
}

fn value<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    attributes
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

/// Every form of a page.
pub fn forms(html: &str) -> Vec<Form> {
    let mut out: Vec<Form> = Vec::new();
    let mut open = false;
    let mut template = 0;
    let mut list: Option<(String, Option<String>, Option<String>, Vec<String>)> = None;
    let mut area: Option<(String, String)> = None;
    for piece in pieces(html) {
        match piece {
            // What stands in a template is not part of the page.
            Piece::Open("template", _) => template += 1,
            Piece::Close("template") => template -= 1,
            _ if template > 0 => {}
            Piece::Open("form", of) => {
                open = true;
                out.push(Form {
                    action: value(&of, "action").unwrap_or("").to_owned(),
                    method: value(&of, "method").unwrap_or("get").to_owned(),
                    fills: value(&of, "data-fill").is_some(),
                    ..Form::default()
                });
            }
            Piece::Close("form") => open = false,
            Piece::Open("textarea", of) => {
                area = Some((value(&of, "name").unwrap_or("").to_owned(), String::new()));
            }
            Piece::Text(text) if area.is_some() => {
                area.as_mut().expect("within one").1.push_str(&text);
            }
            Piece::Close("textarea") => {
                let field = area.take().expect("it was opened");
                out.last_mut().expect("within a form").fields.push(field);
            }
            Piece::Open("select", of) => {
                list = Some((
                    value(&of, "name").unwrap_or("").to_owned(),
                    None,
                    None,
                    Vec::new(),
                ));
            }
            Piece::Open("option", of) => {
                if let Some((_, first, chosen, all)) = &mut list {
                    let text = value(&of, "value").unwrap_or("").to_owned();
                    first.get_or_insert(text.clone());
                    if value(&of, "selected").is_some() {
                        *chosen = Some(text.clone());
                    }
                    all.push(text);
                }
            }
            Piece::Close("select") => {
                let (name, first, chosen, all) = list.take().expect("it was opened");
                let form = out.last_mut().expect("within a form");
                form.fields
                    .push((name.clone(), chosen.or(first).unwrap_or_default()));
                form.options.push((name, all));
            }
            Piece::Open("button", of) if open && value(&of, "name") == Some("_do") => {
                let text = value(&of, "value").unwrap_or("").to_owned();
                out.last_mut().expect("within a form").buttons.push(text);
            }
            Piece::Open("input", of) if open => input(out.last_mut().expect("within a form"), &of),
            _ => {}
        }
    }
    out
}

fn input(form: &mut Form, of: &[(String, String)]) {
    let name = value(of, "name").unwrap_or("").to_owned();
    let kind = value(of, "type").unwrap_or("text");
    if kind == "checkbox" {
        form.boxes.push(name.clone());
    }
    let ticked = kind != "checkbox" || value(of, "checked").is_some();
    if !name.is_empty() && kind != "file" && ticked {
        form.fields
            .push((name, value(of, "value").unwrap_or("").to_owned()));
    }
}

/// Every address that a page links to.
pub fn links(html: &str) -> Vec<String> {
    pieces(html)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Open("a", of) => value(&of, "href").map(str::to_owned),
            _ => None,
        })
        .collect()
}

/// Every text that a person reads or hears: between tags, and in the attributes that are shown or spoken. What is marked
/// as being in another language is left out.
pub fn texts(html: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut skip: Option<&str> = None;
    for piece in pieces(html) {
        if let Some(until) = skip {
            if matches!(piece, Piece::Close(name) if name == until) {
                skip = None;
            }
            continue;
        }
        match piece {
            Piece::Open(name @ ("script" | "style"), _) => skip = Some(name),
            Piece::Open(name, of) => {
                if name != "html" && value(&of, "lang").is_some() {
                    skip = Some(name);
                    continue;
                }
                for shown in ["aria-label", "title", "placeholder", "data-label"] {
                    out.extend(value(&of, shown).map(str::to_owned));
                }
                out.extend(said(value(&of, "data-say").unwrap_or("{}")));
            }
            // The name of a form's file is the same in both languages.
            Piece::Text(text) if text.trim().ends_with(".typ") => {}
            Piece::Text(text) if !text.trim().is_empty() => out.push(text.trim().to_owned()),
            _ => {}
        }
    }
    out
}

/// The texts that the scripts show.
fn said(json: &str) -> Vec<String> {
    let said: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(json).expect("the texts of the scripts are JSON");
    said.values()
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}
