//! Reading a call: who makes it, under which key, with what.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use engine::Class;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::mistakes;
use crate::App;
use crate::auth::{Acting, FORM_MAX, json_acting};
use crate::body;
use crate::error::Error;

/// What every body of a call that acts may carry beside its own fields.
#[derive(Debug, Default)]
pub(crate) struct Common {
    pub key: Option<String>,
    pub on_behalf_of: Option<String>,
}

/// The body of a call that acts.
pub(crate) trait Body: DeserializeOwned + Send {
    /// Takes what every body may carry.
    fn common(&mut self) -> Common;
}

/// Declares bodies of calls that act. Each also takes `key` and `on_behalf_of`; what it does not declare is refused.
macro_rules! bodies {
    ($($(#[$about:meta])* $name:ident { $($(#[$field_about:meta])* $field:ident: $kind:ty,)* })*) => {$(
        $(#[$about])*
        #[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            /// Idempotency key, unless the header `Idempotency-Key` gives it.
            #[serde(default)]
            key: Option<String>,
            /// Login of the person for whom the actor deputises.
            #[serde(default)]
            on_behalf_of: Option<String>,
            $($(#[$field_about])* pub $field: $kind,)*
        }
        impl $crate::api::call::Body for $name {
            fn common(&mut self) -> $crate::api::call::Common {
                $crate::api::call::Common {
                    key: self.key.take(),
                    on_behalf_of: self.on_behalf_of.take(),
                }
            }
        }
    )*};
}
pub(crate) use bodies;

/// A call that acts: who means it, under which key, for whom, with what.
#[derive(Debug)]
pub(crate) struct Call<T> {
    pub acting: Acting,
    pub key: Arc<str>,
    pub on_behalf_of: Option<Arc<str>>,
    pub body: T,
}

impl<T: Body> FromRequest<Arc<App>> for Call<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Call<T>, Error> {
        let (parts, request_body) = request.into_parts();
        let acting = match json_acting(app, &parts).await {
            Ok(acting) => acting,
            Err(error) => {
                body::drain(request_body).await;
                return Err(error);
            }
        };
        let bytes = json_bytes(&parts, request_body).await?;
        let mut body: T = match parse(&bytes) {
            Ok(body) => body,
            Err(wrong) => return Err(wrong.answer(app, Some(&acting.person.login)).await),
        };
        let common = body.common();
        let key = key_of(&parts.headers, common.key)?;
        let on_behalf_of = match common.on_behalf_of {
            Some(login) => Some(login.into()),
            None => acting.on_behalf_of.clone(),
        };
        Ok(Call {
            acting,
            key,
            on_behalf_of,
            body,
        })
    }
}

/// A body of a call that needs no session or changes no business record.
#[derive(Debug)]
pub(crate) struct Plain<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequest<Arc<App>> for Plain<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Plain<T>, Error> {
        let (parts, request_body) = request.into_parts();
        let bytes = json_bytes(&parts, request_body).await?;
        match parse(&bytes) {
            Ok(body) => Ok(Plain(body)),
            Err(wrong) => Err(wrong.answer(app, None).await),
        }
    }
}

/// A body of a call that changes something that is no business record, and needs no idempotency key: a password, a
/// token.
#[derive(Debug)]
pub(crate) struct Meant<T> {
    pub acting: Acting,
    pub body: T,
}

impl<T: DeserializeOwned + Send> FromRequest<Arc<App>> for Meant<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Meant<T>, Error> {
        let (parts, request_body) = request.into_parts();
        let acting = match json_acting(app, &parts).await {
            Ok(acting) => acting,
            Err(error) => {
                body::drain(request_body).await;
                return Err(error);
            }
        };
        let bytes = json_bytes(&parts, request_body).await?;
        match parse(&bytes) {
            Ok(body) => Ok(Meant { acting, body }),
            Err(wrong) => Err(wrong.answer(app, Some(&acting.person.login)).await),
        }
    }
}

async fn json_bytes(
    parts: &Parts,
    request_body: axum::body::Body,
) -> Result<axum::body::Bytes, Error> {
    let kind = parts
        .headers
        .get("content-type")
        .and_then(|value| value.to_str().ok());
    let is_json = kind.is_some_and(|kind| kind.starts_with("application/json"));
    let bytes = body::read(request_body, FORM_MAX).await?;
    // An act without anything to say may be sent without a body.
    if is_json || (bytes.is_empty() && kind.is_none()) {
        Ok(bytes)
    } else {
        Err(body::wrong_type("application/json"))
    }
}

/// The idempotency key of a call that acts.
pub(crate) fn key_of(headers: &HeaderMap, in_body: Option<String>) -> Result<Arc<str>, Error> {
    let in_header = headers
        .get("idempotency-key")
        .map(|value| value.to_str().unwrap_or(""));
    match (in_header, in_body) {
        (Some(header), Some(body)) if header != body => Err(Error::bad(
            "key",
            "请求头与正文中的请求编号不一致",
            "the idempotency keys in header and body differ",
        )),
        (Some(key), _) => Ok(key.into()),
        (None, Some(key)) => Ok(key.into()),
        (None, None) => Err(Error::bad(
            "key",
            "须给出请求编号（Idempotency-Key）",
            "an idempotency key is needed (Idempotency-Key)",
        )),
    }
}

/// What is wrong with a JSON text.
enum Wrong {
    Utf8,
    /// A key that nothing reads. Whoever sends one may hope to write what cannot be written.
    UnknownKey(String),
    Malformed(String),
}

impl Wrong {
    async fn answer(self, app: &Arc<App>, actor: Option<&str>) -> Error {
        match self {
            Wrong::Utf8 => body::not_text(),
            Wrong::Malformed(why) => Error::bad("json", mistakes::of_json(&why), why),
            Wrong::UnknownKey(name) => {
                let what = match &*name {
                    "state" | "number" | "signed" | "signatures" | "actor" | "at" | "org"
                    | "content" | "version" | "waiting" | "drawn" | "identity" | "seq" | "prev"
                    | "hash" | "begun_by" | "begun_at" => {
                        format!("write.{name}")
                    }
                    _ => "write.unknown_key".to_owned(),
                };
                match actor {
                    Some(actor) => app.forbid(Some(actor), &what, &name).await,
                    None => Error::bad("json", "JSON 中有未知的键", "the JSON has an unknown key"),
                }
            }
        }
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Wrong> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    // The reader would also take an array of the fields in their order, which nobody means.
    if bytes
        .trim_ascii_start()
        .first()
        .is_some_and(|first| *first != b'{')
    {
        return Err(Wrong::Malformed("an object is expected".to_owned()));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        if std::str::from_utf8(bytes).is_err() {
            return Wrong::Utf8;
        }
        let why = error.to_string();
        match why
            .strip_prefix("unknown field `")
            .and_then(|rest| rest.split_once('`'))
        {
            Some((name, _)) => Wrong::UnknownKey(name.chars().take(60).collect()),
            None => Wrong::Malformed(why.chars().take(300).collect()),
        }
    })
}

/// Parameters in the query; unknown ones are refused, so that a mistyped filter never shows too much.
#[derive(Debug)]
pub(crate) struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Asked<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Asked<T>, Error> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Asked(asked)),
            Err(QueryRejection::FailedToDeserializeQueryString(why)) => {
                let why: String = why.body_text().chars().take(300).collect();
                Err(Error::refused(
                    StatusCode::BAD_REQUEST,
                    Class::Request,
                    "query",
                    mistakes::of_query(&why),
                    why,
                ))
            }
            Err(_) => Err(Error::bad(
                "query",
                "查询参数无效",
                "the query makes no sense",
            )),
        }
    }
}

/// Typed fields by name. Values are texts as a clerk types them; whole numbers and flags are taken too. A number with
/// decimals must be a text, or it would not be exact. A name that comes twice is refused.
#[derive(Debug, Default, ToSchema)]
#[schema(value_type = BTreeMap<String, String>)]
pub(crate) struct Typed(pub BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Typed, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Typed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("fields by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Typed, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some((name, Text(text))) = map.next_entry::<String, Text>()? {
                    if fields.contains_key(&name) {
                        return Err(serde::de::Error::custom("a field comes twice"));
                    }
                    fields.insert(name, text);
                }
                Ok(Typed(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text (write numbers with decimals as texts: \"12.50\")")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Text, E> {
                Ok(Text(text))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_bool<E>(self, yes: bool) -> Result<Text, E> {
                Ok(Text(if yes { "yes" } else { "no" }.to_owned()))
            }

            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text(String::new()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    bodies! {
        /// For the test.
        Sample {
            /// A field.
            #[serde(default)]
            fields: Typed,
        }
    }

    fn read(text: &str) -> Result<Sample, Wrong> {
        parse(text.as_bytes())
    }

    #[test]
    fn values_are_texts_whole_numbers_and_flags() {
        let Ok(sample) = read(r#"{"fields":{"a":"12.50","b":7,"c":true,"d":null,"e":-3}}"#) else {
            panic!("it is readable");
        };
        let fields: Vec<&str> = sample.fields.0.values().map(String::as_str).collect();
        assert_eq!(fields, ["12.50", "7", "yes", "", "-3"]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for bad in [
            r#"{"fields":{"a":12.5}}"#,
            r#"{"fields":{"a":[]}}"#,
            r#"{"fields":{"a":"1","a":"2"}}"#,
            "{",
            "[]",
        ] {
            assert!(matches!(read(bad), Err(Wrong::Malformed(_))), "{bad}");
        }
        let deep = "[".repeat(100_000);
        assert!(matches!(read(&deep), Err(Wrong::Malformed(_))));
        assert!(
            matches!(read(r#"{"state":"done"}"#), Err(Wrong::UnknownKey(name)) if name == "state")
        );
        assert!(matches!(
            parse::<Sample>(&[b'{', b'"', 0xff]),
            Err(Wrong::Utf8)
        ));
        assert!(read("").is_ok());
    }
}
