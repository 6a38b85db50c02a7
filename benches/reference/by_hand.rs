//! The reference year as one would write it by hand for nothing but itself: a table of timers, laws that are
//! constants in the code, no products, no causes, no signals. What a general simulator is measured against.

use ninefold::engine::{Randomness, Span, Stream, Time, Timers};

const HOSTS: usize = 29;
const VMS: usize = 400;
const YEAR: Time = Time(365 * 86_400_000_000);
const HOST_MTTF_S: f64 = 2190.0 * 3600.0;
const HOST_MTTR_S: f64 = 4.0 * 3600.0;
const GUEST_MTTF_S: f64 = 60.0 * 86_400.0;
const APP_MTTF_S: f64 = 30.0 * 86_400.0;
const DETECTION: Span = Span::from_secs(30);
const MINUTE: Span = Span::from_secs(60);
const BOOT_AFTER_REPAIR: Span = Span::from_secs(120);

/// Slots: hosts, their detections, then three for each VM: step, guest, application.
const DETECTIONS: usize = HOSTS;
const FIRST_VM: usize = 2 * HOSTS;

#[derive(Clone, Copy)]
struct Vm {
    host: usize,
    up: bool,
    booted: bool,
    since: Time,
    draws: u32,
}

pub(crate) struct ByHand {
    timers: Timers,
    random: Randomness,
    hosts_up: [bool; HOSTS],
    host_draws: [u32; HOSTS],
    residents: Vec<Vec<usize>>,
    lost: Vec<Vec<usize>>,
    vms: Vec<Vm>,
    streams: Vec<[Stream; 2]>,
    pub(crate) downtime_us: u64,
    pub(crate) outages: u64,
}

impl ByHand {
    pub(crate) fn new() -> ByHand {
        let stream = |kind: &str, number: usize, what: &str| Stream::new(&format!("{kind} {number}"), what);
        let hosts = (0..HOSTS).map(|h| [stream("host", h, "ttf"), stream("host", h, "ttr")]);
        let vms = (0..VMS).map(|v| [stream("vm", v, "guest"), stream("vm", v, "app")]);
        ByHand {
            timers: Timers::new(FIRST_VM + 3 * VMS),
            random: Randomness::new(1, 0),
            hosts_up: [true; HOSTS],
            host_draws: [0; HOSTS],
            residents: (0..HOSTS).map(|_| Vec::with_capacity(VMS)).collect(),
            lost: (0..HOSTS).map(|_| Vec::with_capacity(VMS)).collect(),
            vms: vec![Vm { host: 0, up: true, booted: true, since: Time::ZERO, draws: 0 }; VMS],
            streams: hosts.chain(vms).collect(),
            downtime_us: 0,
            outages: 0,
        }
    }

    /// One replication; returns its events.
    pub(crate) fn run(&mut self, replication: u32) -> u64 {
        self.random = Randomness::new(1, replication);
        self.timers.clear();
        self.hosts_up = [true; HOSTS];
        self.host_draws = [0; HOSTS];
        self.residents.iter_mut().chain(&mut self.lost).for_each(Vec::clear);
        for host in 0..HOSTS {
            self.timers.arm_quietly(host as u32, Time::ZERO + self.life(host, 0, 0, HOST_MTTF_S));
        }
        for vm in 0..VMS {
            self.vms[vm] = Vm { host: vm % HOSTS, up: true, booted: true, since: Time::ZERO, draws: 0 };
            self.residents[vm % HOSTS].push(vm);
            let [guest, app] = [GUEST_MTTF_S, APP_MTTF_S];
            self.timers.arm_quietly(slot(vm, 1), Time::ZERO + self.life(HOSTS + vm, 0, 0, guest));
            self.timers.arm_quietly(slot(vm, 2), Time::ZERO + self.life(HOSTS + vm, 1, 0, app));
        }
        self.timers.settle();
        let mut events = 0;
        while let Some((now, at)) = self.timers.take_before(YEAR) {
            events += 1;
            let at = at as usize;
            if at < DETECTIONS {
                self.on_host(now, at);
            } else if at < FIRST_VM {
                self.on_detected(now, at - DETECTIONS);
            } else {
                let (vm, what) = ((at - FIRST_VM) / 3, (at - FIRST_VM) % 3);
                self.on_vm(now, vm, what);
            }
        }
        for vm in &self.vms {
            self.downtime_us += if vm.up { 0 } else { (YEAR - vm.since).0 };
        }
        events
    }

    fn life(&self, component: usize, purpose: usize, draw: u32, mean_s: f64) -> Span {
        let v = self.random.uniform(self.streams[component][purpose], draw);
        Span::from_secs_f64(-mean_s * libm::log(v))
    }

    fn on_host(&mut self, now: Time, host: usize) {
        self.host_draws[host] += 1;
        let draw = self.host_draws[host];
        if self.hosts_up[host] {
            self.hosts_up[host] = false;
            for k in 0..self.residents[host].len() {
                let vm = self.residents[host][k];
                self.down(now, vm);
                self.vms[vm].booted = false;
                (0..3).for_each(|what| self.timers.disarm(slot(vm, what)));
                self.lost[host].push(vm);
            }
            self.residents[host].clear();
            self.timers.arm((DETECTIONS + host) as u32, now + DETECTION);
            self.timers.arm(host as u32, now + self.life(host, 1, draw, HOST_MTTR_S));
        } else {
            self.hosts_up[host] = true;
            self.timers.arm(host as u32, now + self.life(host, 0, draw, HOST_MTTF_S));
        }
    }

    fn on_detected(&mut self, now: Time, host: usize) {
        let mut lost = std::mem::take(&mut self.lost[host]);
        for vm in lost.drain(..) {
            let room = |h: &usize| if self.hosts_up[*h] { self.residents[*h].len() } else { usize::MAX };
            let to = (0..HOSTS).min_by_key(room).expect("there are hosts");
            self.residents[to].push(vm);
            self.vms[vm].host = to;
            self.timers.arm(slot(vm, 0), now + MINUTE);
        }
        self.lost[host] = lost;
    }

    fn on_vm(&mut self, now: Time, vm: usize, what: usize) {
        self.vms[vm].draws += 1;
        let draw = self.vms[vm].draws;
        match what {
            0 => {
                let row = &mut self.vms[vm];
                self.downtime_us += (now - row.since).0;
                row.up = true;
                if !std::mem::replace(&mut row.booted, true) {
                    let guest = self.life(HOSTS + vm, 0, draw, GUEST_MTTF_S);
                    self.timers.arm(slot(vm, 1), now + guest);
                }
                self.timers.arm(slot(vm, 2), now + self.life(HOSTS + vm, 1, draw, APP_MTTF_S));
            }
            1 => {
                self.down(now, vm);
                self.vms[vm].booted = false;
                self.timers.disarm(slot(vm, 2));
                self.timers.arm(slot(vm, 0), now + BOOT_AFTER_REPAIR);
            }
            _ => {
                self.down(now, vm);
                self.timers.arm(slot(vm, 0), now + MINUTE);
            }
        }
    }

    fn down(&mut self, now: Time, vm: usize) {
        let row = &mut self.vms[vm];
        if std::mem::replace(&mut row.up, false) {
            row.since = now;
            self.outages += 1;
        }
    }
}

fn slot(vm: usize, what: usize) -> u32 {
    (FIRST_VM + 3 * vm + what) as u32
}
