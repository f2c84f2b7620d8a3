//! The cipher object that an encrypted `.nnbackup` has as its data, opened as a stream: it is as
//! long as the whole backup. It is walked through once to prove the key and once to read it.

use std::io::{self, Read, SeekFrom};
use std::ops::Range;

use backstop_crypto::Key;
use backstop_crypto::xchacha::{DoesNotOpen, LongMessage, NONCE_BYTES, TAG_BYTES};
use backstop_model::{FaultCode, FlowError, Job};
use base64::alphabet::STANDARD as STANDARD_ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, PAD_INDIFFERENT};
use base64::read::DecoderReader;

use super::super::cipher::Salt;
use super::text::StringBytes;
use crate::ReadSeek;

const BUFFER_BYTES: usize = 64 * 1024;

static STANDARD_ANY: GeneralPurpose = GeneralPurpose::new(&STANDARD_ALPHABET, PAD_INDIFFERENT);

/// A cipher object, its message still in the file.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    /// Where the base64 of the message stands, quotes included.
    pub(super) message: Range<u64>,
    pub(super) iv: [u8; NONCE_BYTES],
    pub(super) salt: Salt,
}

impl Sealed {
    /// Whether the key opens the whole message. Reads all of it, uncounted.
    ///
    /// # Errors
    /// `invalid_content` if the message is no base64, a cancel, and read errors.
    pub(super) fn opens(&self, key: &Key, input: &mut dyn ReadSeek, job: &Job) -> Result<bool, FlowError> {
        let mut plain = self.plain(key, input).map_err(FlowError::from_read)?;
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            job.check()?;
            match plain.read(&mut buffer) {
                Ok(0) => return Ok(true),
                Ok(_) => {}
                Err(error) if is_shut(&error) => return Ok(false),
                Err(error) => return Err(unsealing_failed(error)),
            }
        }
    }

    /// The plain text. It ends in an error if the message does not prove genuine.
    pub(super) fn plain<'a>(&self, key: &Key, input: &'a mut dyn ReadSeek) -> io::Result<impl Read + 'a> {
        let stretch = stretch(input, &self.message)?;
        let base64 = Standard(StringBytes::new(stretch));
        Ok(Opened {
            bytes: DecoderReader::new(base64, &STANDARD_ANY),
            message: Some(LongMessage::new(key, &self.iv)),
            held: Vec::new(),
            opened: 0,
            given: 0,
        })
    }
}

/// So many bytes of a file.
pub(super) fn stretch<'a>(
    input: &'a mut dyn ReadSeek,
    at: &Range<u64>,
) -> io::Result<io::Take<&'a mut dyn ReadSeek>> {
    input.seek(SeekFrom::Start(at.start))?;
    Ok(input.take(at.end.saturating_sub(at.start)))
}

/// Whether a stream ended because its key is wrong or it was changed.
fn is_shut(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<DoesNotOpen>()).is_some()
}

/// What a failing stream means to whoever has the right key.
pub(super) fn unsealing_failed(error: io::Error) -> FlowError {
    if is_shut(&error) {
        return FlowError::archive(FaultCode::DecryptionFailed, "The file was changed while it was read.");
    }
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            FlowError::archive(FaultCode::InvalidContent, "Its encrypted part is not whole.")
        }
        _ => FlowError::from_read(error),
    }
}

/// Base64 of either alphabet as the standard one.
struct Standard<R>(R);

impl<R: Read> Read for Standard<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buf)?;
        for byte in buf.iter_mut().take(read) {
            match *byte {
                b'-' => *byte = b'+',
                b'_' => *byte = b'/',
                _ => {}
            }
        }
        Ok(read)
    }
}

/// Decrypts; the last bytes, which may be the tag, are held back.
struct Opened<R> {
    bytes: R,
    /// Nothing once the end was proven.
    message: Option<LongMessage>,
    held: Vec<u8>,
    /// How many of those held are plain text.
    opened: usize,
    given: usize,
}

impl<R: Read> Opened<R> {
    fn fill(&mut self) -> io::Result<()> {
        self.held.drain(..self.given);
        (self.opened, self.given) = (0, 0);
        let Some(mut message) = self.message.take() else { return Ok(()) };
        let wanted = (BUFFER_BYTES + TAG_BYTES - self.held.len()) as u64;
        let read = self.bytes.by_ref().take(wanted).read_to_end(&mut self.held)? as u64;
        let shut = |_| io::Error::new(io::ErrorKind::InvalidData, DoesNotOpen);
        let length = self.held.len().checked_sub(TAG_BYTES).ok_or_else(|| shut(DoesNotOpen))?;
        let (body, tag) = self.held.split_at_mut_checked(length).ok_or_else(|| shut(DoesNotOpen))?;
        message.open(body).map_err(shut)?;
        self.opened = length;
        if read < wanted {
            let tag: &[u8; TAG_BYTES] = (&*tag).try_into().map_err(|_| shut(DoesNotOpen))?;
            message.finish(tag).map_err(shut)?;
        } else {
            self.message = Some(message);
        }
        Ok(())
    }
}

impl<R: Read> Read for Opened<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.given == self.opened {
            self.fill()?;
        }
        let left = self.held.get(self.given..self.opened).unwrap_or_default();
        let count = left.len().min(buf.len());
        buf.iter_mut().zip(left).for_each(|(to, from)| *to = *from);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::super::super::cipher::{Cipher, seal};
    use super::super::super::wire::Row;
    use super::*;

    fn sealed(plain: &[u8], key: &Key) -> (String, Sealed) {
        let mut json = Vec::new();
        seal(plain.to_vec(), key, &[7; 16], &mut json).unwrap();
        let json = String::from_utf8(json).unwrap();
        let row = Row::parse(&json).unwrap();
        let raw = row.raw("cipher").unwrap();
        let start = (raw.as_ptr() as usize - json.as_ptr() as usize) as u64;
        let iv = super::super::super::cipher::decode_array(&row.text("iv").unwrap()).unwrap();
        let sealed = Sealed { message: start..start + raw.len() as u64, iv, salt: [7; 16] };
        (json, sealed)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_stream_opens_as_the_whole_does(
            length in prop_oneof![0_usize..100, 65_500_usize..65_600, 131_000_usize..131_100],
            flip in any::<prop::sample::Index>(),
        ) {
            let key = Key::from_bytes([3; 32]);
            let plain: Vec<u8> = (0..length).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
            let (json, sealed) = sealed(&plain, &key);
            let mut input = Cursor::new(json.clone().into_bytes());
            prop_assert!(sealed.opens(&key, &mut input, &Job::new()).unwrap());
            let mut read = Vec::new();
            sealed.plain(&key, &mut input).unwrap().read_to_end(&mut read).unwrap();
            prop_assert_eq!(read, plain);
            prop_assert!(!sealed.opens(&Key::from_bytes([4; 32]), &mut input, &Job::new()).unwrap());
            let place = |at: u64| usize::try_from(at).unwrap();
            let (start, end) = (place(sealed.message.start) + 1, place(sealed.message.end) - 2);
            let at = start + flip.index(end - start);
            let mut changed = json.into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            prop_assert!(!sealed.opens(&key, &mut Cursor::new(changed), &Job::new()).unwrap());
        }
    }

    #[test]
    fn what_is_no_message_is_told() {
        let (key, job) = (Key::from_bytes([3; 32]), Job::new());
        for (text, shut) in [("\"AAAA\"", true), ("\"\"", true), ("\"A!AA\"", false), ("\"AAAA", false)] {
            let sealed = Sealed { message: 0..text.len() as u64, iv: [0; 24], salt: [0; 16] };
            let opens = sealed.opens(&key, &mut Cursor::new(text.as_bytes().to_vec()), &job);
            match opens {
                Ok(opens) => assert!(shut && !opens, "{text}"),
                Err(error) => {
                    assert_eq!(error.fault().map(|fault| fault.code), Some(FaultCode::InvalidContent));
                    assert!(!shut, "{text}");
                }
            }
        }
        assert!(Cipher::parse("{}").is_none());
    }
}
