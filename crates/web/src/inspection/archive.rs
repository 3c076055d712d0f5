//! An archive that proves itself: files leave for the reader while they are written, their digests go into a list, the list
//! is signed.

use std::collections::HashSet;
use std::io::{self, Read, Seek, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use seal::SecretKey;
use sha2::{Digest, Sha256};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

/// The purpose of the signing key.
const PURPOSE: &str = "inspection archive";
/// The list of digests.
const LIST: &str = "MANIFEST.sha256";
/// What stands before the 32 bytes of an Ed25519 key in its public form (RFC 8410).
const SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The public half of the key that signs archives, as a PEM file.
///
/// # Errors
/// When no key follows from `key`.
pub fn public_pem(key: &SecretKey) -> io::Result<String> {
    let whole = [SPKI.as_slice(), &key.public(PURPOSE)?].concat();
    let text = STANDARD.encode(whole);
    Ok(format!(
        "-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n"
    ))
}

/// The SHA-256 of that file, by which people tell keys apart.
///
/// # Errors
/// As [`public_pem`].
pub fn fingerprint(key: &SecretKey) -> io::Result<String> {
    Ok(hex(&Sha256::digest(public_pem(key)?.as_bytes())))
}

fn hex(bytes: &[u8]) -> String {
    engine::hex(bytes).to_string()
}

/// An archive on its way. Memory grows with the number of its files alone, by a few hundred bytes each.
pub(super) struct Archive<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    list: String,
    names: HashSet<String>,
    open: Option<(String, Sha256)>,
    /// Files closed so far.
    pub files: u64,
}

impl<W: Write> Archive<W> {
    pub fn new(out: W) -> Archive<W> {
        Archive {
            zip: ZipWriter::new_stream(out),
            list: String::new(),
            names: HashSet::new(),
            open: None,
            files: 0,
        }
    }

    /// Begins a file; what is written goes into it until the next one begins. A name that there is already gets a number.
    pub fn begin(&mut self, name: &str) -> io::Result<String> {
        self.close();
        let mut free = name.to_owned();
        let mut nth = 2;
        while !self.names.insert(free.to_lowercase()) {
            free = match name.rsplit_once('.') {
                Some((stem, end)) => format!("{stem}-{nth}.{end}"),
                None => format!("{name}-{nth}"),
            };
            nth += 1;
        }
        let stored = [".pdf", ".jpg", ".jpeg", ".png", ".zip", ".xlsx"]
            .iter()
            .any(|end| free.to_lowercase().ends_with(end));
        let options = SimpleFileOptions::default()
            .compression_method(match stored {
                true => CompressionMethod::Stored,
                false => CompressionMethod::Deflated,
            })
            .unix_permissions(if free.ends_with(".sh") { 0o755 } else { 0o644 })
            .large_file(true);
        self.zip
            .start_file(free.as_str(), options)
            .map_err(io::Error::from)?;
        self.open = Some((free.clone(), Sha256::new()));
        Ok(free)
    }

    fn close(&mut self) {
        if let Some((name, hash)) = self.open.take() {
            // The form that `sha256sum -c` reads.
            self.list
                .push_str(&format!("{}  {name}\n", hex(&hash.finalize())));
            self.files += 1;
        }
    }

    /// A whole file.
    pub fn file(&mut self, name: &str, bytes: &[u8]) -> io::Result<String> {
        let name = self.begin(name)?;
        self.write_all(bytes)?;
        Ok(name)
    }

    /// A file out of what was gathered on the disk.
    pub fn copy(&mut self, name: &str, mut from: std::fs::File) -> io::Result<()> {
        from.rewind()?;
        self.begin(name)?;
        let mut piece = vec![0; 64 << 10];
        loop {
            match from.read(&mut piece)? {
                0 => return Ok(()),
                read => self.write_all(&piece[..read])?,
            }
        }
    }

    /// The list of digests, its signature and the key; then the end.
    pub fn end(mut self, key: &SecretKey) -> io::Result<u64> {
        self.close();
        let list = std::mem::take(&mut self.list);
        let files = self.files;
        let signature = key.sign(PURPOSE, list.as_bytes())?;
        self.file(LIST, list.as_bytes())?;
        self.file(&format!("{LIST}.sig"), &signature)?;
        self.zip.finish()?.into_inner().flush()?;
        Ok(files)
    }
}

impl<W: Write> Write for Archive<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.zip.write(bytes)?;
        if let Some((_, hash)) = &mut self.open {
            hash.update(&bytes[..written]);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}
