//! The single requests of a stream to Redis.

/// Cuts a stream of requests, each an array of bulk strings, where one ends and the next begins.
#[derive(Default)]
pub(crate) struct Requests {
    waiting: Vec<u8>,
}

/// A whole request.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    /// Whether it runs a script.
    pub(crate) is_script: bool,
}

impl Requests {
    /// Takes in what came; the requests that are whole now.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Vec<Request> {
        self.waiting.extend_from_slice(bytes);
        let (mut requests, mut from) = (Vec::new(), 0);
        while let Some((length, is_script)) = first(&self.waiting[from..]) {
            requests.push(Request { bytes: self.waiting[from..from + length].to_vec(), is_script });
            from += length;
        }
        self.waiting.drain(..from);
        requests
    }
}

/// The length of the first request, and whether it runs a script, once it is whole.
fn first(bytes: &[u8]) -> Option<(usize, bool)> {
    let (parts, mut at) = number(bytes, 0, b'*')?;
    let mut is_script = false;
    for part in 0..parts {
        let (length, begins) = number(bytes, at, b'$')?;
        let text = bytes.get(begins..begins + length)?;
        is_script |= part == 0 && text.eq_ignore_ascii_case(b"EVALSHA");
        at = begins + length + 2;
    }
    (at <= bytes.len()).then_some((at, is_script))
}

/// The number that stands behind `kind` at this place, and where its line ends.
fn number(bytes: &[u8], at: usize, kind: u8) -> Option<(usize, usize)> {
    let line = bytes.get(at..)?;
    let end = line.iter().position(|byte| *byte == b'\n')?;
    assert_eq!(line[0], kind, "not a request: {:?}", String::from_utf8_lossy(&line[..end.min(80)]));
    let digits = std::str::from_utf8(&line[1..end]).expect("digits").trim_end();
    Some((digits.parse().expect("a number"), at + end + 1))
}

#[test]
fn requests_are_found_wherever_the_stream_is_cut() {
    let one = b"*2\r\n$4\r\nPING\r\n$3\r\na\nb\r\n".to_vec();
    let two = b"*2\r\n$7\r\nevalsha\r\n$0\r\n\r\n".to_vec();
    let stream = [one.clone(), two.clone()].concat();
    for cut in 0..=stream.len() {
        let mut requests = Requests::default();
        let mut found = requests.take(&stream[..cut]);
        found.extend(requests.take(&stream[cut..]));
        let expected =
            [Request { bytes: one.clone(), is_script: false }, Request { bytes: two.clone(), is_script: true }];
        assert_eq!(found, expected);
    }
}
