//! A short video that is played as if it were live, over and over: what a show's encoder would give to a player, without
//! an encoder.

use std::fmt::{self, Write as _};

use bytes::Bytes;
use dropcast_domain::time::Timestamp;
use jiff::Timestamp as Moment;

/// How many segments a playlist offers: enough for a player that keeps three of them behind it.
const WINDOW: u64 = 6;

/// One piece of the video.
#[derive(Clone)]
pub struct Segment {
    /// How long it plays; more than 0.
    pub duration_ms: u64,
    /// An MPEG transport stream.
    pub content: Bytes,
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment").field("duration_ms", &self.duration_ms).finish_non_exhaustive()
    }
}

/// A video that starts again when it is over. It takes the memory of its segments and no more, however long it runs.
#[derive(Debug)]
pub struct LoopingVideo {
    segments: Vec<Segment>,
    /// When it was played first.
    began_at: Timestamp,
}

impl LoopingVideo {
    /// Plays the segments from now on, as if it had done so before; `None` without any.
    pub fn new(segments: Vec<Segment>, now: Timestamp) -> Option<Self> {
        let whole_ms: u64 = segments.iter().map(|segment| segment.duration_ms.max(1)).sum();
        let turns = 1 + WINDOW / u64::try_from(segments.len()).ok().filter(|count| *count > 0)?;
        Some(Self { segments, began_at: Timestamp(now.0.saturating_sub(whole_ms * turns)) })
    }

    /// A segment by its place in the video.
    pub fn segment(&self, place: usize) -> Option<Bytes> {
        self.segments.get(place).map(|segment| segment.content.clone())
    }

    /// The live playlist of this moment (RFC 8216): the newest segments that are over, each with its program time.
    pub fn playlist(&self, now: Timestamp) -> String {
        let end = self.over_by(now);
        let first = end.saturating_sub(WINDOW);
        let longest_ms = self.segments.iter().map(|segment| segment.duration_ms).max().unwrap_or_default();
        let mut text = format!(
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:{first}\n\
             #EXT-X-DISCONTINUITY-SEQUENCE:{}\n",
            longest_ms.div_ceil(1_000),
            first.saturating_sub(1) / self.count(),
        );
        for number in first..end {
            if number > 0 && number % self.count() == 0 {
                text.push_str("#EXT-X-DISCONTINUITY\n");
            }
            let place = self.place(number);
            let starts_at =
                i64::try_from(self.starts_at(number).0).ok().and_then(|at| Moment::from_millisecond(at).ok());
            if let Some(starts_at) = starts_at {
                // Writing to a string can't fail.
                let _ = writeln!(text, "#EXT-X-PROGRAM-DATE-TIME:{starts_at:.3}");
            }
            let duration_ms = self.segments.get(place).map_or(0, |segment| segment.duration_ms);
            let _ = writeln!(text, "#EXTINF:{}.{:03},\n{place}.ts", duration_ms / 1_000, duration_ms % 1_000);
        }
        text
    }

    /// How many segments are over, counted from the beginning.
    fn over_by(&self, now: Timestamp) -> u64 {
        let played_ms = now.0.saturating_sub(self.began_at.0);
        let mut over_ms = 0;
        let this_turn = self.segments.iter().take_while(|segment| {
            over_ms += segment.duration_ms.max(1);
            over_ms <= played_ms % self.whole_ms()
        });
        let this_turn = u64::try_from(this_turn.count()).unwrap_or_default();
        played_ms / self.whole_ms() * self.count() + this_turn
    }

    fn starts_at(&self, number: u64) -> Timestamp {
        let before: u64 = self.segments.iter().take(self.place(number)).map(|segment| segment.duration_ms.max(1)).sum();
        self.began_at.after_ms(number / self.count() * self.whole_ms() + before)
    }

    fn place(&self, number: u64) -> usize {
        usize::try_from(number % self.count()).unwrap_or_default()
    }

    /// At least 1: there is no video without segments.
    fn count(&self) -> u64 {
        u64::try_from(self.segments.len()).unwrap_or(1).max(1)
    }

    fn whole_ms(&self) -> u64 {
        self.segments.iter().map(|segment| segment.duration_ms.max(1)).sum::<u64>().max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video() -> LoopingVideo {
        let segment = |duration_ms| Segment { duration_ms, content: Bytes::from(vec![0; 3]) };
        LoopingVideo::new(vec![segment(2_000), segment(2_000), segment(1_000)], Timestamp(100_000)).expect("a video")
    }

    fn lines<'a>(playlist: &'a str, tag: &str) -> Vec<&'a str> {
        playlist.lines().filter_map(|line| line.strip_prefix(tag)).collect()
    }

    #[test]
    fn a_playlist_offers_what_is_over_and_says_when_it_was() {
        let playlist = video().playlist(Timestamp(100_000));
        assert_eq!(lines(&playlist, "#EXT-X-MEDIA-SEQUENCE:"), ["3"]);
        let moments = lines(&playlist, "#EXT-X-PROGRAM-DATE-TIME:");
        assert_eq!(moments.first(), Some(&"1970-01-01T00:01:30.000Z"));
        assert_eq!(moments.last(), Some(&"1970-01-01T00:01:39.000Z"), "the last one ends now");
        assert_eq!(lines(&playlist, "#EXTINF:"), ["2.000,", "2.000,", "1.000,", "2.000,", "2.000,", "1.000,"]);
    }

    #[test]
    fn it_moves_on_as_segments_end_and_never_before() {
        let video = video();
        let sequence = |now| lines(&video.playlist(Timestamp(now)), "#EXT-X-MEDIA-SEQUENCE:").join("");
        assert_eq!([sequence(101_999), sequence(102_000), sequence(103_999)], ["3", "4", "4"]);
        assert_eq!([sequence(104_000), sequence(105_000)], ["5", "6"]);
    }

    #[test]
    fn every_new_beginning_is_a_discontinuity_that_is_counted_when_it_has_left() {
        let video = video();
        for now in (100_000..140_000).step_by(500) {
            let playlist = video.playlist(Timestamp(now));
            let first: u64 = lines(&playlist, "#EXT-X-MEDIA-SEQUENCE:").join("").parse().expect("a number");
            let left: u64 = lines(&playlist, "#EXT-X-DISCONTINUITY-SEQUENCE:").join("").parse().expect("a number");
            let shown = u64::try_from(playlist.matches("#EXT-X-DISCONTINUITY\n").count()).expect("few");
            // Before the end of the window every third segment has begun a turn, but for the very first.
            assert_eq!(left + shown, (first + WINDOW - 1) / 3, "{playlist}");
        }
    }

    #[test]
    fn there_is_no_video_of_nothing() {
        assert!(LoopingVideo::new(Vec::new(), Timestamp(100_000)).is_none());
    }
}
