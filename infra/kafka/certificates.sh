#!/bin/sh
# Makes an authority and the broker's certificate in infra/kafka/secrets (git ignores it): PEM, for trying out.
# In production take them from the authority you have.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
cd secrets
umask 077
[ -f ca.key ] || openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj '/CN=tutti local authority' -keyout ca.key -out ca.crt
openssl req -newkey rsa:3072 -nodes -subj '/CN=kafka' -keyout broker.key -out broker.csr
printf 'subjectAltName=DNS:kafka,DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n' > broker.ext
openssl x509 -req -in broker.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -extfile broker.ext -out broker.crt
# Kafka reads key and chain from one file; its key must be PKCS#8.
openssl pkcs8 -topk8 -nocrypt -in broker.key > broker.pem
cat broker.crt ca.crt >> broker.pem
rm -f broker.csr broker.ext
# The containers read them as other users.
chmod 644 ca.crt broker.pem
