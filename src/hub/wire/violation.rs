//! What a peer can do wrong.

use std::fmt;

/// How a peer broke the protocol; the connection is closed with [`Violation::close_code`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Violation {
    /// A frame without a mask (RFC 6455, section 5.1).
    Unmasked,
    /// A reserved bit without an extension that gives it a meaning (section 5.2), or the one that says *compressed* where
    /// it must not be: on a control frame, or past the first of a message (RFC 7692, section 6).
    ReservedBits,
    /// An opcode that nobody has defined (section 5.2).
    ReservedOpcode,
    /// A length that is not in its shortest form, or above 2^63 (section 5.2).
    BadLength,
    /// A control frame with more than 125 bytes of payload (section 5.5).
    ControlTooLong,
    /// A control frame in fragments (section 5.5).
    ControlFragmented,
    /// A continuation of nothing (section 5.4).
    UnexpectedContinuation,
    /// A new message before the last fragment of another (section 5.4).
    ContinuationExpected,
    /// A close frame with half a code, or a code that must not be sent (section 7.4).
    BadClose,
    /// Text or a close reason that is not UTF-8 (section 8.1).
    InvalidUtf8,
    /// A message above [`message_bytes_max`](crate::hub::HubConfig::message_bytes_max), when it is decompressed if not
    /// before.
    TooBig,
    /// A message that can't be decompressed (RFC 7692, section 7.2.2).
    BadCompression,
}

impl Violation {
    /// The code that the connection is closed with: 1007 for text that is not UTF-8 and for what can't be
    /// decompressed, 1009 for too much, 1002 for the
    /// rest.
    #[must_use]
    pub fn close_code(self) -> u16 {
        match self {
            Self::InvalidUtf8 | Self::BadCompression => 1007,
            Self::TooBig => 1009,
            _ => 1002,
        }
    }

    /// The reason that the connection is closed with.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Unmasked => "a client's frame must be masked",
            Self::ReservedBits => "a reserved bit is set",
            Self::ReservedOpcode => "reserved opcode",
            Self::BadLength => "length not in its shortest form",
            Self::ControlTooLong => "control frame above 125 bytes",
            Self::ControlFragmented => "control frame in fragments",
            Self::UnexpectedContinuation => "continuation of nothing",
            Self::ContinuationExpected => "a fragmented message was not finished",
            Self::BadClose => "close code not allowed",
            Self::InvalidUtf8 => "text is not UTF-8",
            Self::TooBig => "message too big",
            Self::BadCompression => "message can't be decompressed",
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}
