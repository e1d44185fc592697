//! What others count themselves, read when somebody asks for the metrics: it costs nothing in between.

use std::{
    path::PathBuf,
    sync::{Arc, Weak},
};

use prometheus::{
    core::{Collector, Desc},
    proto::MetricFamily,
};

use super::{families, hub_metrics::hub_families, instruments::made, metrics::Metrics};
use crate::{engine::Engine, hub::Hub};

impl Metrics {
    /// Also shows what the hub and the engine count themselves, and what room is left where the `disks` are: paths, by
    /// the value of the label `of`. Once per process.
    pub fn watch(self: &Arc<Self>, hub: Arc<Hub>, engine: &Arc<Engine>, disks: Vec<(&'static str, PathBuf)>) {
        let durability = families::JOURNAL_DURABILITY.gauges(self.registry());
        durability.with_label_values(&[engine.journal().durability().as_str()]).set(1);
        let watched = Watched { hub, engine: Arc::downgrade(engine), metrics: Arc::downgrade(self), disks };
        made(self.registry().register(Box::new(watched)));
    }
}

struct Watched {
    hub: Arc<Hub>,
    /// Not owned: the engine's journal may own the metrics, and these own what is here.
    engine: Weak<Engine>,
    metrics: Weak<Metrics>,
    disks: Vec<(&'static str, PathBuf)>,
}

impl Collector for Watched {
    fn desc(&self) -> Vec<&Desc> {
        // None: the registry then takes every name that is collected, and these can't clash with its own.
        Vec::new()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let mut all = hub_families(&self.hub);
        if let Some(engine) = self.engine.upgrade() {
            all.push(families::SHOWS_LOADED.read(float(engine.loaded())));
            all.push(families::MAILBOX.read(float(engine.waiting_max())));
            all.push(families::MAILBOX_MAX.read(float(engine.mailbox_max())));
        }
        if let Some(metrics) = self.metrics.upgrade() {
            all.push(families::JOURNAL_WRITABLE.read(f64::from(u8::from(metrics.journal_is_writable()))));
        }
        let rooms: Vec<_> = self.disks.iter().filter_map(|(of, path)| Some((*of, room(path)?))).collect();
        if !rooms.is_empty() {
            all.push(families::DISK_FREE.read_by_value(rooms.iter().map(|(of, (free, _))| (*of, *free))));
            all.push(families::DISK_SIZE.read_by_value(rooms.iter().map(|(of, (_, size))| (*of, *size))));
        }
        all
    }
}

/// Bytes that this program may still write there, and all that there are.
#[cfg(target_os = "linux")]
#[expect(clippy::cast_precision_loss, reason = "a metric is a float; a disk's last byte does not matter")]
fn room(path: &std::path::Path) -> Option<(f64, f64)> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(((disk.f_bavail * disk.f_frsize) as f64, (disk.f_blocks * disk.f_frsize) as f64))
}

#[cfg(not(target_os = "linux"))]
fn room(_path: &std::path::Path) -> Option<(f64, f64)> {
    None
}

#[expect(clippy::cast_precision_loss, reason = "a metric is a float, and what is counted here is far below 2^53")]
pub(super) fn float(count: usize) -> f64 {
    count as f64
}
