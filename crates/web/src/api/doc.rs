//! Routes and their description, made together, so that the document names every route and no other.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{get, post};
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, Paths};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, KnownFormat, LicenseBuilder, OpenApi,
    OpenApiBuilder, Ref, RefOr, Required, ResponseBuilder,
};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::out::{Faulted, Listed, Refused};
use crate::App;

/// What the parts of the API are for, in the order shown.
const TAGS: [(&str, &str); 8] = [
    ("session", "登录、令牌、本人。 Log-in, tokens, oneself."),
    (
        "work",
        "签字与其他办理。 Signing steps and the other acts on slips.",
    ),
    (
        "slips",
        "查单。 Slips: lists, one slip, its chain, history and entries.",
    ),
    ("inbox", "待办。 What waits for oneself."),
    ("ledgers", "查账。 Balances, statements, trial balances."),
    ("registers", "台账。 Dated records."),
    ("flows", "流程与表单。 What the packs declare."),
    (
        "management",
        "人员、期间、日志。 People, periods, the journal.",
    ),
];

/// Routes with their description.
pub(crate) struct Routes {
    router: Router<Arc<App>>,
    paths: Paths,
    schemas: BTreeMap<String, RefOr<Schema>>,
}

/// The description of one operation.
pub(crate) struct Op {
    id: &'static str,
    builder: OperationBuilder,
    answer: ResponseBuilder,
    schemas: Vec<(String, RefOr<Schema>)>,
    open: bool,
}

/// An operation: its name for generated clients, the part it belongs to, and what it does.
pub(crate) fn op(id: &'static str, tag: &'static str, summary: &'static str) -> Op {
    Op {
        id,
        builder: OperationBuilder::new()
            .operation_id(Some(id))
            .tag(tag)
            .summary(Some(summary)),
        answer: ResponseBuilder::new().description("done"),
        schemas: Vec::new(),
        open: false,
    }
}

fn refer<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) -> Ref {
    let name = T::name();
    T::schemas(schemas);
    schemas.push((name.to_string(), T::schema()));
    Ref::from_schema_name(name)
}

impl Op {
    /// Further explanation.
    pub fn about(mut self, text: &'static str) -> Op {
        self.builder = self.builder.description(Some(text));
        self
    }

    /// Takes this JSON.
    pub fn body<T: ToSchema>(mut self) -> Op {
        let schema = refer::<T>(&mut self.schemas);
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let body = RequestBodyBuilder::new()
            .content("application/json", content)
            .required(Some(Required::True));
        self.builder = self.builder.request_body(Some(body.build()));
        self
    }

    /// Takes a file, as a form with the part `file`.
    pub fn upload(mut self) -> Op {
        let file = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        let key = Object::with_type(Type::String);
        let form = ObjectBuilder::new()
            .property("key", key)
            .property("file", file)
            .required("file");
        let content = ContentBuilder::new().schema(Some(form.build())).build();
        let body = RequestBodyBuilder::new()
            .content("multipart/form-data", content)
            .required(Some(Required::True));
        self.builder = self.builder.request_body(Some(body.build()));
        self
    }

    /// Takes these parameters in the query.
    pub fn query<T: IntoParams>(mut self) -> Op {
        for parameter in T::into_params(|| Some(ParameterIn::Query)) {
            self.builder = self.builder.parameter(parameter);
        }
        self
    }

    /// Answers with this JSON.
    pub fn answers<T: ToSchema>(mut self, description: &'static str) -> Op {
        let schema = refer::<T>(&mut self.schemas);
        let content = ContentBuilder::new().schema(Some(schema)).build();
        self.answer = self
            .answer
            .description(description)
            .content("application/json", content);
        self
    }

    /// Answers with a part of a long list of these.
    pub fn answers_rows<T: ToSchema>(mut self, description: &'static str) -> Op {
        refer::<T>(&mut self.schemas);
        self.answers::<Listed<T>>(description)
    }

    /// Answers with bytes of this media type.
    pub fn answers_bytes(mut self, media: &'static str, description: &'static str) -> Op {
        let bytes = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        let content = ContentBuilder::new().schema(Some(bytes.build())).build();
        self.answer = self.answer.description(description).content(media, content);
        self
    }

    /// Needs no log-in.
    pub fn open(mut self) -> Op {
        self.open = true;
        self
    }
}

impl Routes {
    pub fn new() -> Routes {
        Routes {
            router: Router::new(),
            paths: Paths::new(),
            schemas: BTreeMap::new(),
        }
    }

    /// Answers `GET path`, which changes nothing.
    pub fn get<H, T>(mut self, path: &'static str, op: Op, handler: H) -> Routes
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.describe(path, HttpMethod::Get, op);
        self.router = self.router.route(path, get(handler));
        self
    }

    /// Answers `POST path`.
    pub fn post<H, T>(mut self, path: &'static str, op: Op, handler: H) -> Routes
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.describe(path, HttpMethod::Post, op);
        self.router = self.router.route(path, post(handler));
        self
    }

    /// As [`Routes::post`], with a limit of its own on what is sent.
    pub fn post_with<H, T>(
        mut self,
        path: &'static str,
        op: Op,
        handler: H,
        limit: axum::extract::DefaultBodyLimit,
    ) -> Routes
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.describe(path, HttpMethod::Post, op);
        self.router = self.router.route(path, post(handler).layer(limit));
        self
    }

    /// Adds routes that were made elsewhere.
    pub fn with(self, more: fn(Routes) -> Routes) -> Routes {
        more(self)
    }

    fn describe(&mut self, path: &'static str, method: HttpMethod, op: Op) {
        let Op {
            id,
            mut builder,
            answer,
            mut schemas,
            open,
        } = op;
        for name in path
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
        {
            builder = builder.parameter(in_path(name));
        }
        let problem = |schemas: &mut Vec<_>, refusal: bool| {
            let schema = if refusal {
                refer::<Refused>(schemas)
            } else {
                refer::<Faulted>(schemas)
            };
            ContentBuilder::new().schema(Some(schema)).build()
        };
        let refused = ResponseBuilder::new()
            .description("refused; nothing was changed")
            .content("application/json", problem(&mut schemas, true));
        let faulted = ResponseBuilder::new()
            .description("a fault; nothing was half done")
            .content("application/json", problem(&mut schemas, false));
        builder = builder
            .response("200", answer)
            .response("4XX", refused)
            .response("5XX", faulted);
        if open {
            builder = builder.securities(Some([SecurityRequirement::default()]));
        }
        debug_assert!(
            self.paths
                .get_path_operation(path, method.clone())
                .is_none(),
            "{id} is described twice"
        );
        self.paths.add_path_operation(path, vec![method], builder);
        self.schemas.extend(schemas);
    }

    /// The routes, and the document that describes them.
    pub fn finish(self) -> (Router<Arc<App>>, OpenApi) {
        let mut components = ComponentsBuilder::new();
        for (name, schema) in self.schemas {
            components = components.schema(name, schema);
        }
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let cookie = ApiKey::Cookie(ApiKeyValue::with_description(
            "session",
            "a browser's session; what changes anything also sends X-CSRF-Token, which GET /api/v1/me tells",
        ));
        components = components
            .security_scheme("token", SecurityScheme::Http(bearer))
            .security_scheme("session", SecurityScheme::ApiKey(cookie));
        let none: [&str; 0] = [];
        let info = InfoBuilder::new()
            .title("Countersign 会签")
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some(ABOUT))
            .license(Some(
                LicenseBuilder::new()
                    .name("Apache-2.0")
                    .identifier(Some("Apache-2.0"))
                    .build(),
            ));
        let tags =
            TAGS.map(|(name, text)| TagBuilder::new().name(name).description(Some(text)).build());
        let document = OpenApiBuilder::new()
            .info(info.build())
            .paths(self.paths)
            .components(Some(components.build()))
            .security(Some([
                SecurityRequirement::new("token", none),
                SecurityRequirement::new("session", none),
            ]))
            .tags(Some(tags))
            .build();
        (self.router, document)
    }
}

const ABOUT: &str = "The same commands that the pages give. Everything that changes business records takes an idempotency \
key of the sender's choice (header `Idempotency-Key`, or `key` in the body): a repeated request under the same key is \
answered as the first one was and does nothing twice. The server sets actor, organisation and time. A refusal has a \
class, a stable code and a sentence in Chinese and English: 403 for who may, 409 for when and how much is there, 422 for \
what was typed, 400 and 404 for the request itself. What is not offered (changing or deleting slips, ledgers or the \
journal, writing a state, a number or a signature) is refused with a name and stands in the journal. Amounts are texts \
with exact decimals, days are `2026-04-01`, moments RFC 3339.";

fn in_path(name: &str) -> ParameterBuilder {
    let schema = if matches!(name, "id" | "period") {
        i64::schema()
    } else {
        String::schema()
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(schema))
}
