//! The sample show: whole, and in both languages.

use std::{collections::BTreeSet, fs, path::Path};

use dropcast::show_file::{ShowFile, ShowFileError, parse};
use dropcast_domain::{
    show::{Fairness, ShowPlan, Waitlist},
    text::Text,
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/atelier-noor");

fn sample() -> (ShowFile, ShowPlan) {
    let text = fs::read_to_string(Path::new(FOLDER).join("show.toml")).unwrap();
    let file = parse(&text, "show.toml").unwrap_or_else(|error| panic!("{error}"));
    let refused = |refusal| panic!("{}", ShowFileError::from_refusal(&text, "show.toml", &refusal));
    let plan = file.clone().into_plan().unwrap_or_else(refused);
    (file, plan)
}

#[test]
fn there_is_enough_of_everything() {
    let (file, plan) = sample();
    assert_eq!(file.show_id().unwrap().as_str(), "atelier-noor");
    assert!(plan.products.len() >= 12);
    assert!((12..=14).contains(&plan.drops.len()));
    let variants: Vec<_> = plan.products.iter().flat_map(|product| &product.variants).collect();
    assert!(plan.products.iter().filter(|product| product.variants.len() > 1).count() >= 9);
    assert!(variants.iter().all(|variant| (8..=120).contains(&variant.units)));
    let sold: BTreeSet<_> = plan.drops.iter().flat_map(|drop| &drop.items).map(|item| &item.sku).collect();
    for variant in &variants {
        assert!(sold.contains(&variant.sku), "{} is in no drop", variant.sku);
    }
    assert!(plan.drops.iter().any(|drop| drop.waitlist == Waitlist::Automatic));
    assert!(plan.drops.iter().any(|drop| matches!(drop.fairness, Fairness::Draw { .. })));
    for drop in &plan.drops {
        assert!(drop.duration_ms.is_some_and(|duration_ms| (45_000..=120_000).contains(&duration_ms)));
    }
}

#[test]
fn a_drop_is_never_dearer_than_the_list() {
    let (_, plan) = sample();
    let mut reduced = 0;
    for item in plan.drops.iter().flat_map(|drop| &drop.items) {
        let variants = plan.products.iter().flat_map(|product| &product.variants);
        let variant = variants.into_iter().find(|variant| variant.sku == item.sku).unwrap();
        let price_minor = item.price_minor.unwrap_or(variant.list_price_minor);
        assert!(price_minor <= variant.list_price_minor, "{}", item.sku);
        reduced += usize::from(price_minor < variant.list_price_minor);
    }
    assert!(reduced > 0);
}

#[test]
fn every_text_is_in_dutch_and_in_english() {
    let (_, plan) = sample();
    let settings = &plan.settings;
    let mut texts = vec![&settings.title, &settings.description, &settings.return_policy, &settings.delivery];
    texts.extend(plan.products.iter().flat_map(|product| [&product.title, &product.description]));
    texts.extend(plan.products.iter().flat_map(|product| &product.variants).map(|variant| &variant.title));
    texts.extend(plan.drops.iter().map(|drop| &drop.title));
    for Text(languages) in texts {
        assert_eq!(languages.keys().collect::<Vec<_>>(), ["en", "nl"], "{languages:?}");
        assert!(languages.values().all(|text| !text.trim().is_empty() && text.trim() == text), "{languages:?}");
    }
}
