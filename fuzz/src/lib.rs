//! What the fuzz targets do with the steps that libFuzzer draws: both cores in the hands of somebody who keeps to no
//! order, with a model beside them that knows what they owe.

pub mod answer;
pub mod hub;
pub mod names;
pub mod saying;
pub mod session;
pub mod wire;
