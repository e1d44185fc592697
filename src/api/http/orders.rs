//! Orders: the viewer's own, or all of them for the brand.

use axum::extract::State;
use dropcast_domain::{
    ids::{OrderId, PrincipalId},
    show::{Role, Show},
};
use dropcast_proto::v1;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        access::Authorized,
        ask,
        problem::{Problem, ProblemCode},
        read::{PathOf, QueryOf, ShowPath},
        reply::JsonReply,
        state::ApiState,
    },
    codec,
};

/// The most orders in one answer, and how many when the request doesn't say.
const LIMIT_MAX: usize = 1_000;
const LIMIT_DEFAULT: usize = 100;

/// The routes of orders.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OrdersQuery {
    /// Only orders after this one: `next` of the answer before.
    after: Option<u64>,
    /// At most so many, 1 to 1,000; 100 when left out.
    limit: Option<usize>,
}

/// Orders, in the order in which they were placed.
#[derive(Debug, Serialize, ToSchema)]
struct Orders {
    orders: Vec<v1::Order>,
    /// Where to go on; null at the end.
    next: Option<u64>,
}

/// A viewer's own orders, or all orders for the brand.
#[utoipa::path(get, path = "/v1/shows/{show}/orders", tag = "orders", security(("token" = [])),
    params(("show" = String, Path, description = "The show"), OrdersQuery),
    responses((status = 200, description = "The orders, and where to go on", body = Orders)))]
async fn list(
    State(state): State<ApiState>,
    authorized: Authorized,
    PathOf(ShowPath { show }): PathOf<ShowPath>,
    QueryOf(query): QueryOf<OrdersQuery>,
) -> Result<JsonReply<Orders>, Problem> {
    authorized.permit(&state, &show, &[Role::Viewer, Role::Brand]).await?;
    let (after, limit) = (query.after.unwrap_or_default(), query.limit.unwrap_or(LIMIT_DEFAULT));
    if !(1..=LIMIT_MAX).contains(&limit) {
        let detail = format!("`limit` must be 1 to {LIMIT_MAX}");
        return Err(Problem::new(ProblemCode::ParameterInvalid, detail).about("limit"));
    }
    let principal = authorized.0.principal;
    let orders = ask::read(&state, &show, move |show, _| match principal.role {
        Role::Viewer => own_orders(show, &principal.id, after, limit),
        _ => all_orders(show, after, limit),
    });
    Ok(JsonReply(orders.await?))
}

fn all_orders(show: &Show, after: u64, limit: usize) -> Orders {
    let found = (after.saturating_add(1)..).map_while(|number| show.order(OrderId(number)));
    page(found.filter_map(|order| codec::order_view(show, &order)), limit)
}

fn own_orders(show: &Show, viewer: &PrincipalId, after: u64, limit: usize) -> Orders {
    let mut own: Vec<_> = show.orders_of(viewer).filter(|order| order.id.0 > after).collect();
    // They come in the order of their reservations.
    own.sort_by_key(|order| order.id);
    page(own.into_iter().filter_map(|order| codec::order_view(show, &order)), limit)
}

/// The first `limit` orders; one more is looked at, so that `next` is null exactly at the end.
fn page(mut found: impl Iterator<Item = v1::Order>, limit: usize) -> Orders {
    let orders: Vec<_> = found.by_ref().take(limit).collect();
    let next = orders.last().map(|order| order.order).filter(|_| found.next().is_some());
    Orders { orders, next }
}
