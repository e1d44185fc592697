//! Between a show file and the plan that the rules know.

use dropcast_domain::{
    ids::{BrandId, DropId, NameError, PrincipalId, ProductId, ShowId, Sku},
    money::Currency,
    show::{
        Command, CoolDown, DropItem, DropPlan, Fairness, Fingerprint, HoldRules, PlanProblem, Principal, ProductPlan,
        Refusal, Request, Role, Show, ShowPlan, ShowSettings, VariantPlan, Waitlist, decide,
    },
    text::Text,
    time::Timestamp,
};

use super::{
    Moment, ShowFile, ShowFileCoolDown, ShowFileDraw, ShowFileDrop, ShowFileHoldRules, ShowFileItem, ShowFileProduct,
    ShowFileVariant, ShowFileWaitlist, Texts, path_in_file,
};

impl ShowFile {
    /// The show that the file is for.
    ///
    /// # Errors
    ///
    /// [`Refusal::PlanInvalid`] at `show` when it is left out or is no name.
    pub fn show_id(&self) -> Result<ShowId, Refusal> {
        named("show", self.show.as_deref().unwrap_or_default(), ShowId::new)
    }

    /// The plan, if the rules would take it for a new show. What they hold against it because of what happened in a
    /// show since, only they can tell.
    ///
    /// # Errors
    ///
    /// [`Refusal::PlanInvalid`] with the path in the file of the first value that is wrong, such as
    /// `drops[2].items[0].sku`: names, the currency and texts first, then the rest in the rules' own order.
    pub fn into_plan(self) -> Result<ShowPlan, Refusal> {
        let plan = self.named_plan()?;
        check(&plan).map_err(in_file)?;
        Ok(plan)
    }

    /// The plan, with names that are names.
    fn named_plan(self) -> Result<ShowPlan, Refusal> {
        let settings = ShowSettings {
            brand: named("brand", &self.brand, BrandId::new)?,
            title: text("title", self.title)?,
            description: text("description", self.description)?,
            host_name: self.host_name,
            picture: self.picture,
            video: self.video,
            currency: Currency::new(&self.currency).map_err(|error| invalid("currency", error))?,
            starts_at: timestamp(self.starts_at),
            hold_ttl_ms: self.hold_ttl_ms,
            watch_without_token: self.watch_without_token,
            return_policy: text("return_policy", self.return_policy)?,
            delivery: text("delivery", self.delivery)?,
            hold_rules: hold_rules(self.hold_rules),
        };
        let products = each("products", self.products, product_plan)?;
        let drops = each("drops", self.drops, drop_plan)?;
        Ok(ShowPlan { settings, products, drops })
    }

    /// The file that says what the plan says.
    pub fn from_plan(show: Option<&ShowId>, plan: &ShowPlan) -> Self {
        let settings = &plan.settings;
        Self {
            show: show.map(ToString::to_string),
            brand: settings.brand.to_string(),
            title: settings.title.0.clone(),
            description: settings.description.0.clone(),
            host_name: settings.host_name.clone(),
            picture: settings.picture.clone(),
            video: settings.video.clone(),
            currency: settings.currency.to_string(),
            starts_at: settings.starts_at.map(Moment),
            hold_ttl_ms: settings.hold_ttl_ms,
            watch_without_token: settings.watch_without_token,
            return_policy: settings.return_policy.0.clone(),
            delivery: settings.delivery.0.clone(),
            hold_rules: hold_rules_file(&settings.hold_rules),
            products: plan.products.iter().map(product_file).collect(),
            drops: plan.drops.iter().map(drop_file).collect(),
        }
    }
}

/// Asks the rules, as the brand that the plan names, for a show that does not exist yet.
fn check(plan: &ShowPlan) -> Result<(), Refusal> {
    let brand = named("brand", plan.settings.brand.as_str(), PrincipalId::new)?;
    let request = Request {
        principal: Principal { role: Role::Brand, id: brand },
        key: None,
        fingerprint: Fingerprint::default(),
        command: Command::Plan(Box::new(plan.clone())),
    };
    decide(&Show::default(), Timestamp::default(), &request).map(drop)
}

fn in_file(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::PlanInvalid { at, problem } => Refusal::PlanInvalid { at: path_in_file(&at), problem },
        other => other,
    }
}

fn product_plan(at: &str, product: ShowFileProduct) -> Result<ProductPlan, Refusal> {
    Ok(ProductPlan {
        product: named(&format!("{at}.product"), &product.product, ProductId::new)?,
        title: text(&format!("{at}.title"), product.title)?,
        description: text(&format!("{at}.description"), product.description)?,
        picture: product.picture,
        variants: each(&format!("{at}.variants"), product.variants, variant_plan)?,
    })
}

fn variant_plan(at: &str, variant: ShowFileVariant) -> Result<VariantPlan, Refusal> {
    Ok(VariantPlan {
        sku: named(&format!("{at}.sku"), &variant.sku, Sku::new)?,
        title: text(&format!("{at}.title"), variant.title)?,
        list_price_minor: variant.list_price_minor,
        units: variant.units,
    })
}

fn drop_plan(at: &str, drop: ShowFileDrop) -> Result<DropPlan, Refusal> {
    Ok(DropPlan {
        drop: named(&format!("{at}.drop"), &drop.drop, DropId::new)?,
        title: text(&format!("{at}.title"), drop.title)?,
        items: each(&format!("{at}.items"), &drop.items, item_plan)?,
        limit_per_viewer: drop.limit_per_viewer,
        hold_ttl_ms: drop.hold_ttl_ms,
        opens_at: timestamp(drop.opens_at),
        duration_ms: drop.duration_ms,
        close_when_sold_out: drop.close_when_sold_out,
        shared_cap: drop.shared_cap,
        fairness: drop.draw.map_or(Fairness::FirstCome, |draw| Fairness::Draw { entry_ms: draw.entry_ms }),
        waitlist: match drop.waitlist {
            ShowFileWaitlist::Off => Waitlist::Off,
            ShowFileWaitlist::Ask => Waitlist::Ask,
            ShowFileWaitlist::Automatic => Waitlist::Automatic,
        },
        offer_ttl_ms: drop.offer_ttl_ms,
    })
}

fn hold_rules(rules: ShowFileHoldRules) -> HoldRules {
    let cool_down = |rest: ShowFileCoolDown| CoolDown { lapses_allowed: rest.lapses_allowed, for_ms: rest.for_ms };
    HoldRules {
        limit_per_viewer: rules.limit_per_viewer,
        open_holds_per_viewer: rules.open_holds_per_viewer,
        payment_extension_ms: rules.payment_extension_ms,
        cool_down: rules.cool_down.map(cool_down),
    }
}

fn hold_rules_file(rules: &HoldRules) -> ShowFileHoldRules {
    let cool_down = |rest: CoolDown| ShowFileCoolDown { lapses_allowed: rest.lapses_allowed, for_ms: rest.for_ms };
    ShowFileHoldRules {
        limit_per_viewer: rules.limit_per_viewer,
        open_holds_per_viewer: rules.open_holds_per_viewer,
        payment_extension_ms: rules.payment_extension_ms,
        cool_down: rules.cool_down.map(cool_down),
    }
}

fn item_plan(at: &str, item: &ShowFileItem) -> Result<DropItem, Refusal> {
    let sku = named(&format!("{at}.sku"), &item.sku, Sku::new)?;
    Ok(DropItem { sku, price_minor: item.price_minor, cap: item.cap })
}

fn product_file(product: &ProductPlan) -> ShowFileProduct {
    ShowFileProduct {
        product: product.product.to_string(),
        title: product.title.0.clone(),
        description: product.description.0.clone(),
        picture: product.picture.clone(),
        variants: product.variants.iter().map(variant_file).collect(),
    }
}

fn variant_file(variant: &VariantPlan) -> ShowFileVariant {
    ShowFileVariant {
        sku: variant.sku.to_string(),
        title: variant.title.0.clone(),
        list_price_minor: variant.list_price_minor,
        units: variant.units,
    }
}

fn drop_file(drop: &DropPlan) -> ShowFileDrop {
    let item =
        |item: &DropItem| ShowFileItem { sku: item.sku.to_string(), price_minor: item.price_minor, cap: item.cap };
    ShowFileDrop {
        drop: drop.drop.to_string(),
        title: drop.title.0.clone(),
        limit_per_viewer: drop.limit_per_viewer,
        hold_ttl_ms: drop.hold_ttl_ms,
        opens_at: drop.opens_at.map(Moment),
        duration_ms: drop.duration_ms,
        close_when_sold_out: drop.close_when_sold_out,
        shared_cap: drop.shared_cap,
        draw: match drop.fairness {
            Fairness::FirstCome => None,
            Fairness::Draw { entry_ms } => Some(ShowFileDraw { entry_ms }),
        },
        waitlist: match drop.waitlist {
            Waitlist::Off => ShowFileWaitlist::Off,
            Waitlist::Ask => ShowFileWaitlist::Ask,
            Waitlist::Automatic => ShowFileWaitlist::Automatic,
        },
        offer_ttl_ms: drop.offer_ttl_ms,
        items: drop.items.iter().map(item).collect(),
    }
}

fn each<F, P>(
    list: &str,
    items: impl IntoIterator<Item = F>,
    plan: impl Fn(&str, F) -> Result<P, Refusal>,
) -> Result<Vec<P>, Refusal> {
    items.into_iter().enumerate().map(|(index, item)| plan(&format!("{list}[{index}]"), item)).collect()
}

fn named<T>(at: &str, name: &str, new: impl Fn(&str) -> Result<T, NameError>) -> Result<T, Refusal> {
    new(name).map_err(|error| invalid(at, error))
}

fn text(at: &str, texts: Texts) -> Result<Text, Refusal> {
    let text = Text(texts);
    text.check().map_err(|error| invalid(at, error))?;
    Ok(text)
}

fn timestamp(moment: Option<Moment>) -> Option<Timestamp> {
    moment.map(|moment| moment.0)
}

fn invalid(at: &str, problem: impl Into<PlanProblem>) -> Refusal {
    Refusal::PlanInvalid { at: at.to_owned(), problem: problem.into() }
}
