//! A second implementation of the checksums of a record.

/// CRC-32 as the guide defines it, one bit at a time.
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// Corrects the checksums of a modified record, as far as it is long enough.
pub fn seal(record: &mut [u8]) -> &[u8] {
    if let Some((header, rest)) = record.split_first_chunk_mut::<16>()
        && let Some(checksum) = rest.first_chunk_mut::<4>()
    {
        *checksum = crc32(header).to_le_bytes();
    }
    if let Some((bytes, checksum)) = record.split_last_chunk_mut::<4>() {
        *checksum = crc32(bytes).to_le_bytes();
    }
    record
}
