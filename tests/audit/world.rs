//! A show for walks, and its journal, kept as its writer would.

use std::{fs, path::Path};

use dropcast::{
    codec::BodyWriter,
    engine::Seeds,
    journal::{Position, RawEntry},
    show_file::parse,
};
use dropcast_domain::{
    ids::{DropId, Key, ShowId},
    show::{
        Command, CoolDown, Digest, Entry, Fairness, Fingerprint, HoldRules, Principal, Request, Role, Show, ShowPlan,
        Waitlist,
    },
    time::Timestamp,
};

use crate::{
    script::BEGIN_MS,
    walk::{Step, host, principal, wish},
};

fn plan() -> ShowPlan {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/atelier-noor/show.toml");
    parse(&fs::read_to_string(file).unwrap(), "show.toml").unwrap().into_plan().unwrap()
}

/// The sample show, with fewer units of everything, so that it sells out, and with every rule that a show can have.
pub(crate) fn scarce(plan: &ShowPlan, units: u8) -> ShowPlan {
    let mut plan = plan.clone();
    for variant in plan.products.iter_mut().flat_map(|product| &mut product.variants) {
        variant.units = 3 + u32::from(units % 6);
    }
    for (place, drop) in plan.drops.iter_mut().enumerate() {
        drop.waitlist = [Waitlist::Automatic, Waitlist::Ask, Waitlist::Off][place % 3];
        drop.offer_ttl_ms = (place % 2 == 0).then_some(2_000);
        drop.shared_cap = (place % 4 == 1).then_some(4);
        if place % 4 == 2 {
            drop.fairness = Fairness::Draw { entry_ms: 2_000 };
        }
    }
    // One SKU that two drops share.
    let shared = plan.drops[0].items[0].clone();
    plan.drops[3].items.retain(|item| item.sku != shared.sku);
    plan.drops[3].items.push(shared);
    plan.settings.hold_rules = hold_rules(units);
    plan
}

/// From none at all to all of them.
fn hold_rules(kind: u8) -> HoldRules {
    HoldRules {
        limit_per_viewer: (kind & 8 > 0).then_some(6),
        open_holds_per_viewer: (kind & 16 > 0).then_some(3),
        payment_extension_ms: u64::from(kind & 32) * 100,
        cool_down: (kind & 64 > 0).then_some(CoolDown { lapses_allowed: 1, for_ms: 5_000 }),
    }
}

/// A show, what it was asked, and the journal of it.
pub(crate) struct World {
    plan: ShowPlan,
    pub(crate) show: Show,
    pub(crate) entries: Vec<Entry>,
    pub(crate) journal: Vec<RawEntry>,
    bodies: BodyWriter,
    seeds: Seeds,
    asked: usize,
}

impl World {
    /// With the sample show, which is live.
    pub(crate) fn new() -> Self {
        let mut world = Self {
            plan: plan(),
            show: Show::default(),
            entries: Vec::new(),
            journal: Vec::new(),
            bodies: BodyWriter::default(),
            seeds: Seeds::new(b"secret"),
            asked: 0,
        };
        let brand = principal(Role::Brand, world.plan.settings.brand.as_str());
        let planned = scarce(&world.plan, 0);
        world.ask(BEGIN_MS, (brand, Command::Plan(Box::new(planned))));
        world.ask(BEGIN_MS, host(Command::Start));
        world
    }

    pub(crate) fn take(&mut self, at_ms: u64, step: Step) {
        let wish = wish(&self.show, &self.plan, step);
        self.ask(at_ms, wish);
        self.see_to_draws(at_ms);
    }

    fn ask(&mut self, at_ms: u64, (principal, command): (Principal, Command)) {
        let key = (!matches!(command, Command::Plan(_))).then(|| Key::new(&format!("key-{}", self.asked)).unwrap());
        let request = Request { principal, key, fingerprint: Fingerprint::default(), command };
        // A refusal is as good: it makes no entry.
        let _ = self.show.handle(Timestamp(at_ms), &request, &mut self.entries);
        self.asked += 1;
        for entry in &self.entries[self.journal.len()..] {
            let position = self.journal.last().map_or_else(Position::default, RawEntry::position);
            self.journal.push(RawEntry::following(&position, entry.at.0, self.bodies.write(entry)));
        }
    }

    /// What the writer does: draws are bound before their drops open, and drawn when they take no entries any more.
    pub(crate) fn see_to_draws(&mut self, at_ms: u64) {
        let show = ShowId::new("walk").unwrap();
        let system = || principal(Role::System, "draws");
        while let Some(drop) = self.show.unbound_draw().map(|drop| drop.plan().drop.clone()) {
            let commitment = Digest::of(&self.seeds.of(&show, &drop).0);
            self.ask(at_ms, (system(), Command::CommitDraw { drop, commitment }));
        }
        while let Some(drop) = self.due_draw(at_ms) {
            let (seed, last) = (self.seeds.of(&show, &drop), self.journal.last().map(|entry| entry.digest));
            let digest = Digest(last.unwrap_or_default().0);
            self.ask(at_ms, (system(), Command::DrawLots { drop, seed, digest }));
        }
    }

    fn due_draw(&self, at_ms: u64) -> Option<DropId> {
        let due = self.show.pending_draws().next().filter(|(at, _)| at.0 <= at_ms);
        due.map(|(_, drop)| drop.plan().drop.clone())
    }
}
