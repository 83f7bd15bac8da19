//! Journeys over HTTP on both databases, and the guards. One binary: it links once.

mod architecture;
mod city;
mod city_imports;
mod console;
mod insight;
mod jobs;
mod kit;
mod lifecycle;
mod migrations;
mod notices;
mod openapi;
mod operations;
mod orders;
mod people;
mod photos;
mod roster;
mod store;
mod stories;
mod sweep;
mod wechat;
mod wechat_down;
mod wechat_push;
mod wrong_person;
