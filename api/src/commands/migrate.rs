//! `zhitong migrate [up|down|status|partition]`

use clap::ValueEnum;
use migration::MigratorTrait as _;
use secrecy::ExposeSecret as _;

use crate::clock::Clock;
use crate::config::Config;
use crate::db;
use crate::webhooks::partitions;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// `down` takes back one migration, `partition` divides the webhooks' deliveries by month (PostgreSQL)
    #[arg(value_enum, default_value_t = Direction::Up)]
    direction: Direction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Direction {
    Up,
    Down,
    Status,
    Partition,
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
pub async fn run(args: Args) -> anyhow::Result<()> {
    let config = Config::from_environment()?;
    std::fs::create_dir_all(&config.data_dir)?;
    let url = config.database.server_url().expose_secret();
    match args.direction {
        Direction::Up => db::migrate(url).await?,
        Direction::Down => db::migrate_down(url).await?,
        Direction::Status | Direction::Partition => {}
    }
    let db = db::connect(url).await?;
    if args.direction == Direction::Partition {
        partitions::partition(&db, Clock::real().now()).await?;
        println!("webhook_delivery has monthly partitions");
        return Ok(());
    }
    for migration in migration::Migrator::get_migration_with_status(&db).await? {
        println!(
            "{:8} {}",
            format!("{:?}", migration.status()).to_lowercase(),
            migration.name()
        );
    }
    Ok(())
}
