//! What has a closed form: the list of all in the tests, and those that no other file has.
//!
//! Each of this folder goes the whole way, from the text of a scenario over its model to the rows of an experiment. Seeds are fixed. A
//! mean passes within five standard errors, which a right program misses once in 1.7 million times; an error of 7.33 standard errors is
//! found in 99 of 100, and how much that is stands at each test. Each has a twin, the answer of a slightly wrong theory, that must be
//! rejected. λ and μ are rates of failure and repair, T is the horizon, U = λ / (λ + μ), D the downtime, R a length of repair.
//!
//! Rows marked * say what a solver of the tests or of the program must find; the others, what the simulator must.
//!
//! | closed form | formula | test |
//! | --- | --- | --- |
//! | no outage in a year | e^(-λT), whatever the repair | `closed_forms/one_host.rs::no_outage_in_a_year` |
//! | first outage of a series | 1 - e^(-(λ1 + λ2 + λ3)T) | `closed_forms/one_host.rs::a_series_fails_at_the_sum_of_rates` |
//! | variance of interval downtime | 2 ∫ p(u) (U (T-u) + (1-U) (1 - e^(-(λ+μ)(T-u))) / (λ+μ)) du - (E D)² | `closed_forms/one_host.rs::the_variance_of_a_years_downtime` |
//! | law of D, exponential repair (Takács) | Σ Poisson(n; λ(T-x)) P(Erlang(n, μ) ≤ x) | `closed_forms/one_host.rs::the_law_of_interval_downtime` |
//! | law of D, Erlang repair (Takács) | Σ Poisson(n; λ(T-x)) P(Erlang(2n, 2μ) ≤ x) | `closed_forms/one_host.rs::the_law_of_interval_downtime` |
//! | mean number of outages, constant R | Σ P(Poisson(λ(T-nR)) > n) | `closed_forms/one_host.rs::the_number_of_outages_with_constant_repairs` |
//! | variance of the number, constant R | Σ (2n+1) P(Poisson(λ(T-nR)) > n) - (E N)² | `closed_forms/one_host.rs::the_number_of_outages_with_constant_repairs` |
//! | p50, p95, p99 of D, constant R | the least kR with P(Poisson(λ(T-kR)) ≤ k) ≥ p | `closed_forms/one_host.rs::percentiles_of_constant_outages` |
//! | common cause (Marshall, Olkin) | 1 - 2e^(-(λ+λ12)T) + e^(-(2λ+λ12)T) | `closed_forms/several.rs::a_rack_is_a_common_cause` |
//! | a shared part | 1 - A (1 - q²) | `closed_forms/several.rs::a_shared_array_is_a_factor` |
//! | all of three, any law of repair | q³ | `closed_forms/several.rs::all_of_three_whatever_the_law` |
//! | frequency of all of three | 3 q² / (MTTF + MTTR) | `closed_forms/several.rs::all_of_three_whatever_the_law` |
//! | fault tree, top event | sum over 2⁴ states | `closed_forms/several.rs::a_fault_tree_by_enumeration` |
//! | fault tree, what is not served | sum over 2⁴ states, weighted | `closed_forms/several.rs::a_fault_tree_by_enumeration` |
//! | mean interval downtime | U T - U (1 - e^(-(λ+μ)T)) / (λ+μ) | `exact.rs::two_states_from_a_new_start` |
//! | no outage, short horizon | e^(-λT) | `exact.rs::two_states_from_a_new_start` |
//! | mean number of outages | λ (T - E D) | `exact.rs::two_states_from_a_new_start` |
//! | law of D, constant R | P(D ≤ kR) = P(Poisson(λ(T-kR)) ≤ k) | `exact.rs::constant_repairs_make_atoms` |
//! | k of n, time degraded | Σ binomial(j; n, A), 0 < j < k | `exact.rs::k_of_n` |
//! | k of n, what is not served | Σ binomial(j; n, A) (1 - j/k) | `exact.rs::k_of_n` |
//! | machine repair, share down | birth and death, n machines, c people | `exact.rs::repairmen_of_one_and_two` |
//! | machine repair, all down | its last state | `exact.rs::repairmen_of_one_and_two` |
//! | machine repair 8/2, share down and below 8 | birth and death | `exact.rs::eight_hosts_and_two_people` |
//! | machine repair * | 3 machines, 1 person: 0.999411996 | `exact.rs::the_chain_solver_is_right` |
//! | one crew, constant repair | embedded chain (facts A3) | `exact.rs::one_crew_and_any_repair` |
//! | one crew, exponential repair | birth and death (facts A3) | `exact.rs::one_crew_and_any_repair` |
//! | one crew, lognormal repair | embedded chain (facts A3) | `exact.rs::one_crew_and_any_repair` |
//! | one crew, Weibull repair | embedded chain (facts A3) | `exact.rs::one_crew_and_any_repair` |
//! | cold restart | 1 - m e^(-S/m) / (m + R + boot) | `exact.rs::a_cold_restart_is_a_renewal` |
//! | renewal reward: Weibull, lognormal, uniform | E down / (E up + E down) | `exact.rs::guests_of_any_law_are_a_renewal` |
//! | elementary renewal theorem | T / (E up + E down) | `exact.rs::guests_of_any_law_are_a_renewal` |
//! | renewal function, Weibull 0.7 and 2, new | its integral equation (facts A3 k) | `exact.rs::new_hosts_are_no_stationary_hosts` |
//! | renewals of a stationary process | T / mean | `exact.rs::new_hosts_are_no_stationary_hosts` |
//! | no failure of a new Weibull life | e^(-(T/scale)^shape) | `exact.rs::new_hosts_are_no_stationary_hosts` |
//! | a scripted fault among random ones | 1 + λT | `exact.rs::a_script_ends_a_life_and_begins_a_new_one` |
//! | pair with coverage c, down and outages | chain of 7 states | `exact.rs::a_pair_whose_failovers_do_not_all_come_off` |
//! | standby of 2 to 4 nodes, Erlang takeover | chain of n (stages + 1) + 1 states | `exact.rs::failover_groups` |
//! | standby of 2 nodes, constant takeover | Markov renewal process | `exact.rs::failover_groups` |
//! | host and array in series with a boot | chain of 5 states | `exact.rs::storage_in_series` |
//! | clocks that stand still without power | chain of 8 states | `exact.rs::clocks_stand_still_without_power` |
//! | detection and convergence of a member | (w / MTTF) P(2 or more up) | `exact.rs::a_dead_member_costs_its_share_of_a_window` |
//! | mean interval downtime, 1 h to 100 y * | as above | `exact_answers.rs::two_states_as_in_a_book` |
//! | machine repair 8/2 from all up; restart on 2 hosts * | uniformization elsewhere | `exact_answers.rs::chains_solved_elsewhere` |
//! | one fault and any law of repair and boot | cycles (solver of the program) | `exact_answers.rs::one_fault_and_any_law` |
//! | pre-copy, rounds, blackout, length | M r^n / B, (M/B) (1 - r^(n+1)) / (1 - r) | `planned.rs::the_table_of_pre_copies_through_the_whole_program` |
//! | n migrations on one path | n M / B each | `planned.rs::those_who_share_a_path_take_their_time_together` |
//! | k of n under rolling work | (1-w) B(5, 4) + w B(4, 4) | `planned.rs::rolling_windows_over_a_k_of_n_group` |
//! | three of three at eight nines, own crews | (λ / (λ+μ))³ | `numbers/known.rs::three_hosts_at_eight_nines_through_the_whole_program` |
//! | the same with one crew | 6ρ³ / (1 + 3ρ + 6ρ² + 6ρ³) | `numbers/known.rs::three_hosts_at_eight_nines_through_the_whole_program` |
//! | their outages | 3μ or μ times the share | `numbers/known.rs::three_hosts_at_eight_nines_through_the_whole_program` |
//! | three of three from all up, 4 to 12 nines | birth and death, integrated | `numbers/rare.rs::three_of_three_from_one_in_ten_thousand_to_one_in_a_million_millions` |
//! | six of six, one crew | birth and death, integrated | `numbers/rare.rs::six_of_six_in_branches_and_level_by_level` |
//! | a single rare part | λT (1 - MTTR / MTTF) | `numbers/rare.rs::a_single_point_that_hardly_ever_fails` |
//! | three of three from all up | ∫ p(t)³ dt | `numbers/effort.rs::a_part_of_the_episodes_counts_for_all` |
//! | two of two from all up | ∫ p(t)² dt | `numbers/hidden.rs::a_life_that_planned_work_ends_is_not_one_that_failed` |
//! | k of n under a weekly load | Σ hours Σ binomial (load - j/n)+ | `demand/load.rs::members_that_come_and_go_lose_what_k_of_n_says` |
//! | room that a host takes with it | MTTR / (MTTF + MTTR) | `room/headroom.rs::a_host_that_is_out_is_missing_as_long_as_renewal_theory_says` |
//! | boots that share a bandwidth | length × n rate / bandwidth | `boot_storms/main.rs::equal_boots_end_together_after_as_many_times_their_length_as_they_want_of_the_bandwidth` |
//! | a crash that is polled for | T d / (MTTF + d), d = poll / 2 + start + recover | `group_quorum.rs::a_crashing_application_costs_its_poll_and_its_start` |
//! | pairs and arrays with two modes | q²; 1 - (1-d)³ (1 + 3d) | `oracles/literature.rs::the_database_as_a_scenario` |
//! | functional dependency | 1 - e^(-0.6) | `oracles/literature.rs::a_rack_that_takes_its_host_with_it` |
//! | RAID 6 with constant rebuilds (kernel) | birth chain within a rebuild | `oracles/cycles.rs::an_array_with_deterministic_rebuilds` |
//! | mean of D, four laws of repair * | λ ∫ A(t) E min(R, T-t) dt | `calibration/plant.rs::the_truth_is_what_renewal_theory_says` |

#[path = "../loading/mod.rs"]
mod loading;
mod one_host;
mod several;
mod theory;

use ninefold::experiment::{Plan, Summary, run, summary::Row};

const HOUR: f64 = 3_600.0;
const YEAR_H: f64 = 8_760.0;

/// Nothing between a host that is up and a service that is up.
const AT_ONCE: &str = "power_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nrecover = \"0 s\"\n";
const ALONE: &str = "[strategy.s]\nprotect = []\n";

/// A service on hosts; `vm` and `service` are more lines of its tables.
fn scenario(run: &str, hosts: &str, vm: &str, service: &str, rest: &str) -> String {
    format!(
        "schema = 1\n[run]\nrare_events = \"off\"\n{run}\n{hosts}\n[service.a]\nrole = \"stateless\"\n\
         vm = {{ cores = 1, memory = \"1 GiB\"{vm} }}\n{AT_ONCE}{service}\n{rest}\n"
    )
}

/// Hosts of one name that crash.
fn hosts(name: &str, count: u32, crash: &str, more: &str) -> String {
    format!(
        "[host.{name}]\ncount = {count}\ncores = 8\nmemory = \"64 GiB\"\nboot = \"0 s\"\ncrash = {crash}\n{more}\n"
    )
}

/// A balanced group that notices at once.
fn balanced(members: u32) -> String {
    format!(
        "[strategy.s]\nprotect = [\"nlb\"]\nmembers = {members}\ndetection = \"0 s\"\nconvergence = \"0 s\"\n"
    )
}

fn summary(text: &str, replications: u32) -> Summary {
    let plan = Plan { title: String::new(), sha256: String::new(), seed: 40, replications, threads: Some(2) };
    run(&loading::load(text), &plan, &()).expect("nobody stops it")
}

fn rows(text: &str, replications: u32) -> Vec<Row> {
    summary(text, replications).rows[0][0].clone()
}

/// The mean of some values against theory, and against a theory that is wrong.
fn agrees(name: &str, values: &[f64], exact: f64, twin: f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let se = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0) / n).sqrt();
    let (z, z_twin) = ((mean - exact) / se, (mean - twin) / se);
    println!(
        "{name}: n {n}, mean {mean:.6}, exact {exact:.6}, z {z:.2}, twin {twin:.6} z {z_twin:.1}, detects {:.2} %",
        733.0 * se / exact
    );
    assert!(z.abs() <= 5.0, "{name}: mean {mean} against {exact}, z = {z}");
    assert!(z_twin.abs() > 5.0, "{name}: cannot tell {exact} from {twin}, z = {z_twin}");
}

/// The variance of some values, likewise: the mean of their squares around the mean.
fn varies(name: &str, values: &[f64], exact: f64, twin: f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: Vec<f64> = values.iter().map(|v| (v - mean) * (v - mean) * n / (n - 1.0)).collect();
    agrees(name, &squares, exact, twin);
}

/// 1 where it is so.
fn counted(rows: &[Row], is_so: impl Fn(&Row) -> bool) -> Vec<f64> {
    rows.iter().map(|row| f64::from(u8::from(is_so(row)))).collect()
}
