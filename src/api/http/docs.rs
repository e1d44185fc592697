//! The API explained: the OpenAPI document, the same to browse, and what each problem means.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::header,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use utoipa_swagger_ui::Config;

use crate::api::{
    problem::{Problem, ProblemCode},
    state::ApiState,
};

/// Where the OpenAPI document is.
pub const DOCUMENT_PATH: &str = "/v1/openapi.json";

/// The routes of the documentation; `document` is the OpenAPI document in JSON.
pub fn router(document: Bytes) -> Router<ApiState> {
    let docs = Docs { document, browser: Arc::new(Config::from(DOCUMENT_PATH)) };
    Router::new()
        .route(DOCUMENT_PATH, get(openapi))
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/", get(index))
        .route("/docs/problems", get(|| async { Html(problems()) }))
        .route("/docs/{file}", get(file))
        .with_state(docs)
}

#[derive(Clone)]
struct Docs {
    document: Bytes,
    browser: Arc<Config<'static>>,
}

async fn openapi(State(docs): State<Docs>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], docs.document)
}

async fn index(State(docs): State<Docs>) -> Response {
    serve(&docs, "index.html")
}

async fn file(State(docs): State<Docs>, Path(file): Path<String>) -> Response {
    serve(&docs, &file)
}

fn serve(docs: &Docs, path: &str) -> Response {
    match utoipa_swagger_ui::serve(path, Arc::clone(&docs.browser)) {
        Ok(Some(file)) => ([(header::CONTENT_TYPE, file.content_type)], file.bytes.into_owned()).into_response(),
        Ok(None) => Problem::new(ProblemCode::RouteUnknown, "there is nothing at this address").into_response(),
        Err(error) => {
            tracing::error!(error, "the browsable API can't be shown");
            Problem::new(ProblemCode::Internal, "the page can't be shown").into_response()
        }
    }
}

/// Every problem's code on one page; `type` in a problem document leads here.
fn problems() -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Problems · Dropcast</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><h1>Problems</h1><dl>",
    );
    for code in ProblemCode::ALL {
        let (name, status, title) = (code.as_str(), code.status().as_u16(), code.title());
        // Codes and titles are constants without characters that HTML would read otherwise.
        let _ = write!(page, "<dt id=\"{name}\"><code>{name}</code> ({status})<dd>{title}.");
    }
    page.push_str("</dl></html>");
    page
}
