#!/bin/sh
# Runs once, when the volume is empty: a role that owns its database and nothing else. Services do not log in as a superuser.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$STORE_PASSWORD" --username postgres --dbname postgres <<'SQL'
CREATE ROLE tutti LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE tutti OWNER tutti;
REVOKE ALL ON DATABASE tutti FROM PUBLIC;
SQL
