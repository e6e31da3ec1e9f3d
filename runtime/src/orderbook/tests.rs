//! What the order book does: each rule by example, all of them at random against a naive model.

mod basics;
mod damage;
mod differential;
mod examples;
mod follower;
mod generator;
mod journal;
mod model;
mod numbers;
