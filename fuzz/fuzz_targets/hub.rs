#![no_main]

use libfuzzer_sys::fuzz_target;
use parlor_fuzz::hub_steps::{Run, run};

fuzz_target!(|steps: Run| run(steps));
