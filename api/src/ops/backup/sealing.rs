//! Encryption of an archive with a passphrase: scrypt (N = 2^17, r = 8, p = 1) makes the key, XChaCha20-Poly1305 in the
//! STREAM construction encrypts pieces of 64 KiB.
//!
//! A changed, missing, repeated or moved piece is found.
//!
//! Layout: the text `zhitong-sealed-backup-1` and a line feed, 16 bytes of salt, 19 bytes of nonce, the pieces, each
//! followed by its tag of 16 bytes. The last piece is marked as such and may be empty.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, Write};

use anyhow::{Context as _, bail};
use chacha20poly1305::aead::stream::{DecryptorBE32, EncryptorBE32};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use scrypt::Params;
use secrecy::{ExposeSecret as _, SecretString};

const MAGIC: &[u8] = b"zhitong-sealed-backup-1\n";
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 19;
const KEY_BYTES: usize = 32;
const PIECE_BYTES: usize = 64 * 1024;
const TAG_BYTES: usize = 16;
const LOG_N: u8 = 17;

fn cipher(passphrase: &SecretString, salt: &[u8]) -> anyhow::Result<XChaCha20Poly1305> {
    let params = Params::new(LOG_N, 8, 1, KEY_BYTES).map_err(anyhow::Error::msg)?;
    let mut key = [0; KEY_BYTES];
    scrypt::scrypt(passphrase.expose_secret().as_bytes(), salt, &params, &mut key)
        .map_err(anyhow::Error::msg)?;
    Ok(XChaCha20Poly1305::new(&key.into()))
}

/// Where an archive is written.
pub(super) enum Sink {
    Plain(File),
    Sealed(Box<SealedWriter>),
}

impl Sink {
    pub fn new(file: File, passphrase: Option<&SecretString>) -> anyhow::Result<Self> {
        match passphrase {
            None => Ok(Self::Plain(file)),
            Some(passphrase) => Ok(Self::Sealed(Box::new(SealedWriter::new(file, passphrase)?))),
        }
    }

    /// Writes what is left and returns the file.
    pub fn finish(self) -> io::Result<File> {
        match self {
            Self::Plain(file) => Ok(file),
            Self::Sealed(writer) => writer.finish(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Sealed(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            // A piece is written when it is full.
            Self::Sealed(writer) => writer.file.flush(),
        }
    }
}

pub(super) struct SealedWriter {
    file: File,
    encryptor: EncryptorBE32<XChaCha20Poly1305>,
    piece: Vec<u8>,
}

impl SealedWriter {
    fn new(mut file: File, passphrase: &SecretString) -> anyhow::Result<Self> {
        let (salt, nonce): ([u8; SALT_BYTES], [u8; NONCE_BYTES]) = (rand::random(), rand::random());
        let encryptor = EncryptorBE32::from_aead(cipher(passphrase, &salt)?, &nonce.into());
        file.write_all(MAGIC)?;
        file.write_all(&salt)?;
        file.write_all(&nonce)?;
        Ok(Self {
            file,
            encryptor,
            piece: Vec::with_capacity(PIECE_BYTES),
        })
    }

    fn finish(mut self) -> io::Result<File> {
        let sealed = self
            .encryptor
            .encrypt_last(self.piece.as_slice())
            .map_err(failed)?;
        self.file.write_all(&sealed)?;
        Ok(self.file)
    }
}

impl Write for SealedWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() == PIECE_BYTES {
            let sealed = self
                .encryptor
                .encrypt_next(self.piece.as_slice())
                .map_err(failed)?;
            self.file.write_all(&sealed)?;
            self.piece.clear();
        }
        let taken = bytes.len().min(PIECE_BYTES - self.piece.len());
        self.piece.extend(bytes.iter().take(taken));
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Reads an archive, decrypting it if it is encrypted.
pub(super) fn open(mut file: File, passphrase: Option<&SecretString>) -> anyhow::Result<Box<dyn Read>> {
    let mut magic = Vec::new();
    let length = MAGIC.len().try_into().unwrap_or(u64::MAX);
    (&file).take(length).read_to_end(&mut magic)?;
    if magic != MAGIC {
        file.rewind()?;
        return Ok(Box::new(BufReader::new(file)));
    }
    let Some(passphrase) = passphrase else {
        bail!("the backup is encrypted; set ZHITONG_BACKUP_PASSPHRASE");
    };
    let mut file = BufReader::new(file);
    let (mut salt, mut nonce) = ([0; SALT_BYTES], [0; NONCE_BYTES]);
    file.read_exact(&mut salt).context("the backup is damaged")?;
    file.read_exact(&mut nonce).context("the backup is damaged")?;
    let decryptor = DecryptorBE32::from_aead(cipher(passphrase, &salt)?, &nonce.into());
    let mut reader = SealedReader {
        file,
        decryptor: Some(decryptor),
        piece: io::Cursor::default(),
    };
    reader.next_piece().context(
        "the backup cannot be decrypted: ZHITONG_BACKUP_PASSPHRASE is not its passphrase, or it is damaged",
    )?;
    Ok(Box::new(reader))
}

struct SealedReader {
    file: BufReader<File>,
    /// `None` after the last piece.
    decryptor: Option<DecryptorBE32<XChaCha20Poly1305>>,
    piece: io::Cursor<Vec<u8>>,
}

impl SealedReader {
    fn next_piece(&mut self) -> io::Result<()> {
        let Some(mut decryptor) = self.decryptor.take() else {
            return Ok(());
        };
        let whole = PIECE_BYTES + TAG_BYTES;
        let mut sealed = Vec::with_capacity(whole);
        let limit = whole.try_into().unwrap_or(u64::MAX);
        self.file.by_ref().take(limit).read_to_end(&mut sealed)?;
        let is_last = sealed.len() < whole || io::BufRead::fill_buf(&mut self.file)?.is_empty();
        let piece = if is_last {
            decryptor.decrypt_last(sealed.as_slice()).map_err(failed)?
        } else {
            let piece = decryptor.decrypt_next(sealed.as_slice()).map_err(failed)?;
            self.decryptor = Some(decryptor);
            piece
        };
        self.piece = io::Cursor::new(piece);
        Ok(())
    }
}

impl Read for SealedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.piece.read(buffer)?;
        if read > 0 || buffer.is_empty() || self.decryptor.is_none() {
            return Ok(read);
        }
        self.next_piece()?;
        self.piece.read(buffer)
    }
}

fn failed(_: chacha20poly1305::Error) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "a piece of the backup is not authentic",
    )
}
