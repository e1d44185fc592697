//! Units that were sold elsewhere.

use serde_json::{Value, json};

use crate::{
    common::{Reply, TestServer},
    waitlist::{own, path},
};

async fn withdraw(server: &TestServer, key: &str, units: u32, force: bool) -> Reply {
    let body = json!({ "sku": "scarf-red", "units": units, "force": force });
    server.post(&path("units/withdraw"), &server.brand(), key, body).await
}

async fn numbers(server: &TestServer) -> [Value; 4] {
    let numbers = server.get(&path("numbers"), Some(&server.brand())).await.json()["numbers"].clone();
    ["units_allotted", "units_held", "units_sold_elsewhere", "units_short"].map(|field| numbers[field].clone())
}

#[tokio::test]
async fn units_that_are_free_go_and_what_is_held_goes_only_by_force() {
    let server = TestServer::start().await;
    server.go_live().await;
    assert_eq!(server.reserve("ann", "click", 2).await.status, 201);
    assert_eq!(server.reserve("bob", "click", 2).await.status, 201);
    let sold = server.post(&path("reservations/1/confirm"), &server.viewer("ann"), "pay", json!({})).await;
    assert_eq!(sold.status, 200);

    let gone = withdraw(&server, "a", 5, false).await;
    assert_eq!((gone.status.as_u16(), &gone.json()["done"]), (200, &json!({})), "{gone:?}");
    assert_eq!(withdraw(&server, "a", 5, false).await.json(), gone.json(), "the same key withdraws nothing twice");
    assert_eq!(numbers(&server).await, [json!(10), json!(2), json!(5), json!(0)]);
    let refused = withdraw(&server, "b", 3, false).await.is_problem(409, "not_enough");
    assert_eq!(refused["available"], 1);

    assert_eq!(withdraw(&server, "c", 2, true).await.status, 200);
    assert_eq!(own(&server, "bob").await[0]["state"], "revoked");
    assert_eq!(own(&server, "ann").await[0]["state"], "sold", "what is sold stays sold");
    let late = server.post(&path("reservations/2/confirm"), &server.viewer("bob"), "pay", json!({})).await;
    assert_eq!(late.is_problem(409, "reservation_state")["reservation_state"], "revoked");
    assert_eq!(numbers(&server).await, [json!(8), json!(0), json!(7), json!(1)]);
    let refused = withdraw(&server, "d", 2, true).await.is_problem(409, "not_enough");
    assert_eq!(refused["available"], 1);
}

#[tokio::test]
async fn only_the_brand_withdraws_units() {
    let server = TestServer::start().await;
    server.go_live().await;
    let body = json!({ "sku": "scarf-red", "units": 1, "force": false });
    for token in [server.host(), server.viewer("ann")] {
        server.post(&path("units/withdraw"), &token, "a", body.clone()).await.is_problem(403, "role_forbidden");
    }
    withdraw(&server, "b", 0, false).await.is_problem(422, "quantity_invalid");
    let unknown = json!({ "sku": "hat", "units": 1, "force": false });
    server.post(&path("units/withdraw"), &server.brand(), "c", unknown).await.is_problem(404, "sku_unknown");
    let careless = json!({ "sku": "scarf-red", "units": 1 });
    server.post(&path("units/withdraw"), &server.brand(), "d", careless).await.is_problem(422, "body_invalid");
}
