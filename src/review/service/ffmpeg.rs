//! Runs ffmpeg: at a low priority, on one core, told nothing of our environment, and killed when nobody waits for it.
//!
//! What the longest step makes comes through a pipe: should this process be killed, there is nobody to write to any more,
//! and ffmpeg ends too.

use std::path::Path;
use std::process::Stdio;
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

/// Lines of what went wrong that are kept.
const LAST_LINES: usize = 4;

/// A run of ffmpeg in a folder.
pub(super) struct Run<'a> {
    pub dir: &'a Path,
    pub args: Vec<String>,
    /// Where what comes through the pipe is written; none: nothing comes.
    pub output: Option<&'a Path>,
}

/// How far a run is, in milliseconds of what it makes, and how many pictures it has made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    pub at_ms: i64,
    pub frames: u64,
}

/// Runs it to its end; `told` hears how far it is, and ends it by an error.
pub(super) async fn run(
    run: Run<'_>,
    mut told: impl FnMut(Progress) -> Result<(), String>,
) -> Result<Progress, String> {
    let mut child = start(&run).map_err(|error| format!("ffmpeg cannot be started: {error}"))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let watched = async {
        let (mut progress, mut last) = (Progress::default(), Vec::new());
        let Some(stderr) = stderr else { return Ok((progress, last)) };
        let mut lines = BufReader::new(stderr).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if take(&line, &mut progress) {
                if line.starts_with("progress=") {
                    told(progress)?;
                }
            } else if !line.trim().is_empty() {
                last.push(line);
                if last.len() > LAST_LINES {
                    last.remove(0);
                }
            }
        }
        Ok::<_, String>((progress, last))
    };
    let written = async { Ok(write(stdout, run.output).await) };
    // Both at once: a pipe that nobody reads would hold it up.
    let (written, (progress, last)) = tokio::try_join!(written, watched)?;
    let status = child.wait().await.map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(format!("ffmpeg: {status}: {}", last.join(" | ")));
    }
    written.map_err(|error| format!("what ffmpeg makes cannot be written: {error}"))?;
    Ok(progress)
}

fn start(run: &Run<'_>) -> std::io::Result<Child> {
    let mut command = Command::new("nice");
    command.args(["-n", "10", "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]);
    command.args(["-progress", "pipe:2", "-nostats", "-threads", "1", "-filter_threads", "1"]);
    command.args(["-filter_complex_threads", "1"]).args(&run.args);
    command.current_dir(run.dir).env_clear().env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    command.stdout(if run.output.is_some() { Stdio::piped() } else { Stdio::null() });
    command.kill_on_drop(true).spawn()
}

async fn write(stdout: Option<ChildStdout>, output: Option<&Path>) -> std::io::Result<()> {
    let (Some(path), Some(mut stdout)) = (output, stdout) else { return Ok(()) };
    let mut file = File::create(path).await?;
    tokio::io::copy(&mut stdout, &mut file).await?;
    file.sync_all().await
}

/// Takes a line of the progress in; says whether it was one.
fn take(line: &str, progress: &mut Progress) -> bool {
    let Some((name, value)) = line.split_once('=') else { return false };
    let value = value.trim();
    match name {
        "frame" => progress.frames = value.parse().unwrap_or(progress.frames),
        "out_time_us" => {
            progress.at_ms = value.parse::<i64>().map_or(progress.at_ms, |us| us / 1000);
        }
        _ => {
            return matches!(
                name,
                "fps"
                    | "bitrate"
                    | "total_size"
                    | "out_time_ms"
                    | "out_time"
                    | "dup_frames"
                    | "drop_frames"
                    | "speed"
                    | "progress"
            ) || name.starts_with("stream_");
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_and_everything_else_is_what_went_wrong() {
        let mut progress = Progress::default();
        for (line, is_progress, expected) in [
            ("frame=12", true, Progress { at_ms: 0, frames: 12 }),
            ("out_time_us=1500000", true, Progress { at_ms: 1500, frames: 12 }),
            ("out_time_us=N/A", true, Progress { at_ms: 1500, frames: 12 }),
            ("stream_0_0_q=28.0", true, Progress { at_ms: 1500, frames: 12 }),
            ("progress=end", true, Progress { at_ms: 1500, frames: 12 }),
            ("[h264 @ 0x1] pts = 4", false, Progress { at_ms: 1500, frames: 12 }),
            ("No space left on device", false, Progress { at_ms: 1500, frames: 12 }),
        ] {
            assert_eq!((take(line, &mut progress), progress), (is_progress, expected), "{line}");
        }
    }
}
