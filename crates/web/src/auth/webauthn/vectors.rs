//! The specification's own examples, and what is not believed.

use super::*;
use crate::text::unhex;

struct Vector {
    id: Vec<u8>,
    create: [Vec<u8>; 3],
    get: [Vec<u8>; 4],
}

fn vector(name: &str) -> Vector {
    let text = include_str!("vectors.txt");
    let lines = text.lines().skip_while(|line| *line != format!("# {name}"));
    let mut parts = lines.skip(1).map(|line| unhex(line).expect("hexadecimal"));
    let mut next = || parts.next().expect("a line");
    Vector {
        id: next(),
        create: [next(), next(), next()],
        get: [next(), next(), next(), next()],
    }
}

fn expected(challenge: &[u8]) -> Expected<'_> {
    Expected {
        challenge,
        origin: "https://example.org",
        rp_id: "example.org",
        // Most of the examples have no verified user.
        user_verification: false,
    }
}

impl Vector {
    fn registered(&self) -> Result<Credential, Wrong> {
        self.registered_for(&expected(&self.create[0]))
    }

    fn registered_for(&self, expected: &Expected<'_>) -> Result<Credential, Wrong> {
        let answer = Registration {
            client_data: &self.create[1],
            attestation: &self.create[2],
        };
        register(&answer, expected)
    }

    fn authenticated(&self, known: &Credential) -> Result<u32, Wrong> {
        self.authenticated_for(known, &expected(&self.get[0]))
    }

    fn authenticated_for(&self, known: &Credential, expected: &Expected<'_>) -> Result<u32, Wrong> {
        let answer = Assertion {
            client_data: &self.get[1],
            authenticator_data: &self.get[2],
            signature: &self.get[3],
        };
        authenticate(&answer, known, expected)
    }
}

#[test]
fn the_specifications_examples_are_believed() {
    for name in [
        "none_es256",
        "packed_self_es256",
        "long_id",
        "packed_rs256",
        "packed_eddsa",
        "tpm_es256",
        "android_es256",
        "apple_es256",
        "u2f_es256",
    ] {
        let vector = vector(name);
        let credential = vector
            .registered()
            .unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"));
        assert_eq!(credential.id, vector.id, "{name}");
        assert_eq!(
            PublicKey::restored(&credential.key.stored()),
            Some(credential.key.clone())
        );
        vector
            .authenticated(&credential)
            .unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"));
    }
}

#[test]
fn frames_and_keys_that_were_not_asked_for_are_refused() {
    assert_eq!(
        vector("in_a_frame").registered(),
        Err(Wrong("the answer was given in a frame"))
    );
    assert_eq!(
        vector("under_another_top").registered(),
        Err(Wrong("the answer was given in a frame"))
    );
    assert_eq!(
        vector("packed_es384").registered(),
        Err(Wrong("the key is of no kind that was asked for"))
    );
}

#[test]
fn an_answer_is_for_its_challenge_origin_and_host() {
    let vector = vector("none_es256");
    let right = expected(&vector.create[0]);
    for (wrong, why) in [
        (
            Expected {
                challenge: b"another",
                ..right
            },
            "another challenge was answered",
        ),
        (
            Expected {
                origin: "https://evil.example",
                ..right
            },
            "the answer was given to another origin",
        ),
        (
            Expected {
                rp_id: "evil.example",
                ..right
            },
            "the credential is for another host",
        ),
    ] {
        assert_eq!(vector.registered_for(&wrong), Err(Wrong(why)));
    }
    // The answer to one ceremony is none to the other.
    let answer = Registration {
        client_data: &vector.get[1],
        attestation: &vector.create[2],
    };
    assert_eq!(
        register(&answer, &expected(&vector.get[0])),
        Err(Wrong("client data is for another ceremony"))
    );
}

#[test]
fn a_user_who_was_not_verified_is_refused() {
    let vector = vector("none_es256");
    let credential = vector.registered().unwrap();
    let strict = Expected {
        user_verification: true,
        ..expected(&vector.get[0])
    };
    assert_eq!(
        vector.authenticated_for(&credential, &strict),
        Err(Wrong("the user was not verified"))
    );
}

#[test]
fn every_altered_byte_is_noticed() {
    let vector = vector("none_es256");
    let credential = vector.registered().unwrap();
    for part in 1..4 {
        for at in 0..vector.get[part].len() {
            let mut altered = Vector {
                id: vector.id.clone(),
                create: vector.create.clone(),
                get: vector.get.clone(),
            };
            altered.get[part][at] ^= 1;
            assert!(altered.authenticated(&credential).is_err(), "{part} {at}");
        }
    }
    let other = self::vector("packed_self_es256").registered().unwrap();
    assert_eq!(
        vector.authenticated(&Credential {
            backup_eligible: credential.backup_eligible,
            ..other
        }),
        Err(Wrong("the signature is not the credential's"))
    );
    // A registration cut short anywhere is refused and harms nothing.
    let whole = &vector.create[2];
    for length in 0..whole.len() {
        let answer = Registration {
            client_data: &vector.create[1],
            attestation: &whole[..length],
        };
        assert!(register(&answer, &expected(&vector.create[0])).is_err());
    }
}

#[test]
fn a_count_that_goes_back_speaks_of_a_copy() {
    let vector = vector("none_es256");
    let credential = Credential {
        count: 7,
        ..vector.registered().unwrap()
    };
    assert_eq!(
        vector.authenticated(&credential),
        Err(Wrong("the count went back: there may be a copy"))
    );
}
