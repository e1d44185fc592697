//! The show file: what it says, and what it answers to mistakes.

use std::fmt::Write as _;

use dropcast::show_file::{ShowFile, ShowFileError, locate, parse};
use dropcast_domain::{
    show::{CoolDown, Fairness, HoldRules, PlanProblem, Refusal, Waitlist},
    time::Timestamp,
};

const GOOD: &str = r#"show = "spring"
brand = "atelier-noor"
title = { en = "Spring evening", nl = "Lenteavond" }
host_name = "Noor"
picture = "/examples/spring.svg"
currency = "EUR"
starts_at = 2026-05-01T20:30:00+02:00
hold_ttl_ms = 90000
watch_without_token = true

[[products]]
product = "scarf"
title = { en = "Silk scarf" }

[[products.variants]]
sku = "scarf-red"
title = { en = "Red" }
list_price_minor = 4_995
units = 40

[[products.variants]]
sku = "scarf-blue"
list_price_minor = 4995
units = 8

[[drops]]
drop = "opening"
title = { en = "Opening" }
limit_per_viewer = 2
opens_at = "2026-05-01T18:31:00Z"
duration_ms = 60000
items = [{ sku = "scarf-red", price_minor = 3995, cap = 20 }, { sku = "scarf-blue" }]
"#;

fn good() -> ShowFile {
    parse(GOOD, "show.toml").unwrap()
}

#[test]
fn a_file_says_what_the_plan_says() {
    let file = good();
    assert_eq!(file.show_id().unwrap().as_str(), "spring");
    let plan = file.into_plan().unwrap();
    assert_eq!(plan.settings.brand.as_str(), "atelier-noor");
    assert_eq!(plan.settings.title.0["nl"], "Lenteavond");
    assert_eq!(plan.settings.starts_at, Some(Timestamp(1_777_660_200_000)));
    assert_eq!(plan.settings.hold_ttl_ms, 90_000);
    assert_eq!(plan.settings.video, "");
    assert_eq!(plan.products[0].variants[0].list_price_minor, 4_995);
    assert_eq!(plan.products[0].variants[1].units, 8);
    let drop = &plan.drops[0];
    assert_eq!(drop.opens_at, Some(Timestamp(1_777_660_260_000)));
    assert_eq!((drop.duration_ms, drop.hold_ttl_ms, drop.close_when_sold_out), (Some(60_000), None, true));
    assert_eq!((drop.items[0].price_minor, drop.items[0].cap), (Some(3_995), Some(20)));
    assert_eq!((drop.items[1].price_minor, drop.items[1].cap), (None, None));
    assert_eq!((drop.shared_cap, drop.fairness, drop.waitlist), (None, Fairness::FirstCome, Waitlist::Off));
    assert_eq!((drop.offer_ttl_ms, plan.settings.hold_rules), (None, HoldRules::default()));
}

/// The good file with every rule of who gets what.
fn with_rules() -> String {
    let hold_rules = "watch_without_token = true\n\
                      hold_rules = { limit_per_viewer = 6, open_holds_per_viewer = 2, payment_extension_ms = 60000, \
                      cool_down = { lapses_allowed = 1, for_ms = 300000 } }\n";
    let of_drop = "duration_ms = 60000\n\
                   shared_cap = 24\n\
                   draw = { entry_ms = 30000 }\n\
                   waitlist = \"automatic\"\n\
                   offer_ttl_ms = 45000\n";
    GOOD.replacen("watch_without_token = true\n", hold_rules, 1).replacen("duration_ms = 60000\n", of_drop, 1)
}

#[test]
fn a_file_says_who_gets_what() {
    let file = parse(&with_rules(), "show.toml").unwrap();
    let plan = file.clone().into_plan().unwrap();
    let rules = &plan.settings.hold_rules;
    assert_eq!((rules.limit_per_viewer, rules.open_holds_per_viewer), (Some(6), Some(2)));
    assert_eq!(rules.payment_extension_ms, 60_000);
    assert_eq!(rules.cool_down, Some(CoolDown { lapses_allowed: 1, for_ms: 300_000 }));
    let drop = &plan.drops[0];
    assert_eq!((drop.shared_cap, drop.offer_ttl_ms), (Some(24), Some(45_000)));
    assert_eq!((drop.fairness, drop.waitlist), (Fairness::Draw { entry_ms: 30_000 }, Waitlist::Automatic));
    assert_eq!(ShowFile::from_plan(Some(&file.show_id().unwrap()), &plan), file);
    let toml = toml::to_string(&file).unwrap();
    assert_eq!(parse(&toml, "show.toml").unwrap(), file);
    let json = serde_json::to_string(&file).unwrap();
    assert_eq!(serde_json::from_str::<ShowFile>(&json).unwrap(), file);
    let asks = with_rules().replacen("\"automatic\"", "\"ask\"", 1);
    assert_eq!(parse(&asks, "show.toml").unwrap().into_plan().unwrap().drops[0].waitlist, Waitlist::Ask);
}

#[test]
fn a_plan_becomes_a_file_again_in_toml_and_in_json() {
    let show = good().show_id().unwrap();
    let plan = good().into_plan().unwrap();
    let file = ShowFile::from_plan(Some(&show), &plan);
    assert_eq!(file, good());
    let toml = toml::to_string(&file).unwrap();
    assert_eq!(parse(&toml, "show.toml").unwrap(), file);
    let json = serde_json::to_string(&file).unwrap();
    assert_eq!(serde_json::from_str::<ShowFile>(&json).unwrap(), file);
    assert!(json.contains(r#""starts_at":"2026-05-01T18:30:00.000Z""#), "{json}");
}

#[test]
fn json_is_read_as_strictly_as_toml() {
    let read = |text: &str| serde_json::from_str::<ShowFile>(text).unwrap_err().to_string();
    let mistake = read(r#"{"brand":"b","title":{},"currency":"EUR","colour":"red"}"#);
    assert!(mistake.starts_with("unknown field `colour`"), "{mistake}");
    let mistake = read(r#"{"brand":"b","title":{},"currency":"EUR","starts_at":"tonight"}"#);
    assert!(mistake.starts_with(r#""tonight" is not a time"#), "{mistake}");
    let file: ShowFile = serde_json::from_str(r#"{"brand":"b","title":{},"currency":"EUR","starts_at":null}"#).unwrap();
    assert_eq!((file.show, file.starts_at, file.hold_ttl_ms), (None, None, 120_000));
}

#[test]
fn a_path_leads_to_its_line() {
    let place = |path: &str| locate(GOOD, path);
    assert_eq!(place("brand"), Some((2, 9)));
    assert_eq!(place("settings.title.nl"), Some((3, 39)));
    assert_eq!(place("products[0].variants[1].units"), Some((24, 9)));
    assert_eq!(place("drops[0].items[1].sku"), Some((32, 71)));
    assert_eq!(place("drops[0].items"), Some((32, 9)));
    // What is not there is shown where it should be.
    assert_eq!(place("drops[0].hold_ttl_ms"), Some((26, 1)));
    assert_eq!(place("drops[0].items[1].cap"), Some((32, 63)));
    assert_eq!(place("return_policy"), Some((1, 1)));
    assert_eq!(locate("brand = ", "brand"), None);
}

/// What somebody gets wrong: the name of the mistake, what stands in the good file, and what they wrote instead.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("a letter too many", "host_name =", "host_names ="),
    ("another word for a field", "price_minor = 3995", "prize_minor = 3995"),
    ("a field of another table", "units = 8", "units = 8\ncap = 4"),
    ("a field of nowhere", "currency = \"EUR\"", "currency = \"EUR\"\nwarehouse = \"north\""),
    ("letters swapped", "limit_per_viewer", "limit_per_veiwer"),
    ("a currency left out", "currency = \"EUR\"\n", ""),
    ("a brand left out", "brand = \"atelier-noor\"\n", ""),
    ("a price left out", "list_price_minor = 4995\n", ""),
    ("units left out", "units = 40\n", ""),
    ("a SKU left out of an item", "{ sku = \"scarf-blue\" }", "{ cap = 3 }"),
    ("a limit left out", "limit_per_viewer = 2\n", ""),
    ("a product's title left out", "title = { en = \"Silk scarf\" }\n", ""),
    ("a price with decimals", "list_price_minor = 4995", "list_price_minor = 49.95"),
    ("a price in quotes", "list_price_minor = 4995", "list_price_minor = \"49,95\""),
    ("a duration in words", "duration_ms = 60000", "duration_ms = \"1 minute\""),
    ("fewer than no units", "units = 8", "units = -8"),
    ("units beyond a number", "units = 8", "units = 8000000000"),
    ("a price beyond a JSON number", "price_minor = 3995", "price_minor = 9007199254740992"),
    ("a title in no language", "title = { en = \"Opening\" }", "title = \"Opening\""),
    ("a title that is a number in one language", "nl = \"Lenteavond\"", "nl = 5"),
    ("a yes in quotes", "watch_without_token = true", "watch_without_token = \"yes\""),
    ("a name that is a number", "show = \"spring\"", "show = 2026"),
    ("a time without its offset", "2026-05-01T20:30:00+02:00", "2026-05-01T20:30:00"),
    ("only a date", "2026-05-01T20:30:00+02:00", "2026-05-01"),
    ("a time in words", "\"2026-05-01T18:31:00Z\"", "\"half past six\""),
    ("a time as a number", "\"2026-05-01T18:31:00Z\"", "1830"),
    ("a time where a text belongs", "\"Noor\"", "2026-05-01T20:30:00Z"),
    ("items that are one table", "items = [{", "items = { sku = \"scarf-red\" }\nitem = [{"),
    ("a list of SKUs instead of items", "{ sku = \"scarf-blue\" }", "\"scarf-blue\""),
    ("a text without its end", "host_name = \"Noor\"", "host_name = \"Noor"),
    ("a text without quotes", "brand = \"atelier-noor\"", "brand = atelier noor"),
    ("a field twice", "host_name = \"Noor\"", "host_name = \"Noor\"\nhost_name = \"Nora\""),
    ("a single bracket", "[[drops]]", "[drops]"),
    ("a name with a space", "brand = \"atelier-noor\"", "brand = \"Atelier Noor\""),
    ("an empty SKU", "sku = \"scarf-blue\"\nlist", "sku = \"\"\nlist"),
    ("an accent in a drop's name", "drop = \"opening\"", "drop = \"première\""),
    ("a currency in small letters", "\"EUR\"", "\"eur\""),
    ("a language that is none", "nl = \"Lenteavond\"", "dutch = \"Lenteavond\""),
    ("a SKU that the catalogue does not have", "{ sku = \"scarf-blue\" }", "{ sku = \"scarf-bleu\" }"),
    ("a SKU twice in the catalogue", "sku = \"scarf-blue\"\nlist", "sku = \"scarf-red\"\nlist"),
    ("a SKU twice in a drop", "{ sku = \"scarf-blue\" }", "{ sku = \"scarf-red\" }"),
    ("a limit of nothing", "limit_per_viewer = 2", "limit_per_viewer = 0"),
    ("a cap of nothing", "cap = 20", "cap = 0"),
    ("a hold in seconds", "hold_ttl_ms = 90000", "hold_ttl_ms = 90"),
    (
        "a drop of nothing",
        "items = [{ sku = \"scarf-red\", price_minor = 3995, cap = 20 }, { sku = \"scarf-blue\" }]",
        "",
    ),
    ("a picture without https", "/examples/spring.svg", "http://example.com/spring.svg"),
    ("an item's SKU that is no name", "{ sku = \"scarf-blue\" }", "{ sku = \"scarf blue\" }"),
];

/// The same about who gets what.
const MISTAKES_ABOUT_RULES: &[(&str, &str, &str)] = &[
    ("a word that is no waitlist", "\"automatic\"", "\"auto\""),
    ("a waitlist that is a yes", "\"automatic\"", "true"),
    ("a draw that is a number", "{ entry_ms = 30000 }", "30000"),
    ("a draw without its time", "{ entry_ms = 30000 }", "{ }"),
    ("a draw of no time", "{ entry_ms = 30000 }", "{ entry_ms = 0 }"),
    ("a draw that is longer than its drop", "{ entry_ms = 30000 }", "{ entry_ms = 90000 }"),
    ("an offer in seconds", "offer_ttl_ms = 45000", "offer_ttl_ms = 45"),
    ("a shared cap of nothing", "shared_cap = 24", "shared_cap = 0"),
    ("no holds at all", "open_holds_per_viewer = 2", "open_holds_per_viewer = 0"),
    ("a cool-down left half", "lapses_allowed = 1, ", ""),
    ("a cool-down for ever", "for_ms = 300000", "for_ms = 300000000000"),
    ("a word of another rule", "payment_extension_ms", "payment_extention_ms"),
];

/// As a caller reads a file: the structure first, then the plan.
fn mistake(text: &str) -> ShowFileError {
    match parse(text, "show.toml") {
        Err(error) => error,
        Ok(file) => ShowFileError::from_refusal(text, "show.toml", &file.into_plan().unwrap_err()),
    }
}

#[test]
fn every_mistake_names_its_line_and_what_would_be_right() {
    let mut explained = String::new();
    let of = |file: String, mistakes: &'static [_]| mistakes.iter().map(move |mistake| (file.clone(), mistake));
    for (file, (name, good, bad)) in of(GOOD.to_owned(), MISTAKES).chain(of(with_rules(), MISTAKES_ABOUT_RULES)) {
        let text = file.replacen(good, bad, 1);
        assert_ne!(text, file, "{name}: the good file does not say {good}");
        write!(explained, "--- {name}\n{}\n\n", mistake(&text)).unwrap();
    }
    insta::assert_snapshot!("mistakes", explained);
}

#[test]
fn what_the_rules_refuse_about_what_happened_since_is_shown_at_its_line() {
    let problem = PlanProblem::BelowCommitted { committed: 9 };
    let refusal = Refusal::PlanInvalid { at: "products[0].variants[1].units".to_owned(), problem };
    let error = ShowFileError::from_refusal(GOOD, "show.toml", &refusal);
    insta::assert_snapshot!("refused_at_a_path", error);
    let error = ShowFileError::from_refusal(GOOD, "show.toml", &Refusal::NotYourShow);
    insta::assert_snapshot!("refused_as_a_whole", error);
}

#[test]
fn of_a_long_line_the_part_around_the_mistake_is_shown() {
    let long = "silk ".repeat(60);
    let text = GOOD.replacen("title = { en = \"Silk scarf\" }", &format!("title = {{ en = \"{long}\", nl = 7 }}"), 1);
    insta::assert_snapshot!("long_line", mistake(&text));
}
