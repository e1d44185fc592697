//! What the OpenAPI document says beside its paths.

use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
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
