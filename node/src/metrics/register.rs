//! Makes figures, and has Prometheus know them by name.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// A number of seconds that goes up and down.
pub(crate) type Seconds = Gauge<f64, AtomicU64>;

/// The figures that are known.
pub(super) struct Register(pub(super) Registry);

impl Register {
    /// Without figures. All names will begin with `sillok_`.
    pub(super) fn new() -> Self {
        Register(Registry::with_prefix("sillok"))
    }

    /// A number that goes up and down.
    pub(super) fn gauge(&mut self, name: &str, help: &str) -> Gauge {
        let gauge = Gauge::default();
        self.0.register(name, help, gauge.clone());
        gauge
    }

    /// A number that stays.
    pub(super) fn limit(&mut self, name: &str, help: &str, limit: usize) {
        self.gauge(name, help).set(i64::try_from(limit).unwrap_or(i64::MAX));
    }

    /// A number that goes up.
    pub(super) fn counter(&mut self, name: &str, help: &str) -> Counter {
        let counter = Counter::default();
        self.0.register(name, help, counter.clone());
        counter
    }

    /// A number of seconds that goes up and down.
    pub(super) fn seconds(&mut self, name: &str, help: &str) -> Seconds {
        let gauge = Seconds::default();
        self.0.register_with_unit(name, help, Unit::Seconds, gauge.clone());
        gauge
    }

    /// How long something took each time: from half a millisecond to sixteen seconds.
    pub(super) fn durations(&mut self, name: &str, help: &str) -> Histogram {
        let histogram = Histogram::new(exponential_buckets(0.000_5, 2.0, 16));
        self.0.register_with_unit(name, help, Unit::Seconds, histogram.clone());
        histogram
    }
}
