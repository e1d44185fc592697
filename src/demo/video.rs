//! The demo's video: made once at start by `ffmpeg`, where it is there, and played in a loop as if it were live.

use std::{path::Path, process::Stdio, time::Duration};

use bytes::Bytes;
use dropcast_domain::time::Timestamp;
use tokio::process::Command;

use crate::api::looping_video::{LoopingVideo, Segment};

/// Where the demo's own route plays it.
pub(super) const ADDRESS: &str = "/demo/video/live.m3u8";

/// How long making it may take; it takes a second or two.
const MADE_WITHIN: Duration = Duration::from_secs(30);
/// The most that it may be, in bytes; it is about half a megabyte.
const BYTES_MAX: usize = 16 << 20;
const PLAYLIST: &str = "sample.m3u8";
/// Colours of the sample show that drift past, and a clock that runs.
const PICTURE: &str = "gradients=s=640x360:r=25:c0=0x2b2922:c1=0x7a3b2e:c2=0xc8321c:c3=0xd9a441:nb_colors=4:\
     speed=0.012:seed=7,drawtext=text='%{pts\\:hms}':fontsize=34:fontcolor=white@0.85:x=(w-tw)/2:y=(h-th)/2";
const SECONDS: &str = "24";

/// Makes the video in `folder`, and plays it from then on. The error says why there is none.
pub(super) async fn make(folder: &Path, now: impl FnOnce() -> Timestamp) -> Result<LoopingVideo, String> {
    tokio::fs::create_dir_all(folder).await.map_err(|error| error.to_string())?;
    tokio::time::timeout(MADE_WITHIN, encode(folder)).await.map_err(|_| "ffmpeg took too long".to_owned())??;
    let segments = read(folder).await?;
    LoopingVideo::new(segments, now()).ok_or_else(|| "ffmpeg made no video".to_owned())
}

/// Two seconds a segment, each of which begins with a whole picture; silent sound, as players expect some.
async fn encode(folder: &Path) -> Result<(), String> {
    let made = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", PICTURE])
        .args(["-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-t", SECONDS])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-pix_fmt", "yuv420p"])
        .args(["-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-c:a", "aac", "-b:a", "32k"])
        .args(["-f", "hls", "-hls_time", "2", "-hls_list_size", "0", PLAYLIST])
        .current_dir(folder)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await;
    match made {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("ffmpeg failed: {}", said.lines().next().unwrap_or("it did not say why")))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err("ffmpeg is not installed".to_owned()),
        Err(error) => Err(format!("ffmpeg can't be started: {error}")),
    }
}

async fn read(folder: &Path) -> Result<Vec<Segment>, String> {
    let playlist = tokio::fs::read_to_string(folder.join(PLAYLIST)).await.map_err(|error| error.to_string())?;
    let (mut segments, mut bytes) = (Vec::new(), 0);
    for (duration_ms, name) in listed(&playlist) {
        let content = tokio::fs::read(folder.join(name)).await.map_err(|error| error.to_string())?;
        bytes += content.len();
        if bytes > BYTES_MAX {
            return Err(format!("ffmpeg made more than {BYTES_MAX} bytes"));
        }
        segments.push(Segment { duration_ms, content: Bytes::from(content) });
    }
    Ok(segments)
}

/// The segments of a playlist: how long each plays in milliseconds, and its file.
fn listed(playlist: &str) -> Vec<(u64, &str)> {
    let lines: Vec<_> = playlist.lines().collect();
    let pairs = lines.windows(2).filter_map(|pair| {
        let seconds: f64 = pair[0].strip_prefix("#EXTINF:")?.trim_end_matches(',').parse().ok()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates; 0 is left out")]
        let duration_ms = (seconds * 1_000.0).round() as u64;
        Some((duration_ms, pair[1])).filter(|_| duration_ms > 0)
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_playlist_lists_segments_with_their_durations() {
        let playlist = "#EXTM3U\n#EXTINF:2.000000,\nsample0.ts\n#EXTINF:0,\nsample1.ts\n#EXTINF:1.96,\nsample2.ts\n";
        assert_eq!(listed(playlist), [(2_000, "sample0.ts"), (1_960, "sample2.ts")]);
    }
}
