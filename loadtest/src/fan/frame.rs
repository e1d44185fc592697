//! WebSocket frames as a server sends them and a client does.

/// What the first byte of a frame says besides the kind: that it is the last of its message.
const FINAL: u8 = 0x80;
/// The bit of the second byte that says that the payload is masked.
const MASKED: u8 = 0x80;
/// These clients have nothing to hide from a proxy; a mask there must be.
const MASK: [u8; 4] = [0x5a, 0x17, 0xc3, 0x8e];

/// What a frame carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// A frame that no server of ours sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum BadFrame {
    #[error("a message in fragments, which none of the servers sends")]
    Fragment,
    #[error("a frame whose first byte is {0:#04x}")]
    FirstByte(u8),
    #[error("a masked frame from a server")]
    Masked,
}

/// A frame at the front of what has arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Split<'a> {
    pub(super) kind: Kind,
    pub(super) payload: &'a [u8],
    /// What has arrived after it.
    pub(super) behind: &'a [u8],
}

/// Takes the first frame off what has arrived. `None` until all of it has.
pub(super) fn split(input: &[u8]) -> Result<Option<Split<'_>>, BadFrame> {
    let &[first, second, ref rest @ ..] = input else { return Ok(None) };
    let kind = match first {
        0x81 => Kind::Text,
        0x82 => Kind::Binary,
        0x88 => Kind::Close,
        0x89 => Kind::Ping,
        0x8a => Kind::Pong,
        0x00..=0x02 | 0x80 => return Err(BadFrame::Fragment),
        other => return Err(BadFrame::FirstByte(other)),
    };
    if second & MASKED != 0 {
        return Err(BadFrame::Masked);
    }
    let (length, rest) = match second {
        126 => match rest.split_first_chunk() {
            Some((length, rest)) => (usize::from(u16::from_be_bytes(*length)), rest),
            None => return Ok(None),
        },
        127 => match rest.split_first_chunk() {
            Some((length, rest)) => (usize::try_from(u64::from_be_bytes(*length)).unwrap_or(usize::MAX), rest),
            None => return Ok(None),
        },
        length => (usize::from(length), rest),
    };
    Ok(rest.split_at_checked(length).map(|(payload, behind)| Split { kind, payload, behind }))
}

/// A client's frame.
pub(super) fn masked(kind: Kind, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![FINAL | kind as u8];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ 0..126), _) => frame.push(MASKED + length),
        (_, Ok(length)) => {
            frame.push(MASKED + 126);
            frame.extend(length.to_be_bytes());
        }
        _ => {
            frame.push(MASKED + 127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_off_one_by_one_once_they_are_whole() {
        for length in [0_usize, 1, 125, 126, 200, 65_535, 65_536] {
            let payload = vec![b'x'; length];
            let mut bytes = vec![0x82];
            match length {
                0..126 => bytes.push(u8::try_from(length).unwrap()),
                126..65_536 => {
                    bytes.push(126);
                    bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
                }
                _ => {
                    bytes.push(127);
                    bytes.extend((length as u64).to_be_bytes());
                }
            }
            bytes.extend(&payload);
            for cut in [0, 1, 2, bytes.len() - 1].into_iter().filter(|cut| *cut < bytes.len()) {
                assert_eq!(split(&bytes[..cut]), Ok(None), "{length} bytes cut at {cut}");
            }
            bytes.extend(b"next");
            assert_eq!(split(&bytes), Ok(Some(Split { kind: Kind::Binary, payload: &payload, behind: b"next" })));
        }
    }

    #[test]
    fn what_no_server_sends_is_told_apart() {
        assert_eq!(split(&[0x01, 1, b'a']), Err(BadFrame::Fragment));
        assert_eq!(split(&[0x80, 1, b'a']), Err(BadFrame::Fragment));
        assert_eq!(split(&[0xc1, 1, b'a']), Err(BadFrame::FirstByte(0xc1)));
        assert_eq!(split(&[0x81, 0x81, 0, 0, 0, 0, b'a']), Err(BadFrame::Masked));
    }

    #[test]
    fn a_masked_frame_says_how_long_it_is() {
        assert_eq!(masked(Kind::Text, b"hi"), [0x81, 0x82, 0x5a, 0x17, 0xc3, 0x8e, b'h' ^ 0x5a, b'i' ^ 0x17]);
        assert_eq!(masked(Kind::Binary, &[0; 200])[..4], [0x82, 0xfe, 0, 200]);
        assert_eq!(masked(Kind::Binary, &vec![0; 65_536])[..10], [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0]);
    }
}
