//! Attacks on the built product: a process of its own, killed, starved and cut off under load. Each prints its figures; the
//! last ones are in `docs/reliability.md`. `ATTACK_LONG=1` makes the kill loop ten times as long.
//!
//! `product` (the process) · `load` (callers and their ledger) · the attacks.

mod database_down;
mod full_disk;
mod kill_loop;
mod killed_backup;
mod load;
mod product;
mod replicas;
