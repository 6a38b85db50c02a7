//! A sweep for programs and spreadsheets.

use super::super::csv::{ALL_SERVICES, Sheet};
use super::super::result::{Estimate, ResultError, Service, Strategy, pretty};
use super::{Sweep, Variant};

/// `sweep.json`.
///
/// # Errors
/// None that a sweep can cause; the serialiser's own are passed on.
pub fn json(sweep: &Sweep) -> Result<String, ResultError> {
    pretty(sweep)
}

/// `sweep.csv`: a row per variant, strategy and service, and one for all services together. The columns of the keys are
/// named by their paths, the others are those of `summary.csv`. A strategy that cannot start has one row, which says why.
#[must_use]
pub fn csv(sweep: &Sweep) -> String {
    let mut sheet = Sheet::new();
    for key in &sweep.keys {
        sheet.head(&key.path);
    }
    for name in ["strategy", "service", "instances", "replications"] {
        sheet.head(name);
    }
    for name in ["availability", "downtime_s"] {
        sheet.head_estimate(name);
    }
    for name in ["downtime_s_p50", "downtime_s_p95", "downtime_s_p99", "downtime_s_max"] {
        sheet.head(name);
    }
    for name in ["degraded_s", "lost_s", "outages"] {
        sheet.head_estimate(name);
    }
    for name in ["hosts", "vms", "memory_used"] {
        sheet.head(name);
    }
    sheet.head_estimate("waiting_vm_s");
    sheet.head("unfit");
    sheet.end();
    for variant in &sweep.variants {
        for strategy in &variant.strategies {
            for service in strategy.services.iter().filter(|service| is_asked(sweep, service)) {
                head(&mut sheet, variant, &strategy.name, &service.name);
                of_service(&mut sheet, variant, service);
                tail(&mut sheet, strategy);
            }
            if sweep.services.is_empty() {
                head(&mut sheet, variant, &strategy.name, ALL_SERVICES);
                of_all(&mut sheet, variant, strategy);
                tail(&mut sheet, strategy);
            }
        }
        for unfit in &variant.unfit {
            head(&mut sheet, variant, &unfit.name, "");
            sheet.numbers(&[f64::NAN; 2]);
            for _ in 0..2 {
                sheet.estimate_if(None);
            }
            sheet.numbers(&[f64::NAN; 4]);
            for _ in 0..3 {
                sheet.estimate_if(None);
            }
            sheet.numbers(&[f64::NAN; 3]);
            sheet.estimate_if(None);
            sheet.text(unfit.why.word());
            sheet.end();
        }
    }
    sheet.finish()
}

fn is_asked(sweep: &Sweep, service: &Service) -> bool {
    sweep.services.is_empty() || sweep.services.contains(&service.name)
}

fn head(sheet: &mut Sheet, variant: &Variant, strategy: &str, service: &str) {
    for value in variant.values.iter().map(String::as_str).chain([strategy, service]) {
        sheet.text(value);
    }
}

fn of_service(sheet: &mut Sheet, variant: &Variant, service: &Service) {
    let downtime = &service.downtime_s;
    sheet.count(service.instances);
    sheet.count(variant.replications);
    sheet.estimate(&service.availability);
    sheet.estimate(&downtime.estimate);
    sheet.numbers(&[downtime.p50, downtime.p95, downtime.p99, downtime.max]);
    for estimate in [&service.degraded_s, &service.lost_s, &service.outages] {
        sheet.estimate(estimate);
    }
}

fn of_all(sheet: &mut Sheet, variant: &Variant, strategy: &Strategy) {
    let total = &strategy.total;
    sheet.count(total.instances);
    sheet.count(variant.replications);
    sheet.estimate(&total.availability);
    sheet.estimate(&total.downtime_s);
    sheet.numbers(&[f64::NAN; 4]);
    let others: [Option<&Estimate>; 3] = [None, Some(&total.lost_s), Some(&total.outages)];
    for estimate in others {
        sheet.estimate_if(estimate);
    }
}

fn tail(sheet: &mut Sheet, strategy: &Strategy) {
    let capacity = &strategy.capacity;
    sheet.count(capacity.hosts);
    sheet.count(capacity.vms);
    sheet.numbers(&[capacity.memory_used]);
    sheet.estimate(&capacity.waiting_vm_s);
    sheet.text("");
    sheet.end();
}
