//! Families as instruments of the `prometheus` crate.

use prometheus::{
    Counter, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    core::Collector,
    proto::{self, LabelPair, Metric, MetricFamily, MetricType},
};

use super::families::{Family, Kind};
use crate::hub::Delays;

/// What is counted as it happens: registered once, updated from any thread.
impl Family {
    pub(super) fn counter(&self, registry: &Registry) -> IntCounter {
        register(registry, made(IntCounter::with_opts(self.options())))
    }

    pub(super) fn counters(&self, registry: &Registry) -> IntCounterVec {
        register(registry, made(IntCounterVec::new(self.options(), &self.label_names())))
    }

    /// One for each value of its only label, in their order: all of them are shown from the beginning.
    pub(super) fn counters_by_value(&self, registry: &Registry) -> Vec<IntCounter> {
        let counters = self.counters(registry);
        self.values().map(|value| counters.with_label_values(&[value])).collect()
    }

    pub(super) fn seconds(&self, registry: &Registry) -> Counter {
        register(registry, made(Counter::with_opts(self.options())))
    }

    pub(super) fn gauge(&self, registry: &Registry) -> IntGauge {
        register(registry, made(IntGauge::with_opts(self.options())))
    }

    pub(super) fn gauges(&self, registry: &Registry) -> IntGaugeVec {
        register(registry, made(IntGaugeVec::new(self.options(), &self.label_names())))
    }

    /// One for each value of its only label, in their order.
    pub(super) fn gauges_by_value(&self, registry: &Registry) -> Vec<IntGauge> {
        let gauges = self.gauges(registry);
        self.values().map(|value| gauges.with_label_values(&[value])).collect()
    }

    pub(super) fn histogram(&self, registry: &Registry) -> Histogram {
        register(registry, made(Histogram::with_opts(self.histogram_options())))
    }

    pub(super) fn histograms(&self, registry: &Registry) -> HistogramVec {
        register(registry, made(HistogramVec::new(self.histogram_options(), &self.label_names())))
    }

    /// One for each value of its only label, in their order.
    pub(super) fn histograms_by_value(&self, registry: &Registry) -> Vec<Histogram> {
        let histograms = self.histograms(registry);
        self.values().map(|value| histograms.with_label_values(&[value])).collect()
    }

    fn values(&self) -> impl Iterator<Item = &'static str> {
        self.labels.iter().take(1).flat_map(|label| label.values).copied()
    }

    fn label_names(&self) -> Vec<&'static str> {
        self.labels.iter().map(|label| label.name).collect()
    }

    fn options(&self) -> Opts {
        Opts::new(self.name, self.help)
    }

    fn histogram_options(&self) -> HistogramOpts {
        HistogramOpts::new(self.name, self.help).buckets(self.buckets.to_vec())
    }
}

/// What is read only when somebody asks for the metrics.
impl Family {
    pub(super) fn read(&self, value: f64) -> MetricFamily {
        self.read_all(vec![self.metric(value, Vec::new())])
    }

    /// One for each of these values of its only label.
    pub(super) fn read_by_value<'a>(&self, values: impl IntoIterator<Item = (&'a str, f64)>) -> MetricFamily {
        let metric = |(label, value): (&str, f64)| {
            let mut pair = LabelPair::default();
            pair.set_name(self.label_names().first().copied().unwrap_or_default().to_owned());
            pair.set_value(label.to_owned());
            self.metric(value, vec![pair])
        };
        self.read_all(values.into_iter().map(metric).collect())
    }

    pub(super) fn read_delays(&self, delays: &Delays) -> MetricFamily {
        let mut histogram = proto::Histogram::default();
        let mut count = 0;
        let bucket = |(bound, more): (&f64, &u64)| {
            count += more;
            let mut bucket = proto::Bucket::default();
            bucket.set_upper_bound(*bound);
            bucket.set_cumulative_count(count);
            bucket
        };
        histogram.set_bucket(self.buckets.iter().zip(&delays.up_to).map(bucket).collect());
        histogram.set_sample_count(count + delays.beyond);
        histogram.set_sample_sum(delays.sum.as_secs_f64());
        let mut metric = Metric::default();
        metric.set_histogram(histogram);
        self.read_all(vec![metric])
    }

    fn metric(&self, value: f64, labels: Vec<LabelPair>) -> Metric {
        let mut metric = Metric::from_label(labels);
        if self.kind == Kind::Counter {
            let mut counter = proto::Counter::default();
            counter.set_value(value);
            metric.set_counter(counter);
        } else {
            let mut gauge = proto::Gauge::default();
            gauge.set_value(value);
            metric.set_gauge(gauge);
        }
        metric
    }

    fn read_all(&self, metrics: Vec<Metric>) -> MetricFamily {
        let mut family = MetricFamily::default();
        family.set_name(self.name.to_owned());
        family.set_help(self.help.to_owned());
        family.set_field_type(match self.kind {
            Kind::Counter => MetricType::COUNTER,
            Kind::Gauge => MetricType::GAUGE,
            Kind::Histogram => MetricType::HISTOGRAM,
        });
        family.set_metric(metrics);
        family
    }
}

pub(super) fn register<C: Collector + Clone + 'static>(registry: &Registry, collector: C) -> C {
    made(registry.register(Box::new(collector.clone())));
    collector
}

/// Names, labels and buckets are constants, so either every process can make them or none.
pub(super) fn made<T>(result: prometheus::Result<T>) -> T {
    result.expect("a metric of the table is well formed")
}
