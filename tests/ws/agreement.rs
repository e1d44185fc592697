//! At rest, everybody's numbers agree: the viewer's, the host's, the brand's, the audit's, and the sum of the answers.

use serde_json::{Value, json};

use crate::{
    process::{Launch, run},
    shop::{PRICE_MINOR, SHOW, SKU, Shop, brand_token, host_token, viewer_token},
    socket::Socket,
};

/// More than there are units for, so that some are refused.
const BUYERS: u64 = 24;
const UNITS: u32 = 40;

/// Units that one buyer was told are held, sold and given back in the end.
#[derive(Clone, Copy, Default)]
struct Told {
    held: u64,
    sold: u64,
}

async fn buy_some(mut socket: Socket, number: u64) -> Told {
    let mut told = Told::default();
    for click in 0..2 {
        let outcome = socket.buy(&format!("click-{click}"), 1 + u32::from(number.is_multiple_of(3))).await;
        let Some(quantity) = outcome["held"]["quantity"].as_u64() else { continue };
        told.held += quantity;
        let reservation = &outcome["held"]["reservation"];
        let (kind, key) = match (number + click) % 3 {
            0 => ("confirm", "pay"),
            1 => ("release", "back"),
            _ => continue,
        };
        let key = format!("{key}-{click}");
        socket.send(&json!({ kind: { "key": key, "attempt": null, "reservation": reservation } })).await;
        let ended = socket.answer(&key).await;
        told.held -= quantity;
        told.sold += if ended["sold"].is_object() { quantity } else { 0 };
    }
    told
}

#[tokio::test]
async fn everybodys_numbers_agree_at_rest() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    shop.go_live(UNITS, 4).await;
    let mut buyers = tokio::task::JoinSet::new();
    for number in 0..BUYERS {
        let (socket, ..) = Socket::join(&server, Some(&viewer_token(&format!("v{number}"))), None).await;
        buyers.spawn(buy_some(socket, number));
    }
    let told = buyers
        .join_all()
        .await
        .into_iter()
        .fold(Told::default(), |sum, told| Told { held: sum.held + told.held, sold: sum.sold + told.sold });
    assert!(told.held > 0 && told.sold > 0 && told.held + told.sold <= u64::from(UNITS));
    let free = u64::from(UNITS) - told.held - told.sold;

    let (mut viewer, _, snapshot) = Socket::join(&server, None, None).await;
    // A snapshot that many share may be some milliseconds old; what changed since follows it.
    let mut available = snapshot["public"]["drops"][0]["items"][0]["available"].clone();
    while available != free {
        available = viewer.wait_for("stock").await["available"].clone();
    }
    let (_host, _, of_host) = Socket::join(&server, Some(&host_token()), None).await;
    let (_brand, _, of_brand) = Socket::join(&server, Some(&brand_token()), None).await;
    let over_http = shop.get(&format!("/v1/shows/{SHOW}/numbers"), Some(&brand_token())).await.json();
    for numbers in [&of_host["numbers"], &of_brand["numbers"], &over_http["numbers"]] {
        let sku = &numbers["skus"][0];
        assert_eq!(sku["sku"], SKU);
        for (name, expected) in
            [("allotted", u64::from(UNITS)), ("free", free), ("held", told.held), ("sold", told.sold)]
        {
            assert_eq!(sku[name], expected, "{name}: {numbers}");
        }
        assert_eq!((&numbers["units_held"], &numbers["units_sold"]), (&json!(told.held), &json!(told.sold)));
        assert_eq!(numbers["revenue"]["amount_minor"], told.sold * PRICE_MINOR);
    }
    let sales: u64 = units_of(&of_brand["sales"]);
    assert_eq!(sales, told.sold, "{}", of_brand["sales"]);

    let audited = run(&["audit", SHOW, "--url", &server.url("")], &[("DROPCAST_TOKEN", &brand_token())]).await;
    assert_eq!(audited.code, Some(0), "{audited:?}");
    let report: Value = serde_json::from_str(&audited.stdout).expect("JSON");
    let totals = &report["totals"];
    let expected = json!({ "allotment": UNITS, "free": free, "held": told.held, "sold": told.sold });
    for name in ["allotment", "free", "held", "sold"] {
        assert_eq!(totals[name], expected[name], "{report}");
    }
    assert_eq!(totals["revenue_minor"], told.sold * PRICE_MINOR);
    assert_eq!(report["orders"]["revenue_minor"], told.sold * PRICE_MINOR);
}

fn units_of(sales: &Value) -> u64 {
    let buckets = sales["buckets"].as_array().expect("buckets");
    buckets.iter().filter_map(|bucket| bucket["units"].as_u64()).sum()
}
