#!/bin/sh
# The first start of PostgreSQL: a role and its databases for CrateSocial, another for Temporal; neither can open the other's.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres -d postgres -v cratesocial="$CRATESOCIAL_PASSWORD" -v temporal="$TEMPORAL_PASSWORD" <<'SQL'
create role cratesocial login password :'cratesocial';
create role temporal login password :'temporal';
create database cratesocial owner cratesocial;
create database temporal owner temporal;
create database temporal_visibility owner temporal;
revoke connect on database cratesocial, temporal, temporal_visibility from public;
SQL
