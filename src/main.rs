//! The `mianqia` binary.

#[tokio::main]
async fn main() -> std::process::ExitCode {
    mianqia::app::cli::main().await
}
