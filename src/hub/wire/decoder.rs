//! From the bytes that arrive to messages, without keeping bytes longer than it must.

use super::{
    Inflater, Opcode, Violation,
    header::{self, CONTROL_BYTES_MAX, HEADER_BYTES_MAX, Header},
    inflate::deflated_bytes_max,
    mask::unmask,
};

/// What a peer sent, whole.
#[derive(PartialEq, Eq, Debug)]
pub(in crate::hub) enum Event<'a> {
    Text(&'a str),
    Binary(&'a [u8]),
    Ping(&'a [u8]),
    Pong,
    /// The peer closes, with a code if it gave one.
    Close(Option<u16>),
}

/// Whether the receiver of events wants more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::hub) enum Flow {
    Continue,
    Stop,
}

/// How a peer's bytes are to be read.
pub(in crate::hub) struct Reading<'a> {
    /// The most payload of a message, also when it is decompressed.
    pub(in crate::hub) message_bytes_max: usize,
    /// Where compression was agreed on.
    pub(in crate::hub) inflater: Option<&'a mut Inflater>,
}

impl Reading<'_> {
    fn parse(&self, bytes: &[u8]) -> Result<Option<(Header, usize)>, Violation> {
        header::parse(bytes, self.inflater.is_some())
    }

    /// The frame's length, when the message of which `message_bytes` arrived stays within its bound with it.
    fn check_length(&self, header: &Header, message_bytes: usize, is_compressed: bool) -> Result<usize, Violation> {
        let length = usize::try_from(header.length).map_err(|_| Violation::TooBig)?;
        let room = match (header.opcode.is_control(), is_compressed) {
            (true, _) => CONTROL_BYTES_MAX,
            (false, true) => deflated_bytes_max(self.message_bytes_max) - message_bytes,
            (false, false) => self.message_bytes_max - message_bytes,
        };
        if length > room { Err(Violation::TooBig) } else { Ok(length) }
    }

    /// Hands a whole message or control frame over.
    fn deliver(
        &mut self,
        opcode: Opcode,
        payload: &[u8],
        is_compressed: bool,
        receive: &mut impl FnMut(Event<'_>) -> Flow,
    ) -> Result<Flow, Violation> {
        let event = match &mut self.inflater {
            Some(inflater) if is_compressed => event(opcode, inflater.inflate(payload, self.message_bytes_max)?)?,
            _ => event(opcode, payload)?,
        };
        let is_close = matches!(event, Event::Close(_));
        let flow = receive(event);
        Ok(if is_close { Flow::Stop } else { flow })
    }
}

/// Reads a peer's byte stream, cut anywhere. Between whole messages it holds nothing but a null pointer; otherwise at
/// most what arrived of one message, and never more than the bound it is given.
#[derive(Default)]
pub(in crate::hub) struct Decoder {
    unfinished: Option<Box<Unfinished>>,
}

impl Decoder {
    /// Reads `input`, taking masks off in place, and hands each event to `receive`, in order. Stops early, forgetting
    /// the rest of the input, after a close or when `receive` says so.
    pub(in crate::hub) fn decode(
        &mut self,
        input: &mut [u8],
        reading: &mut Reading<'_>,
        receive: &mut impl FnMut(Event<'_>) -> Flow,
    ) -> Result<Flow, Violation> {
        let mut input = Input(input);
        while !input.0.is_empty() {
            let whole = match &self.unfinished {
                None => decode_whole(&mut input, reading, receive)?,
                Some(_) => None,
            };
            let flow = match whole {
                Some(flow) => flow,
                None => self.decode_piece(&mut input, reading, receive)?,
            };
            if flow == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Continue)
    }

    fn decode_piece(
        &mut self,
        input: &mut Input<'_>,
        reading: &mut Reading<'_>,
        receive: &mut impl FnMut(Event<'_>) -> Flow,
    ) -> Result<Flow, Violation> {
        let unfinished = self.unfinished.get_or_insert_default();
        let flow = unfinished.advance(input, reading, receive)?;
        if unfinished.is_idle() {
            self.unfinished = None;
        }
        Ok(flow)
    }
}

/// The bytes that are left.
struct Input<'a>(&'a mut [u8]);

impl<'a> Input<'a> {
    /// The first `bytes`, of which there must be so many.
    fn take(&mut self, bytes: usize) -> &'a mut [u8] {
        let (taken, rest) = std::mem::take(&mut self.0).split_at_mut(bytes);
        self.0 = rest;
        taken
    }
}

/// The ordinary case: a message in one frame that lies in the input whole. `None` when it is anything else; then the
/// input is untouched.
fn decode_whole(
    input: &mut Input<'_>,
    reading: &mut Reading<'_>,
    receive: &mut impl FnMut(Event<'_>) -> Flow,
) -> Result<Option<Flow>, Violation> {
    let Some((header, header_bytes)) = reading.parse(input.0)? else { return Ok(None) };
    check_order(&header, false)?;
    let length = reading.check_length(&header, 0, header.is_compressed)?;
    if !header.is_final || input.0.len() - header_bytes < length {
        return Ok(None);
    }
    let payload = &mut input.take(header_bytes + length)[header_bytes..];
    unmask(payload, header.mask, 0);
    reading.deliver(header.opcode, payload, header.is_compressed, receive).map(Some)
}

/// What arrived of a message that is not whole yet, and of the frame within it.
#[derive(Default)]
struct Unfinished {
    /// The first bytes of a header.
    header: [u8; HEADER_BYTES_MAX],
    header_bytes: usize,
    /// The frame whose payload is arriving, and how much of it has.
    frame: Option<(Header, usize)>,
    /// That frame's payload, when it is a control frame: those may arrive between the fragments of a message.
    control: Vec<u8>,
    /// What the message is, from its first fragment on.
    opcode: Option<Opcode>,
    is_compressed: bool,
    /// Its payload so far. Grows with what arrives, not with what a header promises.
    message: Vec<u8>,
}

impl Unfinished {
    fn is_idle(&self) -> bool {
        self.header_bytes == 0 && self.frame.is_none() && self.opcode.is_none()
    }

    /// Takes one step: a header, or what there is of a payload.
    fn advance(
        &mut self,
        input: &mut Input<'_>,
        reading: &mut Reading<'_>,
        receive: &mut impl FnMut(Event<'_>) -> Flow,
    ) -> Result<Flow, Violation> {
        if self.frame.is_none() && !self.take_header(input, reading)? {
            return Ok(Flow::Continue);
        }
        self.take_payload(input, reading, receive)
    }

    /// Whether the header is whole now.
    fn take_header(&mut self, input: &mut Input<'_>, reading: &Reading<'_>) -> Result<bool, Violation> {
        let had = self.header_bytes;
        let taken = input.0.len().min(HEADER_BYTES_MAX - had);
        self.header[had..had + taken].copy_from_slice(&input.0[..taken]);
        let Some((header, header_bytes)) = reading.parse(&self.header[..had + taken])? else {
            self.header_bytes += taken;
            input.take(taken);
            return Ok(false);
        };
        check_order(&header, self.opcode.is_some())?;
        if !header.opcode.is_control() && self.opcode.is_none() {
            self.opcode = Some(header.opcode);
            self.is_compressed = header.is_compressed;
        }
        reading.check_length(&header, self.message.len(), self.is_compressed)?;
        self.header_bytes = 0;
        self.frame = Some((header, 0));
        input.take(header_bytes - had);
        Ok(true)
    }

    fn take_payload(
        &mut self,
        input: &mut Input<'_>,
        reading: &mut Reading<'_>,
        receive: &mut impl FnMut(Event<'_>) -> Flow,
    ) -> Result<Flow, Violation> {
        let Some((header, received)) = &mut self.frame else { return Ok(Flow::Continue) };
        let missing = usize::try_from(header.length).unwrap_or(usize::MAX) - *received;
        let taken = input.0.len().min(missing);
        let payload = input.take(taken);
        unmask(payload, header.mask, *received);
        let buffer = if header.opcode.is_control() { &mut self.control } else { &mut self.message };
        buffer.extend_from_slice(payload);
        *received += taken;
        if taken < missing {
            return Ok(Flow::Continue);
        }
        let header = *header;
        self.frame = None;
        self.finish_frame(&header, reading, receive)
    }

    fn finish_frame(
        &mut self,
        header: &Header,
        reading: &mut Reading<'_>,
        receive: &mut impl FnMut(Event<'_>) -> Flow,
    ) -> Result<Flow, Violation> {
        if header.opcode.is_control() {
            let payload = std::mem::take(&mut self.control);
            return reading.deliver(header.opcode, &payload, false, receive);
        }
        if !header.is_final {
            return Ok(Flow::Continue);
        }
        let payload = std::mem::take(&mut self.message);
        let opcode = self.opcode.take().unwrap_or(header.opcode);
        reading.deliver(opcode, &payload, std::mem::take(&mut self.is_compressed), receive)
    }
}

/// Continuations must continue something, and nothing else may come in between but control frames.
fn check_order(header: &Header, in_message: bool) -> Result<(), Violation> {
    match (header.opcode, in_message) {
        (Opcode::Continuation, false) => Err(Violation::UnexpectedContinuation),
        (Opcode::Text | Opcode::Binary, true) => Err(Violation::ContinuationExpected),
        _ => Ok(()),
    }
}

fn event(opcode: Opcode, payload: &[u8]) -> Result<Event<'_>, Violation> {
    Ok(match opcode {
        Opcode::Text => Event::Text(std::str::from_utf8(payload).map_err(|_| Violation::InvalidUtf8)?),
        Opcode::Continuation | Opcode::Binary => Event::Binary(payload),
        Opcode::Ping => Event::Ping(payload),
        Opcode::Pong => Event::Pong,
        Opcode::Close => Event::Close(close_code(payload)?),
    })
}

/// A close frame is empty, or a code that may be sent followed by UTF-8.
fn close_code(payload: &[u8]) -> Result<Option<u16>, Violation> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() { Ok(None) } else { Err(Violation::BadClose) };
    };
    let code = u16::from_be_bytes(*code);
    // 1004 to 1006 and 1015 must never be sent; 1016 to 2999 are nobody's yet (section 7.4, and the IANA registry).
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Violation::BadClose);
    }
    match std::str::from_utf8(reason) {
        Ok(_) => Ok(Some(code)),
        Err(_) => Err(Violation::InvalidUtf8),
    }
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
