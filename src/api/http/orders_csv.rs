//! All orders of a show as a table, for the brand's books.

use std::collections::BTreeMap;

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use dropcast_domain::{
    ids::{DropId, OrderId, ShowId, Sku},
    money::Currency,
    orders::Order,
    show::{OrderState, Role, Show},
    text::Text,
    time::Timestamp,
};
use dropcast_proto::json::format_time;
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    access::Authorized,
    ask,
    csv::{decimal, write_line},
    problem::{Problem, ProblemCode},
    read::{PathOf, QueryOf, ShowPath},
    state::ApiState,
};

/// Orders read at once: what is in memory of an answer, and what clicks wait for, however many orders there are.
const PAGE_ORDERS: u64 = 256;
const COLUMNS: [&str; 11] = [
    "order",
    "placed_at",
    "state",
    "drop",
    "sku",
    "product",
    "variant",
    "quantity",
    "unit_price",
    "line_total",
    "currency",
];

/// The routes of the table.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TableQuery {
    /// In which language products are called; where a title doesn't have it, and when left out: English, else any.
    language: Option<String>,
}

/// All orders that there are now as a table (RFC 4180, UTF-8, the first line names the columns): a line for each SKU of
/// an order, in the order in which they were placed. Amounts are decimal numbers of their currency. A text that a
/// spreadsheet would run as a formula begins with an apostrophe.
#[utoipa::path(get, path = "/v1/shows/{show}/orders.csv", tag = "orders", security(("token" = [])),
    params(("show" = String, Path, description = "The show"), TableQuery),
    responses((status = 200, description = "The table", content_type = "text/csv", body = String,
        headers(("Content-Disposition" = String, description = "The name of the file")))))]
async fn get(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
    QueryOf(query): QueryOf<TableQuery>,
) -> Result<Response, Problem> {
    authorized.permit(&state, &show, &[Role::Brand]).await?;
    let through = ask::read(&state, &show, |show, _| show.order_count() as u64).await?;
    let file_name = format!("attachment; filename=\"{show}-orders.csv\"");
    let disposition = HeaderValue::from_str(&file_name)
        .map_err(|error| Problem::new(ProblemCode::Internal, format!("the file has no name: {error}")))?;
    let mut pages = Pages { state, show, language: query.language.unwrap_or_default(), next: 1, through };
    // The first page is read before the answer begins, so that what is wrong can still be said; what goes wrong later
    // breaks the answer off.
    let mut first = String::new();
    write_line(&mut first, COLUMNS);
    first.push_str(&pages.read().await?.unwrap_or_default());
    let rest = stream::try_unfold(pages, |mut pages| async move {
        let page = pages.read().await.map_err(|problem| {
            tracing::error!(?problem, "a table of orders breaks off");
            std::io::Error::other("the rest of the orders can't be read")
        })?;
        Ok::<_, std::io::Error>(page.map(|page| (Bytes::from(page), pages)))
    });
    let body = Body::from_stream(stream::iter([Ok(Bytes::from(first))]).chain(rest));
    let kind = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], body).into_response())
}

/// Orders of a show, page by page, through the one that was the newest when the table was asked for.
struct Pages {
    state: ApiState,
    show: ShowId,
    language: String,
    next: u64,
    through: u64,
}

impl Pages {
    /// The lines of the next page; `None` at the end. Written beside the show's task: it only looks things up.
    async fn read(&mut self) -> Result<Option<String>, Problem> {
        let (first, last) = (self.next, self.through.min(self.next + PAGE_ORDERS - 1));
        if first > last {
            return Ok(None);
        }
        let language = self.language.clone();
        let lines = ask::read(&self.state, &self.show, move |show, _| order_lines(show, first..=last, &language));
        let lines = lines.await?;
        self.next = last + 1;
        let mut text = String::new();
        for line in &lines {
            line.write(&mut text);
        }
        Ok(Some(text))
    }
}

/// One SKU of an order.
struct OrderLine {
    order: OrderId,
    placed_at: Timestamp,
    state: OrderState,
    drop: DropId,
    sku: Sku,
    product: String,
    variant: String,
    quantity: u32,
    unit_price_minor: u64,
    currency: Currency,
}

/// What SKUs are called: their product and their variant.
type Names<'a> = BTreeMap<&'a Sku, (&'a Text, &'a Text)>;

fn order_lines(show: &Show, orders: impl Iterator<Item = u64>, language: &str) -> Vec<OrderLine> {
    let Some(currency) = show.settings().map(|settings| settings.currency) else { return Vec::new() };
    let variants = show.products().flat_map(|product| product.variants.iter().map(move |variant| (product, variant)));
    let names: Names<'_> =
        variants.map(|(product, variant)| (&variant.sku, (&product.title, &variant.title))).collect();
    let found = orders.filter_map(|number| show.order(OrderId(number)));
    found.flat_map(|order| lines_of(show, &order, currency, &names, language)).collect()
}

fn lines_of(show: &Show, order: &Order<'_>, currency: Currency, names: &Names<'_>, language: &str) -> Vec<OrderLine> {
    let Some(reservation) = show.reservation(order.reservation) else { return Vec::new() };
    let line = |(sku, quantity, unit_price_minor): (&Sku, u32, u64)| {
        let (product, variant) = names.get(sku).copied().unzip();
        OrderLine {
            order: order.id,
            placed_at: order.placed_at,
            state: order.state,
            drop: reservation.drop.clone(),
            sku: sku.clone(),
            product: product.map_or_else(String::new, |title| in_language(title, language)),
            variant: variant.map_or_else(String::new, |title| in_language(title, language)),
            quantity,
            unit_price_minor,
            currency,
        }
    };
    reservation.lines().map(line).collect()
}

fn in_language(text: &Text, language: &str) -> String {
    let texts = &text.0;
    let found = texts.get(language).or_else(|| texts.get("en")).or_else(|| texts.values().next());
    found.cloned().unwrap_or_default()
}

impl OrderLine {
    fn write(&self, lines: &mut String) {
        let state = match self.state {
            OrderState::Placed => "placed",
            OrderState::Paid => "paid",
        };
        let total_minor = self.unit_price_minor.saturating_mul(u64::from(self.quantity));
        let cells = [
            &*self.order.0.to_string(),
            &format_time(self.placed_at.0).unwrap_or_default(),
            state,
            self.drop.as_str(),
            self.sku.as_str(),
            &self.product,
            &self.variant,
            &self.quantity.to_string(),
            &decimal(self.unit_price_minor, self.currency),
            &decimal(total_minor, self.currency),
            self.currency.as_str(),
        ];
        write_line(lines, cells);
    }
}
