//! Taking a client's mask off.

/// A frame's masking key (RFC 6455, section 5.3).
pub(super) type Mask = [u8; 4];

/// Takes the mask off `payload` in place, where `offset` bytes of the frame's payload came before it.
pub(super) fn unmask(payload: &mut [u8], mask: Mask, offset: usize) {
    let mut mask = mask;
    mask.rotate_left(offset % 4);
    let wide = u64::from_ne_bytes([mask[0], mask[1], mask[2], mask[3], mask[0], mask[1], mask[2], mask[3]]);
    let (words, rest) = payload.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(mask.into_iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_unmask_as_the_whole_does() {
        let mask = [0x12, 0x34, 0x56, 0x78];
        let masked: Vec<u8> = (0..=255).cycle().take(67).collect();
        let expected: Vec<u8> = masked.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
        for cut in 0..=masked.len() {
            let mut payload = masked.clone();
            let (head, tail) = payload.split_at_mut(cut);
            unmask(head, mask, 0);
            unmask(tail, mask, cut);
            assert_eq!(payload, expected, "cut at {cut}");
        }
    }
}
