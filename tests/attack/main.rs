//! Attacks on the built product: a process of its own, killed, starved and cut off under load.
//!
//! Each prints its figures; the last ones are in `docs/reliability.md`. `ATTACK_LONG=1` makes the kill loop ten times
//! as long.
//!
//! `product` (the process) · `usage` (its memory and processor time) · `load` (callers and their ledger) · the attacks.

mod bombs;
mod database_down;
mod floods;
mod full_disk;
mod hostile_bodies;
mod kill_loop;
mod killed_backup;
mod load;
mod product;
mod replicas;
mod role_sweep;
mod stalled_callers;
mod store_down;
mod usage;
