//! What kind of problem. `tree.rs`: two levels of categories. `suggest.rs`: an honest baseline that guesses
//! the category from the words. `routes.rs`: asking for both.

pub mod replies;
pub mod routes;
pub mod suggest;
pub mod tree;
