//! Compression for a client that has none: frames are compressed on their way out and decompressed on their way in, so
//! that tungstenite stays the reference for everything else.

use std::io::{self, Read, Write};

use crate::{
    compression::{deflate_frames, inflate_frames},
    wire::Stream,
};

pub(crate) struct Deflating {
    stream: Stream,
    is_on: bool,
    /// What came in and is no whole frame yet; what is ready to be read.
    arrived: Vec<u8>,
    ready: Vec<u8>,
    /// What is to go out and is no whole frame yet.
    leaving: Vec<u8>,
}

impl Deflating {
    pub(crate) fn new(stream: Stream, is_on: bool) -> Self {
        Self { stream, is_on, arrived: Vec::new(), ready: Vec::new(), leaving: Vec::new() }
    }

    pub(crate) fn stream(&mut self) -> &mut Stream {
        &mut self.stream
    }

    pub(crate) fn socket(&self) -> &std::net::TcpStream {
        self.stream.socket()
    }
}

impl Read for Deflating {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.is_on {
            return self.stream.read(buffer);
        }
        while self.ready.is_empty() {
            let mut piece = [0; 16_384];
            let read = self.stream.read(&mut piece)?;
            if read == 0 {
                return Ok(0);
            }
            self.arrived.extend_from_slice(&piece[..read]);
            inflate_frames(&mut self.arrived, &mut self.ready);
        }
        let taken = buffer.len().min(self.ready.len());
        buffer[..taken].copy_from_slice(&self.ready[..taken]);
        self.ready.drain(..taken);
        Ok(taken)
    }
}

impl Write for Deflating {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_on {
            return self.stream.write(bytes);
        }
        self.leaving.extend_from_slice(bytes);
        let mut compressed = Vec::new();
        deflate_frames(&mut self.leaving, &mut compressed);
        self.stream.write_all(&compressed)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
