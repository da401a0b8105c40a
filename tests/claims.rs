//! One test for every claim, by its id: the claim holds, every control fails, every mutant is refuted.

use equipartition::testing::Suite;
use equipartition::theories::registry;

fn main() {
    Suite::new().seed(20_250_512).instances(24).replay_command("cargo run -- replay").main(&registry())
}
