//! Exact answers against closed forms of the literature, and the simulator against exact answers.

mod loading;

use loading::load;
use ninefold::exact::{self, Answer, Obstacle};
use ninefold::experiment::{Plan, Summary, run};
use ninefold::model::{Model, ServiceId};

const HOUR: f64 = 3_600.0;

fn answer(text: &str) -> Result<Answer, Vec<Obstacle>> {
    exact::answer(&load(text)[0], ServiceId(0))
}

#[test]
fn the_shared_cases() {
    for file in std::fs::read_dir("/work/shared/scenarios").unwrap() {
        let file = file.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("exact") {
            println!("{name} {:?}", answer(&std::fs::read_to_string(&file).unwrap()));
        }
    }
}
