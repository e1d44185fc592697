//! What the OpenAPI document says beside its paths.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        ContentBuilder, Ref, RefOr, Response, ResponseBuilder,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::problem::ProblemDocument;

/// The document before the resources add their paths.
#[derive(OpenApi, Debug)]
#[openapi(
    info(
        title = "Dropcast",
        description = "The event backend for live-stream shopping. Times are RFC 3339 in UTC with milliseconds, amounts \
                       are integers in the minor unit of their currency, every field is present. Problems are RFC 9457 \
                       documents whose codes are explained at /docs/problems.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemDocument)),
    modifiers(&Bearer),
)]
pub struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build());
        document.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

/// Says at every operation what a problem looks like: each can end in one.
pub fn with_problems(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post];
        for operation in operations.into_iter().flatten() {
            operation.responses.responses.insert("default".to_owned(), RefOr::T(problem()));
        }
    }
    document
}

fn problem() -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemDocument"))).build();
    let response = ResponseBuilder::new().description("A problem; the code says which");
    response.content("application/problem+json", content).build()
}
