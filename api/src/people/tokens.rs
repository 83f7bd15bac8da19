//! Access tokens (JWT, HS256). A token identifies person and session and contains no rights; these are read from the
//! database at every request.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{PersonId, SessionId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rand::RngCore as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// How long an access token lives.
pub const ACCESS_TTL: TimeDelta = TimeDelta::minutes(30);
const RANDOM_BYTES: usize = 32;

#[derive(Debug, Serialize, Deserialize)]
pub struct TokenClaims {
    pub sub: PersonId,
    pub sid: SessionId,
    pub iat: i64,
    pub exp: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    Expired,
    Invalid,
}

pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl Tokens {
    #[must_use]
    pub fn new(secret: &SecretString) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // Expiry is judged by the product's clock, not by the library's.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        Self {
            encoding: EncodingKey::from_secret(secret.expose_secret().as_bytes()),
            decoding: DecodingKey::from_secret(secret.expose_secret().as_bytes()),
            validation,
        }
    }

    pub fn issue(&self, person: PersonId, session: SessionId, now: DateTime<Utc>) -> anyhow::Result<String> {
        let claims = TokenClaims {
            sub: person,
            sid: session,
            iat: now.timestamp(),
            exp: (now + ACCESS_TTL).timestamp(),
        };
        Ok(jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &claims,
            &self.encoding,
        )?)
    }

    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<TokenClaims, TokenError> {
        let data = jsonwebtoken::decode::<TokenClaims>(token, &self.decoding, &self.validation);
        let claims = data.map_err(|_| TokenError::Invalid)?.claims;
        if now.timestamp() >= claims.exp {
            Err(TokenError::Expired)
        } else {
            Ok(claims)
        }
    }
}

/// Returns a secret that is issued once and stored only as a hash: 256 random bits, as hex.
#[must_use]
pub fn random_secret() -> String {
    let mut bytes = [0_u8; RANDOM_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}

/// Returns the stored hash of a secret. The secret has 256 random bits, so a plain hash is enough.
#[must_use]
pub fn hash_secret(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_runs_out_by_our_clock_and_cannot_be_forged() {
        let tokens = Tokens::new(&"0123456789abcdef0123456789abcdef".to_owned().into());
        let other = Tokens::new(&"another-secret-another-secret-32".to_owned().into());
        let now: DateTime<Utc> = "2025-01-17T00:00:00Z".parse().unwrap();
        let token = tokens
            .issue(PersonId::generate(), SessionId::generate(), now)
            .unwrap();
        assert!(tokens.verify(&token, now + TimeDelta::minutes(29)).is_ok());
        assert_eq!(
            tokens.verify(&token, now + ACCESS_TTL).unwrap_err(),
            TokenError::Expired
        );
        assert_eq!(other.verify(&token, now).unwrap_err(), TokenError::Invalid);
        assert_eq!(tokens.verify("nonsense", now).unwrap_err(), TokenError::Invalid);
    }
}
