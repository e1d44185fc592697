//! What watchers were told of a show, so that they are told what changed.

use std::collections::BTreeMap;

use dropcast_domain::{
    ids::{DropId, ShowId},
    show::{Fact, Show},
};
use dropcast_proto::v1::{self, server_message::Kind};

use super::Cursor;
use crate::{codec, journal::Position};

/// The show, its catalogue and its drops as they were last told; stock is told on its own.
///
/// One fact can change what is seen of many things (a list price shows in every drop that has none of its own, the start
/// of a show moves openings that had passed), so what changed is found by comparing, not by the kind of fact.
#[derive(Debug, Default)]
pub(super) struct Told {
    show: Option<v1::Show>,
    products: Vec<v1::Product>,
    /// With nothing available, and nobody who waits.
    drops: BTreeMap<DropId, v1::Drop>,
}

impl Told {
    /// Everything as it is now.
    pub(super) fn of(id: &ShowId, show: &Show) -> Self {
        let mut told = Self::default();
        told.news(id, show, Position::default());
        told
    }

    /// Whether a fact can change anything that is told here. Those of buying, of which there are many, can't.
    pub(super) fn is_about(fact: &Fact) -> bool {
        !matches!(
            fact,
            Fact::UnitsAdded { .. }
                | Fact::UnitsWithdrawn { .. }
                | Fact::UnitsSoldElsewhere { .. }
                | Fact::ShortfallRecorded { .. }
                | Fact::CapRaised { .. }
                | Fact::WaitlistJoined { .. }
                | Fact::WaitlistLeft { .. }
                | Fact::ReservationHeld { .. }
                | Fact::BundleLineHeld { .. }
                | Fact::ReservationOffered { .. }
                | Fact::HoldExtended { .. }
                | Fact::ReservationRevoked { .. }
                | Fact::ReservationSold { .. }
                | Fact::ReservationReleased { .. }
                | Fact::ReservationExpired { .. }
                | Fact::HoldsExtended { .. }
                | Fact::OrderPlaced { .. }
                | Fact::OrderPaid { .. }
                | Fact::AudienceCounted { .. }
                | Fact::PromiseKept(_)
                | Fact::PromiseBroken(_)
        )
    }

    /// What changed since it was last told, as of `position`. Drops come with the stock that they have now.
    pub(super) fn news(&mut self, id: &ShowId, show: &Show, position: Position) -> Vec<Kind> {
        let Some(settings) = show.settings() else { return Vec::new() };
        let cursor = Cursor::at(position).to_string();
        let mut news = Vec::new();
        let view = codec::show_view(id, show, settings);
        if self.show.as_ref() != Some(&view) {
            news.push(Kind::ShowChanged(v1::ShowChanged { cursor: cursor.clone(), show: Some(view.clone()) }));
            self.show = Some(view);
        }
        let products = codec::products_view(show, settings);
        if self.products != products {
            news.push(Kind::CatalogueChanged(v1::CatalogueChanged { cursor, products: products.clone() }));
            self.products = products;
        }
        self.drops_removed(show, position, &mut news);
        self.drops_changed(show, position, &mut news);
        news
    }

    /// The drop as it stands, with its stock.
    pub(super) fn drop_changed(show: &Show, drop: &DropId, position: Position) -> Option<Kind> {
        let view = codec::drop_view(show, show.settings()?, show.drop(drop)?);
        Some(Kind::DropChanged(v1::DropChanged { cursor: Cursor::at(position).to_string(), drop: Some(view) }))
    }

    fn drops_removed(&mut self, show: &Show, position: Position, news: &mut Vec<Kind>) {
        self.drops.retain(|drop, _| {
            let is_there = show.drop(drop).is_some();
            if !is_there {
                let cursor = Cursor::at(position).to_string();
                news.push(Kind::DropRemoved(v1::DropRemoved { cursor, drop: drop.to_string() }));
            }
            is_there
        });
    }

    fn drops_changed(&mut self, show: &Show, position: Position, news: &mut Vec<Kind>) {
        let Some(settings) = show.settings() else { return };
        for drop in show.drops() {
            let id = &drop.plan().drop;
            let mut view = codec::drop_view(show, settings, drop);
            for item in &mut view.items {
                (item.available, item.waiting, item.next_place) = (0, 0, None);
            }
            if self.drops.get(id) != Some(&view) {
                news.extend(Self::drop_changed(show, id, position));
                self.drops.insert(id.clone(), view);
            }
        }
    }
}
