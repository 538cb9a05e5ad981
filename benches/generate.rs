//! Writes a tenant's exports, of any size and the same for the same seed, for benchmarks by hand:
//! `cargo run --release --example generate -- DIR --accounts 1000 --log-bytes 1000000000 --shape az`

mod tenant;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use tenant::{Shape, Tenant};

#[derive(Parser)]
struct Args {
    /// The folder; accounts.json and activity.json (or activity.jsonl) are written into it
    dir: PathBuf,
    #[arg(long, default_value_t = 7)]
    seed: u64,
    #[arg(long, default_value_t = 1000)]
    accounts: usize,
    #[arg(long, default_value_t = 0)]
    log_bytes: u64,
    #[arg(long, value_enum, default_value_t = ShapeArg::Az)]
    shape: ShapeArg,
}

#[derive(Clone, Copy, ValueEnum)]
enum ShapeArg {
    /// An array, indented, newest first
    Az,
    /// A record a line, oldest first
    Lines,
}

/// A third of them is in scope.
const KINDS: [&str; 3] = ["OpenAI", "SpeechServices", "TextAnalytics"];

fn main() -> io::Result<()> {
    let args = Args::parse();
    let tenant = Tenant { seed: args.seed, accounts: args.accounts, kinds: &KINDS };
    fs::create_dir_all(&args.dir)?;
    let file = |name: &str| Ok::<_, io::Error>(BufWriter::new(File::create(args.dir.join(name))?));
    let mut accounts = file("accounts.json")?;
    tenant.write_accounts(&mut accounts)?;
    accounts.flush()?;
    let (shape, name) = match args.shape {
        ShapeArg::Az => (Shape::Az, "activity.json"),
        ShapeArg::Lines => (Shape::Lines, "activity.jsonl"),
    };
    let mut log = file(name)?;
    tenant.write_log(&mut log, shape, args.log_bytes)?;
    log.flush()
}
