#!/bin/sh
# Runs at the first start of PostgreSQL. Creates a role and its databases for CrateSocial and
# another for Temporal. Each has its own password, none is a superuser, and neither can open the
# other's databases or the superuser's.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres -d postgres -v cratesocial="$CRATESOCIAL_PASSWORD" -v temporal="$TEMPORAL_PASSWORD" <<'SQL'
create role cratesocial login nosuperuser nocreatedb nocreaterole noreplication password :'cratesocial';
create role temporal login nosuperuser nocreatedb nocreaterole noreplication password :'temporal';
create database cratesocial owner cratesocial;
create database temporal owner temporal;
create database temporal_visibility owner temporal;
revoke all on database cratesocial, temporal, temporal_visibility, postgres, template1 from public;
SQL
